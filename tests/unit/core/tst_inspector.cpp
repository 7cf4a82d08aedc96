// Goal: what a daemon says about its plant is what is so: groups, links, counters, network paths.
// Method: real protocols processes joined in memory (plant.h), asked as the command line asks.
#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/core/protocols_process.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::Channel;
using core::ClientHandle;
using core::test::Plant;
using wire::Message;

namespace {

/// Three sites with a client each; those of sites 1 and 2 are members of "ledger", 1 first.
struct Cell {
  Plant plant{3};
  ClientHandle clients[4];

  Cell() {
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 3; ++site) clients[site] = plant.client(site);
    plant.run(millis(50));
    for (std::uint16_t site : {std::uint16_t{1}, std::uint16_t{2}}) {
      plant.ask(site, clients[site], wire::JoinGroup{1, "ledger", true, {}});
      plant.run(millis(200));
    }
  }

  Message ask(std::uint16_t site, const std::string& what) {
    plant.ask(site, clients[site], wire::Inspect{5, what, ""});
    for (auto event = plant.heard(site, clients[site]).rbegin();
         event != plant.heard(site, clients[site]).rend(); ++event) {
      if (const auto* answer = std::get_if<wire::Inspection>(&*event)) return answer->answer;
    }
    return {};
  }
  void multicast(std::uint16_t site, GroupId group) {
    wire::Multicast multicast;
    multicast.order = wire::Order::kTotal;
    multicast.destinations.groups = {group};
    multicast.entry = 16;
    multicast.payload = {1};
    plant.ask(site, clients[site], multicast);
  }
  /// What site 1 says of its path to site 2.
  Message path_to_two() { return ask(1, "sites").list("hosts").at(1).list("paths").at(0); }
  std::size_t traced(const std::string& text) {
    const auto& traces = plant.traces(1);
    return static_cast<std::size_t>(std::count_if(
        traces.begin(), traces.end(),
        [&text](const std::string& trace) { return trace.find(text) != std::string::npos; }));
  }
};

}  // namespace

class TstInspector : public QObject {
  Q_OBJECT

 private slots:
  void groups_areListedWithTheirMembers_theSameAtAllSites() {
    Cell cell;
    for (std::uint16_t site = 1; site <= 3; ++site) {
      const auto groups = cell.ask(site, "groups").list("groups");
      QCOMPARE(groups.size(), std::size_t{1});
      QCOMPARE(groups.front().text("name"), std::string("ledger"));
      QCOMPARE(groups.front().integer("view"), std::int64_t{2});
      const auto members = groups.front().list("members");
      QCOMPARE(members.size(), std::size_t{2});
      QCOMPARE(members[0].process("process").site().value, std::uint16_t{1});
      QCOMPARE(members[1].process("process").site().value, std::uint16_t{2});
    }
  }

  void links_sayWhoIsSilentAndSuspected() {
    Cell cell;
    for (const Message& link : cell.ask(1, "links").list("links")) {
      QVERIFY(link.flag("control") && link.flag("data") && link.flag("transfer"));
      QVERIFY(!link.flag("suspected"));
      QVERIFY(link.integer("last_heard_ms") >= 0 && link.integer("last_heard_ms") <= 200);
    }
    // Two silent sites of three: no quorum is left to remove them, so they stay in the list.
    cell.plant.cut(1, 2);
    cell.plant.cut(1, 3);
    cell.plant.run(seconds(2));
    const auto links = cell.ask(1, "links").list("links");
    QCOMPARE(links.size(), std::size_t{2});
    for (const Message& link : links) {
      QVERIFY(link.flag("suspected"));
      QVERIFY2(link.integer("last_heard_ms") >= 1500, link.text("evidence").c_str());
      QVERIFY(!link.text("evidence").empty());
    }
  }

  void statistics_countWhatCameAndWhatIsKept() {
    Cell cell;
    const GroupId group = cell.ask(1, "groups").list("groups").at(0).group("id");
    const auto before = cell.ask(2, "statistics");
    for (int i = 0; i < 10; ++i) cell.multicast(1, group);
    cell.plant.run(millis(2));
    const auto during = cell.ask(2, "statistics");
    QVERIFY(during.integer("received_in_view") >= before.integer("received_in_view") + 10);
    QCOMPARE(during.integer("order_received"), before.integer("order_received") + 10);
    QVERIFY(during.integer("kept") >= 10);
    cell.plant.run(seconds(1));
    const auto after = cell.ask(2, "statistics");
    QCOMPARE(after.integer("kept"), std::int64_t{0});
    QCOMPARE(after.integer("order_passed"), after.integer("order_received"));
    QCOMPARE(after.integer("unstable_bytes"), std::int64_t{0});
    QCOMPARE(after.integer("view"), std::int64_t{1});
  }

  void question_thatIsUnknown_isAnsweredWithThoseThatThereAre() {
    Cell cell;
    QCOMPARE(cell.ask(1, "weather").text("error"),
             std::string("unknown question \"weather\": ask sites, groups, links, statistics or "
                         "why-left"));
  }

  void path_isUpWhileAllItsConnectionsAre_andItsLossIsToldOnce() {
    Cell cell;
    const auto report = [&cell](Channel channel, bool up, bool carries, std::string reason = {}) {
      cell.plant.report_path(1, {SiteId{2}, channel, 0, up, carries, std::move(reason)});
    };
    QVERIFY(!cell.path_to_two().flag("up"));
    report(Channel::kControl, true, true);
    report(Channel::kData, true, false);
    QVERIFY(cell.path_to_two().flag("up") && cell.path_to_two().flag("carries"));
    QCOMPARE(cell.traced("event=path.up site=1.1 peer=2 path=1"), std::size_t{1});
    report(Channel::kData, false, false, "connection refused");
    QVERIFY(!cell.path_to_two().flag("up"));
    QVERIFY(cell.path_to_two().flag("carries"));
    QCOMPARE(cell.path_to_two().text("reason"), std::string("connection refused"));
    QCOMPARE(cell.traced("event=path.down"), std::size_t{0});  // the control channel speaks for it
    report(Channel::kControl, false, false, "no route to host");
    report(Channel::kControl, false, false, "no route to host");
    QVERIFY(!cell.path_to_two().flag("carries"));
    QCOMPARE(cell.traced("event=path.down site=1.1 peer=2 path=1 reason=\"no route to host\""),
             std::size_t{1});
  }

  void path_beyondTheLimit_isNotKept() {
    Cell cell;
    cell.plant.report_path(1,
                           {SiteId{2}, Channel::kControl, limits::kPathsPerSite, true, true, {}});
    QCOMPARE(cell.traced("event=path.up"), std::size_t{0});
    cell.plant.report_path(
        1, {SiteId{2}, Channel::kControl, limits::kPathsPerSite - 1, true, true, {}});
    QCOMPARE(cell.traced("event=path.up"), std::size_t{1});
  }
};

QTEST_GUILESS_MAIN(TstInspector)
#include "tst_inspector.moc"
