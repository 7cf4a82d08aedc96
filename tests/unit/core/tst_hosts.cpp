// Goal: an operator changes the hosts and timers of a running plant: at one place of the views, the
// same at all sites, durable; a witness votes and hosts nobody.
// Method: real protocols processes joined in memory (plant.h); links only between sites that know
// each other by what the core has told its daemon.
#include <QtTest/QtTest>

#include "platform/core/plant_changes.h"
#include "platform/core/timers.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::all;
using core::test::Plant;
using wire::PlantChange;
using wire::PlantChangeKind;

namespace {

PlantChange add(const wire::Host& host) {
  PlantChange change;
  change.host = host;
  return change;
}

PlantChange removal(std::uint16_t site) {
  PlantChange change;
  change.kind = PlantChangeKind::kRemoveHost;
  change.host.site = SiteId{site};
  return change;
}

PlantChange timer(std::string name, std::int64_t value_ms) {
  PlantChange change;
  change.kind = PlantChangeKind::kSetTimer;
  change.timer = {std::move(name), value_ms};
  return change;
}

PlantChange address(std::uint16_t site, std::string address, std::uint16_t port) {
  PlantChange change;
  change.kind = PlantChangeKind::kSetEndpoints;
  change.host.site = SiteId{site};
  change.host.endpoints = {{std::move(address), port}};
  return change;
}

/// A plant whose founders run, with an operator at site 1.
struct Cell {
  explicit Cell(std::uint16_t sites, std::set<std::uint16_t> witnesses = {}) : plant(sites) {
    plant.witnesses = std::move(witnesses);
    for (std::uint16_t site = 1; site <= sites; ++site) plant.start(site);
    plant.run(seconds(3));
    operator_at_1 = plant.client(1);
    plant.run(millis(50));
  }

  /// What the daemon answers to the change, asked for at site 1.
  wire::ChangeDone change(const PlantChange& wanted) {
    plant.ask(1, operator_at_1, wire::ChangePlant{++token, wire::encode(wanted)});
    plant.run(seconds(2));
    for (const auto& done : all<wire::ChangeDone>(plant.heard(1, operator_at_1))) {
      if (done.token == token) return done;
    }
    return {token, Errc::kTimedOut, {}, "no answer"};
  }

  wire::Message sites(std::uint16_t at) {
    const ClientHandle asker = plant.client(at);
    plant.run(millis(50));
    plant.ask(at, asker, wire::Inspect{1, "sites", ""});
    plant.run(millis(50));
    const auto answers = all<wire::Inspection>(plant.heard(at, asker));
    return answers.empty() ? wire::Message{} : answers.front().answer;
  }

  Plant plant;
  ClientHandle operator_at_1;
  std::uint64_t token = 0;
};

}  // namespace

class TstHosts : public QObject {
  Q_OBJECT

 private slots:
  void host_added_joinsKnowingOneSite();
  void host_notAdded_isNotTakenIn();
  void host_removed_isExcludedByTheOperatorAndStops();
  void coordinator_removed_handsOver();
  void removal_ofTheOlderOfTwo_leavesTheYounger();
  void removedSite_startedAgain_formsNothing();
  void changes_surviveATotalFailure();
  void change_byAnotherUser_isRefused();
  void change_thatIsWrong_isRefusedAtOnce_data();
  void change_thatIsWrong_isRefusedAtOnce();
  void change_coordinatorDies_isDoneAllTheSame();
  void changes_thatExcludeEachOther_theSecondIsRefused();
  void address_changed_isInForceAtAllSitesAndInLaterLives();
  void lastHostThatIsNoWitness_isNotRemoved();
  void timers_changeAtAllSitesWithOneView();
  void founders_thatDiffer_formNothing();
  void witness_keepsThePlantGoing_whoeverDies_data();
  void witness_keepsThePlantGoing_whoeverDies();
  void witness_hostsNobody();
  void record_limits_hold();
};

