// Goal: updates reach every copy in one order, and a read sees the reader's own updates.
// Method: members on a plant in memory update at the same time, read at once, and fail.
#include "platform/tools/replicated_data.h"

#include <QtTest>

#include "ledger_service.h"

using namespace cohort;
using test::LedgerPlant;
using test::LedgerService;
using Results = std::vector<Result<client::Message>>;

namespace {

task::Task<void> update(std::shared_ptr<LedgerService> member, std::string what, Results& results) {
  client::Message change;
  change.set("what", what);
  auto result = co_await member->data.update(std::move(change));
  results.push_back(std::move(result));
}

task::Task<void> read(std::shared_ptr<LedgerService> member, Results& results) {
  client::Message question;
  auto result = co_await member->data.read(std::move(question));
  results.push_back(std::move(result));
}

task::Task<void> update_from_outside(std::shared_ptr<test::LedgerCaller> caller, Results& results) {
  client::Message change;
  change.set("what", "outside");
  auto result = co_await tools::update_data(caller->app.process(), caller->group,
                                            test::kLedgerUpdate, std::move(change));
  results.push_back(std::move(result));
  client::Message question;
  auto size = co_await tools::read_data(caller->app.process(), caller->group, test::kLedgerRead,
                                        std::move(question));
  results.push_back(std::move(size));
}

}  // namespace

class TstReplicatedData : public QObject {
  Q_OBJECT
 private slots:
  void updates_byAllMembersAtOnce_areAppliedInOneOrder() {
    LedgerPlant house(3);
    Results results;
    std::vector<std::shared_ptr<LedgerService>> members;
    for (std::uint16_t site = 1; site <= 3; ++site) {
      members.push_back(house.add_running_member(site));
    }
    for (int i = 0; i < 20; ++i) {
      for (std::size_t m = 0; m < 3; ++m) {
        members[m]->app.spawn(
            update(members[m], std::to_string(m) + "." + std::to_string(i), results));
      }
    }
    QVERIFY(house.plant.run_until([&] { return results.size() == 60; }));
    house.plant.run(seconds(1));
    for (const auto& result : results) QVERIFY(result.has_value());
    for (const auto& member : members) {
      QCOMPARE(member->lines.size(), 60u);
      QCOMPARE(member->lines, members[0]->lines);
    }
  }

  void read_afterOwnUpdate_seesIt() {
    LedgerPlant house(3);
    const auto first = house.add_running_member(1);
    const auto second = house.add_running_member(2);
    Results updates;
    Results reads;
    second->app.spawn(update(second, "x", updates));
    second->app.spawn(read(second, reads));
    QVERIFY(house.plant.run_until([&] { return !reads.empty(); }));
    QCOMPARE(reads[0]->integer("size"), 1);
    QCOMPARE(updates.size(), 1u);
    QCOMPARE(updates[0]->integer("size"), 1);
  }

  void read_withNothingInFlight_answersAtOnce() {
    LedgerPlant house(1);
    const auto member = house.add_running_member(1);
    Results reads;
    member->app.spawn(read(member, reads));
    house.plant.run(millis(1));
    QCOMPARE(reads.size(), 1u);
  }

  void update_fromOutside_getsTheAnswerOfAManager() {
    LedgerPlant house(3);
    const auto first = house.add_running_member(1);
    const auto second = house.add_running_member(2);
    const auto caller = house.add_caller(3);
    Results results;
    caller->app.spawn(update_from_outside(caller, results));
    QVERIFY(house.plant.run_until([&] { return results.size() == 2; }));
    QCOMPARE(results[0]->integer("size"), 1);
    QCOMPARE(results[1]->integer("size"), 1);
  }

  void update_sessionEnds_isToldSo() {
    LedgerPlant house(3);
    const auto member = house.add_running_member(2);
    const auto other = house.add_running_member(1);
    Results results;
    Results reads;
    house.plant.cut(2);
    member->app.spawn(update(member, "x", results));
    member->app.spawn(read(member, reads));
    QVERIFY(house.plant.run_until([&] { return !results.empty() && !reads.empty(); }));
    QVERIFY(results[0].error().code == Errc::kClosed);
    QVERIFY(reads[0].error().code == Errc::kClosed);
    QVERIFY(member->app.process().closed());
    QVERIFY(other->lines.empty());
  }
};

QTEST_GUILESS_MAIN(TstReplicatedData)
#include "tst_replicated_data.moc"
