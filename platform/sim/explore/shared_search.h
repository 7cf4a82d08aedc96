/// What the processes of one exploration share: the states that were seen, the counts, the choices
/// that lead to where each worker stands, and the first violation.
#pragma once

#include <atomic>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "platform/sim/explore/small_plant.h"

namespace cohort::sim {

/// Lives in memory that forked processes share. Every member function may be called in any of them.
class SharedSearch {
 public:
  static constexpr std::uint32_t kWorkers = 8;
  static constexpr std::size_t kDeepest = 2048;  ///< choices in a row
  static constexpr std::size_t kReport = 60'000;

  /// Room for `states` states. Requires: it is made before the processes fork.
  explicit SharedSearch(std::uint64_t states);
  ~SharedSearch();
  SharedSearch(const SharedSearch&) = delete;
  SharedSearch& operator=(const SharedSearch&) = delete;

  struct Counts {
    std::atomic<std::uint64_t> states;
    std::atomic<std::uint64_t> steps;
    std::atomic<std::uint64_t> ends;
    std::atomic<std::uint64_t> crashes;
    std::atomic<std::uint64_t> deepest;
    std::atomic<std::uint64_t> compared;
  };
  Counts& counts() { return page_->counts; }

  struct Entered {
    bool fresh = false;          ///< it was not seen before, and there is room for it
    std::uint32_t unmarked = 0;  ///< of the marks given, those that it did not bear yet
    std::size_t place = 0;
  };
  /// The state counts as seen from now on, and bears these marks (bits 0 to 7).
  Entered enter(std::uint64_t fingerprint, std::uint32_t marks);
  /// Where a state that was seen has its place.
  std::optional<std::size_t> find(std::uint64_t fingerprint) const;
  /// A digest of what can come next of a state; 0: not known yet.
  std::uint64_t signature(std::size_t place) const { return signatures_[place].load(); }
  void set_signature(std::size_t place, std::uint64_t signature);
  /// The limit of states was reached: not everything was seen.
  bool full() const { return page_->full.load(); }

  void stop() { page_->stopped = true; }
  bool stopped() const { return page_->stopped.load(); }

  // ---- Where a worker stands. Only one process of a worker runs at a time.
  void set_choice(std::uint32_t worker, std::size_t depth, const Choice& choice);
  std::vector<Choice> path(std::uint32_t worker) const;

  /// Keeps the first report of all and stops the search.
  void report(std::uint32_t worker, const std::string& text);
  /// Empty: nothing was found.
  std::string reported() const;
  std::uint32_t reporter() const { return page_->reporter; }

 private:
  struct Worker {
    std::size_t depth;
    Choice choices[kDeepest];
  };
  struct Page {
    Counts counts;
    std::atomic<bool> stopped;
    std::atomic<bool> full;
    std::atomic<bool> reporting;
    std::uint32_t reporter;
    std::size_t length;
    char report[kReport];
    Worker workers[kWorkers];
  };

  std::uint64_t limit_;
  std::size_t slots_;
  Page* page_ = nullptr;
  /// Open addressing; 0: free. The lowest 8 bits are the marks, the rest is of the fingerprint.
  std::atomic<std::uint64_t>* seen_ = nullptr;
  std::atomic<std::uint64_t>* signatures_ = nullptr;
};

}  // namespace cohort::sim
