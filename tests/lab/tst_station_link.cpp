// Goal: a station answers over a real socket, forgets nothing when its process restarts, and its
// clients find it again; a client that talks nonsense is closed alone.
// Method: server and clients on one event loop, real sockets and files, a fast plant clock.
#include <QTemporaryDir>
#include <QtTest>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "stations/adapters/station_client.h"
#include "stations/adapters/station_server.h"
#include "stations/limits.h"

using namespace cohort;
using namespace cohort::stations;

namespace {

constexpr double kFactor = 60'000;  // a lithography job of 75 minutes takes 75 ms

struct Lab {
  net::Runtime runtime;
  QTemporaryDir folder;
  StationSpec station{"Me", StationKind::kLithography};
  std::uint16_t port = 0;
  std::unique_ptr<StationServer> server;

  Result<void> open(double factor = kFactor) {
    ServerOptions options;
    options.station = station;
    options.address = "127.0.0.1";
    options.port = port;
    options.memory = folder.filePath("Me/memory.jsonl").toStdString();
    options.clock_factor = factor;
    options.readings_period = millis(10);
    options.on_failure = [](const Error& error) { qFatal("%s", error.text.c_str()); };
    auto opened = StationServer::open(runtime, std::move(options));
    if (!opened) return std::unexpected(opened.error());
    server = std::move(*opened);
    port = server->port();
    return {};
  }

  std::unique_ptr<StationClient> client(StationSpec expected) {
    ClientOptions options;
    options.station = std::move(expected);
    options.address = "127.0.0.1";
    options.port = port;
    return std::make_unique<StationClient>(runtime, std::move(options));
  }

  /// Runs the loop until it is so, ten seconds at most.
  bool run_until(const std::function<bool()>& so) {
    const MonotonicTime end = net::Runtime::now() + seconds(10);
    while (!so() && net::Runtime::now() < end) {
      runtime.context().run_one_for(std::chrono::milliseconds(50));
    }
    return so();
  }

  template <typename Value>
  Result<Value> wait(const std::function<void(std::function<void(Result<Value>)>)>& ask) {
    std::optional<Result<Value>> answer;
    ask([&answer](Result<Value> value) { answer = std::move(value); });
    if (answer) qFatal("a callback ran inside the call");
    if (!run_until([&answer] { return answer.has_value(); })) qFatal("no answer");
    return *answer;
  }
};

Job job(const std::string& key, const std::string& lot) {
  Job made;
  made.key = key;
  made.station = "Me";
  made.step = 3;
  made.lots = {lot};
  made.product = "Pa";
  return made;
}

}  // namespace

class TstStationLink : public QObject {
  Q_OBJECT
 private:
  static Result<StartReply> start(Lab& lab, StationClient& client, const Job& what) {
    return lab.wait<StartReply>([&](auto done) { client.start(what, std::move(done)); });
  }
  static Result<JobStatus> query(Lab& lab, StationClient& client, const std::string& key) {
    return lab.wait<JobStatus>([&](auto done) { client.query(key, std::move(done)); });
  }

