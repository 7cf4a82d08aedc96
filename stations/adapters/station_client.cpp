#include "stations/adapters/station_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>
#include <variant>

#include "platform/net/dial.h"
#include "stations/adapters/line_connection.h"
#include "stations/limits.h"
#include "stations/protocol.h"

namespace cohort::stations {

using boost::asio::ip::tcp;

namespace {

using StartDone = std::function<void(Result<StartReply>)>;
using QueryDone = std::function<void(Result<JobStatus>)>;

/// A request that was sent; the client's own queries for awaited keys have their handler too.
struct Call {
  MonotonicTime deadline;
  std::variant<StartDone, QueryDone> done;
};

struct Waiter {
  std::string key;
  std::function<void(JobStatus)> done;
};

void fail_call(const Call& call, Errc for_start, Errc for_query, const std::string& why) {
  if (const auto* start = std::get_if<StartDone>(&call.done)) {
    (*start)(make_error(for_start, why));
  } else {
    std::get<QueryDone>(call.done)(make_error(for_query, why));
  }
}

}  // namespace

struct StationClient::State : std::enable_shared_from_this<State> {
  State(net::Runtime& loop, ClientOptions what)
      : runtime(loop),
        options(std::move(what)),
        retry(runtime, [this] { dial(); }),
        timeouts(runtime, [this] { expire_calls(); }),
        retry_delay(options.retry_least) {}

  // ---- the link
  void dial();
  void on_connected(tcp::socket socket);
  void on_line(const std::string& line);
  void link_down(const std::string& reason);
  void shut_down();

  // ---- reports of the station
  void handle(const protocol::Hello& hello);
  void handle(protocol::StartAnswer&& answer);
  void handle(protocol::QueryAnswer&& answer);
  void handle(const protocol::EventReport& report);
  void handle(const protocol::ReadingsReport& report);
  void handle(const protocol::ErrorReport& report);

  // ---- calls
  template <typename Request, typename Done>
  void call(Request request, Done done);
  void query_awaited(const std::string& key);
  void settle_waiters(const JobStatus& status);
  void expire_calls();
  void set_timeout();
  void send_subscription();
  std::string where() const {
    return fmt::format("station {} at {} port {}", options.station.name, options.address,
                       options.port);
  }

  net::Runtime& runtime;
  ClientOptions options;
  net::Alarm retry;
  net::Alarm timeouts;
  Duration retry_delay;
  std::unique_ptr<net::Dial> dialling;
  std::shared_ptr<LineConnection> connection;
  bool up = false;         ///< the right station has said hello
  bool told_down = false;  ///< on_link has heard that it is down
  bool dropped = false;
  std::uint64_t last_call = 0;
  std::uint64_t last_id = 0;
  std::map<std::uint64_t, Call> calls;
  std::map<std::uint64_t, Waiter> waiters;
  std::map<std::uint64_t, std::function<void(const EquipmentEvent&)>> subscribers;
  std::function<void(const std::vector<Reading>&)> readings;
  std::function<void(bool, const std::string&)> link;
};

void StationClient::State::dial() {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) {
    link_down(fmt::format("'{}' is no address", options.address));
    return;
  }
  const auto any = address.is_v4() ? boost::asio::ip::address(boost::asio::ip::address_v4())
                                   : boost::asio::ip::address(boost::asio::ip::address_v6());
  dialling = std::make_unique<net::Dial>(
      runtime, any, tcp::endpoint(address, options.port), options.dial_timeout,
      [this](net::DialOutcome outcome, tcp::socket socket, const std::string& reason) {
        if (outcome == net::DialOutcome::kConnected) {
          on_connected(std::move(socket));
        } else {
          link_down(reason);
        }
      });
}

void StationClient::State::on_connected(tcp::socket socket) {
  LineConnection::Handlers handlers;
  handlers.on_line = [this](const std::string& line) { on_line(line); };
  handlers.on_closed = [this](const std::string& reason) { link_down(reason); };
  connection = LineConnection::open(std::move(socket), std::move(handlers));
}

