#include "sensors/adapters/sqlite_store.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>

#include "platform/base/assert.h"
#include "sensors/adapters/sqlite_schema.h"
#include "sensors/adapters/sqlite_writer.h"
#include "sensors/check.h"
#include "sensors/limits.h"

namespace cohort::sensors {

namespace {

/// How long the writer waits for more before it writes: bounds the number of transactions.
constexpr auto kGather = std::chrono::milliseconds(50);

}  // namespace

struct SqliteStore::Parts {
  // Used by the calling thread only.
  Database reader;
  std::map<std::string, SensorId> names;

  // Shared with the writing thread, under the mutex.
  mutable std::mutex mutex;
  std::condition_variable changed;
  std::deque<Change> queue;
  std::map<SensorId, Gap> dropped;  ///< what the queue could not hold, one stretch a sensor
  SensorStates states;              ///< as of the last batch on disk, and of every declare()
  std::optional<Error> failure;
  bool hurry = false;  ///< somebody waits in flush()
  bool busy = false;   ///< a batch is being written
  bool stopping = false;

  std::thread thread;

  void run(SqliteWriter writer);
  std::vector<Change> take();
  Result<void> enqueue(Change change);
  void drop(const ReadingChange& lost);
};

/// Up to one batch from the head of the queue; the mutex is held.
std::vector<Change> SqliteStore::Parts::take() {
  std::vector<Change> batch;
  for (auto& [sensor, gap] : dropped) batch.push_back(GapChange{sensor, gap});
  dropped.clear();
  while (!queue.empty() && batch.size() < limits::kBatchReadings) {
    batch.push_back(std::move(queue.front()));
    queue.pop_front();
  }
  return batch;
}

void SqliteStore::Parts::run(SqliteWriter writer) {
  std::unique_lock lock(mutex);
  while (true) {
    changed.wait(lock, [this] { return stopping || !queue.empty(); });
    if (queue.empty()) return;
    changed.wait_for(lock, kGather, [this] {
      return stopping || hurry || queue.size() >= limits::kBatchReadings;
    });
    const std::vector<Change> batch = take();
    busy = true;
    lock.unlock();
    const auto written = writer.write(batch);
    lock.lock();
    busy = false;
    if (!written) {
      failure = written.error();
      queue.clear();
      changed.notify_all();
      return;
    }
    for (const auto& [sensor, state] : writer.states()) states[sensor] = state;
    changed.notify_all();
  }
}

/// Remembers that a reading is lost; the mutex is held.
void SqliteStore::Parts::drop(const ReadingChange& lost) {
  const WallTime time = lost.reading.time;
  const Gap alone{time, time, "the disk was too slow"};
  Gap& gap = dropped.try_emplace(lost.sensor, alone).first->second;
  gap.from = std::min(gap.from, time);
  gap.to = std::max(gap.to, time);
}

Result<void> SqliteStore::Parts::enqueue(Change change) {
  const std::lock_guard lock(mutex);
  if (failure) return std::unexpected(*failure);
  bool lost = false;
  if (queue.size() >= limits::kQueuedReadings) {
    // The oldest goes, and the gap that it leaves is told: the newest is what people watch.
    const auto oldest = std::ranges::find_if(
        queue, [](const Change& queued) { return std::holds_alternative<ReadingChange>(queued); });
    if (oldest != queue.end()) {
      drop(std::get<ReadingChange>(*oldest));
      queue.erase(oldest);
      lost = true;
    }
  }
  queue.push_back(std::move(change));
  changed.notify_all();
  if (lost) {
    return make_error(Errc::kLimit, "the disk is too slow for the readings: the oldest of " +
                                        std::to_string(limits::kQueuedReadings) +
                                        " that wait was dropped");
  }
  return {};
}

SqliteStore::SqliteStore(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}

SqliteStore::~SqliteStore() {
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->stopping = true;
  }
  parts_->changed.notify_all();
  if (parts_->thread.joinable()) parts_->thread.join();
}

