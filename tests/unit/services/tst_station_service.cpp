// Goal: every job is started exactly once and every order answered, whoever dies at whatever phase.
// Method: the real service on a plant in memory; drills stop the coordinator at a phase, then its
// process or its whole site is killed.
#include "services/station_service/service.h"

#include <QtTest>

#include "service_plant.h"
#include "services/station_service/protocol.h"

using namespace cohort;
namespace station_service = services::station_service;
using test::Machines;
using test::Plant;
using test::StationMember;

namespace {

constexpr const char* kService = "emulsion";

station_service::Order litho_order(std::uint64_t number, const std::string& lot) {
  station_service::Order order;
  order.number = number;
  order.key = "1-" + std::to_string(number);
  order.station = "Me";
  order.step = 3;
  order.product = "Pa";
  order.lots = {lot};
  return order;
}

struct Caller {
  test::App* app = nullptr;
  GroupId group;
  std::vector<Result<client::Message>> replies;
};

task::Task<void> reach(std::shared_ptr<Caller> caller) {
  const auto connected = co_await caller->app->process().connect();
  if (!connected) co_return;
  const auto view = co_await caller->app->process().look_up(kService);
  if (view) caller->group = view->group;
}

task::Task<void> ask(std::shared_ptr<Caller> caller, station_service::Order order) {
  auto reply =
      co_await tools::call_cohort(caller->app->process(), caller->group,
                                  station_service::kOrderEntry, station_service::to_message(order));
  caller->replies.push_back(std::move(reply));
}

task::Task<void> arm(std::shared_ptr<Caller> caller, std::string phase,
                     std::shared_ptr<std::optional<Result<void>>> result) {
  auto armed =
      co_await station_service::arm_drill(caller->app->process(), kService, std::move(phase));
  result->emplace(std::move(armed));
}

}  // namespace

class TstStationService : public QObject {
  Q_OBJECT

  std::unique_ptr<Plant> plant_;
  std::unique_ptr<Machines> machines_;
  std::vector<std::shared_ptr<StationMember>> members_;
  std::shared_ptr<Caller> caller_;

  void set_up() {
    plant_ = std::make_unique<Plant>(std::uint16_t{3});
    machines_ = std::make_unique<Machines>(*plant_, 6000.0);
    machines_->add("Me", stations::StationKind::kLithography);
    members_.clear();
    for (std::uint16_t site = 1; site <= 3; ++site) add_member(site);
    caller_ = add_caller(2);
  }
  void add_member(std::uint16_t site) {
    members_.push_back(test::add_station_member(*plant_, *machines_, site, kService, {"Me"}));
    const auto member = members_.back();
    QVERIFY(plant_->run_until([member] { return member->up(); }));
  }
  std::shared_ptr<Caller> add_caller(std::uint16_t site) {
    auto caller = std::make_shared<Caller>();
    caller->app = &plant_->open(site, "caller");
    caller->app->spawn(reach(caller));
    const bool found = plant_->run_until([caller] { return caller->group.valid(); });
    COHORT_ASSERT(found, "the caller finds the group");
    return caller;
  }
  void arm_drill(const std::string& phase) {
    const auto result = std::make_shared<std::optional<Result<void>>>();
    caller_->app->spawn(arm(caller_, phase, result));
    QVERIFY(plant_->run_until([result] { return result->has_value(); }));
    QVERIFY(result->value().has_value());
  }
  std::shared_ptr<StationMember> standing_still() const {
    for (const auto& member : members_) {
      if (member->app->alive() && member->said_something_with("stands still")) return member;
    }
    return nullptr;
  }
  std::vector<std::shared_ptr<StationMember>> living() const {
    std::vector<std::shared_ptr<StationMember>> living;
    for (const auto& member : members_) {
      if (member->app->alive()) living.push_back(member);
    }
    return living;
  }

