// Goal: three real daemons form a view; a killed one is removed and comes back as a new
// incarnation; clients see it all and talk to each other. Method: cohortd processes on free
// loopback ports, watched through the client library.
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <csignal>
#include <fstream>
#include <map>

#include "platform/client/adapters/host.h"

using namespace cohort;

namespace {

constexpr Duration kPatience = seconds(30);

std::uint16_t free_port(const std::string& address) {
  using boost::asio::ip::tcp;
  boost::asio::io_context context;
  tcp::acceptor acceptor(context, {boost::asio::ip::make_address(address), 0});
  return acceptor.local_endpoint().port();
}

/// What a watching client found in the end.
struct Seen {
  ProcessId process;
  wire::SiteView sites;
  bool serving = false;
};

task::Task<int> watch(client::Host& host, std::size_t sites, Seen* seen) {
  const auto connected = co_await host.process().connect();
  if (!connected) co_return 1;
  const MonotonicTime deadline = host.scheduler().now() + kPatience;
  while (host.scheduler().now() < deadline) {
    *seen = {host.process().id(), host.process().sites(), host.process().serving()};
    if (seen->serving && seen->sites.members.size() == sites) co_return 0;
    co_await host.scheduler().sleep_for(millis(10));
  }
  co_return 1;
}

/// Creates or joins a group and waits until it has so many members and so many words were heard.
task::Task<int> converse(client::Host& host, std::size_t members, std::vector<std::string>* heard) {
  constexpr std::uint8_t kWordEntry = client::kFirstApplicationEntry;
  host.process().bind_update(kWordEntry, {}, [heard](const client::Delivery& delivery) {
    heard->push_back(delivery.message.text("word"));
    return std::optional<client::Message>();
  });
  const auto connected = co_await host.process().connect();
  if (!connected) co_return 1;
  const auto joined = co_await host.process().join_group("talk", true);
  if (!joined) co_return host.fail(joined.error());
  const GroupId group = joined->group;
  const MonotonicTime deadline = host.scheduler().now() + kPatience;
  while (host.process().view_of(group)->members.size() < members) {
    if (host.scheduler().now() > deadline) co_return 1;
    co_await host.scheduler().sleep_for(millis(10));
  }
  client::Message word;
  word.set("word", to_string(host.process().id()));
  const client::Destinations everybody{{group}, {}};
  const auto sent = host.process().multicast(client::Order::kTotal, everybody, kWordEntry, word);
  if (!sent) co_return host.fail(sent.error());
  while (heard->size() < members) {
    if (host.scheduler().now() > deadline) co_return 1;
    co_await host.scheduler().sleep_for(millis(10));
  }
  // All must have heard all before the first one leaves.
  co_await host.scheduler().sleep_for(millis(500));
  co_return 0;
}

}  // namespace

class TstThreeSites : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase();
  void cleanupTestCase();
  void started_formsAViewOfThree();
  void members_hearAbcastsInOneOrder();
  void killed_isRemoved();
  void restarted_rejoinsAsANewIncarnation();
  void frozen_isExcludedAndReplacesItselfByANewLife();
  void startedTwice_isRefused();
  void terminated_leavesInOrder();

 private:
  void start(int number);
  Seen watch_from(int number, std::size_t sites);
  std::unique_ptr<client::Host> open(int number, bool record);

  QTemporaryDir folder_;
  QString plant_path_;
  config::PlantFile plant_;
  std::map<int, std::unique_ptr<QProcess>> daemons_;
};

void TstThreeSites::initTestCase() {
  plant_path_ = folder_.filePath("plant.toml");
  std::ofstream file(plant_path_.toStdString());
  file << "[plant]\nname = \"lab\"\nmodel = \"minifab\"\nclock_factor = 1\n"
       << "data_directory = \"data\"\n";
  for (int number = 1; number <= 3; ++number) {
    const std::string address = "127.0.0." + std::to_string(number);
    file << "[[sites]]\nnumber = " << number << "\nname = \"site" << number << "\"\naddress = \""
         << address << "\"\nport = " << free_port(address) << "\n";
  }
  file.close();
  auto plant = config::read_plant_file(plant_path_.toStdString());
  QVERIFY2(plant, plant ? "" : plant.error().text.c_str());
  plant_ = *plant;
}

void TstThreeSites::cleanupTestCase() {
  for (auto& [number, daemon] : daemons_) {
    daemon->kill();
    daemon->waitForFinished();
  }
}

void TstThreeSites::start(int number) {
  auto daemon = std::make_unique<QProcess>();
  daemon->setProcessChannelMode(QProcess::ForwardedChannels);
  daemon->start(COHORTD, {"--config", plant_path_, "--site", QString::number(number)});
  QVERIFY(daemon->waitForStarted());
  daemons_[number] = std::move(daemon);
}

