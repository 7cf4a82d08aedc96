#include "platform/net/life_line.h"

#include <linux/futex.h>
#include <sys/mman.h>

#include <cstddef>

namespace cohort::net {

namespace {

void* map_first_page(int memory, int protection) {
  void* const page = ::mmap(nullptr, kRingHeaderBytes, protection, MAP_SHARED, memory, 0);
  return page == MAP_FAILED ? nullptr : page;
}

std::uint8_t* life_line_in(void* page) {
  return static_cast<std::uint8_t*>(page) + kLifeLineOffset;
}

bool make_robust(pthread_mutex_t& mutex) {
  pthread_mutexattr_t attributes;
  if (::pthread_mutexattr_init(&attributes) != 0) return false;
  const bool made = ::pthread_mutexattr_setrobust(&attributes, PTHREAD_MUTEX_ROBUST) == 0 &&
                    ::pthread_mutexattr_setpshared(&attributes, PTHREAD_PROCESS_SHARED) == 0 &&
                    ::pthread_mutex_init(&mutex, &attributes) == 0;
  ::pthread_mutexattr_destroy(&attributes);
  return made;
}

}  // namespace

// The kernel's word is the first one of glibc's mutex.
static_assert(offsetof(pthread_mutex_t, __data.__lock) == 0);
static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t));

std::unique_ptr<LifeLine> LifeLine::hold(int memory) {
  void* const page = map_first_page(memory, PROT_READ | PROT_WRITE);
  if (page == nullptr) return nullptr;
  std::unique_ptr<LifeLine> line(new LifeLine(page));
  if (!make_robust(line->mutex()) || ::pthread_mutex_lock(&line->mutex()) != 0) return nullptr;
  // Somebody waits: the kernel wakes nobody else.
  __atomic_fetch_or(&line->mutex().__data.__lock, static_cast<int>(FUTEX_WAITERS),
                    __ATOMIC_SEQ_CST);
  return line;
}

LifeLine::~LifeLine() {
  if (LifeLineWord::is_held(static_cast<std::uint32_t>(mutex().__data.__lock)) &&
      ::pthread_mutex_unlock(&mutex()) != 0) {
    return;
  }
  ::munmap(page_, kRingHeaderBytes);
}

pthread_mutex_t& LifeLine::mutex() const {
  return *reinterpret_cast<pthread_mutex_t*>(life_line_in(page_));
}

std::shared_ptr<LifeLineWord> LifeLineWord::map(int memory) {
  void* const page = map_first_page(memory, PROT_READ);
  return page == nullptr ? nullptr : std::shared_ptr<LifeLineWord>(new LifeLineWord(page));
}

LifeLineWord::~LifeLineWord() {
  ::munmap(page_, kRingHeaderBytes);
}

const std::atomic<std::uint32_t>& LifeLineWord::word() const {
  return *reinterpret_cast<const std::atomic<std::uint32_t>*>(life_line_in(page_));
}

bool LifeLineWord::is_held(std::uint32_t value) {
  return (value & FUTEX_TID_MASK) != 0;
}

bool LifeLineWord::holder_died(std::uint32_t value) {
  return (value & FUTEX_OWNER_DIED) != 0;
}

}  // namespace cohort::net
