/// A thin cover of SQLite's C interface: statements that close themselves, errors as Results.
/// Private to this folder.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "platform/base/result.h"

namespace cohort::sensors {

/// One prepared statement. A failure is remembered and returned by finish(), so that a caller
/// checks once.
class Statement {
 public:
  Statement(sqlite3* database, std::string_view sql);

  Statement& bind(std::int64_t value);
  Statement& bind(double value);
  Statement& bind(std::string_view value);
  Statement& bind_null();

  /// True while there is a row.
  bool step();
  std::int64_t integer(int column) const;
  double real(int column) const;
  std::string text(int column) const;
  bool is_null(int column) const;

  /// Ready to be bound and stepped again.
  void reset();
  /// Errors: kIo, kCorrupt; the text is SQLite's.
  Result<void> finish() const;

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
  };
  void check(int code);

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  int next_parameter_ = 1;
  int failure_ = SQLITE_OK;
  std::string failure_text_;
};

/// One connection to a file. May be handed from thread to thread, not shared.
class Database {
 public:
  enum class Access { kReadWrite, kReadOnly };
  static Result<Database> open(const std::filesystem::path& path, Access access);

  sqlite3* handle() const { return handle_.get(); }
  Statement prepare(std::string_view sql) const { return {handle_.get(), sql}; }
  /// Runs statements that return nothing.
  Result<void> run(const char* sql) const;
  std::int64_t changes() const { return sqlite3_changes64(handle_.get()); }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
  };
  std::unique_ptr<sqlite3, Close> handle_;
};

}  // namespace cohort::sensors
