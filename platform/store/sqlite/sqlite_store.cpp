#include "platform/store/sqlite/sqlite_store.h"

#include <fmt/format.h>

#include <condition_variable>
#include <deque>
#include <limits>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "platform/base/limits.h"
#include "platform/store/sqlite/database.h"

namespace cohort::store {

struct SqliteStore::Parts {
  struct Write {
    bool replaces = false;  ///< all that was there before
    std::string log;        ///< a named one; empty: the site's own
    std::vector<Bytes> records;
    Done done;
  };

  Parts(std::unique_ptr<Database> opened, Post to_loop)
      : database(std::move(opened)), post(std::move(to_loop)) {}

  void hand_over(Write write);
  void work();
  Result<void> commit(const std::vector<Write>& writes);
  Result<void> carry_out(const Write& write);

  std::mutex database_mutex;  ///< held while the database is used
  std::unique_ptr<Database> database;
  Post post;
  std::mutex queue_mutex;
  std::condition_variable queue_grown;
  std::deque<Write> queue;
  bool closing = false;
  Result<void> outcome;  ///< the first failure stays; the writing thread's own
  std::thread thread;
};

void SqliteStore::Parts::hand_over(Write write) {
  const std::scoped_lock lock(queue_mutex);
  queue.push_back(std::move(write));
  queue_grown.notify_one();
}

void SqliteStore::Parts::work() {
  std::unique_lock lock(queue_mutex);
  while (true) {
    queue_grown.wait(lock, [this] { return closing || !queue.empty(); });
    if (queue.empty()) return;
    std::vector<Write> writes(std::make_move_iterator(queue.begin()),
                              std::make_move_iterator(queue.end()));
    queue.clear();
    lock.unlock();
    if (outcome) outcome = commit(writes);
    for (Write& write : writes) {
      post([done = std::move(write.done), result = outcome] { done(result); });
    }
    lock.lock();
  }
}

Result<void> SqliteStore::Parts::commit(const std::vector<Write>& writes) {
  const std::scoped_lock lock(database_mutex);
  if (auto begun = database->begin(); !begun) return begun;
  for (const Write& write : writes) {
    if (auto carried_out = carry_out(write); !carried_out) {
      // The first failure is what counts: nothing is durable from here on.
      [[maybe_unused]] const Result<void> undone = database->execute("ROLLBACK");
      return carried_out;
    }
  }
  return database->commit();
}

Result<void> SqliteStore::Parts::carry_out(const Write& write) {
  if (write.replaces) {
    if (auto removed = database->remove_all(); !removed) return removed;
  }
  for (const Bytes& record : write.records) {
    if (record.size() > limits::kSnapshotFrameBytes) {
      return make_error(Errc::kLimit, fmt::format("a record of {} bytes; at most {} are stored",
                                                  record.size(), limits::kSnapshotFrameBytes));
    }
    auto inserted =
        write.log.empty() ? database->insert(record) : database->insert_into(write.log, record);
    if (!inserted) return inserted;
  }
  return {};
}

SqliteStore::SqliteStore(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const std::filesystem::path& path,
                                                       Post post) {
  auto database = Database::open(path);
  if (!database) return std::unexpected(database.error());
  auto parts = std::make_shared<Parts>(std::move(*database), std::move(post));
  parts->thread = std::thread([&p = *parts] { p.work(); });
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

SqliteStore::~SqliteStore() {
  {
    const std::scoped_lock lock(parts_->queue_mutex);
    parts_->closing = true;
    parts_->queue_grown.notify_one();
  }
  parts_->thread.join();
}

Result<std::vector<Bytes>> SqliteStore::read_all() {
  const std::scoped_lock lock(parts_->database_mutex);
  return parts_->database->read_all();
}

void SqliteStore::append(Bytes record, Done done) {
  std::vector<Bytes> records;
  records.push_back(std::move(record));
  parts_->hand_over({false, {}, std::move(records), std::move(done)});
}

void SqliteStore::replace_all(std::vector<Bytes> records, Done done) {
  parts_->hand_over({true, {}, std::move(records), std::move(done)});
}

void SqliteStore::append_to(const std::string& log, Bytes record, Done done) {
  std::vector<Bytes> records;
  records.push_back(std::move(record));
  parts_->hand_over({false, log, std::move(records), std::move(done)});
}

Result<std::vector<Bytes>> SqliteStore::read_log(const std::string& log) {
  const std::scoped_lock lock(parts_->database_mutex);
  return parts_->database->read_log(log);
}

Result<Incarnation> SqliteStore::next_incarnation() {
  constexpr std::int64_t kMost = std::numeric_limits<std::uint16_t>::max();
  const std::scoped_lock lock(parts_->database_mutex);
  const auto count = parts_->database->count("incarnation");
  if (!count) return std::unexpected(count.error());
  if (*count > kMost) {
    return make_error(Errc::kLimit, fmt::format("this site has lived {} times; give it a new "
                                                "number in the plant file",
                                                kMost));
  }
  return Incarnation{static_cast<std::uint16_t>(*count)};
}

Result<void> SqliteStore::raise_incarnation(Incarnation above) {
  const std::scoped_lock lock(parts_->database_mutex);
  return parts_->database->raise("incarnation", above.value);
}

}  // namespace cohort::store
