#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/wire/view_records.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::test::Plant;
using Kind = wire::ViewLogRecord::Kind;

namespace {

using Sites = std::vector<std::uint16_t>;

wire::ViewValue value_of(std::uint64_t view, const Sites& sites, std::uint16_t incarnation = 1) {
  wire::ViewValue value;
  value.view = view;
  for (std::uint16_t site : sites) {
    value.members.push_back({SiteId{site}, Incarnation{incarnation}});
  }
  value.incarnations = value.members;
  value.plant.version = 1;
  for (std::uint16_t site : Sites{1, 2, 3, 4, 5})
    value.plant.hosts.push_back({SiteId{site}, {}, {}, false});
  return value;
}

Bytes committed(std::uint64_t view, const Sites& sites) {
  return wire::encode(wire::ViewLogRecord{Kind::kCommitted, view, {}, value_of(view, sites)});
}
Bytes accepted(std::uint64_t view, wire::Ballot ballot, const Sites& sites) {
  return wire::encode(wire::ViewLogRecord{Kind::kAccepted, view, ballot, value_of(view, sites)});
}

/// Power is back at these sites, all of which have lived once before.
void boot(Plant& plant, const Sites& sites) {
  for (std::uint16_t site : sites) {
    plant.has_lived(site);
    plant.start(site);
  }
}

/// All five know view 1, and only site 5 the next one, in which an operator changed a timer.
wire::ViewLogRecord timer_changed_where_only_five_knows(Plant& plant) {
  const Sites all{1, 2, 3, 4, 5};
  for (std::uint16_t site : all) plant.log(site) = {committed(1, all)};
  wire::ViewLogRecord changed = *wire::decode_view_log_record(committed(2, all));
  changed.value.plant.version = 2;
  changed.value.plant.timers = {{"lease_ms", 700}};
  plant.log(5).push_back(wire::encode(changed));
  return changed;
}

/// Of three sites the third dies and starts again, this moment.
void return_to_a_working_plant(Plant& plant) {
  for (std::uint16_t site : Sites{1, 2, 3}) plant.start(site);
  plant.run(seconds(3));
  plant.kill(3);
  plant.run(seconds(2));
  plant.start(3);
}

}  // namespace

class TstColdStart : public QObject {
  Q_OBJECT

 private slots:
  void shrunkView_othersWithoutItsLastMember_wait() {
    // Goal: protocols.md 4.2 test (a). Method: {1,2,3} -> {1,2} -> {1}, all lose power; 2 and 3
    // are a quorum of the view that they remember first, and must wait for 1 all the same.
    Plant plant(3);
    plant.log(1) = {committed(3, {1})};
    plant.log(2) = {committed(2, {1, 2})};
    plant.log(3) = {committed(1, {1, 2, 3})};
    boot(plant, {2, 3});
    plant.run(seconds(10));
    QCOMPARE(plant.last_view(2), std::string());
    QCOMPARE(plant.last_view(3), std::string());
    boot(plant, {1});
    plant.run(seconds(6));
    QVERIFY(plant.last_view(2).starts_with("1.2"));
    QCOMPARE(plant.last_view(3), plant.last_view(2));
  }

  void viewAcceptedButNotCommitted_isFinishedAndItsQuorumNeeded() {
    // Goal: W17 and test (a) with the commit of {1,2} lost. Method: 2 holds it as accepted only;
    // 2 and 3 finish it, are no quorum of it, and wait.
    Plant plant(3);
    plant.log(1) = {committed(2, {1, 2})};
    plant.log(2) = {committed(1, {1, 2, 3}), accepted(2, {1, 0}, {1, 2})};
    plant.log(3) = {committed(1, {1, 2, 3})};
    boot(plant, {2, 3});
    plant.run(seconds(12));
    QCOMPARE(plant.last_view(2), std::string());
    QCOMPARE(plant.last_view(3), std::string());
    boot(plant, {1});
    plant.run(seconds(6));
    QVERIFY(plant.last_view(2).starts_with("1.2"));
  }

