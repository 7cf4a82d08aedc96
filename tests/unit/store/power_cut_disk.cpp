#include "unit/store/power_cut_disk.h"

#include <algorithm>
#include <cstring>

#include "platform/base/assert.h"
#include "platform/base/rng.h"

namespace cohort::test {

namespace {

using File = PowerCutDisk::File;

constexpr std::size_t kSectorBytes = 512;

PowerCutDisk* disk = nullptr;

struct Handle {
  sqlite3_file base;
  File* file;
};

File& file_of(sqlite3_file* handle) {
  return *reinterpret_cast<Handle*>(handle)->file;
}

int close_file(sqlite3_file*) {
  return SQLITE_OK;
}

int read_file(sqlite3_file* handle, void* into, int bytes, sqlite3_int64 from) {
  const std::scoped_lock lock(disk->mutex());
  if (disk->dead()) return SQLITE_IOERR_READ;
  const SparseBytes& seen = file_of(handle).seen;
  const auto at = std::min<std::size_t>(static_cast<std::size_t>(from), seen.size());
  const auto wanted = static_cast<std::size_t>(bytes);
  const std::size_t there = std::min(wanted, seen.size() - at);
  std::memset(into, 0, wanted);
  seen.read(at, {static_cast<std::uint8_t*>(into), there});
  return there == wanted ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}

int write_file(sqlite3_file* handle, const void* from, int bytes, sqlite3_int64 at) {
  const std::scoped_lock lock(disk->mutex());
  const auto* data = static_cast<const std::uint8_t*>(from);
  return disk->write(file_of(handle), static_cast<std::uint64_t>(at),
                     {data, static_cast<std::size_t>(bytes)});
}

int truncate_file(sqlite3_file* handle, sqlite3_int64 size) {
  const std::scoped_lock lock(disk->mutex());
  return disk->truncate(file_of(handle), static_cast<std::uint64_t>(size));
}

int sync_file(sqlite3_file* handle, int) {
  const std::scoped_lock lock(disk->mutex());
  return disk->sync(file_of(handle));
}

int size_of_file(sqlite3_file* handle, sqlite3_int64* size) {
  const std::scoped_lock lock(disk->mutex());
  if (disk->dead()) return SQLITE_IOERR_FSTAT;
  *size = static_cast<sqlite3_int64>(file_of(handle).seen.size());
  return SQLITE_OK;
}

// One connection at a time: nobody else locks anything.
int lock_file(sqlite3_file*, int) {
  return SQLITE_OK;
}

int check_lock(sqlite3_file*, int* reserved) {
  *reserved = 0;
  return SQLITE_OK;
}

int control_file(sqlite3_file*, int, void*) {
  return SQLITE_NOTFOUND;
}

int sector_size(sqlite3_file*) {
  return kSectorBytes;
}

/// As SQLite's own VFS says: a write spoils nothing beside it.
int characteristics(sqlite3_file*) {
  return SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}

int map_shared(sqlite3_file* handle, int region, int bytes, int, void volatile** memory) {
  const std::scoped_lock lock(disk->mutex());
  auto& shared = file_of(handle).shared;
  while (shared.size() <= static_cast<std::size_t>(region)) {
    shared.push_back(std::make_unique<std::uint8_t[]>(static_cast<std::size_t>(bytes)));
  }
  *memory = shared[static_cast<std::size_t>(region)].get();
  return SQLITE_OK;
}

int lock_shared(sqlite3_file*, int, int, int) {
  return SQLITE_OK;
}

void order_shared(sqlite3_file*) {}

int unmap_shared(sqlite3_file* handle, int) {
  const std::scoped_lock lock(disk->mutex());
  file_of(handle).shared.clear();
  return SQLITE_OK;
}

const sqlite3_io_methods kMethods = [] {
  sqlite3_io_methods methods{};
  methods.iVersion = 2;
  methods.xClose = close_file;
  methods.xRead = read_file;
  methods.xWrite = write_file;
  methods.xTruncate = truncate_file;
  methods.xSync = sync_file;
  methods.xFileSize = size_of_file;
  methods.xLock = lock_file;
  methods.xUnlock = lock_file;
  methods.xCheckReservedLock = check_lock;
  methods.xFileControl = control_file;
  methods.xSectorSize = sector_size;
  methods.xDeviceCharacteristics = characteristics;
  methods.xShmMap = map_shared;
  methods.xShmLock = lock_shared;
  methods.xShmBarrier = order_shared;
  methods.xShmUnmap = unmap_shared;
  return methods;
}();

int open_file(sqlite3_vfs*, sqlite3_filename name, sqlite3_file* handle, int flags, int* out) {
  const std::scoped_lock lock(disk->mutex());
  auto* opened = reinterpret_cast<Handle*>(handle);
  opened->base.pMethods = nullptr;
  if (disk->dead()) return SQLITE_CANTOPEN;
  const std::string text = name == nullptr ? "nameless" : name;
  opened->file = disk->find(text);
  if (opened->file == nullptr && (flags & SQLITE_OPEN_CREATE) != 0) {
    opened->file = disk->create(text);
  }
  if (opened->file == nullptr) return SQLITE_CANTOPEN;
  opened->base.pMethods = &kMethods;
  if (out != nullptr) *out = flags;
  return SQLITE_OK;
}

int delete_file(sqlite3_vfs*, const char* name, int) {
  const std::scoped_lock lock(disk->mutex());
  return disk->remove(name);
}

int access_file(sqlite3_vfs*, const char* name, int, int* result) {
  const std::scoped_lock lock(disk->mutex());
  const File* file = disk->find(name);
  *result = file != nullptr && file->seen.size() > 0 ? 1 : 0;
  return SQLITE_OK;
}

int full_path(sqlite3_vfs*, const char* name, int room, char* path) {
  return std::snprintf(path, static_cast<std::size_t>(room), "%s", name) < room ? SQLITE_OK
                                                                                : SQLITE_CANTOPEN;
}

/// Time, randomness and sleep are those of the usual VFS.
sqlite3_vfs* vfs() {
  static sqlite3_vfs made = [] {
    sqlite3_vfs ours = *sqlite3_vfs_find(nullptr);
    ours.szOsFile = sizeof(Handle);
    ours.zName = "power-cut";
    ours.pNext = nullptr;
    ours.xOpen = open_file;
    ours.xDelete = delete_file;
    ours.xAccess = access_file;
    ours.xFullPathname = full_path;
    return ours;
  }();
  return &made;
}

}  // namespace

PowerCutDisk::PowerCutDisk() {
  COHORT_ASSERT(disk == nullptr, "one disk at a time");
  disk = this;
  sqlite3_vfs_register(vfs(), 1);
}

PowerCutDisk::~PowerCutDisk() {
  sqlite3_vfs_unregister(vfs());
  disk = nullptr;
}

void PowerCutDisk::arm(Fault fault, std::uint64_t at) {
  const std::scoped_lock lock(mutex_);
  fault_ = fault;
  at_ = at;
  operations_ = 0;
  full_ = false;
}

void PowerCutDisk::kill_program() {
  const std::scoped_lock lock(mutex_);
  dead_ = true;
}

void PowerCutDisk::begin_again() {
  const std::scoped_lock lock(mutex_);
  for (auto& [name, file] : files_) file->shared.clear();
  fault_ = Fault::kNone;
  dead_ = false;
  full_ = false;
}

PowerCutDisk::Fault PowerCutDisk::next() {
  if (++operations_ != at_) return Fault::kNone;
  if (fault_ == Fault::kPowerCut) dead_ = true;
  if (fault_ == Fault::kFull) full_ = true;
  return fault_;
}

File* PowerCutDisk::find(const std::string& name) {
  const auto found = files_.find(name);
  return found == files_.end() ? nullptr : found->second.get();
}

File* PowerCutDisk::create(const std::string& name) {
  return (files_[name] = std::make_unique<File>()).get();
}

void PowerCutDisk::apply(SparseBytes& bytes, const File::Change& change) {
  if (change.truncates) bytes.resize(change.at);
  if (!change.truncates) bytes.write(change.at, change.bytes);
}

int PowerCutDisk::write(File& file, std::uint64_t at, ByteView bytes) {
  if (dead_) return SQLITE_IOERR_WRITE;
  const Fault fault = next();
  if (full_ && at + bytes.size() > file.seen.size()) return SQLITE_FULL;
  if (fault == Fault::kError) return SQLITE_IOERR_WRITE;
  if (fault == Fault::kShortWrite) bytes = bytes.first(bytes.size() / 2);
  file.pending.push_back({at, Bytes(bytes.begin(), bytes.end()), false});
  apply(file.seen, file.pending.back());
  return fault == Fault::kShortWrite || dead_ ? SQLITE_IOERR_WRITE : SQLITE_OK;
}

int PowerCutDisk::truncate(File& file, std::uint64_t size) {
  if (dead_) return SQLITE_IOERR_TRUNCATE;
  if (next() == Fault::kError) return SQLITE_IOERR_TRUNCATE;
  file.pending.push_back({size, {}, true});
  apply(file.seen, file.pending.back());
  return dead_ ? SQLITE_IOERR_TRUNCATE : SQLITE_OK;
}

int PowerCutDisk::sync(File& file) {
  if (dead_) return SQLITE_IOERR_FSYNC;
  const Fault fault = next();
  if (dead_) return SQLITE_IOERR_FSYNC;
  if (fault == Fault::kError) {
    // As Linux does: what could not be written counts as written from now on.
    file.pending.clear();
    return SQLITE_IOERR_FSYNC;
  }
  for (const File::Change& change : file.pending) apply(file.durable, change);
  file.pending.clear();
  file.named = true;
  return SQLITE_OK;
}

int PowerCutDisk::remove(const std::string& name) {
  if (dead_) return SQLITE_IOERR_DELETE;
  if (next() == Fault::kError) return SQLITE_IOERR_DELETE;
  if (dead_) return SQLITE_IOERR_DELETE;
  return files_.erase(name) > 0 ? SQLITE_OK : SQLITE_IOERR_DELETE_NOENT;
}

void PowerCutDisk::lose_power(Loss loss, std::uint64_t seed) {
  begin_again();
  const std::scoped_lock lock(mutex_);
  Rng rng(seed);
  for (auto& [name, file] : files_) {
    for (File::Change& change : file->pending) {
      if (loss == Loss::kAll) continue;
      if (loss == Loss::kTorn) {
        // Each change for itself, whatever came before it: whole, not at all, or sector by sector.
        const std::uint64_t fate = rng.below(3);
        if (fate == 0) continue;
        file->named = true;
        for (std::size_t at = 0; fate == 1 && at < change.bytes.size(); at += kSectorBytes) {
          const std::size_t end = std::min(at + kSectorBytes, change.bytes.size());
          const std::uint64_t sector = rng.below(4);
          for (std::size_t i = at; sector > 0 && i < end; ++i) {
            const std::size_t place = change.at + i;
            const std::uint8_t old = place < file->durable.size() ? file->durable[place] : 0;
            change.bytes[i] = sector == 1   ? old
                              : sector == 2 ? std::uint8_t{0}
                                            : static_cast<std::uint8_t>(rng.next());
          }
        }
      }
      file->named = true;
      apply(file->durable, change);
    }
    file->pending.clear();
    file->seen = file->durable;
  }
  std::erase_if(files_, [](const auto& entry) { return !entry.second->named; });
}

}  // namespace cohort::test
