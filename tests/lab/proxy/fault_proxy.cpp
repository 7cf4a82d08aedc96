#include "lab/proxy/fault_proxy.h"

#include <fmt/format.h>
#include <linux/netfilter_ipv4.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <boost/asio/write.hpp>
#include <istream>
#include <sstream>
#include <utility>

#include "lab/proxy/proxy_connection.h"

namespace cohort::lab {

namespace {

using boost::asio::ip::tcp;
using boost::system::error_code;
using Local = boost::asio::local::stream_protocol;

constexpr std::size_t kCommandBytes = 4'096;

/// Where the kernel redirected this connection from.
std::optional<tcp::endpoint> original_target(tcp::socket& socket) {
  sockaddr_in address{};
  socklen_t length = sizeof address;
  if (getsockopt(socket.native_handle(), SOL_IP, SO_ORIGINAL_DST, &address, &length) != 0) {
    return std::nullopt;
  }
  return tcp::endpoint(boost::asio::ip::address_v4(ntohl(address.sin_addr.s_addr)),
                       ntohs(address.sin_port));
}

bool assign(Faults& faults, const std::string& key, std::uint64_t value) {
  if (key == "delay_ms") {
    faults.delay = std::chrono::milliseconds(value);
  } else if (key == "jitter_ms") {
    faults.jitter = std::chrono::milliseconds(value);
  } else if (key == "rate") {
    faults.bytes_per_second = value;
  } else if (key == "piece") {
    faults.piece_bytes = value;
  } else if (key == "hold") {
    faults.hold = value != 0;
  } else if (key == "refuse") {
    faults.refuse = value != 0;
  } else {
    return false;
  }
  return true;
}

/// One person or driver at the control socket.
struct Session : std::enable_shared_from_this<Session> {
  Session(Local::socket given, FaultProxy& its) : socket(std::move(given)), proxy(its) {}

  void read() {
    boost::asio::async_read_until(
        socket, input, '\n', [self = shared_from_this()](const error_code& error, std::size_t) {
          if (error) return;
          std::istream in(&self->input);
          std::string line;
          std::getline(in, line);
          self->answer = self->proxy.obey(line) + "\n";
          self->write();
        });
  }
  void write() {
    boost::asio::async_write(socket, boost::asio::buffer(answer),
                             [self = shared_from_this()](const error_code& error, std::size_t) {
                               if (!error) self->read();
                             });
  }

  Local::socket socket;
  FaultProxy& proxy;
  boost::asio::streambuf input{kCommandBytes};
  std::string answer;
};

}  // namespace

const Faults& ProxyState::of(const Direction& direction) const {
  static const Faults none;
  const std::string any = "*";
  for (const Direction& key : {direction, Direction{direction.first, any},
                               Direction{any, direction.second}, Direction{any, any}}) {
    if (const auto found = faults.find(key); found != faults.end()) return found->second;
  }
  return none;
}

FaultProxy::FaultProxy(boost::asio::io_context& context, const Tcp::endpoint& listen,
                       std::optional<Tcp::endpoint> target, std::uint64_t seed)
    : acceptor_(context, listen),
      target_(std::move(target)),
      state_(std::make_shared<ProxyState>(seed)) {
  accept();
}

void FaultProxy::accept() {
  acceptor_.async_accept([this](const error_code& error, Tcp::socket socket) {
    if (!error) on_accepted(std::move(socket));
    accept();
  });
}

void FaultProxy::on_accepted(Tcp::socket socket) {
  error_code gone;
  const auto from = socket.remote_endpoint(gone);
  const auto target = target_ ? target_ : original_target(socket);
  if (gone || !target || *target == socket.local_endpoint(gone)) return reset(socket);
  if (state_->of({from.address().to_string(), target->address().to_string()}).refuse) {
    ++state_->counters.refused;
    return reset(socket);
  }
  ++state_->counters.connections;
  auto connection = std::make_shared<ProxyConnection>(state_, std::move(socket), *target);
  connections_.remove_if([](const auto& connection) { return connection->over(); });
  connections_.push_back(connection);
  connection->start();
}

std::string FaultProxy::set(std::istream& words) {
  std::string from;
  std::string to;
  words >> from >> to;
  if (to.empty()) return "error: set needs FROM TO KEY=VALUE...";
  Faults faults = state_->of({from, to});
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    std::uint64_t value = 0;
    if (equals == std::string::npos || !(std::istringstream(word.substr(equals + 1)) >> value) ||
        !assign(faults, word.substr(0, equals), value)) {
      return "error: '" + word + "' is none of delay_ms jitter_ms rate piece hold refuse =NUMBER";
    }
  }
  state_->faults[{from, to}] = faults;
  return each("wake", words);
}

std::string FaultProxy::each(const std::string& what, std::istream& words) {
  std::string from;
  std::string to;
  words >> from >> to;
  if (what != "wake" && to.empty()) return "error: " + what + " needs FROM TO";
  std::size_t concerned = 0;
  for (const auto& connection : connections_) {
    if (what == "wake") {
      connection->wake();
    } else if (connection->apply(what, from, to)) {
      ++concerned;
    }
  }
  return fmt::format("ok {}", concerned);
}

std::string FaultProxy::stats() const {
  const Counters& counters = state_->counters;
  return fmt::format("connections={} refused={} cut={} bytes={} delayed={}", counters.connections,
                     counters.refused, counters.cut, counters.bytes, counters.delayed);
}

std::string FaultProxy::obey(const std::string& command) {
  std::istringstream words(command);
  std::string what;
  words >> what;
  if (what == "set") return set(words);
  if (what == "stats") return stats();
  if (what == "heal") {
    state_->faults.clear();
    return each("wake", words);
  }
  if (what == "cut" || what == "cut-mid-frame" || what == "half-open") return each(what, words);
  return "error: unknown command '" + what + "': set, heal, cut, cut-mid-frame, half-open, stats";
}

ControlSocket::ControlSocket(boost::asio::io_context& context, const std::string& path,
                             FaultProxy& proxy)
    : acceptor_(context), proxy_(proxy) {
  ::unlink(path.c_str());
  acceptor_.open();
  acceptor_.bind(Local::endpoint(path));
  acceptor_.listen();
  accept();
}

void ControlSocket::accept() {
  acceptor_.async_accept([this](const error_code& error, Local::socket socket) {
    if (!error) std::make_shared<Session>(std::move(socket), proxy_)->read();
    accept();
  });
}

}  // namespace cohort::lab
