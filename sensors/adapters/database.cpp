#include "sensors/adapters/database.h"

#include "platform/base/assert.h"

namespace cohort::sensors {

namespace {

Errc code_of(int failure) {
  const int primary = failure & 0xff;
  return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB ? Errc::kCorrupt : Errc::kIo;
}

}  // namespace

Statement::Statement(sqlite3* database, std::string_view sql) : database_(database) {
  sqlite3_stmt* statement = nullptr;
  check(
      sqlite3_prepare_v2(database, sql.data(), static_cast<int>(sql.size()), &statement, nullptr));
  statement_.reset(statement);
}

void Statement::check(int code) {
  if (code == SQLITE_OK || code == SQLITE_ROW || code == SQLITE_DONE) return;
  if (failure_ != SQLITE_OK) return;
  failure_ = sqlite3_extended_errcode(database_);
  if (failure_ == SQLITE_OK) failure_ = code;
  failure_text_ = sqlite3_errmsg(database_);
}

Statement& Statement::bind(std::int64_t value) {
  if (statement_) check(sqlite3_bind_int64(statement_.get(), next_parameter_++, value));
  return *this;
}

Statement& Statement::bind(double value) {
  if (statement_) check(sqlite3_bind_double(statement_.get(), next_parameter_++, value));
  return *this;
}

Statement& Statement::bind(std::string_view value) {
  if (!statement_) return *this;
  check(sqlite3_bind_text64(statement_.get(), next_parameter_++, value.data(), value.size(),
                            SQLITE_TRANSIENT, SQLITE_UTF8));
  return *this;
}

Statement& Statement::bind_null() {
  if (statement_) check(sqlite3_bind_null(statement_.get(), next_parameter_++));
  return *this;
}

bool Statement::step() {
  if (!statement_ || failure_ != SQLITE_OK) return false;
  const int code = sqlite3_step(statement_.get());
  check(code);
  return code == SQLITE_ROW;
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

double Statement::real(int column) const {
  return sqlite3_column_double(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  const int bytes = sqlite3_column_bytes(statement_.get(), column);
  return text == nullptr ? std::string() : std::string(text, text + bytes);
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Statement::reset() {
  if (!statement_) return;
  sqlite3_reset(statement_.get());
  sqlite3_clear_bindings(statement_.get());
  next_parameter_ = 1;
}

Result<void> Statement::finish() const {
  if (failure_ == SQLITE_OK) return {};
  return make_error(code_of(failure_), "the sensor store: " + failure_text_);
}

Result<Database> Database::open(const std::filesystem::path& path, Access access) {
  const int flags = (access == Access::kReadOnly ? SQLITE_OPEN_READONLY
                                                 : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE) |
                    SQLITE_OPEN_NOMUTEX;
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &handle, flags, nullptr);
  Database database;
  database.handle_.reset(handle);
  if (code != SQLITE_OK) {
    return make_error(code_of(code), "the sensor store " + path.string() +
                                         " cannot be opened: " + sqlite3_errstr(code));
  }
  sqlite3_busy_timeout(handle, 5000);
  return database;
}

Result<void> Database::run(const char* sql) const {
  char* message = nullptr;
  const int code = sqlite3_exec(handle_.get(), sql, nullptr, nullptr, &message);
  if (code == SQLITE_OK) return {};
  std::string text = "the sensor store: ";
  text += message == nullptr ? sqlite3_errstr(code) : message;
  sqlite3_free(message);
  return make_error(code_of(code), text);
}

}  // namespace cohort::sensors
