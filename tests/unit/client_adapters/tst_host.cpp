// Goal: a host tells its program why it stops, ends it in time, and leaves a readable history.
// Method: a real Unix socket whose daemon's end is played by the test, in the same event loop.
#include "platform/client/adapters/host.h"

#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <thread>

#include "platform/client/adapters/history_file.h"
#include "platform/net/client_server.h"
#include "platform/net/runtime.h"
#include "platform/wire/record_stream.h"

using namespace cohort;
using namespace cohort::client;

namespace {

const ProcessId kSelf = ProcessId::make({SiteId{1}, Incarnation{3}}, 5);

task::Task<int> wait_then(Host& host, int code, std::vector<std::string>* steps) {
  co_await host.until_stopped();
  steps->push_back("stopped");
  co_return code;
}

task::Task<int> never(Host& host) {
  co_await host.scheduler().sleep_until(kNever);
  co_return 7;
}

task::Task<int> connect_and_stop(Host& host) {
  const auto connected = co_await host.process().connect();
  host.request_stop();
  co_return connected ? 0 : 1;
}

wire::HistoryRecord record(wire::HistoryKind kind, std::uint64_t sequence) {
  wire::HistoryRecord made;
  made.kind = kind;
  made.process = kSelf;
  made.sequence = sequence;
  return made;
}

std::vector<wire::HistoryRecord> read_history(const std::filesystem::path& path) {
  std::vector<wire::HistoryRecord> records;
  std::ifstream stream(path);
  for (std::string line; std::getline(stream, line);) {
    auto parsed = wire::parse_history_line(line);
    if (parsed) records.push_back(*parsed);
  }
  return records;
}

}  // namespace

class TstHost : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void requestStop_resumesTheMain_itsCodeCounts();
  void daemonGone_endsWithItsCode();
  void mainThatDoesNotEnd_isEndedAfterTheGrace();
  void noDaemon_isAnErrorThatSaysWhatToDo();
  void unknownSite_isAnInvalidArgument();
  void connectedProcess_leavesAHistoryWithBeginAndEnd();
  void historyFile_sendIsWrittenAtOnce_othersAtFlush();
  void historyFile_afterItsEnd_takesNoSecondEnd();
  void historyFile_ofNoProcess_isNotMade();

 private:
  std::unique_ptr<Host> open(std::uint16_t site = 1) {
    HostOptions options;
    options.program = "tst";
    options.plant = plant_;
    options.site = SiteId{site};
    options.log_to_file = false;
    options.handle_signals = false;
    auto host = Host::open(std::move(options));
    if (host) return std::move(*host);
    failure_ = host.error();
    return nullptr;
  }
  /// Plays the daemon on the host's own loop: answers the hello with a welcome.
  std::unique_ptr<net::ClientServer> serve(net::Runtime& runtime) {
    net::ClientServer::Handlers handlers;
    handlers.on_opened = [](net::ClientServer::Client, std::uint32_t) {};
    handlers.on_records = [this](net::ClientServer::Client client, const Bytes&) {
      wire::Welcome welcome;
      welcome.process = kSelf;
      welcome.sites = {1, {kSelf.life()}};
      server_->send(client, wire::framed(wire::encode(wire::ClientEvent(welcome))));
    };
    handlers.on_gone = [](net::ClientServer::Client, const std::string&) {};
    auto server = std::make_unique<net::ClientServer>(runtime, handlers);
    std::filesystem::create_directories(config::site_directory(plant_, SiteId{1}));
    if (!server->listen(config::socket_path(plant_, SiteId{1}))) return nullptr;
    return server;
  }

  std::unique_ptr<QTemporaryDir> folder_;
  config::PlantFile plant_;
  std::unique_ptr<net::Runtime> server_runtime_;
  std::unique_ptr<net::ClientServer> server_;
  Error failure_;
};

void TstHost::init() {
  server_.reset();
  server_runtime_ = std::make_unique<net::Runtime>();
  folder_ = std::make_unique<QTemporaryDir>();
  plant_ = {};
  plant_.plant = {"alone", "minifab", 1, folder_->path().toStdString()};
  plant_.sites = {{SiteId{1}, "alpha", "127.0.0.1", 1}};
  failure_ = {};
}

