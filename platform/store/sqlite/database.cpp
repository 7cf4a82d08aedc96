#include "platform/store/sqlite/database.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace cohort::store {

namespace {

constexpr std::int64_t kApplicationId = 0x43485254;  // "CHRT": a file of ours
constexpr std::int64_t kFormatVersion = 1;
constexpr int kBusyTimeoutMs = 5000;
/// SQLite makes a checkpoint after the commit that brings the WAL to 1000 pages of 4 KiB.
constexpr sqlite3_int64 kWalBytes = 1100 * (4096 + 24);
/// Room on a disk that is not scarce.
constexpr std::uintmax_t kAmpleBytes = 64ULL << 20U;

std::int64_t digest(ByteView bytes) {
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, 64 bits
  for (std::uint8_t byte : bytes) hash = (hash ^ byte) * 0x100000001b3ULL;
  return static_cast<std::int64_t>(hash);
}

/// A new file's name must survive a crash as its content does.
Result<void> sync_folder(const std::filesystem::path& file) {
  const std::filesystem::path folder = file.has_parent_path() ? file.parent_path() : ".";
  const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  const bool synced = descriptor >= 0 && ::fsync(descriptor) == 0;
  const int why = errno;
  if (descriptor >= 0) ::close(descriptor);
  if (synced) return {};
  return make_error(Errc::kIo, fmt::format("{}: cannot be made durable: {}", folder.native(),
                                           std::strerror(why)));
}

}  // namespace

std::unexpected<Error> Database::failure(const std::string& doing) const {
  const int code = sqlite3_errcode(handle_.get());
  const bool corrupt = code == SQLITE_CORRUPT || code == SQLITE_NOTADB;
  return make_error(
      corrupt ? Errc::kCorrupt : Errc::kIo,
      fmt::format("{}: {}: {}", path_.native(), doing, sqlite3_errmsg(handle_.get())));
}

Result<std::unique_ptr<Database>> Database::open(const std::filesystem::path& path) {
  std::error_code error;
  if (path.has_parent_path()) std::filesystem::create_directories(path.parent_path(), error);
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot create the folder {}: {}",
                                             path.parent_path().native(), error.message()));
  }
  sqlite3* handle = nullptr;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_FULLMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  std::unique_ptr<Database> database(new Database(path, handle));
  if (code != SQLITE_OK) return database->failure("cannot be opened");
  if (const auto done = database->set_up(); !done) return std::unexpected(done.error());
  if (const auto done = database->harden(); !done) return std::unexpected(done.error());
  database->fill_wal();
  if (const auto done = sync_folder(path); !done) return std::unexpected(done.error());
  return database;
}

Result<void> Database::set_up() {
  sqlite3_busy_timeout(handle_.get(), kBusyTimeoutMs);
  const auto id = integer("PRAGMA application_id");
  if (!id) return std::unexpected(id.error());
  const auto tables = integer("SELECT count(*) FROM sqlite_schema");
  if (!tables) return std::unexpected(tables.error());
  if (*id != kApplicationId && *tables > 0) {
    return make_error(Errc::kCorrupt, fmt::format("{}: is no store of Cohort", path_.native()));
  }
  const auto version = integer("PRAGMA user_version");
  if (!version) return std::unexpected(version.error());
  if (*tables > 0 && *version != kFormatVersion) {
    return make_error(Errc::kVersion, fmt::format("{}: has format {}, this program reads {}",
                                                  path_.native(), *version, kFormatVersion));
  }
  return execute(fmt::format(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; BEGIN IMMEDIATE;"
      "PRAGMA application_id={}; PRAGMA user_version={};"
      "CREATE TABLE IF NOT EXISTS records (number INTEGER PRIMARY KEY, digest INTEGER NOT NULL,"
      " record BLOB NOT NULL) STRICT;"
      "CREATE TABLE IF NOT EXISTS log_records (log TEXT NOT NULL, number INTEGER NOT NULL,"
      " digest INTEGER NOT NULL, record BLOB NOT NULL, PRIMARY KEY (log, number))"
      " STRICT, WITHOUT ROWID;"
      "CREATE TABLE IF NOT EXISTS counters (name TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT;"
      "COMMIT",
      kApplicationId, kFormatVersion));
}

