// Goal: of all members that get a request one acts; when it dies one other does; the result is
// applied once. Method: real processes on a plant in memory; coordinators, callers and sites die at
// chosen moments.
#include "platform/tools/coordinator_cohort.h"

#include <QtTest>

#include "ledger_service.h"
#include "platform/base/limits.h"
#include "platform/tools/pending_requests.h"

using namespace cohort;
using test::LedgerCaller;
using test::LedgerPlant;
using test::LedgerService;
using test::Lines;
using Members = std::vector<std::shared_ptr<LedgerService>>;

namespace {

int sum_acted(const Members& members) {
  int sum = 0;
  for (const auto& member : members) sum += member->acted;
  return sum;
}

std::shared_ptr<LedgerService> acting(const Members& members) {
  for (const auto& member : members) {
    if (member->app.alive() && member->acted > member->ended) return member;
  }
  return nullptr;
}

client::Delivery request_of(std::uint16_t site, std::uint64_t number,
                            std::vector<ProcessId> members) {
  client::Delivery request;
  request.id = {{SiteId{site}, Incarnation{1}}, 1, number};
  request.sender = ProcessId::make({SiteId{site}, Incarnation{1}}, 9);
  request.group = GroupId::make(3);
  request.view = {request.group, "g", 5, std::move(members)};
  request.call = number;
  request.message.set("n", number);
  return request;
}

ProcessId member_at(std::uint16_t site) {
  return ProcessId::make({SiteId{site}, Incarnation{1}}, 1);
}

}  // namespace

class TstCoordinatorCohort : public QObject {
  Q_OBJECT

  std::unique_ptr<LedgerPlant> house_;
  Members members_;
  std::shared_ptr<LedgerCaller> caller_;

  bool replied() {
    return house_->plant.run_until([this] { return !caller_->replies.empty(); });
  }
  std::shared_ptr<LedgerService> ask_and_find_coordinator() {
    house_->ask(caller_, "a");
    std::shared_ptr<LedgerService> found;
    house_->plant.run_until([&] { return (found = acting(members_)) != nullptr; });
    return found;
  }
  void settle() { house_->plant.run(seconds(2)); }

 private slots:
  void init() {
    caller_.reset();
    members_.clear();
    house_ = std::make_unique<LedgerPlant>(4);
    for (std::uint16_t site = 1; site <= 3; ++site) {
      members_.push_back(house_->add_running_member(site));
    }
    caller_ = house_->add_caller(4);
  }

  void request_allLive_oneActsAndAllApplyOnce() {
    house_->ask(caller_, "a");
    QVERIFY(replied());
    settle();
    QVERIFY(caller_->replies[0].has_value());
    QCOMPARE(caller_->replies[0]->text("what"), std::string("a"));
    QCOMPARE(sum_acted(members_), 1);
    for (const auto& member : members_) {
      QCOMPARE(member->lines, (Lines{"result a"}));
      QCOMPARE(member->cohort.pending(), 0u);
      QVERIFY(member->takeovers.empty());
    }
  }

  void request_callerHasAMemberAtItsSite_thatMemberActs() {
    const auto neighbour = house_->add_caller(2);
    house_->ask(neighbour, "a");
    QVERIFY(house_->plant.run_until([&] { return !neighbour->replies.empty(); }));
    QVERIFY(neighbour->replies[0]->process("by") == members_[1]->app.id());
  }

  void coordinator_diesWhileActing_oneOtherTakesOver() {
    const auto first = ask_and_find_coordinator();
    QVERIFY(first);
    house_->plant.kill(first->app);
    QVERIFY(replied());
    settle();
    QVERIFY(caller_->replies[0].has_value());
    QCOMPARE(sum_acted(members_), 2);
    for (const auto& member : members_) {
      if (member == first) continue;
      QCOMPARE(member->lines, (Lines{"result a"}));
      QCOMPARE(member->takeovers.size(), 1u);
      QVERIFY(member->takeovers[0].first == first->app.id());
    }
  }

  // V11, run E7 (b): the dead daemon's clients may still act for as long as its lease.
  void coordinatorsSite_exits_theTakeoverWaitsForItsLeaseAndTheViewDoesNot() {
    const auto first = ask_and_find_coordinator();
    QVERIFY(first);
    const MonotonicTime died = house_->plant.now();
    house_->plant.kill_site(first->app.id().site().value);
    const auto& living = members_[1] == first ? members_[2] : members_[1];
    QVERIFY(house_->plant.run_until([&] { return !living->takeovers.empty(); }));
    QVERIFY(house_->plant.now() - died <= millis(50));
    QCOMPARE(sum_acted(members_), 1);
    QVERIFY(house_->plant.run_until([&] { return sum_acted(members_) == 2; }));
    QVERIFY(house_->plant.now() - died >= limits::kLease - limits::kHeartbeatPeriod);
    QVERIFY(house_->plant.now() - died <= millis(700));
    QVERIFY(replied());
  }

  void coordinator_diesAlone_theTakeoverWaitsForNothing() {
    const auto first = ask_and_find_coordinator();
    QVERIFY(first);
    house_->plant.kill(first->app);
    QVERIFY(house_->plant.run_until([&] { return sum_acted(members_) == 2; }, millis(50)));
  }

  void request_deliveredToACoordinatorWithoutALease_isActedUponWhenItIsBack() {
    for (const auto& member : members_) member->app.set_leased(false);
    house_->ask(caller_, "a");
    house_->plant.run(seconds(2));
    QCOMPARE(sum_acted(members_), 0);
    for (const auto& member : members_) member->app.set_leased(true);
    QVERIFY(replied());
    QCOMPARE(sum_acted(members_), 1);
  }

