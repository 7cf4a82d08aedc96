// Goal: the Mini-Fab's tables are the published ones, and a machine never starts a job twice.
// Method: the tables' static capacity against fab-simulation figures; machines on told plant time.
#include "stations/machine.h"

#include <QtTest>

#include "stations/memory_log.h"
#include "stations/plant_clock.h"
#include "stations/sensor_model.h"

using namespace cohort;
using namespace cohort::stations;

namespace {

constexpr PlantTime minutes(std::int64_t count) {
  return count * kPlantMinute;
}

Job step_job(const std::string& key, const std::string& station, std::uint8_t step,
             std::vector<std::string> lots, const std::string& product) {
  Job job;
  job.key = key;
  job.station = station;
  job.step = step;
  job.lots = std::move(lots);
  job.product = product;
  return job;
}

Job move_job(const std::string& key, std::uint8_t leg, const std::string& lot,
             const std::string& from, const std::string& to) {
  Job job = step_job(key, "T1", leg, {lot}, "Pa");
  job.from = from;
  job.to = to;
  return job;
}

PlantTime tool_minutes(StationKind kind) {
  PlantTime time = 0;
  const StationModel& model = station_model(kind);
  for (std::uint8_t step = 1; step <= kSteps; ++step) {
    if (step_model(step).kind != kind) continue;
    time += (model.load + step_model(step).process + model.unload) / model.lots_full;
  }
  return time / kPlantMinute;
}

const StationSpec kMe{"Me", StationKind::kLithography};
const StationSpec kMa{"Ma", StationKind::kDiffusion};
const StationSpec kT1{"T1", StationKind::kTransporter};

}  // namespace

class TstMachine : public QObject {
  Q_OBJECT
 private slots:
  void tables_staticCapacity_isThePublishedOne() {
    QCOMPARE(tool_minutes(StationKind::kDiffusion), 200);
    QCOMPARE(tool_minutes(StationKind::kImplant), 140);
    QCOMPARE(tool_minutes(StationKind::kLithography), 105);
    QCOMPARE(kWeekLots, 84u);
    QCOMPARE(mini_fab_stations().size(), std::size_t{6});
  }

  void travel_everyPair_isThePublishedMatrix() {
    QCOMPARE(travel_time(Area::kSource, Area::kC1), minutes(4));
    QCOMPARE(travel_time(Area::kC1, Area::kC3), minutes(8));
    QCOMPARE(travel_time(Area::kC3, Area::kC1), minutes(8));
    QCOMPARE(travel_time(Area::kC2, Area::kOut), minutes(8));
    QCOMPARE(travel_time(Area::kSource, Area::kC3), minutes(12));
    QCOMPARE(travel_time(Area::kC1, Area::kOut), minutes(12));
    QCOMPARE(travel_time(Area::kC2, Area::kC2), 0);
  }

  void setup_changes_costFiveTenOrTwelveMinutes() {
    const Setup start{3, Product::kPa};
    QCOMPARE(setup_time({}, start), 0);
    QCOMPARE(setup_time(start, start), 0);
    QCOMPARE(setup_time(start, {3, Product::kPb}), minutes(5));
    QCOMPARE(setup_time(start, {6, Product::kPa}), minutes(10));
    QCOMPARE(setup_time(start, {6, Product::kTw}), minutes(12));
  }

