/// The log of records in memory: for the simulator and tests. The disk that it stands for is a
/// separate object, so that it outlives the store as a disk outlives a process.
#pragma once

#include <map>
#include <memory>

#include "platform/store/store.h"

namespace cohort::store {

class MemoryStore final : public Store {
 public:
  /// What is durable.
  struct Disk {
    std::vector<Bytes> records;
    std::map<std::string, std::vector<Bytes>> logs;
    bool broken = false;  ///< every later write fails
  };
  /// Runs a function in a later turn of the user's loop.
  using Post = std::function<void(std::function<void()>)>;

  MemoryStore(std::shared_ptr<Disk> disk, Post post);

  Result<std::vector<Bytes>> read_all() override;
  void append(Bytes record, Done done) override;
  void replace_all(std::vector<Bytes> records, Done done) override;
  void append_to(const std::string& log, Bytes record, Done done) override;
  Result<std::vector<Bytes>> read_log(const std::string& log) override;

 private:
  void finish(Done done);

  std::shared_ptr<Disk> disk_;
  Post post_;
};

}  // namespace cohort::store
