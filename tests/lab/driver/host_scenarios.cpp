// Scenarios of hosts whose disk is full or fails, or whose clock jumps.
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <string>

#include "lab/driver/scenario.h"

namespace cohort::lab {

namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr std::int64_t kDay_s = 86'400;

std::string text_of(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

/// Writes until there is no room.
Result<void> fill(const std::filesystem::path& file) {
  const int descriptor = open(file.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0644);
  if (descriptor < 0) return make_error(Errc::kIo, "cannot write " + file.string());
  const std::string piece(4'096, 'x');
  std::size_t written = 0;
  constexpr std::size_t kMost = 64U << 20U;
  while (written < kMost && write(descriptor, piece.data(), piece.size()) > 0) {
    written += piece.size();
  }
  close(descriptor);
  if (written >= kMost) return make_error(Errc::kIo, file.string() + " is on no small disk");
  return {};
}

/// A site whose storage is full must not say that it holds what it cannot write: it stops, the
/// others go on, and it is back when there is room again: often at once, since its next life
/// begins by emptying the write-ahead log.
void disk_full(Plant& plant) {
  const std::filesystem::path ballast = plant.site_directory(4) / "ballast";
  const Sites others{1, 2, 3};
  const std::uint64_t view = plant.status(1).view;
  plant.expect_daemon_end(4);
  plant.step("filling the disk", [&] { return fill(ballast); });
  plant.kill_site(5);  // the next view must be written by all
  plant.until("the first life of site 4 has met the full disk",
              [&] { return text_of(plant.file("cohortd-4.stderr")).contains("disk is full"); });
  plant.until("sites 1,2,3 are served in a later view, in the group", [&] {
    return std::ranges::all_of(others, [&](std::size_t site) {
      const ClientStatus& now = plant.status(site);
      return now.joined && now.serving && now.view > view && now.sites < plant.all().size();
    });
  });
  plant.until_progress(others);
  plant.step("making room", [&]() -> Result<void> {
    std::error_code error;
    std::filesystem::remove(ballast, error);
    if (error) return make_error(Errc::kIo, error.message());
    return {};
  });
  plant.until("the daemon of site 4 has ended, or is in the view",
              [&] { return !plant.daemon_runs(4) || plant.status(4).sites == 4; });
  plant.note(plant.daemon_runs(4) ? "the daemon came back by itself" : "the daemon had given up");
}

/// fsync fails once (then the kernel calls the pages clean): the site stops at once and comes back
/// as a new life; it never asks again and believes the answer.
void fsync_error(Plant& plant) {
  const pid_t victim = plant.daemon_pid(4);
  std::unique_ptr<Child> tracer;
  plant.expect_daemon_end(4);
  plant.step("attaching strace", [&]() -> Result<void> {
    Launch launch;
    launch.words = {"strace", "-f",
                    "-e",     "trace=fsync,fdatasync",
                    "-e",     "inject=fsync,fdatasync:error=EIO:when=1",
                    "-o",     plant.file("strace.out"),
                    "-p",     std::to_string(victim)};
    launch.log = plant.file("strace.stderr");
    auto child = Child::start(launch);
    if (!child) return std::unexpected(child.error());
    tracer = std::move(*child);
    return {};
  });
  plant.pause(milliseconds(500));
  plant.require(!tracer || tracer->running(), "strace did not stay; see strace.stderr");
  plant.kill_site(5);
  plant.until_view({1, 2, 3}, 3);
  plant.until_progress({1, 2, 3});
  tracer.reset();
  plant.require(text_of(plant.file("strace.out")).contains("INJECTED"),
                "no fsync was made to fail");
}

void jump(Plant& plant, std::int64_t by_s) {
  const std::uint64_t view = plant.status(1).view;
  const std::int64_t apart_before = plant.status(2).wall_s - plant.status(1).wall_s;
  std::ofstream(plant.file("clock")) << fmt::format("{}\n", by_s);
  plant.until("site 2's processes see the jump", [&] {
    const std::int64_t moved = plant.status(2).wall_s - plant.status(1).wall_s - apart_before;
    return std::abs(moved - by_s) < 10;
  });
  plant.pause(seconds(3));
  plant.until_progress(plant.all());
  plant.require(plant.status(1).view == view, "a jump of the wall clock changed the view");
}

void clock_ahead(Plant& plant) {
  jump(plant, kDay_s);
}

void clock_back(Plant& plant) {
  jump(plant, -kDay_s);
}

}  // namespace

void add_host_scenarios(std::vector<Scenario>& all) {
  all.push_back({.name = "disk-full",
                 .about = "one site's storage has no room when a view is agreed",
                 .smoke = true,
                 .options = {.sites = 5, .small_disk_site = 4},
                 .needs = {Need::kSmallDisk},
                 .act = disk_full});
  all.push_back({.name = "fsync-error",
                 .about = "one site's fsync fails with EIO when a view is agreed",
                 .smoke = true,
                 .options = {.sites = 5},
                 .needs = {Need::kTracer},
                 .act = fsync_error});
  all.push_back({.name = "clock-ahead",
                 .about = "one host's wall clock jumps a day ahead",
                 .options = {.false_clock_site = 2},
                 .act = clock_ahead});
  all.push_back({.name = "clock-back",
                 .about = "one host's wall clock jumps a day back",
                 .options = {.false_clock_site = 2},
                 .act = clock_back});
}

}  // namespace cohort::lab