 private slots:
  void coordinatorDies_atEachPhase_jobStartsOnceAndIsAnswered_data() {
    QTest::addColumn<QString>("phase");
    QTest::addColumn<bool>("wholeSite");
    QTest::addColumn<int>("takeovers");
    for (const bool site : {false, true}) {
      const char* what = site ? "site" : "process";
      QTest::addRow("%s before-act", what) << "before-act" << site << 1;
      QTest::addRow("%s after-start", what) << "after-start" << site << 1;
      QTest::addRow("%s after-completion", what) << "after-completion" << site << 1;
      QTest::addRow("%s after-reply", what) << "after-reply" << site << 0;
    }
  }
  void coordinatorDies_atEachPhase_jobStartsOnceAndIsAnswered() {
    QFETCH(QString, phase);
    QFETCH(bool, wholeSite);
    QFETCH(int, takeovers);
    set_up();
    if (wholeSite) caller_ = add_caller(1);
    arm_drill(phase.toStdString());
    // The coordinator is the member at the caller's site; a caller of another site outlives it.
    const auto asking = wholeSite ? add_caller(3) : caller_;
    caller_->app->spawn(ask(caller_, litho_order(1, "Pa-001")));
    QVERIFY(plant_->run_until([this] { return standing_still() != nullptr; }));
    const auto victim = standing_still();
    if (wholeSite) {
      plant_->kill_site(1);
      asking->app->spawn(ask(asking, litho_order(1, "Pa-001")));
    } else {
      plant_->kill(*victim->app);
    }
    QVERIFY(plant_->run_until([&] { return !asking->replies.empty(); }, seconds(60)));
    QVERIFY(asking->replies.front().has_value());
    QCOMPARE(asking->replies.front()->text("outcome"), std::string("completed"));
    plant_->run(seconds(2));
    QCOMPARE(machines_->at("Me").jobs_started(), std::uint64_t{1});
    QCOMPARE(machines_->at("Me").duplicates_refused(), std::uint64_t{0});
    for (const auto& member : living()) {
      QCOMPARE(member->service->table().done_count(), std::uint64_t{1});
      QCOMPARE(member->service->table().takeover_count(), static_cast<std::uint64_t>(takeovers));
      QVERIFY(member->service->table().running().empty());
    }
  }

  void orderSentAgain_whileItRuns_joinsTheRunningJob() {
    set_up();
    const auto other = add_caller(3);
    caller_->app->spawn(ask(caller_, litho_order(7, "Pa-007")));
    QVERIFY(plant_->run_until([this] { return machines_->at("Me").running() != nullptr; }));
    other->app->spawn(ask(other, litho_order(7, "Pa-007")));
    QVERIFY(plant_->run_until([&] { return !caller_->replies.empty() && !other->replies.empty(); },
                              seconds(60)));
    QCOMPARE(other->replies.front()->text("outcome"), std::string("completed"));
    QCOMPARE(machines_->at("Me").jobs_started(), std::uint64_t{1});
    QCOMPARE(machines_->at("Me").duplicates_refused(), std::uint64_t{0});
    for (const auto& member : members_) {
      QCOMPARE(member->service->table().done_count(), std::uint64_t{1});
    }
  }

  void orderSentAgain_afterItsEnd_isAnsweredFromTheTable() {
    set_up();
    caller_->app->spawn(ask(caller_, litho_order(7, "Pa-007")));
    QVERIFY(plant_->run_until([this] { return caller_->replies.size() == 1; }, seconds(60)));
    const auto other = add_caller(1);
    other->app->spawn(ask(other, litho_order(7, "Pa-007")));
    QVERIFY(plant_->run_until([&] { return other->replies.size() == 1; }));
    QCOMPARE(other->replies.front()->integer("completed_ms"),
             caller_->replies.front()->integer("completed_ms"));
    QCOMPARE(machines_->at("Me").jobs_started(), std::uint64_t{1});
  }

  void lotStep_underAnotherKey_isRefusedAndSaysSo() {
    set_up();
    caller_->app->spawn(ask(caller_, litho_order(1, "Pa-001")));
    QVERIFY(plant_->run_until([this] { return caller_->replies.size() == 1; }, seconds(60)));
    caller_->app->spawn(ask(caller_, litho_order(2, "Pa-001")));
    QVERIFY(plant_->run_until([this] { return caller_->replies.size() == 2; }, seconds(60)));
    QCOMPARE(caller_->replies.back()->text("outcome"), std::string("refused"));
    QVERIFY(caller_->replies.back()->flag("done_before"));
    QCOMPARE(machines_->at("Me").jobs_started(), std::uint64_t{1});
    QCOMPARE(machines_->at("Me").duplicates_refused(), std::uint64_t{1});
  }

  void order_forAnUnknownStation_isRefusedWithTheReason() {
    set_up();
    station_service::Order order = litho_order(1, "Pa-001");
    order.station = "Mz";
    caller_->app->spawn(ask(caller_, order));
    QVERIFY(plant_->run_until([this] { return !caller_->replies.empty(); }));
    QCOMPARE(caller_->replies.front()->text("outcome"), std::string("refused"));
    QVERIFY(caller_->replies.front()->text("reason").find("Mz") != std::string::npos);
  }

  void joiner_inTheMiddleOfAnOrder_finishesItWhenAllOthersDie() {
    set_up();
    arm_drill(std::string(station_service::kAfterStart));
    const auto far = add_caller(1);
    far->app->spawn(ask(far, litho_order(1, "Pa-001")));
    QVERIFY(plant_->run_until([this] { return standing_still() != nullptr; }));
    add_member(2);
    for (std::size_t i = 0; i < 3; ++i) plant_->kill(*members_[i]->app);
    QVERIFY(plant_->run_until([this] { return members_[3]->service->table().done_count() == 1; },
                              seconds(60)));
    QCOMPARE(machines_->at("Me").jobs_started(), std::uint64_t{1});
  }
};

QTEST_GUILESS_MAIN(TstStationService)
#include "tst_station_service.moc"
