// Goal: a site lives once at a time, counts its lives, serves clients, leaves in order, and tells
// why it ended. Method: one-site plants with real sockets and files in a temporary folder, driven
// in this thread.
#include <QTemporaryDir>
#include <QtTest>
#include <fstream>
#include <iterator>

#include "platform/base/limits.h"
#include "platform/daemon/lock_file.h"
#include "platform/daemon/restart.h"
#include "platform/daemon/site_daemon.h"
#include "platform/daemon/trace_ring.h"
#include "platform/net/site_links.h"
#include "platform/net/unix_client_link.h"
#include "platform/wire/client_protocol.h"
#include "unit/net/drive.h"

using namespace cohort;
using namespace cohort::daemon;

namespace {

std::string content_of(const std::filesystem::path& path) {
  std::ifstream stream(path);
  return {std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
}

}  // namespace

class TstDaemon : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void lock_takenTwice_namesTheHolder();
  void lock_dropped_canBeTakenAgain();
  void restarts_beyondTheMost_giveUp();
  void restarts_longAgo_doNotCount();
  void restarts_text_isReadBack();
  void ring_full_keepsTheLastEvents();
  void site_alone_welcomesAClientAndServes();
  void site_startedAgain_isANewIncarnation();
  void site_leaving_takesItsClientsLease();
  void site_leaving_endsFinally();
  void site_takenPort_doesNotStart();

 private:
  std::unique_ptr<SiteDaemon> start() {
    SiteDaemon::Settings settings{plant_, SiteId{1}, [this](const LifeEnd& end) { end_ = end; }};
    auto daemon = SiteDaemon::start(*runtime_, *log_, std::move(settings));
    if (daemon) return std::move(*daemon);
    failure_ = daemon.error();
    return nullptr;
  }

  std::unique_ptr<QTemporaryDir> folder_;
  std::unique_ptr<net::Runtime> runtime_;
  std::unique_ptr<LogFile> log_;
  config::PlantFile plant_;
  std::optional<LifeEnd> end_;
  Error failure_;
};

void TstDaemon::init() {
  folder_ = std::make_unique<QTemporaryDir>();
  runtime_ = std::make_unique<net::Runtime>();
  plant_ = {};
  plant_.plant = {"alone", "minifab", 1, folder_->path().toStdString()};
  plant_.plant.tls = config::TlsMode::kOff;
  plant_.sites = {{SiteId{1}, "alpha", "127.0.0.1", 0}};
  log_ = std::move(*LogFile::open("tst_daemon", folder_->filePath("log").toStdString(), false));
  end_.reset();
  failure_ = {};
}

void TstDaemon::lock_takenTwice_namesTheHolder() {
  const std::filesystem::path path = folder_->filePath("site-1/cohortd.lock").toStdString();
  const auto first = LockFile::take(path);
  QVERIFY(first.has_value());
  const auto second = LockFile::take(path);
  QVERIFY(!second);
  QVERIFY(second.error().code == Errc::kAlreadyExists);
  const QString text = QString::fromStdString(second.error().text);
  QVERIFY2(text.contains(QString("process %1").arg(QCoreApplication::applicationPid())),
           qPrintable(text));
}

void TstDaemon::lock_dropped_canBeTakenAgain() {
  const std::filesystem::path path = folder_->filePath("lock").toStdString();
  {
    QVERIFY(LockFile::take(path).has_value());
  }
  QVERIFY(LockFile::take(path).has_value());
}

void TstDaemon::restarts_beyondTheMost_giveUp() {
  RestartHistory history;
  const MonotonicTime now{seconds(1000)};
  for (std::size_t i = 0; i < kRestartsMost; ++i) {
    const auto delay = history.note(now);
    QVERIFY(delay.has_value());
    QVERIFY(*delay == kRestartDelay * static_cast<std::int64_t>(i));
  }
  QVERIFY(!history.note(now));
}

