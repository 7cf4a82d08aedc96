// Goal: whatever moment a disk fails at, or its power, what a store has reported durable is there
// at the next start, and what a life has found at its start is never lost again. Method: real
// SQLite over a disk in memory (power_cut_disk.h); one script of appends, checkpoints and counts is
// run again for each operation at which a fault may come.
#include <QTemporaryDir>
#include <QtTest>

#include "platform/base/heap_trim.h"
#include "platform/store/sqlite/sqlite_store.h"
#include "unit/store/loop.h"
#include "unit/store/power_cut_disk.h"

using namespace cohort;
using namespace cohort::store;
using Fault = test::PowerCutDisk::Fault;
using Loss = test::PowerCutDisk::Loss;

namespace {

/// What a store holds, or is to hold.
struct Contents {
  std::vector<Bytes> records;
  std::vector<Bytes> ledger;
  bool operator==(const Contents&) const = default;
};

struct Action {
  enum class Kind : std::uint8_t { kAppend, kAppendTo, kReplace, kCount } kind;
  std::size_t bytes = 0;  ///< of the record
};
using Script = std::vector<Action>;

Bytes record_of(std::size_t index, std::size_t bytes) {
  return Bytes(bytes, static_cast<std::uint8_t>(index + 1));
}

/// The contents after the script's first `count` actions.
Contents after(const Script& script, std::size_t count) {
  Contents contents;
  for (std::size_t i = 0; i < count; ++i) {
    const Bytes record = record_of(i, script[i].bytes);
    if (script[i].kind == Action::Kind::kAppend) contents.records.push_back(record);
    if (script[i].kind == Action::Kind::kAppendTo) contents.ledger.push_back(record);
    if (script[i].kind == Action::Kind::kReplace) contents.records = {record};
  }
  return contents;
}

/// A run of a script, to its end or its first failure.
struct Run {
  std::size_t done = 0;      ///< actions that were reported done
  std::uint16_t lives = 0;   ///< the last incarnation that was given out
  bool later_failed = true;  ///< after the first failure everything failed
};

class Host {
 public:
  explicit Host(std::filesystem::path path) : path_(std::move(path)) {}

  test::PowerCutDisk& disk() { return disk_; }
  Result<std::unique_ptr<SqliteStore>> open() { return SqliteStore::open(path_, loop_.post()); }

  bool carry_out(SqliteStore& store, const Action& action, std::size_t index, Run& run) {
    if (action.kind == Action::Kind::kCount) {
      const auto life = store.next_incarnation();
      if (life) run.lives = life->value;
      return life.has_value();
    }
    bool good = false;
    const Store::Done done = [&good](const Result<void>& result) { good = result.has_value(); };
    const Bytes record = record_of(index, action.bytes);
    if (action.kind == Action::Kind::kAppend) store.append(record, done);
    if (action.kind == Action::Kind::kAppendTo) store.append_to("ledger", record, done);
    if (action.kind == Action::Kind::kReplace) store.replace_all({record}, done);
    loop_.run(1);
    return good;
  }

  /// With `dies`, the program is killed at its end, and closes nothing.
  Run play(const Script& script, bool dies = false) {
    Run run;
    const auto store = open();
    if (!store) return run;
    for (; run.done < script.size(); ++run.done) {
      if (carry_out(**store, script[run.done], run.done, run)) continue;
      const bool counted = script[run.done].kind == Action::Kind::kCount;
      const Action more{Action::Kind::kAppend, 10};
      run.later_failed = counted || !carry_out(**store, more, run.done, run);
      break;
    }
    if (dies) disk_.kill_program();
    return run;
  }

  /// What a life finds; with `dies`, it is killed then.
  Result<Contents> read(bool dies = false) {
    const auto store = open();
    if (!store) return std::unexpected(store.error());
    auto records = (*store)->read_all();
    if (!records) return std::unexpected(records.error());
    auto ledger = (*store)->read_log("ledger");
    if (!ledger) return std::unexpected(ledger.error());
    if (dies) disk_.kill_program();
    return Contents{std::move(*records), std::move(*ledger)};
  }

  std::uint16_t next_life() {
    const auto store = open();
    const auto life = store ? (*store)->next_incarnation() : Incarnation{0};
    return life ? life->value : std::uint16_t{0};
  }

  /// SQLite's own opinion of its file.
  std::string integrity() {
    sqlite3* handle = nullptr;
    std::string answer = "not opened";
    if (sqlite3_open(path_.c_str(), &handle) == SQLITE_OK) {
      const auto take = [](void* into, int, char** values, char**) {
        *static_cast<std::string*>(into) = values[0];
        return 0;
      };
      sqlite3_exec(handle, "PRAGMA integrity_check", take, &answer, nullptr);
    }
    sqlite3_close(handle);
    return answer;
  }