void TstHosts::host_added_joinsKnowingOneSite() {
  Cell cell(3);
  QCOMPARE(cell.change(add(cell.plant.host(4))).code, Errc::kOk);
  cell.plant.start_joiner(4, 2);
  cell.plant.run(seconds(3));
  for (std::uint16_t site = 1; site <= 4; ++site) {
    QCOMPARE(cell.plant.last_view(site), std::string("1.1,2.1,3.1,4.1"));
    QCOMPARE(cell.sites(site).list("hosts").size(), std::size_t{4});
    QCOMPARE(cell.sites(site).integer("plant_version"), std::int64_t{2});
  }
}

void TstHosts::host_notAdded_isNotTakenIn() {
  Cell cell(3);
  cell.plant.start_joiner(4, 2);
  cell.plant.run(seconds(5));
  QCOMPARE(cell.plant.last_view(4), std::string());
  QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1,3.1"));
}

void TstHosts::host_removed_isExcludedByTheOperatorAndStops() {
  Cell cell(3);
  QCOMPARE(cell.change(removal(3)).code, Errc::kOk);
  QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1"));
  QCOMPARE(cell.plant.last_view(2), std::string("1.1,2.1"));
  QVERIFY(!cell.plant.running(3));
  QVERIFY(cell.plant.stopped_for_good(3));
  QCOMPARE(cell.plant.stop_reason(3), std::string("removed from the plant by an operator"));
  cell.plant.ask(1, cell.operator_at_1, wire::Inspect{9, "why-left", "3"});
  cell.plant.run(millis(50));
  const auto answers = all<wire::Inspection>(cell.plant.heard(1, cell.operator_at_1));
  const auto departures = answers.back().answer.list("departures");
  QCOMPARE(departures.size(), std::size_t{1});
  QVERIFY(departures.front().text("reason").starts_with("operator"));
}

void TstHosts::coordinator_removed_handsOver() {
  Cell cell(3);
  cell.change(removal(1));
  cell.plant.run(seconds(1));
  QVERIFY(!cell.plant.running(1));
  QVERIFY(cell.plant.stopped_for_good(1));
  QCOMPARE(cell.plant.last_view(2), std::string("2.1,3.1"));
  QCOMPARE(cell.plant.last_view(3), std::string("2.1,3.1"));
}

void TstHosts::removal_ofTheOlderOfTwo_leavesTheYounger() {
  Cell cell(2);
  cell.change(removal(1));
  cell.plant.run(seconds(1));
  QVERIFY(!cell.plant.running(1));
  QCOMPARE(cell.plant.last_view(2), std::string("2.1"));
  QVERIFY(cell.sites(2).flag("serving"));
}

void TstHosts::removedSite_startedAgain_formsNothing() {
  // The older half of two is a quorum by itself, but the view that dropped it needed its own vote,
  // which it finds in its log.
  Cell cell(2);
  cell.change(removal(1));
  cell.plant.run(seconds(1));
  cell.plant.kill(2);
  cell.plant.start(1);
  cell.plant.run(seconds(10));
  QVERIFY(cell.plant.last_view(1).find("1.2") == std::string::npos);
}

void TstHosts::changes_surviveATotalFailure() {
  Cell cell(3);
  QCOMPARE(cell.change(timer("suspicion_floor_ms", 900)).code, Errc::kOk);
  QCOMPARE(cell.change(removal(2)).code, Errc::kOk);
  QCOMPARE(cell.change(add(cell.plant.host(4))).code, Errc::kOk);
  cell.plant.kill(1);
  cell.plant.kill(3);
  cell.plant.start(1);
  cell.plant.start(3);
  cell.plant.run(seconds(4));
  QCOMPARE(cell.plant.last_view(3), std::string("1.2,3.2"));
  const wire::Message sites = cell.sites(3);
  QCOMPARE(sites.list("hosts").size(), std::size_t{3});
  QCOMPARE(sites.integer("plant_version"), std::int64_t{4});
  for (const wire::Message& each : sites.list("timers")) {
    if (each.text("name") == "suspicion_floor_ms") QCOMPARE(each.integer("value_ms"), 900);
  }
}