  void coordinators_dieOneByOne_lastOneAnswers() {
    const auto first = ask_and_find_coordinator();
    house_->plant.kill_site(first->app.id().site().value);
    std::shared_ptr<LedgerService> second;
    QVERIFY(house_->plant.run_until([&] { return (second = acting(members_)) != nullptr; }));
    house_->plant.kill(second->app);
    QVERIFY(replied());
    settle();
    QCOMPARE(sum_acted(members_), 3);
    for (const auto& member : members_) {
      if (member->app.alive()) QCOMPARE(member->lines, (Lines{"result a"}));
    }
  }

  void coordinator_diesAfterItsReply_nobodyActsAgain() {
    const auto first = ask_and_find_coordinator();
    QVERIFY(replied());
    house_->plant.kill(first->app);
    settle();
    QCOMPARE(sum_acted(members_), 1);
    for (const auto& member : members_) {
      if (member != first) QCOMPARE(member->lines, (Lines{"result a"}));
    }
  }

  void members_allDie_callerGetsTotalFailure() {
    QVERIFY(ask_and_find_coordinator());
    for (const auto& member : members_) house_->plant.kill(member->app);
    QVERIFY(replied());
    QVERIFY(!caller_->replies[0].has_value());
    QVERIFY(caller_->replies[0].error().code == Errc::kTotalFailure);
  }

  void caller_dies_resultIsAppliedAllTheSame() {
    QVERIFY(ask_and_find_coordinator());
    house_->plant.kill(caller_->app);
    settle();
    for (const auto& member : members_) {
      QCOMPARE(member->lines, (Lines{"result a"}));
      QCOMPARE(member->cohort.pending(), 0u);
    }
  }

  void joiner_comesWhileOneActs_getsTheTableAndAppliesTheResult() {
    QVERIFY(ask_and_find_coordinator());
    const auto joiner = house_->add_running_member(4);
    QCOMPARE(joiner->cohort.pending(), 1u);
    QVERIFY(replied());
    settle();
    QCOMPARE(joiner->lines, (Lines{"result a"}));
    QCOMPARE(joiner->cohort.pending(), 0u);
    QCOMPARE(joiner->acted, 0);
  }

  void participants_allDieAfterAJoin_joinerActs() {
    QVERIFY(ask_and_find_coordinator());
    const auto joiner = house_->add_running_member(4);
    for (const auto& member : members_) house_->plant.kill(member->app);
    settle();
    QCOMPARE(joiner->acted, 1);
    QCOMPARE(joiner->lines, (Lines{"result a"}));
  }

  void result_forgedByAnOutsider_isIgnored() {
    const auto coordinator = ask_and_find_coordinator();
    client::Tooling::Outgoing forged;
    forged.order = client::Order::kTotal;
    forged.to.groups.push_back(coordinator->group);
    forged.entry = test::kLedgerResult;
    forged.header.kind = client::PayloadKind::kReply;
    for (const auto& record : coordinator->app.history()) {
      if (record.text == "cc.act") forged.header.request = record.id;
    }
    client::Message result;
    result.set("what", "forged");
    QVERIFY(client::Tooling(caller_->app.process()).send(forged, result).has_value());
    QVERIFY(replied());
    settle();
    for (const auto& member : members_) QCOMPARE(member->lines, (Lines{"result a"}));
  }

  void requests_manyWhileMembersDie_eachIsAppliedOnce() {
    for (int i = 0; i < 30; ++i) house_->ask(caller_, std::to_string(i));
    house_->plant.run(millis(300));
    house_->plant.kill(members_[1]->app);
    house_->plant.run(millis(300));
    house_->plant.kill_site(1);
    QVERIFY(house_->plant.run_until([this] { return caller_->replies.size() == 30; }));
    settle();
    for (const auto& reply : caller_->replies) QVERIFY(reply.has_value());
    Lines sorted = members_[2]->lines;
    QCOMPARE(sorted.size(), 30u);
    std::sort(sorted.begin(), sorted.end());
    QVERIFY(std::unique(sorted.begin(), sorted.end()) == sorted.end());
  }

  void pick_byTheRule_callerSiteFirstElseCircular() {
    const std::vector<ProcessId> members = {member_at(1), member_at(2), member_at(3)};
    QVERIFY(tools::pick_coordinator(member_at(2), members) == member_at(2));
    QVERIFY(tools::pick_coordinator(member_at(4), members) == member_at(2));
    QVERIFY(tools::pick_coordinator(member_at(5), members) == member_at(3));
    QVERIFY(tools::pick_coordinator(member_at(6), members) == member_at(1));
  }

  void table_encodedAndDecoded_isTheSame() {
    tools::PendingRequests table;
    table.add(request_of(4, 1, {member_at(1), member_at(2)}));
    table.add(request_of(2, 2, {member_at(1), member_at(2)}));
    QCOMPARE(table.on_view({member_at(1)}).size(), 1u);
    const Bytes bytes = table.encode();
    tools::PendingRequests copy;
    QVERIFY(copy.decode(bytes).has_value());
    QVERIFY(copy.encode() == bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      QVERIFY(!copy.decode(ByteView(bytes).first(length)));
      QVERIFY(copy.encode() == bytes);
    }
  }
};

QTEST_GUILESS_MAIN(TstCoordinatorCohort)
#include "tst_coordinator_cohort.moc"
