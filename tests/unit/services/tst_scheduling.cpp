// Goal: lots go through the whole plant, each step once, whoever dies; a second start goes on.
// Method: scheduling, emulsion, processing and transport on three sites of a plant in memory, the
// Mini-Fab's machines outside of it; members and sites are killed on the way.
#include "services/scheduling/service.h"

#include <QtTest>

#include "platform/store/memory_store.h"
#include "service_plant.h"
#include "services/scheduling/protocol.h"

using namespace cohort;
namespace scheduling = services::scheduling;
using test::Machines;
using test::Plant;
using test::StationMember;
using SchedulingMember = test::Member<scheduling::SchedulingService>;

namespace {

constexpr double kFactor = 60'000;

struct Operator {
  test::App* app = nullptr;
  bool connected = false;
  std::vector<Result<client::Message>> answers;
};

task::Task<void> reach(std::shared_ptr<Operator> person) {
  const auto connected = co_await person->app->process().connect();
  person->connected = connected.has_value();
}

task::Task<void> command(std::shared_ptr<Operator> person, client::Message change) {
  auto answer = co_await scheduling::command(person->app->process(), std::move(change));
  person->answers.push_back(std::move(answer));
}

task::Task<void> question(std::shared_ptr<Operator> person, client::Message question) {
  auto answer = co_await scheduling::ask(person->app->process(), std::move(question));
  person->answers.push_back(std::move(answer));
}

client::Message release(const std::string& product, int count) {
  client::Message change;
  change.set("command", "release").set("product", product).set("count", count);
  return change;
}

}  // namespace

class TstScheduling : public QObject {
  Q_OBJECT

  using Disk = store::MemoryStore::Disk;
  std::unique_ptr<Plant> plant_;
  std::unique_ptr<Machines> machines_;
  std::map<std::uint16_t, std::shared_ptr<Disk>> disks_;
  std::vector<std::shared_ptr<SchedulingMember>> schedulers_;
  std::vector<std::shared_ptr<StationMember>> owners_;
  std::shared_ptr<Operator> person_;

  static std::vector<stations::StationSpec> specs() {
    using stations::StationKind;
    return {{"Ma", StationKind::kDiffusion},   {"Mb", StationKind::kDiffusion},
            {"Mc", StationKind::kImplant},     {"Md", StationKind::kImplant},
            {"Me", StationKind::kLithography}, {"T1", StationKind::kTransporter}};
  }

  void set_up(bool new_disks = true) {
    schedulers_.clear();
    owners_.clear();
    person_.reset();
    if (new_disks) disks_.clear();
    if (!new_disks) machines_->leave();
    plant_ = std::make_unique<Plant>(std::uint16_t{3});
    if (new_disks) {
      machines_ = std::make_unique<Machines>(*plant_, kFactor);
      for (const auto& spec : specs()) machines_->add(spec.name, spec.kind);
    } else {
      machines_->move_to(*plant_);
    }
    for (std::uint16_t site = 1; site <= 3; ++site) add_site(site);
    person_ = std::make_shared<Operator>();
    person_->app = &plant_->open(2, "operator");
    person_->app->spawn(reach(person_));
    QVERIFY(plant_->run_until([this] { return person_->connected && all_open(); }, seconds(60)));
  }
  void add_site(std::uint16_t site) {
    add_owner(site, "emulsion", {"Me"});
    add_owner(site, "processing", {"Ma", "Mb", "Mc", "Md"});
    add_owner(site, "transport", {"T1"});
    add_scheduler(site);
  }
  void add_owner(std::uint16_t site, const std::string& service,
                 const std::vector<std::string>& owned) {
    owners_.push_back(test::add_station_member(*plant_, *machines_, site, service, owned, false));
  }
  void add_scheduler(std::uint16_t site) {
    const auto member = std::make_shared<SchedulingMember>();
    member->app = &plant_->open(site, "scheduling");
    auto& disk = disks_[site];
    if (!disk) disk = std::make_shared<Disk>();
    test::App* const app = member->app;
    const auto log = app->keep(std::make_shared<store::MemoryStore>(
        disk, [app](std::function<void()> function) { app->scheduler().post(function); }));
    scheduling::SchedulingService::Options options;
    options.member = test::options_of(member, *plant_, "scheduling", site);
    options.member.sites = {SiteId{1}, SiteId{2}, SiteId{3}};
    options.stations = specs();
    options.clock_factor = kFactor;
    member->service = app->keep(
        std::make_shared<scheduling::SchedulingService>(app->process(), std::move(options), *log));
    app->spawn(test::start_member(member));
    schedulers_.push_back(member);
  }
  bool all_open() const {
    for (const auto& member : schedulers_) {
      if (!member->app->alive()) continue;
      if (!member->up() || !member->service->state().is_open()) return false;
    }
    return true;
  }
  std::shared_ptr<SchedulingMember> a_scheduler() const {
    for (const auto& member : schedulers_) {
      if (member->app->alive() && member->up()) return member;
    }
    return nullptr;
  }
  const services::dispatch::Book& book() const {
    return a_scheduler()->service->state().book().book();
  }
  Result<client::Message> say(task::Task<void> words) {
    const std::size_t before = person_->answers.size();
    person_->app->spawn(std::move(words));
    const bool answered =
        plant_->run_until([&] { return person_->answers.size() > before; }, seconds(60));
    if (!answered) return make_error(Errc::kTimedOut, "no answer");
    return person_->answers.back();
  }
  bool all_finished(std::uint64_t lots) const {
    const auto& plant_book = book();
    std::uint64_t finished = 0;
    for (const auto& [name, lot] : plant_book.past) {
      if (lot.state == services::dispatch::LotState::kFinished) ++finished;
    }
    return finished == lots && plant_book.active.empty();
  }
  void check_each_step_once(std::uint64_t lots) {
    QVERIFY(all_finished(lots));
    for (const auto& [name, lot] : book().past) {
      QCOMPARE(lot.history.size(), std::size_t{stations::kSteps});
      for (std::size_t i = 0; i < lot.history.size(); ++i) {
        QCOMPARE(std::size_t{lot.history[i].step}, i + 1);
      }
    }
    for (const auto& [name, machine] : machines_->all()) {
      QCOMPARE(machine.duplicates_refused(), std::uint64_t{0});
    }
    plant_->run(seconds(1));
    const std::uint64_t digest = a_scheduler()->service->state().book().digest();
    for (const auto& member : schedulers_) {
      if (!member->app->alive()) continue;
      QCOMPARE(member->service->state().book().digest(), digest);
    }
  }

