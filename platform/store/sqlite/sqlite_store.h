/// The log of records in one SQLite file: WAL, synchronous=FULL, a thread of its own, so that a
/// disk that stalls never blocks the protocols. Appends that wait together are committed together.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "platform/base/ids.h"
#include "platform/store/store.h"

namespace cohort::store {

class SqliteStore final : public Store {
 public:
  /// Runs a function in the user's loop; called from the store's thread.
  using Post = std::function<void(std::function<void()>)>;

  /// Opens or creates the file. Errors: kIo, kCorrupt (not a store of ours, or a damaged one).
  static Result<std::unique_ptr<SqliteStore>> open(const std::filesystem::path& path, Post post);

  /// Waits for the writes handed over before; their `done` may never be called.
  ~SqliteStore() override;

  Result<std::vector<Bytes>> read_all() override;
  void append(Bytes record, Done done) override;
  void replace_all(std::vector<Bytes> records, Done done) override;
  void append_to(const std::string& log, Bytes record, Done done) override;
  Result<std::vector<Bytes>> read_log(const std::string& log) override;

  /// Counts a site's lives: one more than ever before, durable before it returns (P6).
  /// Errors: kIo, kLimit (65535 lives: the site needs a new number). Blocks: for the disk.
  Result<Incarnation> next_incarnation();
  /// The next life will be beyond this one: the others have seen it before this disk was new (W15).
  /// Errors: kIo. Blocks: for the disk.
  Result<void> raise_incarnation(Incarnation above);

 private:
  struct Parts;
  explicit SqliteStore(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::store
