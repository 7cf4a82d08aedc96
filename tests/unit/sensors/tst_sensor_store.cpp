// Goal: the store on disk keeps what it was given, over restarts and within its limits, and refuses
//   files that are none of its own.
// Method: SQLite files in a temporary folder; the same rounds with the store in memory as model.
#include "sensors/adapters/sqlite_store.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include "platform/base/rng.h"
#include "sensors/adapters/database.h"
#include "sensors/limits.h"
#include "sensors/memory_store.h"

using namespace cohort;
using namespace cohort::sensors;

namespace {

const SensorInfo kFlow{"Ma.flow", "Ma", "flow", "l/min"};
const SensorInfo kPressure{"Ma.pressure", "Ma", "pressure", "Pa"};

Reading reading(std::int64_t time, double value = 1) {
  Reading made;
  made.time = WallTime{time};
  made.value = value;
  return made;
}

std::vector<Reading> all_readings(const Store& store, SensorId id) {
  std::vector<Reading> found;
  store
      .visit(id, WallTime{0}, WallTime{limits::kTimeNs},
             [&](const Reading& each) {
               found.push_back(each);
               return true;
             })
      .value();
  return found;
}

}  // namespace

class TstSensorStore : public QObject {
  Q_OBJECT
 private:
  QTemporaryDir folder_;
  SqliteOptions options(const char* name, std::int64_t kept = 0) const {
    return {folder_.filePath(name).toStdString(), kept};
  }

 private slots:
  void reading_writtenAndReopened_isTheSame() {
    Reading full;
    full.time = WallTime{1'700'000'000'123'456'789};
    full.time_error_ns = 1'500'000;
    full.plant_ms = 86'400'000;
    full.value = 21.125;
    full.value_error = 0.1;
    full.quality = Quality::kUncertain;
    const Gap gap{{5}, {9}, "down"};
    {
      auto store = SqliteStore::open(options("round.db")).value();
      const SensorId id = store->declare(kFlow).value();
      store->append(id, full).value();
      store->append_gap(id, gap).value();
    }
    auto store = SqliteStore::open(options("round.db")).value();
    const SensorId id = store->sensors().at(kFlow.name);
    QVERIFY(all_readings(*store, id) == std::vector<Reading>{full});
    QVERIFY(store->gaps(id, WallTime{0}, WallTime{10}, 5).value() == std::vector<Gap>{gap});
    QVERIFY(store->gaps(id, WallTime{10}, WallTime{20}, 5).value().empty());
    const SensorState state = store->state(id);
    QVERIFY(state.info == kFlow && state.newest == full);
    QCOMPARE(state.readings, 1u);
    QCOMPARE(state.time_error_max_ns, 1'500'000);
  }