void TstHosts::change_byAnotherUser_isRefused() {
  Cell cell(3);
  const ClientHandle stranger = cell.plant.client(1, 1000);
  cell.plant.run(millis(50));
  cell.plant.ask(1, stranger, wire::ChangePlant{1, wire::encode(removal(3))});
  cell.plant.run(seconds(1));
  const auto done = all<wire::ChangeDone>(cell.plant.heard(1, stranger));
  QCOMPARE(done.size(), std::size_t{1});
  QCOMPARE(done.front().code, Errc::kRefused);
  QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1,3.1"));
}

void TstHosts::change_thatIsWrong_isRefusedAtOnce_data() {
  QTest::addColumn<QByteArray>("change");
  QTest::addColumn<QString>("text");
  const auto row = [](const char* name, const PlantChange& change, const char* text) {
    const Bytes bytes = wire::encode(change);
    QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                      static_cast<qsizetype>(bytes.size()))
                        << text;
  };
  const Plant plant(3);
  row("there already", add(plant.host(2)), "site 2 is there");
  wire::Host thief = plant.host(2);
  thief.site = SiteId{7};
  row("address taken", add(thief), "site 2 listens at");
  wire::Host nowhere = plant.host(7);
  nowhere.endpoints.clear();
  row("no address", add(nowhere), "needs one or two addresses");
  wire::Host deaf = plant.host(7);
  deaf.endpoints = {{"127.0.0.7", 0}};
  row("no port", add(deaf), "site 7 needs an address and a port");
  deaf.endpoints = {{"", 7401}};
  row("empty address", add(deaf), "site 7 needs an address and a port");
  wire::Host nobody = plant.host(7);
  nobody.site = SiteId{0};
  row("site zero", add(nobody), "a site's number is 1 or more");
  row("unknown site", removal(9), "no site 9");
  row("unknown site's address", address(9, "127.0.0.9", 7401), "no site 9");
  row("another's address", address(2, "127.0.0.3", 7401), "site 3 listens at");
  row("floor above ceiling", timer("suspicion_floor_ms", 5001), "must not be above suspicion_cei");
  row("floor of few heartbeats", timer("suspicion_floor_ms", 299), "suspicion_floor_ms must be at");
  row("unknown timer", timer("nap_ms", 5), "there is no timer 'nap_ms'");
  row("timer out of range", timer("lease_ms", 5), "lease_ms may be 100 to");
  row("timers in conflict", timer("heartbeat_ms", 1000), "at least three times heartbeat_ms");
}

void TstHosts::change_thatIsWrong_isRefusedAtOnce() {
  QFETCH(QByteArray, change);
  QFETCH(QString, text);
  Cell cell(3);
  const Bytes bytes(change.begin(), change.end());
  const auto decoded = wire::decode_plant_change(ByteView(bytes));
  QVERIFY(decoded.has_value());
  const wire::ChangeDone done = cell.change(*decoded);
  QVERIFY(done.code != Errc::kOk);
  QVERIFY2(QString::fromStdString(done.text).contains(text), done.text.c_str());
  QCOMPARE(cell.sites(1).integer("view"), std::int64_t{1});  // no view was needed to say so
}

void TstHosts::change_coordinatorDies_isDoneAllTheSame() {
  Cell cell(3);
  const ClientHandle at_3 = cell.plant.client(3);
  cell.plant.run(millis(50));
  cell.plant.ask(3, at_3, wire::ChangePlant{5, wire::encode(timer("lease_ms", 700))});
  cell.plant.kill(1);
  cell.plant.run(seconds(4));
  const auto done = all<wire::ChangeDone>(cell.plant.heard(3, at_3));
  QCOMPARE(done.size(), std::size_t{1});
  QCOMPARE(done.front().code, Errc::kOk);
  QCOMPARE(cell.sites(2).integer("plant_version"), std::int64_t{2});
}