void TstDaemon::restarts_longAgo_doNotCount() {
  RestartHistory history;
  for (std::size_t i = 0; i < kRestartsMost; ++i) history.note(MonotonicTime{seconds(1000)});
  QVERIFY(!history.note(MonotonicTime{seconds(1000) + kRestartWindow}));
  const auto later = history.note(MonotonicTime{seconds(1001) + kRestartWindow});
  QVERIFY(later && *later == Duration{0});
}

void TstDaemon::restarts_text_isReadBack() {
  QCOMPARE(RestartHistory::parse("1000,2000,x,,3000").to_text(), std::string("1000,2000,3000"));
  QCOMPARE(RestartHistory::parse("").to_text(), std::string());
}

void TstDaemon::ring_full_keepsTheLastEvents() {
  const std::filesystem::path path = folder_->filePath("trace").toStdString();
  TraceRing ring(path);
  for (std::size_t i = 0; i <= limits::kTraceRing; ++i) {
    ring.add(MonotonicTime{seconds(1)}, "event=" + std::to_string(i) + ".");
  }
  QVERIFY(ring.dump("a test"));
  const QString text = QString::fromStdString(content_of(path));
  QVERIFY(text.contains("a test"));
  QVERIFY(!text.contains("event=0."));
  QVERIFY(text.indexOf("event=1.") < text.indexOf("event=4096."));
  QCOMPARE(text.count('\n'), qsizetype{limits::kTraceRing + 1});
}

void TstDaemon::site_alone_welcomesAClientAndServes() {
  const auto daemon = start();
  QVERIFY2(daemon, failure_.text.c_str());
  auto link = net::UnixClientLink::connect(*runtime_, config::socket_path(plant_, SiteId{1}));
  QVERIFY(link.has_value());
  std::optional<wire::Welcome> welcome;
  (*link)->on_record = [&](ByteView record) {
    const auto event = wire::decode_client_event(record);
    QVERIFY(event.has_value());
    if (const auto* found = std::get_if<wire::Welcome>(&*event)) welcome = *found;
  };
  wire::Hello hello;
  hello.program = "tst_daemon";
  (*link)->send(wire::encode(wire::ClientRequest(hello)));
  QVERIFY(net::drive(*runtime_, [&] { return welcome.has_value(); }));
  QVERIFY(welcome->process.life() == daemon->life());
  QCOMPARE(welcome->sites.members.size(), std::size_t{1});
  QVERIFY((*link)->lease_until() > net::Runtime::now());
}

void TstDaemon::site_leaving_takesItsClientsLease() {
  const auto daemon = start();
  QVERIFY(daemon);
  auto link = net::UnixClientLink::connect(*runtime_, config::socket_path(plant_, SiteId{1}));
  QVERIFY(link.has_value());
  QVERIFY(net::drive(*runtime_, [&] { return (*link)->lease_until() > net::Runtime::now(); }));
  daemon->leave();
  QVERIFY(net::drive(*runtime_, [this] { return end_.has_value(); }));
  QVERIFY((*link)->lease_until() == MonotonicTime{});
}

void TstDaemon::site_startedAgain_isANewIncarnation() {
  QCOMPARE(start()->life().incarnation.value, std::uint16_t{1});
  QCOMPARE(start()->life().incarnation.value, std::uint16_t{2});
}

void TstDaemon::site_leaving_endsFinally() {
  const auto daemon = start();
  QVERIFY(daemon);
  daemon->leave();
  QVERIFY(net::drive(*runtime_, [this] { return end_.has_value(); }));
  QVERIFY(end_->final);
  QCOMPARE(end_->reason, std::string("left"));
}

void TstDaemon::site_takenPort_doesNotStart() {
  net::SiteLinksSettings settings;
  settings.self = SiteId{2};
  settings.hosts = {{SiteId{2}, "other", {{"127.0.0.1", 0}}, false}};
  net::SiteLinks other(*runtime_, settings, {});
  QVERIFY(other.listen());
  plant_.sites[0].port = other.port();
  QVERIFY(!start());
  QVERIFY(failure_.code == Errc::kIo);
  QVERIFY(QString::fromStdString(failure_.text).contains(QString::number(other.port())));
}

QTEST_GUILESS_MAIN(TstDaemon)
#include "tst_daemon.moc"