  void acceptedByAMinority_isNoLastView() {
    // Goal: protocols.md 4.2 test (b), the classic split brain of dynamic voting. Method: only 1
    // and 2 logged {1,2}; 3, 4, 5 chose {3,4,5}. 1 and 2 wait; 3, 4, 5 form their next view.
    Plant plant(5);
    for (std::uint16_t site : Sites{1, 2}) {
      plant.log(site) = {committed(1, {1, 2, 3, 4, 5}), accepted(2, {1, 0}, {1, 2})};
    }
    for (std::uint16_t site : Sites{3, 4, 5}) {
      plant.log(site) = {committed(1, {1, 2, 3, 4, 5}), accepted(2, {2, 2}, {3, 4, 5})};
    }
    boot(plant, {1, 2});
    plant.run(seconds(10));
    QCOMPARE(plant.last_view(1), std::string());
    QCOMPARE(plant.last_view(2), std::string());
    boot(plant, {3, 4, 5});
    plant.run(seconds(10));
    QVERIFY2(plant.last_view(3).starts_with("3.2,4.2,5.2"), plant.last_view(3).c_str());
    QCOMPARE(plant.last_view(1), plant.last_view(3));
  }

  void minorityWithItsOwnAcceptance_meetsAQuorum_takesTheHigherBallot() {
    // Goal: as above, with 1, 2 and one of the others up: the choice of {3,4,5} is found at 3 and
    // finished; then its quorum is missing and nobody goes on.
    Plant plant(5);
    for (std::uint16_t site : Sites{1, 2}) {
      plant.log(site) = {committed(1, {1, 2, 3, 4, 5}), accepted(2, {1, 0}, {1, 2})};
    }
    plant.log(3) = {committed(1, {1, 2, 3, 4, 5}), accepted(2, {2, 2}, {3, 4, 5})};
    boot(plant, {1, 2, 3});
    plant.run(seconds(12));
    for (std::uint16_t site : Sites{1, 2, 3}) QCOMPARE(plant.last_view(site), std::string());
  }

  void promiseOfAFormerLife_binds() {
    // Goal: while forming, votes count by site, so a later life stands by an earlier promise, and
    // a forming ballot outranks what was accepted in a view whose lives are over. Method: 2 had
    // accepted {1,2} in ballot (7,1), nobody else did. 1 and 3 form view 2 = {1,3}; its commit is
    // lost at 3. When 3 and 2 meet, what was chosen must be finished, not the old acceptance.
    Plant plant(3);
    for (std::uint16_t site : Sites{1, 3}) plant.log(site) = {committed(1, {1, 2, 3})};
    plant.log(2) = {committed(1, {1, 2, 3}), accepted(2, {7, 1}, {1, 2})};
    boot(plant, {1, 3});
    plant.run(seconds(4));
    QVERIFY(plant.last_view(1).starts_with("1.2,3.2"));
    plant.kill(1);
    plant.kill(3);
    // The commit replaced the log at 3 in one step: undo that step.
    const auto formed = wire::decode_view_log_record(plant.log(3).back());
    QVERIFY(formed.has_value());
    plant.log(3) = {
        committed(1, {1, 2, 3}),
        wire::encode(wire::ViewLogRecord{
            Kind::kAccepted, 2, {core::test::first_forming_round(), 0}, formed->value})};
    boot(plant, {2, 3});
    plant.run(seconds(8));
    QCOMPARE(plant.last_view(2), std::string());
    boot(plant, {1});
    plant.run(seconds(8));
    QVERIFY2(plant.last_view(3).starts_with("1.3,3.3"), plant.last_view(3).c_str());
  }

  void promiseIsDurableBeforeItIsGiven() {
    // Goal: a site whose disk does not write cannot help to form a view. Method: of three sites
    // with logs, two start and one disk stalls.
    Plant plant(3);
    for (std::uint16_t site : Sites{1, 2, 3}) plant.log(site) = {committed(1, {1, 2, 3})};
    boot(plant, {1, 2});
    plant.stall_disk(2);
    plant.run(seconds(8));
    QCOMPARE(plant.last_view(1), std::string());
    QCOMPARE(plant.last_view(2), std::string());
  }

  void replacedDisk_doesNotVote() {
    // Goal: a site that lost its log cannot make a quorum with it (nats#7567: split brain after
    // lost logs). Method: {1,2} was the last view, 3 knows {1,2,3}, the disk of 2 is new; 2 and 3
    // wait for 1.
    Plant plant(3);
    plant.log(1) = {committed(2, {1, 2})};
    plant.log(3) = {committed(1, {1, 2, 3})};
    boot(plant, {2, 3});
    plant.run(seconds(8));
    QCOMPARE(plant.last_view(2), std::string());
    QCOMPARE(plant.last_view(3), std::string());
    boot(plant, {1});
    plant.run(seconds(8));
    QVERIFY(plant.last_view(2).starts_with("1.2"));
    QCOMPARE(plant.last_view(3), plant.last_view(2));
  }