void TstHost::requestStop_resumesTheMain_itsCodeCounts() {
  server_ = serve(*server_runtime_);
  const auto host = open();
  QVERIFY2(host, failure_.text.c_str());
  std::vector<std::string> steps;
  host->post([&] { host->request_stop(); });
  QCOMPARE(host->run(wait_then(*host, 9, &steps)), 9);
  QCOMPARE(steps.size(), std::size_t{1});
}

void TstHost::daemonGone_endsWithItsCode() {
  server_ = serve(*server_runtime_);
  const auto host = open();
  QVERIFY(host);
  std::vector<std::string> steps;
  host->post([this] { server_.reset(); });
  server_runtime_->context().poll();
  QCOMPARE(host->run(wait_then(*host, 0, &steps)), int{kExitDaemonGone});
  QVERIFY(host->stopping());
}

void TstHost::mainThatDoesNotEnd_isEndedAfterTheGrace() {
  server_ = serve(*server_runtime_);
  const auto host = open();
  QVERIFY(host);
  host->post([&] { host->request_stop(); });
  QCOMPARE(host->run(never(*host)), int{kExitOk});
}

void TstHost::noDaemon_isAnErrorThatSaysWhatToDo() {
  QVERIFY(!open());
  QVERIFY(failure_.code == Errc::kClosed);
  QVERIFY(failure_.text.find("start cohortd") != std::string::npos);
}

void TstHost::unknownSite_isAnInvalidArgument() {
  QVERIFY(!open(9));
  QVERIFY(failure_.code == Errc::kInvalidArgument);
}

void TstHost::connectedProcess_leavesAHistoryWithBeginAndEnd() {
  server_ = serve(*server_runtime_);
  std::thread daemon([this] { server_runtime_->run(); });
  auto host = open();
  QVERIFY(host);
  const int code = host->run(connect_and_stop(*host));
  host.reset();
  server_runtime_->stop(0);
  daemon.join();
  QCOMPARE(code, 0);
  const auto path = config::history_directory(plant_, SiteId{1}) / "tst-1.3.5.history";
  const auto records = read_history(path);
  QVERIFY(records.size() >= 2);
  QVERIFY(records.front().kind == wire::HistoryKind::kBegin);
  QVERIFY(records.back().kind == wire::HistoryKind::kEnd);
  QCOMPARE(records.back().text, std::string("stopped"));
  QCOMPARE(records.back().sequence, records.size());
}

void TstHost::historyFile_sendIsWrittenAtOnce_othersAtFlush() {
  const std::filesystem::path folder = folder_->path().toStdString();
  const std::filesystem::path path = folder / "tst-1.3.5.history";
  HistoryFile file(folder, "tst");
  file.add(record(wire::HistoryKind::kBegin, 1));
  QVERIFY(file.waiting());
  QVERIFY(read_history(path).empty());
  file.add(record(wire::HistoryKind::kSend, 2));
  QVERIFY(!file.waiting());
  QCOMPARE(read_history(path).size(), std::size_t{2});
  file.add(record(wire::HistoryKind::kDeliver, 3));
  QCOMPARE(read_history(path).size(), std::size_t{2});
  file.flush();
  QCOMPARE(read_history(path).size(), std::size_t{3});
}

void TstHost::historyFile_afterItsEnd_takesNoSecondEnd() {
  const std::filesystem::path folder = folder_->path().toStdString();
  HistoryFile file(folder, "tst");
  file.add(record(wire::HistoryKind::kBegin, 1));
  file.end("stopped", MonotonicTime{});
  file.end("stopped", MonotonicTime{});
  const auto records = read_history(folder / "tst-1.3.5.history");
  QCOMPARE(records.size(), std::size_t{2});
  QVERIFY(records[1].kind == wire::HistoryKind::kEnd);
  QCOMPARE(records[1].sequence, std::uint64_t{2});
}

void TstHost::historyFile_ofNoProcess_isNotMade() {
  const std::filesystem::path folder = folder_->filePath("history").toStdString();
  HistoryFile file(folder, "tst");
  wire::HistoryRecord end = record(wire::HistoryKind::kEnd, 1);
  end.process = {};
  file.add(end);
  file.flush();
  QVERIFY(!std::filesystem::exists(folder));
}

QTEST_GUILESS_MAIN(TstHost)
#include "tst_host.moc"