void StationClient::State::on_line(const std::string& line) {
  const auto self = shared_from_this();  // a handler may drop the client
  auto report = protocol::decode_report(line);
  if (!report) {
    link_down(report.error().text);
    return;
  }
  if (!up && !std::holds_alternative<protocol::Hello>(*report) &&
      !std::holds_alternative<protocol::ErrorReport>(*report)) {
    link_down("the station did not say hello first");
    return;
  }
  std::visit([this](auto&& part) { handle(std::forward<decltype(part)>(part)); },
             std::move(*report));
}

void StationClient::State::link_down(const std::string& reason) {
  if (connection) connection->close_now();
  connection.reset();
  up = false;
  retry.set_in(retry_delay);
  retry_delay = std::min(2 * retry_delay, options.retry_most);
  const std::string why = fmt::format("{}: {}", where(), reason);
  const auto self = shared_from_this();
  const auto broken = std::exchange(calls, {});
  for (const auto& [id, call] : broken) {
    if (!dropped) fail_call(call, Errc::kOutcomeUnknown, Errc::kClosed, why);
  }
  if (!dropped && link && !std::exchange(told_down, true)) link(false, why);
}

void StationClient::State::shut_down() {
  dropped = true;
  if (connection) connection->close_now();
  dialling.reset();
  retry.cancel();
  timeouts.cancel();
}

void StationClient::State::handle(const protocol::Hello& hello) {
  if (hello.station != options.station) {
    link_down(fmt::format("there answers {} station {}", to_string(hello.station.kind),
                          hello.station.name));
    return;
  }
  up = true;
  told_down = false;
  retry_delay = options.retry_least;
  send_subscription();
  for (const auto& [id, waiter] : waiters) query_awaited(waiter.key);
  if (link) link(true, {});
}

void StationClient::State::handle(protocol::StartAnswer&& answer) {
  auto node = calls.extract(answer.call);
  if (node.empty()) return;  // it came after its time
  const auto* done = std::get_if<StartDone>(&node.mapped().done);
  if (done == nullptr) {
    link_down("the station answered a query as a start");
    return;
  }
  (*done)(std::move(answer.reply));
}

void StationClient::State::handle(protocol::QueryAnswer&& answer) {
  auto node = calls.extract(answer.call);
  if (node.empty()) return;
  const auto* done = std::get_if<QueryDone>(&node.mapped().done);
  if (done == nullptr) {
    link_down("the station answered a start as a query");
    return;
  }
  (*done)(std::move(answer.status));
}

void StationClient::State::handle(const protocol::EventReport& report) {
  settle_waiters(report.event.status);
  const auto now_subscribed = subscribers;
  for (const auto& [id, on_event] : now_subscribed) {
    if (!dropped && subscribers.contains(id)) on_event(report.event);
  }
}

void StationClient::State::handle(const protocol::ReadingsReport& report) {
  if (readings && !dropped) readings(report.readings);
}

void StationClient::State::handle(const protocol::ErrorReport& report) {
  link_down(report.reason);
}

template <typename Request, typename Done>
void StationClient::State::call(Request request, Done done) {
  std::optional<Error> refused;
  if (!up) {
    refused = Error{Errc::kClosed, fmt::format("{}: no link", where())};
  } else if (calls.size() >= limits::kOutstandingCallsPerClient) {
    refused =
        Error{Errc::kLimit, fmt::format("{}: {} calls wait for answers", where(), calls.size())};
  }
  if (refused) {
    runtime.post([self = shared_from_this(), done = std::move(done), error = *refused] {
      if (!self->dropped) done(std::unexpected(error));
    });
    return;
  }
  request.call = ++last_call;
  calls.emplace(request.call, Call{net::Runtime::now() + options.call_timeout, std::move(done)});
  set_timeout();
  // A send that ends the link fails the call at once: later, never from inside the caller.
  const std::string line = protocol::encode(protocol::Request(std::move(request)));
  runtime.post([self = shared_from_this(), line, to = connection] {
    if (to == self->connection && to) to->send(line);
  });
}

