// Goal: what a store reported durable is there at the next start, in its order, or it says why not.
// Method: real SQLite files in a temporary folder, reopened; damage done with SQLite itself.
#include <sqlite3.h>
#include <sys/resource.h>

#include <QTemporaryDir>
#include <QtTest>
#include <csignal>
#include <filesystem>

#include "platform/store/memory_store.h"
#include "platform/store/sqlite/sqlite_store.h"
#include "unit/store/loop.h"

using namespace cohort;
using namespace cohort::store;
using test::Loop;

namespace {

void damage(const std::filesystem::path& path, const char* sql) {
  sqlite3* handle = nullptr;
  QCOMPARE(sqlite3_open(path.c_str(), &handle), SQLITE_OK);
  QCOMPARE(sqlite3_exec(handle, sql, nullptr, nullptr, nullptr), SQLITE_OK);
  sqlite3_close(handle);
}

}  // namespace

class TstStore : public QObject {
  Q_OBJECT

 private slots:
  void init() { folder_ = std::make_unique<QTemporaryDir>(); }
  void sqlite_reopened_hasAllRecordsInOrder();
  void sqlite_replaceAll_leavesTheNewRecordsOnly();
  void incarnation_growsWithEveryCall();
  void sqlite_damagedRecord_isRefused();
  void sqlite_missingRecord_isRefused();
  void sqlite_foreignFile_isRefused();
  void sqlite_tooLongRecord_failsThisAndAllLaterAppends();
  void sqlite_killed_hasWhatWasReportedDone_behindAFilledWal();
  void sqlite_withoutSpaceToFillTheWal_works();
  void memory_brokenDisk_failsEveryWrite();
  void memory_disk_outlivesTheStore();

 private:
  std::filesystem::path path() const {
    return folder_->filePath("site-1/cohortd.db").toStdString();
  }
  std::unique_ptr<SqliteStore> open() {
    auto store = SqliteStore::open(path(), loop_.post());
    return store ? std::move(*store) : nullptr;
  }
  Store::Done expect(bool good) {
    return [this, good](const Result<void>& result) {
      ++done_;
      QCOMPARE(result.has_value(), good);
    };
  }

  std::unique_ptr<QTemporaryDir> folder_;
  Loop loop_;
  int done_ = 0;
};

