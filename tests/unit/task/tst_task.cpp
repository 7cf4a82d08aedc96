// Goal: tasks run one at a time, in a fixed order, under a time that is told, and leave nothing
// behind. Method: drive a scheduler by hand and write down what ran when.
#include "platform/task/scheduler.h"

#include <QtTest>
#include <string>
#include <vector>

#include "platform/task/event.h"
#include "platform/task/gate.h"
#include "platform/task/one_shot.h"
#include "platform/task/timeout.h"

using namespace cohort;
using task::Scheduler;
using task::Task;
using Log = std::vector<std::string>;

namespace {

MonotonicTime at_ms(std::int64_t ms) {
  return MonotonicTime{millis(ms)};
}

struct CountsItsEnd {
  int* ended;
  ~CountsItsEnd() { ++*ended; }
};

Task<int> add(int a, int b) {
  co_return a + b;
}

Task<void> sleeper(Scheduler& scheduler, Log& log, std::string name, std::int64_t ms) {
  log.push_back(name + " starts");
  co_await scheduler.sleep_for(millis(ms));
  log.push_back(name + " ends");
}

Task<void> sums(Log& log) {
  int total = 0;
  for (int i = 0; i < 1000; ++i) total += co_await add(i, 1);
  log.push_back(std::to_string(total));
}

Task<void> waits_forever(task::Event& event, int& ended) {
  const CountsItsEnd guard{&ended};
  co_await event.wait();
}

Task<void> sleeps_long(Scheduler& scheduler, int& ended) {
  const CountsItsEnd guard{&ended};
  co_await scheduler.sleep_for(seconds(100));
}

Task<void> waits_for(task::Event& event, Log& log, std::string name) {
  co_await event.wait();
  log.push_back(std::move(name));
}

Task<void> reads(task::OneShot<std::string> shot, Scheduler& scheduler, Log& log) {
  const auto value = co_await shot.wait_until(scheduler.now() + millis(10));
  log.push_back(value.value_or("nothing"));
}

Task<int> slow_seven(Scheduler& scheduler, std::int64_t ms) {
  co_await scheduler.sleep_for(millis(ms));
  co_return 7;
}

Task<void> hurried(Scheduler& scheduler, Log& log, std::int64_t ms) {
  const auto value = co_await task::within(scheduler, slow_seven(scheduler, ms), millis(10));
  log.push_back(value ? std::to_string(*value) : "late");
}

Task<void> passes(task::Gate& gate, Scheduler& scheduler, Log& log) {
  const auto pass = gate.enter();
  log.push_back(pass ? "in" : "refused");
  if (!pass) co_return;
  co_await scheduler.sleep_for(millis(5));
}

Task<void> shuts(task::Gate& gate, Log& log) {
  gate.close();
  co_await gate.wait_empty();
  log.push_back("empty");
}

}  // namespace

class TstTask : public QObject {
  Q_OBJECT
 private slots:
  void roots_sleepTimesDiffer_endInTheOrderOfTimes() {
    Scheduler scheduler;
    Log log;
    scheduler.spawn(sleeper(scheduler, log, "a", 20));
    scheduler.spawn(sleeper(scheduler, log, "b", 10));
    QVERIFY(log.empty());
    scheduler.run(at_ms(0));
    QCOMPARE(log, (Log{"a starts", "b starts"}));
    QCOMPARE(to_millis(scheduler.next_deadline().time_since_epoch()), 10);
    scheduler.run(at_ms(9));
    QCOMPARE(log.size(), 2u);
    scheduler.run(at_ms(30));
    QCOMPARE(log, (Log{"a starts", "b starts", "b ends", "a ends"}));
    QCOMPARE(scheduler.tasks(), 0u);
    QVERIFY(scheduler.next_deadline() == kNever);
  }

  void awaits_manyInARow_giveTheirValues() {
    Scheduler scheduler;
    Log log;
    scheduler.spawn(sums(log));
    scheduler.run(at_ms(0));
    QCOMPARE(log, (Log{"500500"}));
  }

