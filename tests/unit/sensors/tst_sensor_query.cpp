// Goal: questions about intervals and windows are answered as the mathematics of intervals says.
// Method: tables of readings in a store in memory, with answers worked out by hand.
#include "sensors/query.h"

#include <QTest>

#include "sensors/limits.h"
#include "sensors/memory_store.h"

using namespace cohort;
using namespace cohort::sensors;

namespace {

const SensorInfo kTemperature{"Ma.temperature", "Ma", "temperature", "°C"};

Reading reading(std::int64_t time, double value = 0, std::int64_t error = 0) {
  Reading made;
  made.time = WallTime{time};
  made.time_error_ns = error;
  made.value = value;
  return made;
}

SensorId filled(MemoryStore& store, const std::vector<Reading>& readings) {
  const SensorId id = store.declare(kTemperature).value();
  for (const Reading& each : readings) store.append(id, each).value();
  return id;
}

WindowQuestion window(std::int64_t to, std::int64_t span, std::size_t points) {
  WindowQuestion question;
  question.sensor = kTemperature.name;
  question.to = WallTime{to};
  question.span_ns = span;
  question.points = points;
  return question;
}

IntervalQuestion interval(std::int64_t from, std::int64_t to) {
  IntervalQuestion question;
  question.sensors = {kTemperature.name};
  question.from = WallTime{from};
  question.to = WallTime{to};
  return question;
}

}  // namespace

class TstSensorQuery : public QObject {
  Q_OBJECT
 private slots:
  void membership_timeWithError_followsTheTable_data() {
    QTest::addColumn<int>("time");
    QTest::addColumn<int>("expected");
    const auto row = [](int time, Membership expected) {
      QTest::newRow(qPrintable(QString::number(time))) << time << static_cast<int>(expected);
    };
    for (int time : {5, 6, 24}) row(time, Membership::kExcluded);
    for (int time : {7, 8, 12, 18, 22, 23}) row(time, Membership::kPossible);
    for (int time : {13, 15, 17}) row(time, Membership::kCertain);
  }
  void membership_timeWithError_followsTheTable() {
    QFETCH(int, time);
    QFETCH(int, expected);
    const Membership found = membership(reading(time, 0, 3), WallTime{10}, WallTime{20});
    QCOMPARE(static_cast<int>(found), expected);
  }

  void membership_timeWithoutError_isNeverOnlyPossible() {
    for (int time = 0; time < 30; ++time) {
      const Membership found = membership(reading(time), WallTime{10}, WallTime{20});
      QCOMPARE(found == Membership::kCertain, time >= 10 && time <= 20);
      QVERIFY(found != Membership::kPossible);
    }
  }

  void interval_readingsAroundIt_areCountedByMembership() {
    MemoryStore store;
    std::vector<Reading> readings;
    for (int time : {5, 6, 7, 8, 12, 13, 15, 17, 18, 22, 23, 24}) {
      readings.push_back(reading(time, time, 3));
    }
    filled(store, readings);
    const IntervalAnswer answer = ask_interval(store, interval(10, 20)).value();
    QCOMPARE(answer.certain, 3u);
    QCOMPARE(answer.possible, 6u);
    QCOMPARE(answer.samples.size(), 9u);
    QCOMPARE(answer.samples.front().reading.time.ns, 7);
    QCOMPARE(answer.samples.back().reading.time.ns, 23);
  }

  void interval_oneReadingWithLargeError_isFoundFarFromItsTime() {
    MemoryStore store;
    filled(store, {reading(1'000, 1, 900), reading(5'000, 2, 1)});
    const IntervalAnswer answer = ask_interval(store, interval(100, 200)).value();
    QCOMPARE(answer.possible, 1u);
    QCOMPARE(answer.samples.at(0).reading.value, 1.0);
  }