void TstHosts::changes_thatExcludeEachOther_theSecondIsRefused() {
  // Each is possible where it is asked for; one ballot decides both, in one order at all sites.
  Cell cell(3);
  const ClientHandle at_3 = cell.plant.client(3);
  cell.plant.run(millis(50));
  wire::Host other = cell.plant.host(7);
  other.endpoints = {{"127.0.0.8", 7401}};
  cell.plant.ask(3, at_3, wire::ChangePlant{5, wire::encode(add(other))});
  const wire::ChangeDone here = cell.change(add(cell.plant.host(7)));
  const auto there = all<wire::ChangeDone>(cell.plant.heard(3, at_3));
  QCOMPARE(there.size(), std::size_t{1});
  const bool first_here = here.code == Errc::kOk;
  QCOMPARE(first_here ? there.front().code : here.code, Errc::kAlreadyExists);
  QCOMPARE(first_here ? here.code : there.front().code, Errc::kOk);
  const std::string& refusal = first_here ? there.front().text : here.text;
  QVERIFY2(refusal.starts_with("site 7 is there"), refusal.c_str());
  const std::string wanted = first_here ? "127.0.0.7" : "127.0.0.8";
  for (std::uint16_t site = 1; site <= 3; ++site) {
    const auto hosts = cell.sites(site).list("hosts");
    QCOMPARE(hosts.size(), std::size_t{4});
    QCOMPARE(hosts.back().list("paths").at(0).text("address"), wanted);
  }
}

void TstHosts::address_changed_isInForceAtAllSitesAndInLaterLives() {
  Cell cell(3);
  QCOMPARE(cell.change(address(2, "127.0.0.12", 7402)).code, Errc::kOk);
  cell.plant.kill(3);
  cell.plant.run(seconds(2));
  cell.plant.start(3);  // its plant file has the former address
  cell.plant.run(seconds(3));
  for (std::uint16_t site = 1; site <= 3; ++site) {
    const wire::Message sites = cell.sites(site);
    QCOMPARE(sites.integer("plant_version"), std::int64_t{2});
    const auto hosts = sites.list("hosts");
    QCOMPARE(hosts.size(), std::size_t{3});
    QCOMPARE(hosts[0].list("paths").at(0).text("address"), std::string("127.0.0.1"));
    QCOMPARE(hosts[1].list("paths").size(), std::size_t{1});
    QCOMPARE(hosts[1].list("paths").at(0).text("address"), std::string("127.0.0.12"));
    QCOMPARE(hosts[1].list("paths").at(0).integer("port"), std::int64_t{7402});
  }
}

void TstHosts::lastHostThatIsNoWitness_isNotRemoved() {
  Plant plant(2);
  plant.witnesses = {2};
  wire::PlantRecord record;
  record.hosts = {plant.host(1), plant.host(2)};
  const auto without = core::changed(record, removal(1));
  QVERIFY(!without && without.error().code == Errc::kRefused);
  QVERIFY(core::changed(record, removal(2)).has_value());
}

void TstHosts::timers_changeAtAllSitesWithOneView() {
  Cell cell(3);
  QCOMPARE(cell.change(timer("suspicion_floor_ms", 2500)).code, Errc::kOk);
  for (std::uint16_t site = 1; site <= 3; ++site) {
    const wire::Message sites = cell.sites(site);
    QCOMPARE(sites.integer("view"), std::int64_t{2});
    for (const wire::Message& each : sites.list("timers")) {
      if (each.text("name") == "suspicion_floor_ms") QCOMPARE(each.integer("value_ms"), 2500);
    }
  }
  // The detector goes by it: two seconds of silence are nothing now.
  cell.plant.cut(1, 3);
  cell.plant.cut(2, 3);
  cell.plant.run(seconds(2));
  QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1,3.1"));
  cell.plant.run(seconds(3));
  QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1"));
}

