#include "platform/store/memory_store.h"

#include <utility>

#include "platform/base/limits.h"

namespace cohort::store {

MemoryStore::MemoryStore(std::shared_ptr<Disk> disk, Post post)
    : disk_(std::move(disk)), post_(std::move(post)) {}

Result<std::vector<Bytes>> MemoryStore::read_all() {
  return disk_->records;
}

void MemoryStore::append(Bytes record, Done done) {
  if (record.size() > limits::kSnapshotFrameBytes) {
    disk_->broken = true;
  }
  if (!disk_->broken) disk_->records.push_back(std::move(record));
  finish(std::move(done));
}

void MemoryStore::replace_all(std::vector<Bytes> records, Done done) {
  if (!disk_->broken) disk_->records = std::move(records);
  finish(std::move(done));
}

void MemoryStore::append_to(const std::string& log, Bytes record, Done done) {
  if (record.size() > limits::kSnapshotFrameBytes) disk_->broken = true;
  if (!disk_->broken) disk_->logs[log].push_back(std::move(record));
  finish(std::move(done));
}

Result<std::vector<Bytes>> MemoryStore::read_log(const std::string& log) {
  return disk_->logs[log];
}

void MemoryStore::finish(Done done) {
  post_([done = std::move(done), broken = disk_->broken] {
    if (broken) {
      done(make_error(Errc::kIo, "the disk refuses every write"));
    } else {
      done({});
    }
  });
}

}  // namespace cohort::store