 private:
  std::filesystem::path path_;
  test::PowerCutDisk disk_;
  test::Loop loop_;
};

const Script kShort{
    {Action::Kind::kCount},           {Action::Kind::kAppend, 40}, {Action::Kind::kAppendTo, 100},
    {Action::Kind::kAppend, 9'000},   {Action::Kind::kCount},      {Action::Kind::kReplace, 70},
    {Action::Kind::kAppendTo, 5'000}, {Action::Kind::kAppend, 0},  {Action::Kind::kAppend, 20'000}};

/// More than SQLite keeps in its WAL: it is copied into the file, and written from its beginning.
Script long_script() {
  Script script{{Action::Kind::kCount}};
  for (int i = 0; i < 36; ++i) {
    script.push_back({i % 3 == 0 ? Action::Kind::kAppendTo : Action::Kind::kAppend, 150'000});
    if (i % 15 == 14) script.push_back({Action::Kind::kReplace, 1'000});
  }
  script.push_back({Action::Kind::kCount});
  return script;
}

}  // namespace

class TstStoreCrash : public QObject {
  Q_OBJECT

  QTemporaryDir folder_;
  std::filesystem::path path() const { return folder_.filePath("cohortd.db").toStdString(); }

  std::uint64_t operations_of(const Script& script) const {
    Host host(path());
    host.disk().arm(Fault::kNone, 0);
    const Run run = host.play(script);
    return run.done == script.size() ? host.disk().operations() : 0;
  }

  /// The contents are those after what was reported done, or after one action more.
  static void check(const Script& script, const Run& run, const Result<Contents>& found) {
    QVERIFY2(found, found ? "" : found.error().text.c_str());
    const bool more = run.done < script.size() && *found == after(script, run.done + 1);
    QVERIFY(more || *found == after(script, run.done));
  }

  void cut_power(const Script& script, std::uint64_t at, Loss loss) {
    Host host(path());
    host.disk().arm(Fault::kPowerCut, at);
    const Run run = host.play(script);
    host.disk().lose_power(loss, at);
    check(script, run, host.read());
    QCOMPARE(host.integrity(), std::string("ok"));
    QVERIFY(host.next_life() > run.lives);
  }

  void fail(const Script& script, Fault fault, std::uint64_t at) {
    Host host(path());
    host.disk().arm(fault, at);
    const Run run = host.play(script, true);
    QVERIFY(run.later_failed);
    // The program starts again on the same kernel, when there is room again, ...
    host.disk().begin_again();
    const auto found = host.read(true);
    check(script, run, found);
    // ... and what it found, it may tell others: so it has to be there for good.
    host.disk().lose_power(Loss::kAll, at);
    const auto later = host.read();
    QVERIFY2(later, later ? "" : later.error().text.c_str());
    QVERIFY(*later == *found);
    QVERIFY(host.next_life() > run.lives);
  }

 private slots:
  // Each of some thousand runs fills a log of 4.5 MB.
  void initTestCase() { keep_freed_memory(); }

  void power_isCutAtAnyOperation_whatWasReportedIsThere() {
    const std::uint64_t operations = operations_of(kShort);
    QVERIFY(operations > 50);
    for (std::uint64_t at = 1; at <= operations; ++at) {
      for (const Loss loss : {Loss::kAll, Loss::kNothing, Loss::kTorn}) {
        cut_power(kShort, at, loss);
        if (QTest::currentTestFailed()) return qWarning("cut at %d", static_cast<int>(at));
      }
    }
  }

  void power_isCutInALongLife_whatWasReportedIsThere() {
    const Script script = long_script();
    const std::uint64_t operations = operations_of(script);
    QVERIFY(operations > 2'000);
    for (std::uint64_t at = 61; at <= operations; at += 61) {
      cut_power(script, at, Loss::kTorn);
      if (QTest::currentTestFailed()) return qWarning("cut at %d", static_cast<int>(at));
    }
  }

  void operation_fails_storeStopsAndLosesNothing_data() {
    QTest::addColumn<int>("fault");
    QTest::newRow("error") << static_cast<int>(Fault::kError);
    QTest::newRow("short write") << static_cast<int>(Fault::kShortWrite);
    QTest::newRow("disk full") << static_cast<int>(Fault::kFull);
  }

  void operation_fails_storeStopsAndLosesNothing() {
    QFETCH(const int, fault);
    const std::uint64_t operations = operations_of(kShort);
    for (std::uint64_t at = 1; at <= operations; ++at) {
      fail(kShort, static_cast<Fault>(fault), at);
      if (QTest::currentTestFailed()) return qWarning("fault at %d", static_cast<int>(at));
    }
  }
};

QTEST_GUILESS_MAIN(TstStoreCrash)
#include "tst_store_crash.moc"