/// What an earlier life wrote and could not make durable may be in the kernel's memory alone, which
/// takes a page whose fsync has failed for a written one. What is read from here on was written,
/// and synced, once more.
Result<void> Database::harden() {
  return execute("PRAGMA wal_checkpoint(TRUNCATE)");
}

/// Where a commit makes the file longer, the file system's journal has to be written as well, by a
/// thread of the kernel: that takes longer than the data. SQLite writes the WAL from its beginning
/// again after each checkpoint, and reads nothing in it that is no frame of its own; so it is made
/// as long as it will ever be. Where room is scarce it is left to those who need it: then commits
/// are slower, and nothing else.
void Database::fill_wal() {
  std::error_code unknown;
  const std::filesystem::space_info space =
      std::filesystem::space(std::filesystem::absolute(path_).parent_path(), unknown);
  if (unknown || space.available < kAmpleBytes) return;
  sqlite3_file* wal = nullptr;
  sqlite3_int64 size = 0;
  if (sqlite3_file_control(handle_.get(), "main", SQLITE_FCNTL_JOURNAL_POINTER, &wal) !=
          SQLITE_OK ||
      wal == nullptr || wal->pMethods == nullptr ||
      wal->pMethods->xFileSize(wal, &size) != SQLITE_OK) {
    return;
  }
  const sqlite3_int64 before = size;
  const std::vector<char> zeros(64 * 1024);
  while (size < kWalBytes) {
    const auto bytes =
        static_cast<int>(std::min<sqlite3_int64>(std::ssize(zeros), kWalBytes - size));
    if (wal->pMethods->xWrite(wal, zeros.data(), bytes, size) != SQLITE_OK) {
      wal->pMethods->xTruncate(wal, before);
      return;
    }
    size += bytes;
  }
  wal->pMethods->xSync(wal, SQLITE_SYNC_NORMAL);
}

Result<void> Database::run(Statement& statement, const char* sql) {
  if (!statement) {
    auto prepared = prepare(sql);
    if (!prepared) return std::unexpected(prepared.error());
    statement = std::move(*prepared);
  }
  const int step = sqlite3_step(statement.get());
  Result<void> result;
  if (step != SQLITE_DONE) result = failure("cannot be written");
  sqlite3_reset(statement.get());
  return result;
}

