// Goal: what comes from stations is checked, counted, and interruptions become gaps.
// Method: an intake over a store in memory, fed by hand.
#include "sensors/intake.h"

#include <QTest>
#include <cmath>
#include <limits>

#include "sensors/check.h"
#include "sensors/limits.h"
#include "sensors/memory_store.h"

using namespace cohort;
using namespace cohort::sensors;

namespace {

const SensorInfo kFlow{"Ma.flow", "Ma", "flow", "l/min"};
const WallTime kNow{1'000'000'000'000};

Reading reading(std::int64_t time, double value = 1) {
  Reading made;
  made.time = WallTime{time};
  made.value = value;
  return made;
}

std::vector<Gap> all_gaps(const Store& store, const SensorInfo& info) {
  const SensorId id = store.sensors().at(info.name);
  return store.gaps(id, WallTime{0}, WallTime{limits::kTimeNs}, 100).value();
}

}  // namespace

class TstSensorIntake : public QObject {
  Q_OBJECT
 private slots:
  void reading_valueIsNoNumber_isKeptAsBadAndCounted_data() {
    QTest::addColumn<double>("value");
    QTest::addColumn<double>("error");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const double infinite = std::numeric_limits<double>::infinity();
    QTest::newRow("not a number") << nan << 0.0;
    QTest::newRow("infinite") << infinite << 0.0;
    QTest::newRow("negative infinite") << -infinite << 0.0;
    QTest::newRow("error not a number") << 1.0 << nan;
    QTest::newRow("error infinite") << 1.0 << infinite;
    QTest::newRow("error negative") << 1.0 << -0.1;
  }
  void reading_valueIsNoNumber_isKeptAsBadAndCounted() {
    QFETCH(double, value);
    QFETCH(double, error);
    MemoryStore store;
    Intake intake(store);
    Reading bad = reading(5, value);
    bad.value_error = error;
    QVERIFY(intake.receive(kFlow, bad, kNow).has_value());
    QCOMPARE(intake.counters().bad, 1u);
    const SensorState state = store.state(store.sensors().at(kFlow.name));
    QCOMPARE(state.bad, 1u);
    QCOMPARE(state.newest->quality, Quality::kBad);
    QVERIFY(std::isfinite(state.newest->value) && std::isfinite(state.newest->value_error));
  }

  void reading_timeOrErrorAbsurd_isRefusedAndCounted_data() {
    QTest::addColumn<qint64>("time");
    QTest::addColumn<qint64>("error");
    QTest::addColumn<bool>("accepted");
    const qint64 latest = limits::kTimeNs;
    const qint64 widest = limits::kTimeErrorNs;
    QTest::newRow("1970") << qint64{0} << qint64{0} << true;
    QTest::newRow("before 1970") << qint64{-1} << qint64{0} << false;
    QTest::newRow("2100") << latest << qint64{0} << true;
    QTest::newRow("after 2100") << latest + 1 << qint64{0} << false;
    QTest::newRow("largest error") << qint64{5} << widest << true;
    QTest::newRow("larger error") << qint64{5} << widest + 1 << false;
    QTest::newRow("negative error") << qint64{5} << qint64{-1} << false;
  }
  void reading_timeOrErrorAbsurd_isRefusedAndCounted() {
    QFETCH(qint64, time);
    QFETCH(qint64, error);
    QFETCH(bool, accepted);
    MemoryStore store;
    Intake intake(store);
    Reading odd = reading(time);
    odd.time_error_ns = error;
    const auto received = intake.receive(kFlow, odd, kNow);
    QCOMPARE(received.has_value(), accepted);
    if (!accepted) QCOMPARE(received.error().code, Errc::kInvalidArgument);
    QCOMPARE(intake.counters().refused, accepted ? 0u : 1u);
  }

  void reading_twiceTheSame_isKeptOnce() {
    MemoryStore store;
    Intake intake(store);
    for (double value : {1.0, 1.0, 2.0}) {
      QVERIFY(intake.receive(kFlow, reading(5, value), kNow).has_value());
    }
    const SensorState state = store.state(store.sensors().at(kFlow.name));
    QCOMPARE(state.readings, 1u);
    QCOMPARE(state.duplicates, 2u);
    QCOMPARE(state.newest->value, 1.0);
  }