  void replacedDisk_comesBackBeyondAllItsLives() {
    // Goal: W15 (b), P6, P61. Method: site 3 has lived five times; its disk is new, so it begins as
    // life 1 again: the others tell it which lives they have seen, the next one is beyond.
    Plant plant(3);
    for (std::uint16_t site : Sites{1, 2, 3}) plant.start(site);
    plant.run(seconds(3));
    for (int life = 2; life <= 5; ++life) {
      plant.kill(3);
      plant.run(seconds(1));
      plant.start(3);
      plant.run(seconds(2));
    }
    QCOMPARE(plant.last_view(1), std::string("1.1,2.1,3.5"));
    plant.kill(3);
    plant.run(seconds(1));
    plant.replace_disk(3);
    plant.start(3);
    plant.run(seconds(1));
    QVERIFY(!plant.running(3));
    plant.start(3);
    plant.run(seconds(3));
    QCOMPARE(plant.last_view(1), std::string("1.1,2.1,3.6"));
  }

  void operatorsOverride_formsAViewThatOutranksTheLostSites() {
    // Goal: P10's exception. Method: of {1,2,3} only 3 is left. It waits; an operator forces it; 1
    // and 2, who can form a view of their own without it, stop when they meet it and join it.
    Plant plant(3);
    for (std::uint16_t site : Sites{1, 2, 3}) plant.log(site) = {committed(1, {1, 2, 3})};
    boot(plant, {3});
    plant.run(seconds(5));
    QCOMPARE(plant.last_view(3), std::string());
    const auto operator_client = plant.client(3);
    plant.ask(3, operator_client, wire::ForceForm{1, "hall 2 burnt down"});
    plant.run(seconds(1));
    QCOMPARE(plant.last_view(3), std::string("3.2"));
    plant.cut(1, 3);
    plant.cut(2, 3);
    boot(plant, {1, 2});
    plant.run(seconds(5));
    QCOMPARE(plant.last_view(1), std::string("1.2,2.2"));
    plant.kill(3);  // also a new life of 3 stands by the override
    plant.heal(1, 3);
    plant.heal(2, 3);
    plant.start(3);
    plant.run(seconds(4));
    QVERIFY2(!plant.running(1) && !plant.running(2), "the outranked view goes on");
    boot(plant, {1, 2});
    plant.run(seconds(6));
    QVERIFY2(plant.last_view(1).starts_with("3.3"), plant.last_view(1).c_str());
    const auto inspector = plant.client(1);
    plant.run(millis(100));
    plant.ask(1, inspector, wire::Inspect{2, "sites", ""});
    plant.run(millis(50));
    QVERIFY(plant.says(1, inspector, "hall 2 burnt down"));
  }

  void operatorsOverride_takesInWhoWaitsBesideIt() {
    // Goal: who is alive and waits is not left out. Method: 4 and 5 are left of five; 4 is forced.
    Plant plant(5);
    for (std::uint16_t site : Sites{1, 2, 3, 4, 5})
      plant.log(site) = {committed(1, {1, 2, 3, 4, 5})};
    boot(plant, {4, 5});
    plant.run(seconds(5));
    QCOMPARE(plant.last_view(4), std::string());
    plant.ask(4, plant.client(4), wire::ForceForm{1, "halls 1 to 3 burnt down"});
    plant.run(seconds(2));
    const auto& traces = plant.traces(4);
    const auto first = std::find_if(traces.begin(), traces.end(), [](const std::string& trace) {
      return trace.starts_with("event=view.installed");
    });
    QVERIFY(first != traces.end());
    QVERIFY2(first->ends_with(" members=4.2,5.2"), first->c_str());
    QCOMPARE(plant.last_view(5), std::string("4.2,5.2"));
  }

  void operatorsOverride_isRefusedWhereTheSiteJoinsAView() {
    // Goal: an override is no way around a working plant. Method: site 3 comes back; it has heard
    // the others' view and is not in it yet.
    Plant plant(3);
    return_to_a_working_plant(plant);
    const auto client = plant.client(3);
    plant.run(millis(20));
    QCOMPARE(plant.last_view(3), std::string("1.1,2.1,3.1"));  // that of its former life
    plant.ask(3, client, wire::ForceForm{1, "just so"});
    QVERIFY(plant.says_done(3, client, "a view works elsewhere and this site is about to join it"));
    plant.run(seconds(2));
    QCOMPARE(plant.last_view(3), std::string("1.1,2.1,3.2"));
  }