  void readings_inAnyOrder_areAsInTheModel() {
    auto store = SqliteStore::open(options("model.db")).value();
    MemoryStore model;
    std::vector<SensorId> ids;
    for (const SensorInfo& info : {kFlow, kPressure}) {
      ids.push_back(store->declare(info).value());
      QVERIFY(model.declare(info).value() == ids.back());
    }
    Rng rng(7);
    for (int round = 0; round < 5'000; ++round) {
      Reading any = reading(static_cast<std::int64_t>(rng.below(2'000)), rng.unit());
      any.time_error_ns = static_cast<std::int64_t>(rng.below(50));
      if (rng.chance(0.02)) any = {any.time, any.time_error_ns, 0, 0, 0, Quality::kBad};
      const SensorId id = ids.at(rng.below(2));
      store->append(id, any).value();
      model.append(id, any).value();
    }
    store->flush().value();
    for (const SensorId id : ids) {
      QVERIFY(all_readings(*store, id) == all_readings(model, id));
      QCOMPARE(store->state(id).duplicates, model.state(id).duplicates);
      QCOMPARE(store->state(id).bad, model.state(id).bad);
      QCOMPARE(store->state(id).readings, model.state(id).readings);
      QVERIFY(store->state(id).newest == model.state(id).newest);
      QVERIFY(model.state(id).duplicates > 0 && model.state(id).bad > 0);
    }
  }

  void readings_beyondTheLimit_losesTheOldestOfTheLargest() {
    constexpr std::int64_t kKept = 2'000;
    auto store = SqliteStore::open(options("kept.db", kKept)).value();
    const SensorId fast = store->declare(kFlow).value();
    const SensorId slow = store->declare(kPressure).value();
    for (int i = 0; i < 10; ++i) store->append(slow, reading(i)).value();
    for (int i = 0; i < kKept - 10; ++i) store->append(fast, reading(i)).value();
    store->flush().value();
    QCOMPARE(all_readings(*store, fast).size(), static_cast<std::size_t>(kKept - 10));
    store->append(fast, reading(kKept)).value();
    store->flush().value();
    const std::vector<Reading> left = all_readings(*store, fast);
    QCOMPARE(left.size(), static_cast<std::size_t>(kKept - 10));
    QCOMPARE(left.front().time.ns, 1);
    QCOMPARE(left.back().time.ns, kKept);
    QCOMPARE(all_readings(*store, slow).size(), 10u);
    QCOMPARE(store->state(fast).readings, static_cast<std::uint64_t>(kKept - 10));
  }

  void readings_ofManyEqualSensors_keepAnEqualShare() {
    constexpr std::size_t kSensors = 20;
    constexpr std::int64_t kKept = 1'000;
    auto store = SqliteStore::open(options("share.db", kKept)).value();
    std::vector<SensorId> ids;
    for (std::size_t i = 0; i < kSensors; ++i) {
      ids.push_back(store->declare({"s" + std::to_string(i), "Ma", "flow", "l/min"}).value());
    }
    for (int time = 0; time < 500; ++time) {
      for (const SensorId id : ids) store->append(id, reading(time)).value();
    }
    store->flush().value();
    for (const SensorId id : ids) {
      const std::vector<Reading> left = all_readings(*store, id);
      QVERIFY(left.size() >= kKept / kSensors);
      QCOMPARE(left.back().time.ns, 499);
    }
  }

  void sensors_declaredAgain_keepTheirNumberAndShowTheNewUnit() {
    SensorId first;
    {
      auto store = SqliteStore::open(options("declare.db")).value();
      first = store->declare(kFlow).value();
      QVERIFY(store->declare(kPressure).value() != first);
    }
    auto store = SqliteStore::open(options("declare.db")).value();
    SensorInfo changed = kFlow;
    changed.unit = "ml/min";
    QVERIFY(store->declare(changed).value() == first);
    QCOMPARE(store->state(first).info.unit, std::string("ml/min"));
    QCOMPARE(store->sensors().size(), 2u);
  }

  void file_thatIsNoDatabase_isRefused() {
    QFile file(folder_.filePath("text.db"));
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(8192, 'x'));
    file.close();
    const auto opened = SqliteStore::open(options("text.db"));
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, Errc::kCorrupt);
    QVERIFY(opened.error().text.find("text.db") != std::string::npos);
  }

  void file_ofAnotherProgram_isRefusedAndNotTouched() {
    {
      const auto database =
          Database::open(options("other.db").path, Database::Access::kReadWrite).value();
      database.run("CREATE TABLE customers(name TEXT)").value();
    }
    const auto opened = SqliteStore::open(options("other.db"));
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, Errc::kCorrupt);
  }

  void file_ofANewerVersion_isRefused() {
    QVERIFY(SqliteStore::open(options("newer.db")).has_value());
    {
      const auto database =
          Database::open(options("newer.db").path, Database::Access::kReadWrite).value();
      database.run("PRAGMA user_version = 2").value();
    }
    QCOMPARE(SqliteStore::open(options("newer.db")).error().code, Errc::kVersion);
  }

  void folder_thatIsMissing_isSaid() {
    const auto opened = SqliteStore::open(options("nowhere/sensors.db"));
    QVERIFY(!opened);
    QCOMPARE(opened.error().code, Errc::kIo);
  }
};

QTEST_GUILESS_MAIN(TstSensorStore)
#include "tst_sensor_store.moc"
