#include "platform/sim/explore/shared_search.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <new>
#include <type_traits>

#include "platform/base/assert.h"
#include "platform/base/rng.h"

namespace cohort::sim {

static_assert(std::is_trivially_copyable_v<Choice>, "choices lie in shared memory");

namespace {

constexpr int kMarkBits = 8;

std::uint64_t key_of(std::uint64_t fingerprint) {
  return std::max<std::uint64_t>(1, mix64(fingerprint) >> kMarkBits) << kMarkBits;
}

void* share(std::size_t bytes) {
  void* memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                      MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  COHORT_ASSERT(memory != MAP_FAILED, "there is memory for the states of the exploration");
  return memory;
}

}  // namespace

SharedSearch::SharedSearch(std::uint64_t states)
    : limit_(states), slots_(std::bit_ceil(std::max<std::uint64_t>(1024, 2 * states))) {
  page_ = new (share(sizeof(Page))) Page{};
  seen_ = static_cast<std::atomic<std::uint64_t>*>(share(slots_ * sizeof(*seen_)));
  signatures_ = static_cast<std::atomic<std::uint64_t>*>(share(slots_ * sizeof(*signatures_)));
}

SharedSearch::~SharedSearch() {
  munmap(page_, sizeof(Page));
  munmap(seen_, slots_ * sizeof(*seen_));
  munmap(signatures_, slots_ * sizeof(*signatures_));
}

SharedSearch::Entered SharedSearch::enter(std::uint64_t fingerprint, std::uint32_t marks) {
  const std::uint64_t key = key_of(fingerprint);
  for (std::size_t at = (key >> kMarkBits) & (slots_ - 1);; at = (at + 1) & (slots_ - 1)) {
    std::uint64_t there = seen_[at].load();
    if (there == 0) {
      if (page_->counts.states.fetch_add(1) >= limit_) {
        page_->counts.states.fetch_sub(1);
        page_->full = true;
        return {};
      }
      if (seen_[at].compare_exchange_strong(there, key | marks)) return {true, marks, at};
      page_->counts.states.fetch_sub(1);  // the other worker was faster with this place
    }
    if (there >> kMarkBits != key >> kMarkBits) continue;
    return {false, marks & ~static_cast<std::uint32_t>(seen_[at].fetch_or(marks)), at};
  }
}

std::optional<std::size_t> SharedSearch::find(std::uint64_t fingerprint) const {
  const std::uint64_t key = key_of(fingerprint);
  for (std::size_t at = (key >> kMarkBits) & (slots_ - 1);; at = (at + 1) & (slots_ - 1)) {
    const std::uint64_t there = seen_[at].load();
    if (there == 0) return std::nullopt;
    if (there >> kMarkBits == key >> kMarkBits) return at;
  }
}

void SharedSearch::set_signature(std::size_t place, std::uint64_t signature) {
  signatures_[place] = std::max<std::uint64_t>(1, signature);
}

void SharedSearch::set_choice(std::uint32_t worker, std::size_t depth, const Choice& choice) {
  COHORT_ASSERT(depth < kDeepest, "no path of a small plant is that long");
  page_->workers[worker].choices[depth] = choice;
  page_->workers[worker].depth = depth + 1;
  std::uint64_t deepest = page_->counts.deepest.load();
  while (deepest < depth + 1 && !page_->counts.deepest.compare_exchange_weak(deepest, depth + 1)) {
  }
}

std::vector<Choice> SharedSearch::path(std::uint32_t worker) const {
  const Worker& one = page_->workers[worker];
  return {one.choices, one.choices + one.depth};
}

void SharedSearch::report(std::uint32_t worker, const std::string& text) {
  if (page_->reporting.exchange(true)) return;
  page_->reporter = worker;
  page_->length = std::min(text.size(), kReport);
  std::copy_n(text.data(), page_->length, page_->report);
  stop();
}

std::string SharedSearch::reported() const {
  return {page_->report, page_->length};
}

}  // namespace cohort::sim