void TstStore::sqlite_reopened_hasAllRecordsInOrder() {
  const std::vector<Bytes> records{{1}, {}, {2, 3}, Bytes(100'000, 7)};
  {
    const auto store = open();
    QVERIFY(store);
    for (const Bytes& record : records) store->append(record, expect(true));
    loop_.run(records.size());
  }
  const auto again = open();
  const auto found = again->read_all();
  QVERIFY2(found, found ? "" : found.error().text.c_str());
  QVERIFY(*found == records);
}

void TstStore::sqlite_replaceAll_leavesTheNewRecordsOnly() {
  const auto store = open();
  store->append({1}, expect(true));
  store->append({2}, expect(true));
  store->replace_all({{9}}, expect(true));
  store->append({10}, expect(true));
  loop_.run(4);
  const std::vector<Bytes> expected{{9}, {10}};
  QVERIFY(*store->read_all() == expected);
}

void TstStore::incarnation_growsWithEveryCall() {
  QCOMPARE(open()->next_incarnation()->value, std::uint16_t{1});
  QCOMPARE(open()->next_incarnation()->value, std::uint16_t{2});
  damage(path(), "UPDATE counters SET value = 65535");
  const auto refused = open()->next_incarnation();
  QVERIFY(!refused);
  QVERIFY(refused.error().code == Errc::kLimit);
}

void TstStore::sqlite_damagedRecord_isRefused() {
  {
    const auto store = open();
    store->append({1}, expect(true));
    store->append({2}, expect(true));
    loop_.run(2);
  }
  damage(path(), "UPDATE records SET record = x'05' WHERE number = 1");
  const auto found = open()->read_all();
  QVERIFY(!found);
  QVERIFY(found.error().code == Errc::kCorrupt);
  QVERIFY2(found.error().text.find("record 1 ") != std::string::npos, found.error().text.c_str());
}

void TstStore::sqlite_missingRecord_isRefused() {
  {
    const auto store = open();
    store->append({1}, expect(true));
    store->append({2}, expect(true));
    store->append({3}, expect(true));
    loop_.run(3);
  }
  damage(path(), "DELETE FROM records WHERE number = 2");
  const auto found = open()->read_all();
  QVERIFY(!found);
  QVERIFY(found.error().code == Errc::kCorrupt);
}

void TstStore::sqlite_foreignFile_isRefused() {
  std::filesystem::create_directories(path().parent_path());
  damage(path(), "CREATE TABLE other (x)");
  const auto store = SqliteStore::open(path(), loop_.post());
  QVERIFY(!store);
  QVERIFY(store.error().code == Errc::kCorrupt);
}

void TstStore::sqlite_tooLongRecord_failsThisAndAllLaterAppends() {
  const auto store = open();
  store->append(Bytes(16 * 1024 * 1024, 1), expect(true));
  loop_.run(1);
  store->append(Bytes(16 * 1024 * 1024 + 1, 1), expect(false));
  loop_.run(1);
  store->append({1}, expect(false));
  loop_.run(1);
  QCOMPARE(store->read_all()->size(), std::size_t{1});
}

void TstStore::sqlite_killed_hasWhatWasReportedDone_behindAFilledWal() {
  // Goal: commits lengthen no file, and what lies behind the last one is taken for nothing. Method:
  // the files as they are while the store is open, as a kill would leave them.
  const auto store = open();
  QVERIFY(store);
  const auto wal_bytes = [this] {
    return std::filesystem::file_size(path().parent_path() / "cohortd.db-wal");
  };
  const auto before = wal_bytes();
  QVERIFY(before > 4'000'000);
  for (std::uint8_t i = 0; i < 20; ++i) store->append({i}, expect(true));
  store->append_to("ledger", {42}, expect(true));
  loop_.run(21);
  QCOMPARE(wal_bytes(), before);
  const std::filesystem::path left = folder_->filePath("left").toStdString();
  std::filesystem::create_directories(left);
  for (const char* name : {"cohortd.db", "cohortd.db-wal"}) {
    std::filesystem::copy_file(path().parent_path() / name, left / name);
  }
  const auto again = SqliteStore::open(left / "cohortd.db", loop_.post());
  QVERIFY(again.has_value());
  QCOMPARE((*again)->read_all()->size(), std::size_t{20});
  QVERIFY(*(*again)->read_log("ledger") == std::vector<Bytes>{{42}});
}

void TstStore::sqlite_withoutSpaceToFillTheWal_works() {
  // Goal: the filled WAL is for speed alone. Method: no file may grow beyond a megabyte.
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit old{};
  QCOMPARE(::getrlimit(RLIMIT_FSIZE, &old), 0);
  const rlimit small{1'000'000, old.rlim_max};
  QCOMPARE(::setrlimit(RLIMIT_FSIZE, &small), 0);
  const auto store = open();
  if (store) {
    store->append({7}, expect(true));
    loop_.run(1);
  }
  ::setrlimit(RLIMIT_FSIZE, &old);
  std::signal(SIGXFSZ, SIG_DFL);
  QVERIFY(store);
  QVERIFY(*store->read_all() == std::vector<Bytes>{{7}});
}

void TstStore::memory_brokenDisk_failsEveryWrite() {
  const auto disk = std::make_shared<MemoryStore::Disk>();
  MemoryStore store(disk, loop_.post());
  store.append({1}, expect(true));
  loop_.run(1);
  disk->broken = true;
  store.append({2}, expect(false));
  store.replace_all({}, expect(false));
  loop_.run(2);
  QCOMPARE(store.read_all()->size(), std::size_t{1});
}

void TstStore::memory_disk_outlivesTheStore() {
  const auto disk = std::make_shared<MemoryStore::Disk>();
  MemoryStore(disk, loop_.post()).append({1}, expect(true));
  loop_.run(1);
  QCOMPARE(MemoryStore(disk, loop_.post()).read_all()->size(), std::size_t{1});
}

QTEST_GUILESS_MAIN(TstStore)
#include "tst_store.moc"