Result<std::unique_ptr<SqliteStore>> SqliteStore::open(const SqliteOptions& options) {
  auto writing = Database::open(options.path, Database::Access::kReadWrite);
  if (!writing) return std::unexpected(writing.error());
  const std::string where = options.path.string() + ": ";
  if (auto ok = prepare_schema(*writing); !ok) {
    return make_error(ok.error().code, where + ok.error().text);
  }
  auto states = load_states(*writing);
  if (!states) return make_error(states.error().code, where + states.error().text);
  auto reading = Database::open(options.path, Database::Access::kReadOnly);
  if (!reading) return std::unexpected(reading.error());

  auto parts = std::make_unique<Parts>();
  parts->reader = std::move(*reading);
  for (const auto& [id, state] : *states) parts->names.emplace(state.info.name, id);
  parts->states = *states;
  const std::int64_t kept =
      options.readings_kept > 0 ? options.readings_kept : limits::kReadingsKept;
  SqliteWriter writer(std::move(*writing), std::move(*states), kept);
  Parts* shared = parts.get();
  parts->thread = std::thread([shared](SqliteWriter owned) { shared->run(std::move(owned)); },
                              std::move(writer));
  return std::unique_ptr<SqliteStore>(new SqliteStore(std::move(parts)));
}

Result<SensorId> SqliteStore::declare(const SensorInfo& info) {
  if (auto ok = check_info(info); !ok) return std::unexpected(ok.error());
  auto found = parts_->names.find(info.name);
  if (found == parts_->names.end()) {
    if (parts_->names.size() >= limits::kSensors) {
      return make_error(Errc::kLimit, "sensor '" + info.name + "' is refused: the store has " +
                                          std::to_string(limits::kSensors) +
                                          " sensors, the most that it keeps");
    }
    const SensorId id{static_cast<std::uint32_t>(parts_->names.size() + 1)};
    found = parts_->names.emplace(info.name, id).first;
  }
  const SensorId id = found->second;
  {
    const std::lock_guard lock(parts_->mutex);
    parts_->states[id].info = info;
  }
  if (auto ok = parts_->enqueue(DeclareChange{id, info}); !ok) {
    if (ok.error().code != Errc::kLimit) return std::unexpected(ok.error());
  }
  return id;
}

Result<void> SqliteStore::append(SensorId sensor, const Reading& reading) {
  return parts_->enqueue(ReadingChange{sensor, reading});
}

Result<void> SqliteStore::append_gap(SensorId sensor, const Gap& gap) {
  auto added = parts_->enqueue(GapChange{sensor, gap});
  // A reading that had to make room is told where readings are appended; the gap itself is kept.
  if (!added && added.error().code == Errc::kLimit) return {};
  return added;
}

Result<void> SqliteStore::flush() {
  std::unique_lock lock(parts_->mutex);
  parts_->hurry = true;
  parts_->changed.notify_all();
  parts_->changed.wait(
      lock, [this] { return parts_->failure || (parts_->queue.empty() && !parts_->busy); });
  parts_->hurry = false;
  if (parts_->failure) return std::unexpected(*parts_->failure);
  return {};
}

std::map<std::string, SensorId> SqliteStore::sensors() const {
  return parts_->names;
}

SensorState SqliteStore::state(SensorId sensor) const {
  const std::lock_guard lock(parts_->mutex);
  const auto found = parts_->states.find(sensor);
  COHORT_ASSERT(found != parts_->states.end(), "a sensor that is asked for has been declared");
  return found->second;
}

Result<void> SqliteStore::visit(SensorId sensor, WallTime from, WallTime to,
                                const std::function<bool(const Reading&)>& visitor) const {
  Statement rows = parts_->reader.prepare(
      std::string("SELECT ") + kReadingColumns +
      " FROM reading WHERE sensor = ? AND time_ns BETWEEN ? AND ? ORDER BY time_ns");
  rows.bind(std::int64_t{sensor.value}).bind(from.ns).bind(to.ns);
  while (rows.step() && visitor(read_reading(rows))) {
  }
  return rows.finish();
}

Result<std::vector<Gap>> SqliteStore::gaps(SensorId sensor, WallTime from, WallTime to,
                                           std::size_t limit) const {
  Statement rows = parts_->reader.prepare(
      "SELECT from_ns, to_ns, reason FROM gap WHERE sensor = ? AND from_ns <= ? AND to_ns >= ? "
      "ORDER BY from_ns LIMIT ?");
  rows.bind(std::int64_t{sensor.value}).bind(to.ns).bind(from.ns);
  rows.bind(static_cast<std::int64_t>(limit));
  std::vector<Gap> found;
  while (rows.step()) found.push_back({{rows.integer(0)}, {rows.integer(1)}, rows.text(2)});
  if (auto ok = rows.finish(); !ok) return std::unexpected(ok.error());
  return found;
}

}  // namespace cohort::sensors