Result<void> Database::execute(const std::string& sql) {
  if (sqlite3_exec(handle_.get(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) {
    return failure("cannot be written");
  }
  return {};
}

Result<Database::Statement> Database::prepare(const std::string& sql) {
  sqlite3_stmt* statement = nullptr;
  if (sqlite3_prepare_v2(handle_.get(), sql.c_str(), -1, &statement, nullptr) != SQLITE_OK) {
    return failure("cannot be used");
  }
  return Statement(statement);
}

Result<std::int64_t> Database::integer(const std::string& sql) {
  auto statement = prepare(sql);
  if (!statement) return std::unexpected(statement.error());
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return failure("cannot be read");
  return sqlite3_column_int64(statement->get(), 0);
}

Result<std::vector<Bytes>> Database::read_all() {
  auto statement = prepare("SELECT number, digest, record FROM records ORDER BY number");
  if (!statement) return std::unexpected(statement.error());
  return read(std::move(*statement));
}

Result<std::vector<Bytes>> Database::read_log(const std::string& log) {
  auto statement =
      prepare("SELECT number, digest, record FROM log_records WHERE log = ?1 ORDER BY number");
  if (!statement) return std::unexpected(statement.error());
  sqlite3_bind_text(statement->get(), 1, log.c_str(), -1, SQLITE_STATIC);
  return read(std::move(*statement));
}

Result<std::vector<Bytes>> Database::read(Statement statement) {
  std::vector<Bytes> records;
  int step = SQLITE_DONE;
  while ((step = sqlite3_step(statement.get())) == SQLITE_ROW) {
    const std::int64_t number = sqlite3_column_int64(statement.get(), 0);
    const auto* data = static_cast<const std::uint8_t*>(sqlite3_column_blob(statement.get(), 2));
    const auto size = static_cast<std::size_t>(sqlite3_column_bytes(statement.get(), 2));
    const ByteView bytes = size == 0 ? ByteView() : ByteView(data, size);
    const auto expected = static_cast<std::int64_t>(records.size()) + 1;
    if (number != expected || sqlite3_column_int64(statement.get(), 1) != digest(bytes)) {
      return make_error(Errc::kCorrupt,
                        fmt::format("{}: record {} is damaged or missing; restore the file from a "
                                    "copy, or remove it to begin as a new site",
                                    path_.native(), expected));
    }
    records.emplace_back(bytes.begin(), bytes.end());
  }
  if (step != SQLITE_DONE) return failure("cannot be read");
  return records;
}

Result<void> Database::insert(ByteView record) {
  if (!insert_) {
    auto statement = prepare(
        "INSERT INTO records (number, digest, record)"
        " VALUES ((SELECT coalesce(max(number), 0) + 1 FROM records), ?1, ?2)");
    if (!statement) return std::unexpected(statement.error());
    insert_ = std::move(*statement);
  }
  return run_insert(insert_.get(), record);
}

Result<void> Database::insert_into(const std::string& log, ByteView record) {
  if (!insert_into_) {
    auto statement = prepare(
        "INSERT INTO log_records (log, number, digest, record) VALUES (?3,"
        " (SELECT coalesce(max(number), 0) + 1 FROM log_records WHERE log = ?3), ?1, ?2)");
    if (!statement) return std::unexpected(statement.error());
    insert_into_ = std::move(*statement);
  }
  sqlite3_bind_text(insert_into_.get(), 3, log.c_str(), -1, SQLITE_TRANSIENT);
  return run_insert(insert_into_.get(), record);
}

Result<void> Database::run_insert(sqlite3_stmt* statement, ByteView record) {
  sqlite3_bind_int64(statement, 1, digest(record));
  if (record.empty()) {
    sqlite3_bind_zeroblob(statement, 2, 0);
  } else {
    sqlite3_bind_blob64(statement, 2, record.data(), record.size(), SQLITE_STATIC);
  }
  const int step = sqlite3_step(statement);
  Result<void> result;
  if (step != SQLITE_DONE) result = failure("cannot be written");
  sqlite3_reset(statement);
  return result;
}

Result<void> Database::remove_all() {
  return execute("DELETE FROM records");
}

Result<std::int64_t> Database::count(const std::string& name) {
  auto statement = prepare(
      "INSERT INTO counters (name, value) VALUES (?1, 1)"
      " ON CONFLICT (name) DO UPDATE SET value = value + 1 RETURNING value");
  if (!statement) return std::unexpected(statement.error());
  sqlite3_bind_text(statement->get(), 1, name.c_str(), -1, SQLITE_STATIC);
  if (sqlite3_step(statement->get()) != SQLITE_ROW) return failure("cannot be written");
  const std::int64_t value = sqlite3_column_int64(statement->get(), 0);
  // The change is made once the statement has ended.
  if (sqlite3_step(statement->get()) != SQLITE_DONE) return failure("cannot be written");
  return value;
}

Result<void> Database::raise(const std::string& name, std::int64_t least) {
  auto statement = prepare(
      "INSERT INTO counters (name, value) VALUES (?1, ?2)"
      " ON CONFLICT (name) DO UPDATE SET value = max(value, ?2)");
  if (!statement) return std::unexpected(statement.error());
  sqlite3_bind_text(statement->get(), 1, name.c_str(), -1, SQLITE_STATIC);
  sqlite3_bind_int64(statement->get(), 2, least);
  if (sqlite3_step(statement->get()) != SQLITE_DONE) return failure("cannot be written");
  return {};
}

}  // namespace cohort::store
