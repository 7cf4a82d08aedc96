/// One SQLite connection with the settings that durability needs, and the three statements of a
/// store. Used by one thread at a time. Internal to the store.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace cohort::store {

class Database {
 public:
  /// Opens or creates the file, checks that it is a store of ours, and makes its name durable.
  static Result<std::unique_ptr<Database>> open(const std::filesystem::path& path);

  Result<void> execute(const std::string& sql);
  /// One transaction. Errors: kIo.
  Result<void> begin() { return run(begin_, "BEGIN IMMEDIATE"); }
  Result<void> commit() { return run(commit_, "COMMIT"); }
  /// Errors: kCorrupt where numbers have a gap or a record does not match its digest.
  Result<std::vector<Bytes>> read_all();
  Result<void> insert(ByteView record);
  Result<void> remove_all();
  /// The same for the named logs.
  Result<std::vector<Bytes>> read_log(const std::string& log);
  Result<void> insert_into(const std::string& log, ByteView record);
  /// Adds one to the counter `name`, which begins at 0, and returns it.
  Result<std::int64_t> count(const std::string& name);
  /// Raises the counter `name` to `least` where it is below.
  Result<void> raise(const std::string& name, std::int64_t least);

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  using Statement = std::unique_ptr<sqlite3_stmt, Finalize>;

  Database(std::filesystem::path path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}
  Result<void> set_up();
  Result<void> harden();
  void fill_wal();
  Result<std::int64_t> integer(const std::string& sql);
  Result<Statement> prepare(const std::string& sql);
  std::unexpected<Error> failure(const std::string& doing) const;

  std::filesystem::path path_;
  std::unique_ptr<sqlite3, Close> handle_;
  Result<std::vector<Bytes>> read(Statement statement);
  Result<void> run_insert(sqlite3_stmt* statement, ByteView record);
  Result<void> run(Statement& statement, const char* sql);

  Statement insert_;
  Statement insert_into_;
  Statement begin_;
  Statement commit_;
};

}  // namespace cohort::store
