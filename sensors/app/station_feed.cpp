#include "sensors/app/station_feed.h"

#include <algorithm>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>
#include <utility>
#include <variant>

#include "platform/net/dial.h"
#include "stations/protocol.h"

namespace cohort::sensors {

namespace {

constexpr Duration kDialTimeout = seconds(2);
constexpr Duration kRetryFirst = millis(100);
constexpr Duration kRetryMost = seconds(1);
/// A station sends readings several times a second; one that is silent for so long is gone.
constexpr Duration kSilence = seconds(10);
constexpr std::size_t kReadBytes = 16 * 1024;

}  // namespace

/// Shared with the handlers of operations under way, which hold it weakly: they may end after the
/// feed. A connection's number keeps late handlers of an old one from touching the new one.
struct StationFeed::State : std::enable_shared_from_this<StationFeed::State> {
  using Tcp = boost::asio::ip::tcp;

  State(net::Runtime& its_runtime, config::Station its_station, FeedHandlers its_handlers)
      : runtime(its_runtime),
        station(std::move(its_station)),
        handlers(std::move(its_handlers)),
        retry(its_runtime, [this] { connect(); }),
        silence(its_runtime, [this] { lose("it has sent nothing for ten seconds"); }) {}

  net::Runtime& runtime;
  config::Station station;
  FeedHandlers handlers;
  net::Alarm retry;
  net::Alarm silence;
  std::unique_ptr<net::Dial> dial;
  std::optional<Tcp::socket> socket;
  std::uint64_t connection = 0;
  stations::protocol::LineSplitter splitter;
  std::array<char, kReadBytes> buffer{};
  std::string request;
  Duration pause = kRetryFirst;

  void connect();
  void on_dialled(net::DialOutcome outcome, Tcp::socket dialled, const std::string& reason);
  void read();
  void on_read(std::uint64_t of, const boost::system::error_code& error, std::size_t bytes);
  Result<void> take(std::string_view bytes);
  Result<void> take_line(const std::string& line);
  void lose(const std::string& reason);
  void retry_later();
};

void StationFeed::State::connect() {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(station.address, error);
  if (error) {
    handlers.on_down("its address " + station.address + " is no IP address");
    return;
  }
  const std::weak_ptr<State> weak = weak_from_this();
  dial = std::make_unique<net::Dial>(
      runtime, boost::asio::ip::address(), Tcp::endpoint(address, station.port), kDialTimeout,
      [weak](net::DialOutcome outcome, Tcp::socket dialled, const std::string& reason) {
        if (const auto self = weak.lock()) self->on_dialled(outcome, std::move(dialled), reason);
      });
}

void StationFeed::State::on_dialled(net::DialOutcome outcome, Tcp::socket dialled,
                                    const std::string&) {
  if (outcome != net::DialOutcome::kConnected) {
    retry_later();
    return;
  }
  socket.emplace(std::move(dialled));
  ++connection;
  splitter = {};
  pause = kRetryFirst;
  silence.set_in(kSilence);
  request = stations::protocol::encode(
                stations::protocol::Request(stations::protocol::SubscribeRequest{false, true})) +
            "\n";
  const std::weak_ptr<State> weak = weak_from_this();
  boost::asio::async_write(*socket, boost::asio::buffer(request),
                           [weak](const boost::system::error_code&, std::size_t) {
                             // A failed write is seen by the read that waits.
                           });
  handlers.on_up();
  read();
}

void StationFeed::State::read() {
  const std::weak_ptr<State> weak = weak_from_this();
  const std::uint64_t of = connection;
  socket->async_read_some(boost::asio::buffer(buffer),
                          [weak, of](const boost::system::error_code& error, std::size_t bytes) {
                            if (const auto self = weak.lock()) self->on_read(of, error, bytes);
                          });
}

void StationFeed::State::on_read(std::uint64_t of, const boost::system::error_code& error,
                                 std::size_t bytes) {
  if (of != connection || !socket) return;
  if (error) {
    lose(error == boost::asio::error::eof ? "it closed the connection" : error.message());
    return;
  }
  if (const auto taken = take({buffer.data(), bytes}); !taken) {
    lose(taken.error().text);
    return;
  }
  if (socket) read();
}

Result<void> StationFeed::State::take(std::string_view bytes) {
  std::vector<std::string> lines;
  if (auto fed = splitter.feed(bytes, lines); !fed) return fed;
  for (const std::string& line : lines) {
    if (auto taken = take_line(line); !taken) return taken;
  }
  return {};
}

Result<void> StationFeed::State::take_line(const std::string& line) {
  const auto report = stations::protocol::decode_report(line);
  if (!report) return std::unexpected(report.error());
  silence.set_in(kSilence);
  if (const auto* hello = std::get_if<stations::protocol::Hello>(&*report)) {
    if (hello->station.name == station.name) return {};
    return make_error(Errc::kRefused, "station " + hello->station.name + " answers there");
  }
  if (const auto* refused = std::get_if<stations::protocol::ErrorReport>(&*report)) {
    return make_error(Errc::kRefused, refused->reason);
  }
  if (const auto* readings = std::get_if<stations::protocol::ReadingsReport>(&*report)) {
    handlers.on_readings(readings->readings);
  }
  return {};
}

void StationFeed::State::lose(const std::string& reason) {
  socket.reset();
  ++connection;
  silence.cancel();
  handlers.on_down(reason);
  retry_later();
}

void StationFeed::State::retry_later() {
  retry.set_in(pause);
  pause = std::min(2 * pause, kRetryMost);
}

StationFeed::StationFeed(net::Runtime& runtime, config::Station station, FeedHandlers handlers)
    : state_(std::make_shared<State>(runtime, std::move(station), std::move(handlers))) {
  state_->connect();
}

StationFeed::~StationFeed() = default;

}  // namespace cohort::sensors