  void job_onLithography_runsThroughItsPhases() {
    Machine machine(kMe);
    QCOMPARE(machine.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 0).outcome,
             StartOutcome::kStarted);
    QCOMPARE(machine.moment(minutes(5)).phase, MachinePhase::kLoad);
    QCOMPARE(machine.moment(minutes(10)).phase, MachinePhase::kProcess);
    QCOMPARE(machine.moment(minutes(65)).phase, MachinePhase::kUnload);
    QVERIFY(machine.advance(minutes(75) - 1).empty());
    QCOMPARE(machine.query("a").state, JobState::kRunning);
    const auto events = machine.advance(minutes(75));
    QCOMPARE(events.size(), std::size_t{1});
    QCOMPARE(events[0].status.completed_ms, minutes(75));
    QCOMPARE(machine.query("a").state, JobState::kCompleted);
    const auto second = machine.start(step_job("b", "Me", 6, {"L2"}, "Pb"), minutes(75));
    QCOMPARE(second.status.setup_ms, minutes(12));
    QCOMPARE(machine.next_completion().value(), minutes(75 + 10 + 12 + 10 + 10));
  }

  void start_sameKeyOrSameLotStep_isRefusedAndCounted() {
    Machine machine(kMe);
    QCOMPARE(machine.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 0).outcome,
             StartOutcome::kStarted);
    const auto again = machine.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 1);
    QCOMPARE(again.outcome, StartOutcome::kRefusedDuplicate);
    QCOMPARE(again.status.state, JobState::kRunning);
    QCOMPARE(again.status.duplicates_refused, 1u);
    machine.advance(minutes(500));
    const auto other_key = machine.start(step_job("b", "Me", 3, {"L1"}, "Pa"), minutes(500));
    QCOMPARE(other_key.outcome, StartOutcome::kRefusedDuplicate);
    QCOMPARE(other_key.status.state, JobState::kUnknown);
    QCOMPARE(machine.duplicates_refused(), 2u);
    QCOMPARE(machine.jobs_started(), 1u);
    QCOMPARE(machine.start(step_job("c", "Me", 6, {"L1"}, "Pa"), minutes(500)).outcome,
             StartOutcome::kStarted);
  }

  void start_whileBusy_isRefusedAndLeavesNoTrace() {
    Machine machine(kMe);
    machine.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 0);
    QCOMPARE(machine.start(step_job("b", "Me", 3, {"L2"}, "Pa"), minutes(74)).outcome,
             StartOutcome::kRefusedBusy);
    QCOMPARE(machine.query("b").state, JobState::kUnknown);
    QCOMPARE(machine.start(step_job("b", "Me", 3, {"L2"}, "Pa"), minutes(75)).outcome,
             StartOutcome::kStarted);
  }

  void start_impossibleJob_isRefusedWithTheReason_data() {
    QTest::addColumn<int>("step");
    QTest::addColumn<QStringList>("lots");
    QTest::addColumn<QString>("product");
    QTest::newRow("another kind's step") << 3 << QStringList{"L1"} << "Pa";
    QTest::newRow("no such step") << 9 << QStringList{"L1"} << "Pa";
    QTest::newRow("no lots") << 1 << QStringList{} << "Pa";
    QTest::newRow("four lots") << 1 << QStringList{"L1", "L2", "L3", "L4"} << "Pa";
    QTest::newRow("a lot twice") << 1 << QStringList{"L1", "L1"} << "Pa";
    QTest::newRow("unknown product") << 1 << QStringList{"L1"} << "Px";
    QTest::newRow("mixed products at S5") << 5 << QStringList{"L1", "L2"} << "mixed";
  }
  void start_impossibleJob_isRefusedWithTheReason() {
    QFETCH(int, step);
    QFETCH(QStringList, lots);
    QFETCH(QString, product);
    std::vector<std::string> names;
    for (const QString& lot : lots) names.push_back(lot.toStdString());
    Machine machine(kMa);
    const auto reply = machine.start(
        step_job("a", "Ma", static_cast<std::uint8_t>(step), names, product.toStdString()), 0);
    QCOMPARE(reply.outcome, StartOutcome::kRefusedInvalid);
    QVERIFY(reply.reason.starts_with("station Ma: "));
    QCOMPARE(machine.jobs_started(), 0u);
    QCOMPARE(machine.start(step_job("a", "Ma", 1, {"L1", "L2", "L3"}, "mixed"), 0).outcome,
             StartOutcome::kStarted);
  }

  void transporter_secondMove_beginsWithItsEmptyTravel() {
    Machine machine(kT1);
    machine.start(move_job("a", 1, "L1", "Source", "C1"), 0);
    QCOMPARE(machine.next_completion().value(), minutes(1 + 4 + 1));
    machine.advance(minutes(6));
    machine.start(move_job("b", 3, "L2", "C3", "C2"), minutes(6));
    QCOMPARE(machine.next_completion().value(), minutes(6 + 8 + 1 + 4 + 1));
    QCOMPARE(machine.start(move_job("c", 3, "L3", "C3", "C1"), minutes(99)).outcome,
             StartOutcome::kRefusedInvalid);
  }

  void memory_restored_remembersJobsRefusalsAndTheRunningOne() {
    Machine first(kMe);
    std::string file;
    first.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 0);
    file += memory_log::started_line(*first.last_started()) + "\n";
    first.advance(minutes(75));
    first.start(step_job("b", "Me", 6, {"L2"}, "Pb"), minutes(80));
    file += memory_log::started_line(*first.last_started()) + "\n";
    first.start(step_job("b", "Me", 6, {"L2"}, "Pb"), minutes(81));
    file += memory_log::refused_line("b") + "\n";
    file += memory_log::clock_line(PlantClock(WallTime{5}, 7, 2.5)) + "\n";
    const std::size_t whole = file.size();
    file += "{\"record\":\"star";

    Machine second(kMe);
    const auto restored = memory_log::restore(file, second);
    QVERIFY(restored.has_value());
    QCOMPARE(restored->kept, whole);
    QCOMPARE(restored->jobs, std::size_t{2});
    QCOMPARE(restored->clock->plant_start(), 7);
    second.advance(minutes(81));
    QVERIFY(second.query("a") == first.query("a"));
    QVERIFY(second.query("b") == first.query("b"));
    QCOMPARE(second.duplicates_refused(), 1u);
    QCOMPARE(second.next_completion().value(), minutes(80 + 10 + 12 + 10 + 10));
    QCOMPARE(second.start(step_job("z", "Me", 3, {"L1"}, "Pa"), minutes(999)).outcome,
             StartOutcome::kRefusedDuplicate);
  }

  void memory_damagedLine_isNamed_data() {
    QTest::addColumn<QString>("damage");
    QTest::newRow("no JSON") << "nonsense";
    QTest::newRow("unknown record") << R"({"record":"stopped"})";
    QTest::newRow("missing field") << R"({"record":"refused"})";
    QTest::newRow("unknown field") << R"({"record":"refused","key":"a","x":1})";
    QTest::newRow("clock that stands")
        << R"({"record":"clock","wall_ns":1,"plant_ms":1,"factor":0})";
  }
  void memory_damagedLine_isNamed() {
    QFETCH(QString, damage);
    Machine machine(kMe);
    const std::string text = memory_log::refused_line("a") + "\n" + damage.toStdString() + "\n";
    const auto restored = memory_log::restore(text, machine);
    QVERIFY(!restored.has_value());
    QCOMPARE(restored.error().code, Errc::kCorrupt);
    QVERIFY(restored.error().text.starts_with("line 2: "));
  }

  void memory_jobTwice_isCorrupt() {
    Machine first(kMe);
    first.start(step_job("a", "Me", 3, {"L1"}, "Pa"), 0);
    const std::string line = memory_log::started_line(*first.last_started()) + "\n";
    Machine second(kMe);
    QVERIFY(!memory_log::restore(line + line, second).has_value());
  }

  void sensors_sameSeedAndTime_readTheSameWithinTheError() {
    Machine machine(kMa);
    machine.start(step_job("a", "Ma", 1, {"L1"}, "Pa"), 0);
    const PlantTime in_process = minutes(120);
    const auto readings = sense(kMa, machine.moment(in_process), in_process, 7);
    QCOMPARE(readings.size(), std::size_t{3});
    QVERIFY(readings == sense(kMa, machine.moment(in_process), in_process, 7));
    QVERIFY(readings != sense(kMa, machine.moment(in_process), in_process, 8));
    QCOMPARE(readings[0].sensor, std::string("temperature"));
    QVERIFY(std::abs(readings[0].value - 950) <= readings[0].error + 1.5);
    QVERIFY(sense(kT1, {}, 0, 7).empty());
  }

  void clock_whenThenAt_meetsTheMoment() {
    const PlantClock clock(WallTime{1'000'000'007}, 12'345, 6'917.3);
    QCOMPARE(clock.at(WallTime{0}), 12'345);
    for (PlantTime at = 12'345; at < 10'000'000; at += 99'991) {
      QVERIFY(clock.at(clock.when(at)) >= at);
      QVERIFY(clock.at(WallTime{clock.when(at).ns - 1'000}) <= at);
    }
  }
};

QTEST_GUILESS_MAIN(TstMachine)
#include "tst_machine.moc"
