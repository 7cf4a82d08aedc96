// Goal: a client at another site gets its questions about sensors answered, refused with the
// reason,
//   and is not left waiting when the store's process dies.
// Method: the real service, client library and protocols processes of three sites in memory and
//   virtual time; the store is in memory.
#include "sensors/app/query_service.h"

#include <QTest>

#include "platform/tools/group_rpc.h"
#include "sensors/limits.h"
#include "sensors/memory_store.h"
#include "unit/tools/plant_harness.h"

using namespace cohort;
using namespace cohort::sensors;
using test::App;
using test::Plant;
using wire::Message;

namespace {

/// The store's process: site 1.
struct Member {
  explicit Member(App& owner) : app(owner), queries(owner.process(), store, intake) {}
  App& app;
  MemoryStore store;
  Intake intake{store};
  QueryService queries;
  bool joined = false;
};

struct Caller {
  explicit Caller(App& owner) : app(owner) {}
  App& app;
  bool connected = false;
  std::optional<Result<Message>> answer;
};

task::Task<void> join(std::shared_ptr<Member> member) {
  const auto connected = co_await member->app.process().connect();
  if (!connected) co_return;
  const auto view = co_await member->app.process().join_group(protocol::kGroup, true);
  member->joined = view.has_value();
}

task::Task<void> connect_caller(std::shared_ptr<Caller> caller) {
  const auto connected = co_await caller->app.process().connect();
  caller->connected = connected.has_value();
}

task::Task<void> ask(std::shared_ptr<Caller> caller, std::uint8_t entry, Message question) {
  const auto view = co_await caller->app.process().look_up(protocol::kGroup);
  if (!view) {
    caller->answer.emplace(std::unexpected(view.error()));
    co_return;
  }
  client::Destinations to;
  to.groups.push_back(view->group);
  auto replies = co_await tools::call(caller->app.process(), to, entry, std::move(question));
  if (replies) {
    caller->answer.emplace(replies->front().message);
  } else {
    caller->answer.emplace(std::unexpected(replies.error()));
  }
}

Reading reading(std::int64_t time, double value) {
  Reading made;
  made.time = WallTime{time};
  made.value = value;
  return made;
}

}  // namespace

class TstQueryService : public QObject {
  Q_OBJECT

  std::unique_ptr<Plant> plant_;
  std::shared_ptr<Member> member_;
  std::shared_ptr<Caller> caller_;

  Result<Message> ask_and_run(std::uint8_t entry, Message question) {
    caller_->answer.reset();
    caller_->app.spawn(ask(caller_, entry, std::move(question)));
    if (!plant_->run_until([this] { return caller_->answer.has_value(); })) {
      return make_error(Errc::kTimedOut, "the question was never answered");
    }
    return *caller_->answer;
  }
  void fill(const SensorInfo& info, int count) {
    for (int time = 1; time <= count; ++time) {
      QVERIFY(member_->intake.receive(info, reading(time * 100, time), WallTime{1}).has_value());
    }
  }

 private slots:
  void init() {
    plant_ = std::make_unique<Plant>(3);
    App& app = plant_->open(1);
    member_ = app.keep(std::make_shared<Member>(app));
    app.spawn(join(member_));
    QVERIFY(plant_->run_until([this] { return member_->joined; }));
    App& other = plant_->open(3);
    caller_ = other.keep(std::make_shared<Caller>(other));
    other.spawn(connect_caller(caller_));
    QVERIFY(plant_->run_until([this] { return caller_->connected; }));
  }
  void cleanup() {
    caller_.reset();
    member_.reset();
    plant_.reset();
  }

  void list_ofMoreThanAPage_isAnsweredPageByPage() {
    const std::size_t count = sensors::limits::kSensorsPerPage + 5;
    for (std::size_t i = 0; i < count; ++i) {
      fill({"s" + std::to_string(1000 + i), i % 2 == 0 ? "Ma" : "Mb", "flow", "sccm"}, 1);
    }
    member_->intake.connected("Ma");
    protocol::ListQuestion question;
    auto page =
        protocol::list_answer(ask_and_run(protocol::kList, protocol::to_message(question)).value());
    QVERIFY(page.has_value());
    QCOMPARE(page->sensors.size(), sensors::limits::kSensorsPerPage);
    QVERIFY(page->more);
    QVERIFY(page->sensors.at(0).connected && !page->sensors.at(1).connected);
    question.after = page->sensors.back().info.name;
    page =
        protocol::list_answer(ask_and_run(protocol::kList, protocol::to_message(question)).value());
    QCOMPARE(page->sensors.size(), 5u);
    QVERIFY(!page->more);
  }

  void window_andInterval_areAnsweredFromTheStore() {
    fill({"Ma.flow", "Ma", "flow", "sccm"}, 50);
    WindowQuestion window;
    window.sensor = "Ma.flow";
    window.points = 5;
    const auto course = protocol::window_answer(
        ask_and_run(protocol::kWindow, protocol::to_message(window)).value());
    QVERIFY(course.has_value());
    QCOMPARE(course->points.back().last, 50.0);
    QCOMPARE(course->sensor.unit, std::string("sccm"));
    IntervalQuestion interval;
    interval.sensors = {"Ma.flow"};
    interval.from = WallTime{1000};
    interval.to = WallTime{2000};
    const auto samples = protocol::interval_answer(
        ask_and_run(protocol::kInterval, protocol::to_message(interval)).value());
    QVERIFY(samples.has_value());
    QCOMPARE(samples->certain, 11u);
    QVERIFY(samples->incomplete.empty());
  }

  void question_aboutAnUnknownSensor_isRefusedWithTheReason() {
    WindowQuestion window;
    window.sensor = "Mz.noise";
    const auto refused = ask_and_run(protocol::kWindow, protocol::to_message(window));
    QVERIFY(!refused);
    QCOMPARE(refused.error().code, Errc::kRefused);
    QVERIFY(refused.error().text.find("Mz.noise") != std::string::npos);
  }

  void question_malformed_isRefusedAndTheServiceGoesOn() {
    Message nonsense;
    nonsense.set("rows", Bytes{0xff, 0xff, 0xff});
    QVERIFY(!ask_and_run(protocol::kInterval, nonsense));
    QVERIFY(!ask_and_run(protocol::kWindow, nonsense));
    QVERIFY(ask_and_run(protocol::kList, Message{}).has_value());
  }

  void store_diesBeforeItsAnswer_endsTheCall() {
    fill({"Ma.flow", "Ma", "flow", "sccm"}, 5);
    caller_->answer.reset();
    caller_->app.spawn(ask(caller_, protocol::kList, Message{}));
    plant_->kill_site(1);
    QVERIFY(plant_->run_until([this] { return caller_->answer.has_value(); }));
    QVERIFY(!*caller_->answer);
  }
};

QTEST_GUILESS_MAIN(TstQueryService)
#include "tst_query_service.moc"