  void operatorsOverride_isRefusedUntilTheSiteHasListened() {
    // Goal: the same where it has heard nobody yet. Method: the moment after its start.
    Plant plant(3);
    return_to_a_working_plant(plant);
    const auto client = plant.client(3);
    plant.ask(3, client, wire::ForceForm{1, "just so"});
    QVERIFY(plant.says_done(3, client, "this site has not listened for a second yet"));
    plant.run(seconds(2));
    QVERIFY(plant.running(1) && plant.running(2));
    QCOMPARE(plant.last_view(3), std::string("1.1,2.1,3.2"));
  }

  void operatorsOverride_keepsTheNewestPlantOfThoseThatHearEachOther() {
    // Goal: an override undoes no operator's change. Method: 4 and 5 are left of five; only 5 was
    // in the view that changed a timer. It has told 4, where the view is forced.
    Plant plant(5);
    const wire::ViewLogRecord changed = timer_changed_where_only_five_knows(plant);
    boot(plant, {4, 5});
    plant.run(seconds(5));
    plant.ask(4, plant.client(4), wire::ForceForm{1, "halls 1 to 3 burnt down"});
    plant.run(seconds(2));
    QCOMPARE(plant.last_view(4), std::string("4.2,5.2"));
    const auto forced = wire::decode_view_log_record(plant.log(4).back());
    QVERIFY(forced.has_value());
    QCOMPARE(forced->value.plant.timers, changed.value.plant.timers);
  }

  void operatorsOverride_isRefusedWhereAnotherSiteKnowsANewerPlant() {
    // Goal: the same, where a site has a new disk and may not be told. Method: 4 is blank.
    Plant plant(5);
    timer_changed_where_only_five_knows(plant);
    plant.replace_disk(4);
    boot(plant, {4, 5});
    plant.run(seconds(5));
    const auto at_four = plant.client(4);
    plant.ask(4, at_four, wire::ForceForm{1, "halls 1 to 3 burnt down"});
    QVERIFY(plant.says_done(4, at_four, "site 5 knows version 2 of the plant record"));
    plant.ask(5, plant.client(5), wire::ForceForm{1, "halls 1 to 3 burnt down"});
    plant.run(seconds(2));
    QCOMPARE(plant.last_view(4), std::string("5.2,4.2"));
  }

  void operatorsOverride_byAnotherUser_isRefused() {
    // Goal: only operators form views. Method: a user who is none, at a site that waits.
    Plant plant(3);
    plant.log(3) = {committed(1, {1, 2, 3})};
    boot(plant, {3});
    plant.run(seconds(2));
    const auto client = plant.client(3, 1000);
    plant.ask(3, client, wire::ForceForm{1, "let me"});
    plant.run(seconds(2));
    QVERIFY(plant.says_done(3, client, "user 1000 is no operator of this site"));
    QCOMPARE(plant.last_view(3), std::string());
  }

  void operatorsOverrides_areKeptToTheirLimit_theOldestGoesFirst_data() {
    QTest::addColumn<std::size_t>("before");
    QTest::addColumn<QString>("oldest");
    QTest::newRow("room for one") << limits::kOverridesKept - 1 << "override 1";
    QTest::newRow("full") << limits::kOverridesKept << "override 2";
  }

  void operatorsOverrides_areKeptToTheirLimit_theOldestGoesFirst() {
    // Goal: kOverridesKept. Method: a log whose plant has gone through so many; one more by force.
    QFETCH(std::size_t, before);
    QFETCH(QString, oldest);
    wire::ViewValue value = value_of(before * wire::kOverrideStep + 1, {2, 3});
    for (std::size_t i = 1; i <= before; ++i) {
      value.overrides.push_back({i * wire::kOverrideStep + 1, "override " + std::to_string(i)});
    }
    Plant plant(3);
    plant.log(3) = {wire::encode(wire::ViewLogRecord{Kind::kCommitted, value.view, {}, value})};
    boot(plant, {3});
    plant.run(seconds(2));
    const auto client = plant.client(3);
    plant.ask(3, client, wire::ForceForm{1, "once more"});
    plant.run(seconds(2));
    QCOMPARE(plant.last_view(3), std::string("3.2"));
    plant.ask(3, client, wire::Inspect{2, "sites", ""});
    const auto* answer = std::get_if<wire::Inspection>(&plant.heard(3, client).back());
    QVERIFY(answer != nullptr);
    const auto overrides = answer->answer.list("overrides");
    QCOMPARE(overrides.size(), limits::kOverridesKept);
    QCOMPARE(QString::fromStdString(overrides.front().text("text")), oldest);
    QVERIFY(overrides.back().text("text").find("once more") != std::string::npos);
  }

