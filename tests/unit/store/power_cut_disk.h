/// A disk under SQLite that loses power, fails and fills up where a test says (a VFS of SQLite,
/// which is the default one while an object of this lives). Files have two layers: what programs
/// see, and what is durable; a write gets from one to the other with the file's next sync, and
/// before that whole, in part, or not at all. Source: design of the crash suite in docs/testing.md.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "unit/store/sparse_bytes.h"

namespace cohort::test {

class PowerCutDisk {
 public:
  enum class Fault : std::uint8_t {
    kNone,
    kPowerCut,    ///< from here on nothing works
    kError,       ///< this one fails; a sync that fails forgets what it was to make durable
    kShortWrite,  ///< half of it is written, then it fails
    kFull,        ///< from here on no file grows
  };
  /// What becomes of a write that no sync has made durable, when the power is cut.
  enum class Loss : std::uint8_t { kAll, kNothing, kTorn };

  PowerCutDisk();
  ~PowerCutDisk();
  PowerCutDisk(const PowerCutDisk&) = delete;
  PowerCutDisk& operator=(const PowerCutDisk&) = delete;

  /// The fault comes at the `at`-th operation that changes something, counted from 1, from now on.
  void arm(Fault fault, std::uint64_t at);
  /// Operations that changed something since arm().
  std::uint64_t operations() const { return operations_; }

  /// The program is killed: nothing that it still does counts. begin_again(): the next one starts
  /// on the same kernel. Requires there: no file is open.
  void kill_program();
  void begin_again();
  /// The power goes and comes back. Requires: no file is open.
  void lose_power(Loss loss, std::uint64_t seed);

  // ---- for the VFS
  struct File {
    struct Change {
      std::uint64_t at = 0;
      Bytes bytes;  ///< written there; for a truncation empty
      bool truncates = false;
    };
    SparseBytes seen;
    SparseBytes durable;
    std::vector<Change> pending;
    bool named = false;  ///< its name is durable
    std::vector<std::unique_ptr<std::uint8_t[]>> shared;
  };
  File* find(const std::string& name);
  File* create(const std::string& name);
  int write(File& file, std::uint64_t at, ByteView bytes);
  int truncate(File& file, std::uint64_t size);
  int sync(File& file);
  int remove(const std::string& name);
  bool dead() const { return dead_; }
  std::mutex& mutex() { return mutex_; }

 private:
  Fault next();
  static void apply(SparseBytes& bytes, const File::Change& change);

  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<File>> files_;
  Fault fault_ = Fault::kNone;
  std::uint64_t at_ = 0;
  std::uint64_t operations_ = 0;
  bool dead_ = false;
  bool full_ = false;
};

}  // namespace cohort::test