  void scheduler_destroyedWithTasksWaiting_destroysThem() {
    int ended = 0;
    {
      Scheduler scheduler;
      task::Event event(scheduler);
      scheduler.spawn(waits_forever(event, ended));
      scheduler.spawn(sleeps_long(scheduler, ended));
      scheduler.spawn(sleeps_long(scheduler, ended));
      scheduler.run(at_ms(0));
      QCOMPARE(ended, 0);
    }
    QCOMPARE(ended, 3);
  }

  void timer_cancelled_isNotCalled() {
    Scheduler scheduler;
    int called = 0;
    const auto first = scheduler.call_at(at_ms(5), [&] { ++called; });
    scheduler.call_at(at_ms(5), [&] { called += 10; });
    scheduler.cancel(first);
    scheduler.cancel(first);
    scheduler.run(at_ms(5));
    QCOMPARE(called, 10);
  }

  void timer_setsTimerThatIsDue_runsItInTheSameTurn() {
    Scheduler scheduler;
    Log log;
    scheduler.call_at(at_ms(1), [&] {
      log.push_back("first");
      scheduler.call_at(at_ms(2), [&] { log.push_back("second"); });
    });
    scheduler.run(at_ms(3));
    QCOMPARE(log, (Log{"first", "second"}));
  }

  void driver_workComesFromOutside_isWoken() {
    Scheduler scheduler;
    int woken = 0;
    scheduler.on_ready = [&] { ++woken; };
    scheduler.call_at(at_ms(10), [] {});
    QCOMPARE(woken, 1);
    scheduler.call_at(at_ms(20), [] {});
    QCOMPARE(woken, 1);
    scheduler.post([&] { scheduler.post([] {}); });
    QCOMPARE(woken, 2);
    scheduler.run(at_ms(0));
    QCOMPARE(woken, 2);
  }

  void event_set_releasesWaitersInTheirOrder() {
    Scheduler scheduler;
    Log log;
    task::Event event(scheduler);
    scheduler.spawn(waits_for(event, log, "a"));
    scheduler.spawn(waits_for(event, log, "b"));
    scheduler.run(at_ms(0));
    event.pulse();
    scheduler.spawn(waits_for(event, log, "c"));
    scheduler.run(at_ms(0));
    QCOMPARE(log, (Log{"a", "b"}));
    event.set();
    scheduler.run(at_ms(0));
    QCOMPARE(log, (Log{"a", "b", "c"}));
  }

  void oneShot_setInTime_givesTheValueElseNothing() {
    Scheduler scheduler;
    Log log;
    task::OneShot<std::string> in_time(scheduler);
    task::OneShot<std::string> too_late(scheduler);
    scheduler.spawn(reads(in_time, scheduler, log));
    scheduler.spawn(reads(too_late, scheduler, log));
    scheduler.run(at_ms(0));
    in_time.set("value");
    scheduler.run(at_ms(9));
    QCOMPARE(log, (Log{"value"}));
    scheduler.run(at_ms(10));
    QCOMPARE(log, (Log{"value", "nothing"}));
    too_late.set("late");
    scheduler.run(at_ms(11));
    QCOMPARE(log.size(), 2u);
  }

  void within_workIsSlow_givesNothingAndLetsItEnd() {
    Scheduler scheduler;
    Log log;
    scheduler.spawn(hurried(scheduler, log, 9));
    scheduler.spawn(hurried(scheduler, log, 11));
    scheduler.run(at_ms(0));
    scheduler.run(at_ms(10));
    QCOMPARE(log, (Log{"7", "late"}));
    QCOMPARE(scheduler.tasks(), 1u);
    scheduler.run(at_ms(11));
    QCOMPARE(scheduler.tasks(), 0u);
  }

  void gate_closed_refusesAndWaitsForThoseInside() {
    Scheduler scheduler;
    Log log;
    task::Gate gate(scheduler);
    scheduler.spawn(passes(gate, scheduler, log));
    scheduler.spawn(shuts(gate, log));
    scheduler.spawn(passes(gate, scheduler, log));
    scheduler.run(at_ms(0));
    QCOMPARE(log, (Log{"in", "refused"}));
    scheduler.run(at_ms(5));
    QCOMPARE(log, (Log{"in", "refused", "empty"}));
  }
};

QTEST_GUILESS_MAIN(TstTask)
#include "tst_task.moc"
