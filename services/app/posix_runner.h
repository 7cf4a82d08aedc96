/// Programs as children of this process, on a POSIX host. They are killed when this process dies,
/// stay in its process group, and write what they print to a file of their own.
#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include "services/remote_execution/service.h"

namespace cohort::services::app {

class PosixRunner : public remote_execution::ProgramRunner {
 public:
  /// What SERVICE prints goes to `output_directory`/SERVICE.out.
  explicit PosixRunner(std::filesystem::path output_directory);

  Result<std::uint64_t> start(const remote_execution::Registered& program) override;
  Result<void> signal(std::uint64_t unix_pid, const std::string& name) override;
  std::vector<remote_execution::Ended> collect_ended() override;

 private:
  std::filesystem::path output_directory_;
  std::set<std::uint64_t> running_;
};

}  // namespace cohort::services::app