  void interval_moreThanTheLimit_countsAllAndReturnsTheFirst() {
    MemoryStore store;
    std::vector<Reading> readings;
    for (int time = 0; time < 1'000; ++time) readings.push_back(reading(time, time));
    filled(store, readings);
    IntervalQuestion question = interval(100, 899);
    question.limit = 10;
    const IntervalAnswer answer = ask_interval(store, question).value();
    QCOMPARE(answer.certain, 800u);
    QCOMPARE(answer.samples.size(), 10u);
    QCOMPARE(answer.samples.back().reading.time.ns, 109);
  }

  void interval_newestBehindItsEndByMoreThanTheError_isComplete_data() {
    QTest::addColumn<int>("newest");
    QTest::addColumn<bool>("complete");
    QTest::newRow("inside") << 150 << false;
    QTest::newRow("at the end") << 200 << false;
    QTest::newRow("within the error") << 205 << false;
    QTest::newRow("behind") << 206 << true;
  }
  void interval_newestBehindItsEndByMoreThanTheError_isComplete() {
    QFETCH(int, newest);
    QFETCH(bool, complete);
    MemoryStore store;
    filled(store, {reading(100, 1, 5), reading(newest, 1, 5)});
    QCOMPARE(ask_interval(store, interval(100, 200)).value().incomplete.empty(), complete);
  }

  void interval_gapWithinIt_isIncompleteWithTheReason() {
    MemoryStore store;
    const SensorId id = filled(store, {reading(100), reading(150), reading(300)});
    store.append_gap(id, {{100}, {150}, "the link was down"}).value();
    const IntervalAnswer answer = ask_interval(store, interval(90, 200)).value();
    QCOMPARE(answer.incomplete.size(), 1u);
    QCOMPARE(answer.incomplete.front(), std::string("Ma.temperature: the link was down"));
    QVERIFY(ask_interval(store, interval(160, 200)).value().incomplete.empty());
  }

  void interval_severalSensors_areMergedByTime() {
    MemoryStore store;
    filled(store, {reading(10, 1), reading(30, 1)});
    const SensorInfo other{"Mb.flow", "Mb", "flow", "l/min"};
    const SensorId second = store.declare(other).value();
    store.append(second, reading(20, 2)).value();
    IntervalQuestion question = interval(0, 100);
    question.sensors = {other.name, kTemperature.name};
    const IntervalAnswer answer = ask_interval(store, question).value();
    QCOMPARE(answer.samples.size(), 3u);
    QCOMPARE(answer.samples.at(1).sensor, 0u);
    QCOMPARE(answer.samples.at(1).reading.value, 2.0);
  }

  void interval_badQuestion_isRefused() {
    MemoryStore store;
    filled(store, {reading(10)});
    IntervalQuestion unknown = interval(0, 10);
    unknown.sensors = {"Mz.noise"};
    QCOMPARE(ask_interval(store, unknown).error().code, Errc::kInvalidArgument);
    QVERIFY(ask_interval(store, unknown).error().text.find("Mz.noise") != std::string::npos);
    QVERIFY(!ask_interval(store, interval(11, 10)));
    IntervalQuestion question = interval(0, 10);
    question.limit = limits::kIntervalSamples;
    QVERIFY(ask_interval(store, question).has_value());
    question.limit = limits::kIntervalSamples + 1;
    QVERIFY(!ask_interval(store, question));
    question = interval(0, 10);
    question.sensors.assign(limits::kSensorsPerInterval, kTemperature.name);
    QVERIFY(ask_interval(store, question).has_value());
    question.sensors.emplace_back(kTemperature.name);
    QVERIFY(!ask_interval(store, question));
    question.sensors.clear();
    QVERIFY(!ask_interval(store, question));
  }

  void window_manyReadings_keepEveryExtreme() {
    MemoryStore store;
    std::vector<Reading> readings;
    for (int time = 0; time < 10'000; ++time) {
      readings.push_back(reading(time, time == 4'321 ? 99.0 : time == 8'765 ? -99.0 : time % 7));
    }
    filled(store, readings);
    const WindowAnswer answer = ask_window(store, window(9'999, 9'999, 100)).value();
    QVERIFY(answer.points.size() <= 100);
    std::uint64_t count = 0;
    double minimum = 0;
    double maximum = 0;
    for (const WindowPoint& point : answer.points) {
      count += point.count;
      minimum = std::min(minimum, point.minimum);
      maximum = std::max(maximum, point.maximum);
      QVERIFY(point.minimum <= point.first && point.first <= point.maximum);
      QVERIFY(point.minimum <= point.last && point.last <= point.maximum);
    }
    QCOMPARE(count, 10'000u);
    QCOMPARE(maximum, 99.0);
    QCOMPARE(minimum, -99.0);
  }

  void window_oneColumnByHand_hasFirstLastMinimumMaximum() {
    MemoryStore store;
    filled(store, {reading(10, 3), reading(11, 7), reading(12, 1), reading(13, 2)});
    const WindowAnswer answer = ask_window(store, window(20, 20, 1)).value();
    QCOMPARE(answer.points.size(), 1u);
    const WindowPoint& point = answer.points.front();
    QCOMPARE(point.first, 3.0);
    QCOMPARE(point.last, 2.0);
    QCOMPARE(point.minimum, 1.0);
    QCOMPARE(point.maximum, 7.0);
    QCOMPARE(point.first_time.ns, 10);
    QCOMPARE(point.last_time.ns, 13);
  }

  void window_badReadings_countButDoNotMove() {
    MemoryStore store;
    Reading bad = reading(11);
    bad.quality = Quality::kBad;
    filled(store, {reading(10, 5), bad, reading(12, 6)});
    const WindowPoint point = ask_window(store, window(20, 20, 1)).value().points.at(0);
    QCOMPARE(point.count, 3u);
    QCOMPARE(point.bad, 1u);
    QCOMPARE(point.minimum, 5.0);
    QCOMPARE(point.worst, Quality::kBad);
  }

  void window_onlyReadingsWithinIt_areTaken() {
    MemoryStore store;
    filled(store, {reading(99, 1), reading(100, 2), reading(200, 3), reading(201, 4)});
    const WindowAnswer answer = ask_window(store, window(200, 100, 10)).value();
    QCOMPARE(answer.points.size(), 2u);
    QCOMPARE(answer.points.front().first, 2.0);
    QCOMPARE(answer.points.back().last, 3.0);
  }

  void window_gap_splitsTheColumnAndIsMarked() {
    MemoryStore store;
    const SensorId id =
        filled(store, {reading(100, 1), reading(101, 2), reading(150, 3), reading(151, 4)});
    store.append_gap(id, {{101}, {150}, "down"}).value();
    const WindowAnswer answer = ask_window(store, window(200, 200, 2)).value();
    QVERIFY(answer.points.size() <= 2);
    QCOMPARE(answer.gaps.size(), 1u);
    QCOMPARE(answer.points.size(), 2u);
    QVERIFY(!answer.points.front().gap_before);
    QVERIFY(answer.points.back().gap_before);
    QCOMPARE(answer.points.front().last, 2.0);
    QCOMPARE(answer.points.back().first, 3.0);
  }

  void window_withManyGaps_staysWithinThePoints() {
    MemoryStore store;
    const SensorId id = store.declare(kTemperature).value();
    for (int time = 0; time < 1'000; ++time) store.append(id, reading(time * 10, 1)).value();
    for (int time = 0; time < 999; ++time) {
      store.append_gap(id, {{time * 10}, {time * 10 + 10}, "down"}).value();
    }
    for (std::size_t points : {1u, 2u, 3u, 50u, 600u}) {
      const WindowAnswer answer = ask_window(store, window(9'990, 9'990, points)).value();
      QVERIFY2(answer.points.size() <= points, qPrintable(QString::number(points)));
      QVERIFY(answer.gaps.size() <= limits::kGapsPerWindow);
    }
  }

  void window_longerThanTheHistory_usesItsPointsForTheHistory() {
    MemoryStore store;
    std::vector<Reading> readings;
    for (int time = 0; time < 100; ++time) readings.push_back(reading(1'000'000 + time, time));
    filled(store, readings);
    const WindowAnswer answer = ask_window(store, window(1'000'099, 1'000'000, 10)).value();
    QCOMPARE(answer.points.size(), 10u);
    QCOMPARE(answer.from.ns, 99);
  }

  void window_withoutEnd_endsAtTheNewestReading() {
    MemoryStore store;
    filled(store, {reading(100, 1), reading(500, 2)});
    WindowQuestion question = window(0, 50, 10);
    question.to.reset();
    const WindowAnswer answer = ask_window(store, question).value();
    QCOMPARE(answer.to.ns, 500);
    QCOMPARE(answer.from.ns, 450);
    QCOMPARE(answer.points.size(), 1u);
  }

  void window_sensorWithoutReadings_isEmpty() {
    MemoryStore store;
    store.declare(kTemperature).value();
    WindowQuestion question = window(0, 50, 10);
    question.to.reset();
    QVERIFY(ask_window(store, question).value().points.empty());
  }

  void window_badQuestion_isRefused() {
    MemoryStore store;
    filled(store, {reading(10)});
    QVERIFY(ask_window(store, window(10, 10, limits::kWindowPoints)).has_value());
    QVERIFY(!ask_window(store, window(10, 10, limits::kWindowPoints + 1)));
    QVERIFY(!ask_window(store, window(10, 10, 0)));
    QVERIFY(!ask_window(store, window(10, 0, 10)));
    QVERIFY(!ask_window(store, window(-1, 10, 10)));
    WindowQuestion unknown = window(10, 10, 10);
    unknown.sensor = "Mz.noise";
    QCOMPARE(ask_window(store, unknown).error().code, Errc::kInvalidArgument);
  }
};

QTEST_GUILESS_MAIN(TstSensorQuery)
#include "tst_sensor_query.moc"