std::unique_ptr<client::Host> TstThreeSites::open(int number, bool record) {
  for (int attempt = 0; attempt < 500; ++attempt) {
    client::HostOptions options;
    options.program = "lab";
    options.plant = plant_;
    options.site = SiteId{static_cast<std::uint16_t>(number)};
    options.record_history = record;
    options.handle_signals = false;
    auto host = client::Host::open(std::move(options));
    if (host) return std::move(*host);
    QTest::qWait(20);
  }
  return nullptr;
}

Seen TstThreeSites::watch_from(int number, std::size_t sites) {
  Seen seen;
  const auto host = open(number, false);
  if (host) host->run(watch(*host, sites, &seen));
  return seen;
}

void TstThreeSites::started_formsAViewOfThree() {
  for (int number = 1; number <= 3; ++number) start(number);
  for (int number = 1; number <= 3; ++number) {
    const Seen seen = watch_from(number, 3);
    QCOMPARE(seen.sites.members.size(), std::size_t{3});
    QVERIFY(seen.serving);
  }
}

void TstThreeSites::members_hearAbcastsInOneOrder() {
  std::vector<std::thread> threads;
  std::map<int, std::vector<std::string>> heard{{1, {}}, {2, {}}, {3, {}}};
  std::map<int, int> codes{{1, -1}, {2, -1}, {3, -1}};
  for (int number = 1; number <= 3; ++number) {
    auto host = open(number, true);
    QVERIFY(host);
    threads.emplace_back(
        [host = std::move(host), words = &heard.at(number), code = &codes.at(number)] {
          *code = host->run(converse(*host, 3, words));
        });
  }
  for (std::thread& thread : threads) thread.join();
  for (int number = 1; number <= 3; ++number) {
    QCOMPARE(codes[number], 0);
    QCOMPARE(heard[number].size(), std::size_t{3});
    QVERIFY(heard[number] == heard[1]);
    const QDir histories(QString::fromStdString(
        config::history_directory(plant_, SiteId{static_cast<std::uint16_t>(number)})));
    QCOMPARE(histories.entryList({"*.history"}, QDir::Files).size(), 1);
  }
}

void TstThreeSites::killed_isRemoved() {
  QElapsedTimer timer;
  timer.start();
  daemons_[1]->kill();
  const Seen seen = watch_from(2, 2);
  qInfo("removed and served again within %lld ms", static_cast<long long>(timer.elapsed()));
  QCOMPARE(seen.sites.members.size(), std::size_t{2});
  QVERIFY(seen.serving);
  QVERIFY(seen.sites.members[0].site == SiteId{2});
}

void TstThreeSites::restarted_rejoinsAsANewIncarnation() {
  daemons_[1]->waitForFinished();
  start(1);
  const Seen seen = watch_from(1, 3);
  QCOMPARE(seen.sites.members.size(), std::size_t{3});
  QCOMPARE(QString::fromStdString(to_string(seen.sites.members.back())), QString("1.2"));
  QVERIFY((seen.process.life() == SiteLife{SiteId{1}, Incarnation{2}}));
}

void TstThreeSites::frozen_isExcludedAndReplacesItselfByANewLife() {
  const auto frozen = static_cast<pid_t>(daemons_[2]->processId());
  QCOMPARE(::kill(frozen, SIGSTOP), 0);
  const Seen without = watch_from(3, 2);
  QCOMPARE(::kill(frozen, SIGCONT), 0);
  QCOMPARE(without.sites.members.size(), std::size_t{2});
  const Seen again = watch_from(3, 3);
  QCOMPARE(again.sites.members.size(), std::size_t{3});
  QCOMPARE(QString::fromStdString(to_string(again.sites.members.back())), QString("2.2"));
  QCOMPARE(static_cast<pid_t>(daemons_[2]->processId()), frozen);
}

void TstThreeSites::startedTwice_isRefused() {
  QProcess second;
  second.start(COHORTD, {"--config", plant_path_, "--site", "2"});
  QVERIFY(second.waitForFinished());
  QCOMPARE(second.exitCode(), 3);
  const QString said = QString::fromUtf8(second.readAllStandardError());
  QVERIFY2(said.contains(QString("process %1").arg(daemons_[2]->processId())), qPrintable(said));
}

void TstThreeSites::terminated_leavesInOrder() {
  daemons_[3]->terminate();
  QVERIFY(daemons_[3]->waitForFinished());
  QCOMPARE(daemons_[3]->exitStatus(), QProcess::NormalExit);
  QCOMPARE(daemons_[3]->exitCode(), 0);
  QCOMPARE(watch_from(2, 2).sites.members.size(), std::size_t{2});
}

QTEST_GUILESS_MAIN(TstThreeSites)
#include "tst_three_sites.moc"
