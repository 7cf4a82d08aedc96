// Goal: readings arrive over a real socket, a lost or a malformed station is left and tried again.
// Method: a listener on a free loopback port plays the station; the loop is driven until a
// condition
//   holds or a bound of turns is reached.
#include "sensors/app/station_feed.h"

#include <QTest>
#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <optional>

#include "stations/protocol.h"

using namespace cohort;
using namespace cohort::sensors;
using Tcp = boost::asio::ip::tcp;
namespace wire_of_stations = cohort::stations::protocol;

namespace {

std::string hello(const char* name) {
  wire_of_stations::Hello hello;
  hello.station.name = name;
  return wire_of_stations::encode(wire_of_stations::Report(hello)) + "\n";
}

std::string readings(double value) {
  stations::Reading reading;
  reading.station = "Ma";
  reading.sensor = "flow";
  reading.unit = "sccm";
  reading.value = value;
  reading.at_ms = 5;
  reading.wall = WallTime{1'700'000'000'000'000'000};
  reading.wall_error = millis(1);
  wire_of_stations::ReadingsReport report;
  report.readings.push_back(reading);
  return wire_of_stations::encode(wire_of_stations::Report(report)) + "\n";
}

/// A station's side: accepts one connection after the other.
class Listener {
 public:
  explicit Listener(net::Runtime& runtime)
      : acceptor_(runtime.context(), Tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)) {
    accept();
  }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int connections() const { return connections_; }
  void say(const std::string& text) { boost::asio::write(*socket_, boost::asio::buffer(text)); }
  void hang_up() { socket_.reset(); }
  /// What the feed has said on this connection so far.
  std::string heard() {
    std::array<char, 4096> buffer{};
    boost::system::error_code error;
    const std::size_t bytes = socket_->read_some(boost::asio::buffer(buffer), error);
    return {buffer.data(), bytes};
  }

 private:
  void accept() {
    acceptor_.async_accept([this](const boost::system::error_code& error, Tcp::socket socket) {
      if (error) return;
      ++connections_;
      socket_.emplace(std::move(socket));
      accept();
    });
  }
  Tcp::acceptor acceptor_;
  std::optional<Tcp::socket> socket_;
  int connections_ = 0;
};

struct Bench {
  net::Runtime runtime;
  Listener listener{runtime};
  int ups = 0;
  std::vector<std::string> downs;
  std::vector<stations::Reading> received;
  std::optional<StationFeed> feed;

  Bench() {
    config::Station station;
    station.name = "Ma";
    station.address = "127.0.0.1";
    station.port = listener.port();
    FeedHandlers handlers;
    handlers.on_up = [this] { ++ups; };
    handlers.on_down = [this](const std::string& reason) { downs.push_back(reason); };
    handlers.on_readings = [this](const std::vector<stations::Reading>& some) {
      received.insert(received.end(), some.begin(), some.end());
    };
    feed.emplace(runtime, station, std::move(handlers));
  }

  template <typename Condition>
  bool until(Condition condition) {
    for (int turn = 0; turn < 500 && !condition(); ++turn) {
      runtime.context().run_one_for(std::chrono::milliseconds(20));
    }
    return condition();
  }
  bool connected(int times) {
    return until([this, times] { return ups == times && listener.connections() == times; });
  }
};

}  // namespace

class TstStationFeed : public QObject {
  Q_OBJECT
 private slots:
  void station_saysReadings_arriveAsSaid() {
    Bench bench;
    QVERIFY(bench.connected(1));
    const auto asked = wire_of_stations::decode_request(
        QString::fromStdString(bench.listener.heard()).trimmed().toStdString());
    QVERIFY(asked.has_value());
    const auto* subscribe = std::get_if<wire_of_stations::SubscribeRequest>(&*asked);
    QVERIFY(subscribe != nullptr && subscribe->readings && !subscribe->events);
    bench.listener.say(hello("Ma") + readings(1.5) + readings(2.5));
    QVERIFY(bench.until([&] { return bench.received.size() == 2; }));
    QCOMPARE(bench.received.at(0).value, 1.5);
    QCOMPARE(bench.received.at(1).value, 2.5);
    QCOMPARE(bench.received.at(0).wall_error, Duration(millis(1)));
    QVERIFY(bench.downs.empty());
  }

  void station_inPieces_isPutTogether() {
    Bench bench;
    QVERIFY(bench.connected(1));
    const std::string text = hello("Ma") + readings(3.5);
    for (std::size_t i = 0; i < text.size(); i += 7) {
      bench.listener.say(text.substr(i, 7));
      bench.runtime.context().poll();
    }
    QVERIFY(bench.until([&] { return bench.received.size() == 1; }));
  }

  void station_hangsUp_isTriedAgain() {
    Bench bench;
    QVERIFY(bench.connected(1));
    bench.listener.say(hello("Ma"));
    bench.listener.hang_up();
    QVERIFY(bench.until([&] { return bench.downs.size() == 1; }));
    QVERIFY(bench.connected(2));
    bench.listener.say(hello("Ma") + readings(4.5));
    QVERIFY(bench.until([&] { return bench.received.size() == 1; }));
  }

  void station_malformed_isLeftWithTheReasonAndTriedAgain() {
    Bench bench;
    QVERIFY(bench.connected(1));
    bench.listener.say("this is no JSON\n");
    QVERIFY(bench.until([&] { return bench.downs.size() == 1; }));
    QVERIFY(!bench.downs.front().empty());
    QVERIFY(bench.connected(2));
  }

  void station_ofAnotherName_isLeft() {
    Bench bench;
    QVERIFY(bench.connected(1));
    bench.listener.say(hello("Mb") + readings(5.5));
    QVERIFY(bench.until([&] { return bench.downs.size() == 1; }));
    QVERIFY(bench.downs.front().find("Mb") != std::string::npos);
    QVERIFY(bench.received.empty());
  }

  void feed_droppedWhileConnected_callsNobody() {
    Bench bench;
    QVERIFY(bench.connected(1));
    bench.feed.reset();
    bench.listener.say(hello("Ma") + readings(6.5));
    for (int turn = 0; turn < 5; ++turn) bench.runtime.context().poll();
    QVERIFY(bench.received.empty() && bench.downs.empty());
  }
};

QTEST_GUILESS_MAIN(TstStationFeed)
#include "tst_station_feed.moc"