  void reading_outOfOrder_isSortedInAndCounted() {
    MemoryStore store;
    Intake intake(store);
    for (std::int64_t time : {10, 30, 20}) {
      QVERIFY(intake.receive(kFlow, reading(time), kNow).has_value());
    }
    QCOMPARE(intake.counters().late, 1u);
    std::vector<std::int64_t> times;
    const SensorId id = store.sensors().at(kFlow.name);
    store
        .visit(id, WallTime{0}, WallTime{100},
               [&](const Reading& each) {
                 times.push_back(each.time.ns);
                 return true;
               })
        .value();
    QCOMPARE(times, (std::vector<std::int64_t>{10, 20, 30}));
    QCOMPARE(store.state(id).newest->time.ns, 30);
  }

  void reading_clockAhead_isKeptAndCounted() {
    MemoryStore store;
    Intake intake(store);
    QVERIFY(intake.receive(kFlow, reading(kNow.ns + limits::kAheadNs), kNow).has_value());
    QCOMPARE(intake.counters().ahead, 0u);
    QVERIFY(intake.receive(kFlow, reading(kNow.ns + limits::kAheadNs + 1), kNow).has_value());
    QCOMPARE(intake.counters().ahead, 1u);
  }

  void link_downAndUpAgain_leavesOneGap() {
    MemoryStore store;
    Intake intake(store);
    intake.connected("Ma");
    QVERIFY(intake.is_connected("Ma"));
    QVERIFY(intake.receive(kFlow, reading(10), kNow).has_value());
    intake.disconnected("Ma");
    intake.disconnected("Ma");
    QVERIFY(!intake.is_connected("Ma"));
    intake.connected("Ma");
    QVERIFY(intake.receive(kFlow, reading(50), kNow).has_value());
    QVERIFY(intake.receive(kFlow, reading(60), kNow).has_value());
    const std::vector<Gap> gaps = all_gaps(store, kFlow);
    QCOMPARE(gaps.size(), 1u);
    QCOMPARE(gaps.front().from.ns, 10);
    QCOMPARE(gaps.front().to.ns, 50);
    QVERIFY(gaps.front().reason.find("Ma") != std::string::npos);
  }

  void link_ofAnotherStation_leavesNoGap() {
    MemoryStore store;
    Intake intake(store);
    intake.connected("Ma");
    intake.connected("Mb");
    QVERIFY(intake.receive(kFlow, reading(10), kNow).has_value());
    intake.disconnected("Mb");
    intake.connected("Mb");
    QVERIFY(intake.receive(kFlow, reading(20), kNow).has_value());
    QVERIFY(all_gaps(store, kFlow).empty());
  }

  void program_startedAgain_recordsWhatItMissed() {
    MemoryStore store;
    {
      Intake first(store);
      QVERIFY(first.receive(kFlow, reading(10), kNow).has_value());
    }
    Intake second(store);
    QVERIFY(second.receive(kFlow, reading(90), kNow).has_value());
    const std::vector<Gap> gaps = all_gaps(store, kFlow);
    QCOMPARE(gaps.size(), 1u);
    QCOMPARE(gaps.front().from.ns, 10);
    QCOMPARE(gaps.front().to.ns, 90);
  }

  void sensors_beyondTheLimit_areRefusedAndTheOthersGoOn() {
    MemoryStore store;
    Intake intake(store);
    for (std::size_t i = 0; i < limits::kSensors; ++i) {
      const SensorInfo info{"s" + std::to_string(i), "Ma", "flow", "l/min"};
      QVERIFY(intake.receive(info, reading(1), kNow).has_value());
    }
    const auto refused = intake.receive(kFlow, reading(1), kNow);
    QCOMPARE(refused.error().code, Errc::kLimit);
    const SensorInfo known{"s0", "Ma", "flow", "l/min"};
    QVERIFY(intake.receive(known, reading(2), kNow).has_value());
  }

  void description_malformed_isRefused() {
    SensorInfo info = kFlow;
    QVERIFY(check_info(info).has_value());
    info.unit = std::string(limits::kUnitBytes, 'u');
    QVERIFY(check_info(info).has_value());
    info.unit += 'u';
    QVERIFY(!check_info(info));
    info = kFlow;
    info.name.clear();
    QVERIFY(!check_info(info));
    info.name = std::string(65, 'n');
    QVERIFY(!check_info(info));
  }

  void reason_tooLong_isCutBetweenCharacters() {
    const std::string cut = clipped_reason("x" + std::string(40, '\xc2') + std::string(40, '\xb0'));
    QVERIFY(cut.size() <= limits::kReasonBytes);
    std::string degrees;
    for (int i = 0; i < 60; ++i) degrees += "°";
    QCOMPARE(clipped_reason("x" + degrees).size(), limits::kReasonBytes - 1);
    QCOMPARE(clipped_reason("short"), std::string("short"));
  }
};

QTEST_GUILESS_MAIN(TstSensorIntake)
#include "tst_sensor_intake.moc"