void TstHosts::founders_thatDiffer_formNothing() {
  Plant plant(3);
  plant.start(1);
  plant.start_as_founder(2, {1, 2});
  plant.run(seconds(10));
  QCOMPARE(plant.last_view(1), std::string());
  QCOMPARE(plant.last_view(2), std::string());
  const auto& traces = plant.traces(1);
  QCOMPARE(std::count_if(traces.begin(), traces.end(),
                         [](const std::string& trace) {
                           return trace.starts_with("event=site.founders_differ");
                         }),
           std::ptrdiff_t{1});
}

void TstHosts::witness_keepsThePlantGoing_whoeverDies_data() {
  QTest::addColumn<int>("dead");
  QTest::addColumn<QString>("view");
  QTest::newRow("the older site") << 1 << "2.1,3.1";
  QTest::newRow("the younger site") << 2 << "1.1,3.1";
  QTest::newRow("the witness") << 3 << "1.1,2.1";
}

void TstHosts::witness_keepsThePlantGoing_whoeverDies() {
  QFETCH(int, dead);
  QFETCH(QString, view);
  Cell cell(3, {3});
  cell.plant.kill(static_cast<std::uint16_t>(dead));
  cell.plant.run(seconds(3));
  const std::uint16_t alive = dead == 1 ? 2 : 1;
  QCOMPARE(QString::fromStdString(cell.plant.last_view(alive)), view);
  const ClientHandle client = cell.plant.client(alive);
  cell.plant.run(millis(100));
  cell.plant.ask(alive, client, wire::JoinGroup{1, "g", true, {}});
  cell.plant.run(seconds(1));
  const auto done = all<wire::ChangeDone>(cell.plant.heard(alive, client));
  QCOMPARE(done.size(), std::size_t{1});
  QCOMPARE(done.front().code, Errc::kOk);
}

void TstHosts::witness_hostsNobody() {
  Cell cell(3, {3});
  const ClientHandle client = cell.plant.client(3);
  cell.plant.run(millis(100));
  cell.plant.ask(3, client, wire::Inspect{1, "sites", ""});
  cell.plant.run(millis(50));
  QCOMPARE(all<wire::Inspection>(cell.plant.heard(3, client)).size(), std::size_t{1});
  cell.plant.ask(3, client, wire::JoinGroup{2, "g", true, {}});
  cell.plant.run(millis(100));
  const auto goodbyes = all<wire::Goodbye>(cell.plant.heard(3, client));
  QCOMPARE(goodbyes.size(), std::size_t{1});
  QCOMPARE(goodbyes.front().code, Errc::kRefused);
  QVERIFY(goodbyes.front().reason.find("witness") != std::string::npos);
}

void TstHosts::record_limits_hold() {
  wire::PlantRecord record;
  const Plant plant(1);
  for (std::uint16_t site = 1; site <= limits::kSitesPerPlant; ++site) {
    const auto next = core::changed(record, add(plant.host(site)));
    QVERIFY(next.has_value());
    record = *next;
  }
  const auto beyond = core::changed(record, add(plant.host(limits::kSitesPerPlant + 1)));
  QVERIFY(!beyond && beyond.error().code == Errc::kLimit);
  core::PlantChanges changes;
  for (std::size_t i = 0; i < limits::kPlantRequestsPerView; ++i) {
    QVERIFY(changes.submit({SiteId{1}, Incarnation{1}}, record, timer("lease_ms", 600)));
  }
  const auto one_more = changes.submit({SiteId{1}, Incarnation{1}}, record, timer("lease_ms", 600));
  QVERIFY(!one_more && one_more.error().code == Errc::kLimit);
  wire::Host three = plant.host(200);
  for (int i = 0; i < 2; ++i) three.endpoints.push_back({"10.0.0.1", 7401});
  record.hosts.pop_back();
  const auto too_many = core::changed(record, add(three));
  QVERIFY(!too_many && too_many.error().code == Errc::kInvalidArgument);
}

QTEST_GUILESS_MAIN(TstHosts)
#include "tst_hosts.moc"