 private slots:
  void lots_released_areFinishedWithEachStepOnce() {
    set_up();
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    QVERIFY(say(command(person_, release("Pb", 3))).has_value());
    QVERIFY(plant_->run_until([this] { return all_finished(6); }, seconds(300)));
    check_each_step_once(6);
  }

  void lot_releasedAfterAnIdleTime_isReleasedAtThePresent() {
    set_up();
    plant_->run(seconds(30));
    QVERIFY(say(command(person_, release("Pa", 1))).has_value());
    QCOMPARE(book().active.size(), std::size_t{1});
    const auto released = book().active.begin()->second.released_ms;
    QVERIFY2(released >= static_cast<stations::PlantTime>(28'000 * kFactor),
             qPrintable(QString::number(released)));
  }

  void unknownProductAndLot_areRefusedWithTheReason() {
    set_up();
    const auto product = say(command(person_, release("Px", 1)));
    QVERIFY(!product.has_value());
    QCOMPARE(product.error().code, Errc::kRefused);
    QVERIFY(product.error().text.find("Px") != std::string::npos);
    client::Message hold;
    hold.set("command", "hold").set("lot", "Pa-999").set("reason", "look");
    const auto lot = say(command(person_, hold));
    QVERIFY(!lot.has_value());
    QVERIFY(lot.error().text.find("Pa-999") != std::string::npos);
    client::Message forged;
    forged.set("command", "internal").set("bytes", Bytes{1, 2});
    QVERIFY(!say(command(person_, forged)).has_value());
  }

  void questions_areAnsweredFromTheBook() {
    set_up();
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    plant_->run(millis(500));
    for (const char* what : {"lots", "report", "stations", "orders", "state"}) {
      client::Message asked;
      asked.set("question", what);
      const auto answer = say(question(person_, asked));
      QVERIFY2(answer.has_value(), what);
      QVERIFY2(answer->integer("plant_time_ms") > 0, what);
    }
    client::Message lot;
    lot.set("question", "lot").set("lot", "Pa-001");
    const auto detail = say(question(person_, lot));
    QVERIFY(detail.has_value());
    QVERIFY(!detail->text("why").empty());
    client::Message wrong;
    wrong.set("question", "weather");
    QVERIFY(!say(question(person_, wrong)).has_value());
  }

  void oldestScheduler_killed_nextOneSendsTheOutstandingOrders() {
    set_up();
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    QVERIFY(plant_->run_until(
        [this] {
          return machines_->at("Ma").jobs_started() + machines_->at("Mb").jobs_started() > 0;
        },
        seconds(60)));
    plant_->kill(*schedulers_[0]->app);
    QVERIFY(plant_->run_until([this] { return all_finished(3); }, seconds(300)));
    check_each_step_once(3);
  }

  void site_killedAndBack_losesNoOrder() {
    set_up();
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    QVERIFY(say(command(person_, release("Pb", 3))).has_value());
    plant_->run(seconds(1));
    plant_->kill_site(1);
    plant_->run(seconds(3));
    plant_->start(1);
    plant_->run(seconds(3));
    add_site(1);
    QVERIFY(plant_->run_until([this] { return all_open(); }, seconds(60)));
    QVERIFY(plant_->run_until([this] { return all_finished(6); }, seconds(300)));
    check_each_step_once(6);
  }

  void secondStart_ofTheWholePlant_goesOnWithUnfinishedLots() {
    set_up();
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    plant_->run(seconds(1));
    QVERIFY(!all_finished(3));
    set_up(false);
    QCOMPARE(a_scheduler()->service->state().position().life, std::uint64_t{2});
    QCOMPARE(book().active.size() + book().past.size(), std::size_t{3});
    QVERIFY(plant_->run_until([this] { return all_finished(3); }, seconds(300)));
    check_each_step_once(3);
  }

  void longestLog_winsAtASecondStart() {
    set_up();
    plant_->kill(*schedulers_[0]->app);
    QVERIFY(say(command(person_, release("Pa", 3))).has_value());
    plant_->run(seconds(1));
    set_up(false);
    QCOMPARE(book().active.size() + book().past.size(), std::size_t{3});
  }
};

QTEST_GUILESS_MAIN(TstScheduling)
#include "tst_scheduling.moc"