 private slots:
  void job_startedByOneClient_completesForBoth() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    auto first = lab.client(lab.station);
    auto second = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return first->is_up() && second->is_up(); }));
    QCOMPARE(query(lab, *second, "1-1")->state, JobState::kUnknown);
    std::optional<JobStatus> completed;
    second->await_completion("1-1", [&](JobStatus status) { completed = std::move(status); });
    int events = 0;
    first->subscribe([&](const EquipmentEvent&) { ++events; });
    QCOMPARE(start(lab, *first, job("1-1", "L1"))->outcome, StartOutcome::kStarted);
    QCOMPARE(start(lab, *second, job("1-1", "L1"))->outcome, StartOutcome::kRefusedDuplicate);
    QVERIFY(lab.run_until([&] { return completed.has_value(); }));
    QCOMPARE(completed->completed_ms - completed->started_ms, 75 * kPlantMinute);
    QVERIFY(lab.run_until([&] { return events == 3; }));
    std::vector<Reading> seen;
    first->on_readings([&](const std::vector<Reading>& readings) { seen = readings; });
    QVERIFY(lab.run_until([&] { return seen.size() == 3; }));
    QVERIFY(seen[0].wall.ns > 0);
  }

  void station_restarted_remembersAndTheClientComesBack() {
    Lab lab;
    QVERIFY(lab.open(1'000).has_value());  // 75 minutes take 4.5 s
    auto client = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    std::optional<JobStatus> completed;
    client->await_completion("1-1", [&](JobStatus status) { completed = std::move(status); });
    const auto started = start(lab, *client, job("1-1", "L1"));
    QCOMPARE(started->outcome, StartOutcome::kStarted);
    lab.server.reset();
    QVERIFY(lab.run_until([&] { return !client->is_up(); }));
    QCOMPARE(query(lab, *client, "1-1").error().code, Errc::kClosed);
    QVERIFY(lab.open(1'000).has_value());
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    QCOMPARE(query(lab, *client, "1-1")->state, JobState::kRunning);
    QCOMPARE(start(lab, *client, job("1-1", "L1"))->outcome, StartOutcome::kRefusedDuplicate);
    QCOMPARE(start(lab, *client, job("9-9", "L1"))->outcome, StartOutcome::kRefusedDuplicate);
    QVERIFY(lab.run_until([&] { return completed.has_value(); }));
    QCOMPARE(completed->started_ms, started->status.started_ms);
    QCOMPARE(completed->completed_ms, started->status.completed_ms);
    lab.server.reset();
    QVERIFY(lab.run_until([&] { return !client->is_up(); }));
    QVERIFY(lab.open(1'000).has_value());
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    QCOMPARE(query(lab, *client, "1-1")->state, JobState::kCompleted);
    QCOMPARE(lab.server->machine().duplicates_refused(), 2u);
  }

  void station_stopsWhileAStartIsOut_theOutcomeIsUnknown() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    auto client = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    std::optional<Errc> failed;
    client->start(job("1-1", "L1"), [&](const Result<StartReply>& reply) {
      failed = reply ? Errc::kOk : reply.error().code;
    });
    lab.server.reset();
    QVERIFY(lab.run_until([&] { return failed.has_value(); }));
    QCOMPARE(*failed, Errc::kOutcomeUnknown);
  }

  void memory_inUse_refusesASecondProcess() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    Machine machine(lab.station);
    const auto second =
        MemoryFile::open(lab.folder.filePath("Me/memory.jsonl").toStdString(), machine);
    QVERIFY(!second.has_value());
    QVERIFY(second.error().text.find("another process") != std::string::npos);
  }

  void client_ofAnotherStation_staysDown() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    auto client = lab.client({"Ma", StationKind::kDiffusion});
    std::string reason;
    client->on_link([&](bool, const std::string& why) { reason = why; });
    QVERIFY(lab.run_until([&] { return !reason.empty(); }));
    QVERIFY(!client->is_up());
    QVERIFY2(reason.find("there answers lithography station Me") != std::string::npos,
             reason.c_str());
  }

  void connections_aboveTheLimit_areRefusedUntilOneCloses() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    std::vector<std::unique_ptr<StationClient>> clients;
    const auto up = [&clients] {
      return static_cast<std::size_t>(std::count_if(
          clients.begin(), clients.end(), [](const auto& client) { return client->is_up(); }));
    };
    for (std::size_t i = 0; i <= limits::kConnectionsPerStation; ++i) {
      clients.push_back(lab.client(lab.station));
    }
    QVERIFY(lab.run_until([&] { return up() == limits::kConnectionsPerStation; }));
    const auto waiting = std::find_if(clients.begin(), clients.end(),
                                      [](const auto& client) { return !client->is_up(); });
    QVERIFY(waiting != clients.end());
    clients.erase(waiting == clients.begin() ? clients.end() - 1 : clients.begin());
    QVERIFY(lab.run_until([&] { return up() == limits::kConnectionsPerStation; }));
  }

  void calls_aboveTheLimit_areRefused() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    auto client = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    std::size_t answered = 0;
    std::size_t refused = 0;
    for (std::size_t i = 0; i <= limits::kOutstandingCallsPerClient; ++i) {
      client->query("1-1", [&](const Result<JobStatus>& status) {
        ++answered;
        if (!status && status.error().code == Errc::kLimit) ++refused;
      });
    }
    QVERIFY(lab.run_until([&] { return answered == limits::kOutstandingCallsPerClient + 1; }));
    QCOMPARE(refused, std::size_t{1});
  }

  void reader_thatNeverReads_isCutOff() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    const boost::asio::ip::tcp::endpoint there(boost::asio::ip::address_v4::loopback(), lab.port);
    boost::asio::ip::tcp::socket socket(lab.runtime.context(), there.protocol());
    socket.set_option(boost::asio::socket_base::receive_buffer_size(4'096));
    socket.connect(there);
    const std::string query = "{\"type\":\"query\",\"call\":1,\"key\":\"" +
                              std::string(limits::kNameBytes, 'k') + "\"}\n";
    std::string many;
    for (int i = 0; i < 80'000; ++i) many += query;
    std::optional<boost::system::error_code> flooded;
    boost::asio::async_write(socket, boost::asio::buffer(many),
                             [&](const auto& error, std::size_t) { flooded = error; });
    QVERIFY(lab.run_until([&] { return flooded.has_value(); }));
    QVERIFY(bool(*flooded));
    auto client = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
  }

  void nonsense_closesItsConnectionAlone() {
    Lab lab;
    QVERIFY(lab.open().has_value());
    auto client = lab.client(lab.station);
    QVERIFY(lab.run_until([&] { return client->is_up(); }));
    boost::asio::ip::tcp::socket socket(lab.runtime.context());
    socket.connect({boost::asio::ip::address_v4::loopback(), lab.port});
    boost::asio::write(socket, boost::asio::buffer(std::string("{\"type\":\"stop\"}\n")));
    std::string received;
    bool over = false;
    boost::asio::async_read(socket, boost::asio::dynamic_buffer(received),
                            [&](const auto&, std::size_t) { over = true; });
    QVERIFY(lab.run_until([&] { return over; }));
    QVERIFY(received.find("unknown request 'stop'") != std::string::npos);
    QCOMPARE(query(lab, *client, "1-1")->state, JobState::kUnknown);
  }
};

QTEST_GUILESS_MAIN(TstStationLink)
#include "tst_station_link.moc"
