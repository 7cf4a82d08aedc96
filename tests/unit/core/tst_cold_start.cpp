#include <QtTest/QtTest>

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