  void plantRecord_ofTheNewestLog_isTaken_whoeverForms() {
    // Goal: an operator's change survives a total failure. Method: 1, the oldest, missed the view
    // that made the change; 2 has it in its log; together they form the next one.
    Plant plant(3);
    wire::ViewValue changed = value_of(2, {1, 2});
    changed.plant.version = 2;
    changed.plant.timers = {{"lease_ms", 700}};
    plant.log(1) = {committed(1, {1, 2})};
    plant.log(2) = {committed(1, {1, 2}),
                    wire::encode(wire::ViewLogRecord{Kind::kCommitted, 2, {}, changed})};
    boot(plant, {1, 2});
    plant.run(seconds(5));
    for (std::uint16_t site : Sites{1, 2}) {
      QCOMPARE(plant.last_view(site), std::string("1.2,2.2"));
      const auto client = plant.client(site);
      plant.ask(site, client, wire::Inspect{1, "sites", ""});
      const auto* answer = std::get_if<wire::Inspection>(&plant.heard(site, client).back());
      QVERIFY(answer != nullptr);
      QCOMPARE(answer->answer.integer("plant_version"), std::int64_t{2});
      for (const wire::Message& timer : answer->answer.list("timers")) {
        if (timer.text("name") == "lease_ms") QCOMPARE(timer.integer("value_ms"), 700);
      }
    }
  }

  void viewLog_thatIsCorrupt_stopsTheSite() {
    // Goal: a disk that lies is not believed. Method: one record of two lacks its last byte.
    Plant plant(3);
    Bytes torn = committed(2, {1, 2});
    torn.pop_back();
    plant.log(1) = {committed(1, {1, 2, 3}), torn};
    boot(plant, {1});
    QVERIFY(!plant.running(1));
    QVERIFY2(plant.stop_reason(1).starts_with("the view log is corrupt"),
             plant.stop_reason(1).c_str());
  }

  void leave_beforeTheFirstView_isDoneAtOnce() {
    // Goal: a site that waits for a quorum can be stopped in order. Method: one of three.
    Plant plant(3);
    plant.start(1);
    plant.run(seconds(1));
    plant.leave(1);
    QVERIFY(!plant.running(1));
    QVERIFY(plant.stopped_for_good(1));
    QCOMPARE(plant.stop_reason(1), std::string("left"));
  }

  void recordedPlant_isThatOfTheLastCommittedView() {
    // Goal: a daemon starts with the hosts that the plant has agreed on. Method: a log with two
    // committed views and a later one that was only accepted.
    const auto of_version = [](std::uint64_t version, Kind kind, std::uint64_t view) {
      wire::ViewValue value = value_of(view, {1, 2, 3});
      value.plant.version = version;
      return wire::encode(wire::ViewLogRecord{kind, view, {}, value});
    };
    QVERIFY(!core::recorded_plant({}).has_value());
    QVERIFY(!core::recorded_plant({of_version(5, Kind::kAccepted, 1)}).has_value());
    const auto recorded = core::recorded_plant({of_version(1, Kind::kCommitted, 1),
                                                of_version(2, Kind::kCommitted, 2),
                                                of_version(3, Kind::kAccepted, 3)});
    QVERIFY(recorded.has_value());
    QCOMPARE(recorded->version, std::uint64_t{2});
  }

  void operatorsOverride_isRefusedWhereAViewWorks() {
    // Goal: an override is no way to split a working plant. Method: ask a serving site.
    Plant plant(3);
    for (std::uint16_t site : Sites{1, 2, 3}) plant.start(site);
    plant.run(seconds(3));
    const auto client = plant.client(2);
    plant.run(millis(50));
    plant.ask(2, client, wire::ForceForm{1, "just so"});
    plant.run(seconds(1));
    QCOMPARE(plant.last_view(2), std::string("1.1,2.1,3.1"));
    bool refused = false;
    for (const auto& event : plant.heard(2, client)) {
      const auto* done = std::get_if<wire::ChangeDone>(&event);
      refused = refused || (done != nullptr && done->code == Errc::kRefused);
    }
    QVERIFY(refused);
  }
};

QTEST_GUILESS_MAIN(TstColdStart)
#include "tst_cold_start.moc"