void StationClient::State::query_awaited(const std::string& key) {
  protocol::QueryRequest request;
  request.key = key;
  QueryDone done = [weak = weak_from_this(), key](const Result<JobStatus>& status) {
    const auto self = weak.lock();
    if (!self || self->dropped) return;
    if (status) {
      self->settle_waiters(*status);
    } else if (self->up) {
      self->query_awaited(key);
    }
  };
  if (up) call(std::move(request), std::move(done));
}

void StationClient::State::settle_waiters(const JobStatus& status) {
  if (status.state != JobState::kCompleted) return;
  std::vector<std::function<void(JobStatus)>> ready;
  for (auto it = waiters.begin(); it != waiters.end();) {
    if (it->second.key == status.key) {
      ready.push_back(std::move(it->second.done));
      it = waiters.erase(it);
    } else {
      ++it;
    }
  }
  for (const auto& done : ready) {
    if (!dropped) done(status);
  }
}

void StationClient::State::expire_calls() {
  const MonotonicTime now = net::Runtime::now();
  std::vector<Call> late;
  for (auto it = calls.begin(); it != calls.end();) {
    if (it->second.deadline <= now) {
      late.push_back(std::move(it->second));
      it = calls.erase(it);
    } else {
      ++it;
    }
  }
  set_timeout();
  const auto self = shared_from_this();
  for (const Call& call : late) {
    if (!dropped) {
      fail_call(call, Errc::kOutcomeUnknown, Errc::kTimedOut,
                fmt::format("{}: no answer in {} ms", where(), to_millis(options.call_timeout)));
    }
  }
}

void StationClient::State::set_timeout() {
  MonotonicTime first = kNever;
  for (const auto& [id, call] : calls) first = std::min(first, call.deadline);
  timeouts.set(first);
}

void StationClient::State::send_subscription() {
  if (up) connection->send(protocol::encode(protocol::SubscribeRequest{true, readings != nullptr}));
}

StationClient::StationClient(net::Runtime& runtime, ClientOptions options)
    : state_(std::make_shared<State>(runtime, std::move(options))) {
  state_->retry.set_in(Duration(0));
}

StationClient::~StationClient() {
  state_->shut_down();
}

void StationClient::start(const Job& job, std::function<void(Result<StartReply>)> done) {
  protocol::StartRequest request;
  request.job = job;
  state_->call(std::move(request), StartDone(std::move(done)));
}

void StationClient::query(const std::string& key, std::function<void(Result<JobStatus>)> done) {
  protocol::QueryRequest request;
  request.key = key;
  state_->call(std::move(request), QueryDone(std::move(done)));
}

std::uint64_t StationClient::await_completion(const std::string& key,
                                              std::function<void(JobStatus)> done) {
  const std::uint64_t id = ++state_->last_id;
  state_->waiters.emplace(id, Waiter{key, std::move(done)});
  state_->query_awaited(key);
  return id;
}

void StationClient::stop_waiting(std::uint64_t id) {
  state_->waiters.erase(id);
}

std::uint64_t StationClient::subscribe(std::function<void(const EquipmentEvent&)> on_event) {
  const std::uint64_t id = ++state_->last_id;
  state_->subscribers.emplace(id, std::move(on_event));
  return id;
}

void StationClient::unsubscribe(std::uint64_t id) {
  state_->subscribers.erase(id);
}

void StationClient::on_readings(std::function<void(const std::vector<Reading>&)> handler) {
  state_->readings = std::move(handler);
  state_->send_subscription();
}

void StationClient::on_link(std::function<void(bool, const std::string&)> handler) {
  state_->link = std::move(handler);
}

bool StationClient::is_up() const {
  return state_->up;
}

}  // namespace cohort::stations
