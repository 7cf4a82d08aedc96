#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <sstream>

#include "platform/sim/app/commands.h"
#include "platform/sim/app/outcome.h"

namespace cohort::sim::app {

namespace {

using nlohmann::json;
using Clock = std::chrono::steady_clock;

constexpr const char* kHead =
    "commit\tprofile\tfirst\tlast\tseeds\tfailed\tevents\tvirtual_hours\tsite_crashes\t"
    "process_crashes\tpartitions\tprobes\tseconds\tfailed_seeds\n";

/// The seed after the last one that any line of the file has for this profile.
std::uint64_t resume_at(const std::string& file, const std::string& profile) {
  std::ifstream in(file);
  std::string line;
  std::uint64_t next = 1;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string commit;
    std::string of;
    std::uint64_t first = 0;
    std::uint64_t last = 0;
    if (words >> commit >> of >> first >> last && of == profile) next = std::max(next, last + 1);
  }
  return next;
}

/// One line of the file: what these seeds did, by which code.
std::string line_of(const SoakCommand& command, const Batch& batch, const Totals& totals,
                    double seconds) {
  std::string failed;
  for (const auto& [seed, outcome] : totals.failures()) {
    failed += (failed.empty() ? "" : ",") + std::to_string(seed);
  }
  return fmt::format(
      "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{:.1f}\t{}\t{}\t{}\t{}\t{:.0f}\t{}\n", command.commit,
      batch.profile, batch.first, batch.last, totals.seeds(), totals.failures().size(),
      totals.of("events"), static_cast<double>(totals.of("virtual_ms")) / 3.6e6,
      totals.of("site_crashes"), totals.of("process_crashes"), totals.of("partitions"),
      totals.probes().size(), seconds, failed.empty() ? "none" : failed);
}

}  // namespace

int soak(const SoakCommand& command) {
  const Clock::time_point start = Clock::now();
  const auto seconds = [start] {
    return std::chrono::duration<double>(Clock::now() - start).count();
  };
  std::size_t failed = 0;
  bool begun = std::ifstream(command.file).is_open();
  while (seconds() < 60 * command.minutes) {
    Batch batch;
    batch.profile = command.profile;
    batch.jobs = command.jobs;
    batch.first = resume_at(command.file, command.profile);
    batch.last = batch.first + command.chunk - 1;
    const double before = seconds();
    Totals totals;
    run_batch(batch, [&](const json& outcome) {
      totals.add(outcome);
      if (!outcome.at("violations").empty()) fmt::print("{}", failure_text(outcome));
      return true;
    });
    std::ofstream out(command.file, std::ios::app);
    if (!begun) out << kHead;
    begun = true;
    out << line_of(command, batch, totals, seconds() - before);
    out.flush();
    if (!out) {
      fmt::print(stderr, "{}: cannot be written\n", command.file);
      return 2;
    }
    failed += totals.failures().size();
    fmt::print("{}", totals.summary(seconds() - before));
    std::fflush(stdout);
  }
  return failed == 0 ? 0 : 1;
}

}  // namespace cohort::sim::app
