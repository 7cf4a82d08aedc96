#include "platform/sim/explore/arena.h"

#include <sys/mman.h>

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <cstring>
#include <new>

#include "platform/base/assert.h"

namespace cohort::sim {

namespace {

constexpr std::size_t kStep = 16;
constexpr std::size_t kSmall = 1024;  ///< up to here in steps of 16 bytes, above in powers of two
constexpr std::size_t kSmallClasses = kSmall / kStep;
constexpr std::size_t kClasses = kSmallClasses + 48;
constexpr std::size_t kBlockBytes = std::size_t{256} << 20;  ///< reserved, not used

/// Lies before each piece of memory that is handed out.
struct alignas(kStep) Head {
  std::size_t size_class;
};
/// The beginning of the block.
struct alignas(kStep) Block {
  std::size_t used;       ///< bytes, this one included
  void* free_[kClasses];  ///< by class; each piece begins with a pointer to the next one
};

constinit Block* block = nullptr;
constinit thread_local bool in_use = false;

std::size_t class_of(std::size_t size) {
  if (size <= kSmall) return (std::max<std::size_t>(size, 1) - 1) / kStep;
  return kSmallClasses + static_cast<std::size_t>(std::bit_width(size - 1)) - 11;
}

std::size_t size_of(std::size_t size_class) {
  if (size_class < kSmallClasses) return (size_class + 1) * kStep;
  return std::size_t{1} << (size_class - kSmallClasses + 11);
}

bool lies_in_block(const void* memory) {
  const auto* at = static_cast<const std::byte*>(memory);
  const auto* start = reinterpret_cast<const std::byte*>(block);
  return block != nullptr && at >= start && at < start + kBlockBytes;
}

void reserve_block() {
  void* memory = mmap(nullptr, kBlockBytes, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) std::abort();
  block = new (memory) Block{sizeof(Block), {}};
}

}  // namespace

Arena::Use::Use() : before_(in_use) {
  if (block == nullptr) reserve_block();
  in_use = true;
}

Arena::Use::~Use() {
  in_use = before_;
}

void Arena::clear() {
  if (block != nullptr) block = new (block) Block{sizeof(Block), {}};
}

void* Arena::allocate(std::size_t size) {
  if (!in_use) return std::malloc(std::max<std::size_t>(size, 1));
  const std::size_t size_class = class_of(size);
  void*& first = block->free_[size_class];
  if (first != nullptr) {
    void* memory = first;
    std::memcpy(&first, memory, sizeof(first));
    return memory;
  }
  const std::size_t needed = sizeof(Head) + size_of(size_class);
  if (block->used + needed > kBlockBytes) return nullptr;
  auto* at = reinterpret_cast<std::byte*>(block) + block->used;
  block->used += needed;
  return new (at) Head{size_class} + 1;
}

void Arena::free(void* memory) {
  if (!lies_in_block(memory)) return std::free(memory);
  void*& first = block->free_[(static_cast<Head*>(memory) - 1)->size_class];
  std::memcpy(memory, &first, sizeof(first));
  first = memory;
}

void Arena::Copy::take() {
  COHORT_ASSERT(block != nullptr && !in_use, "a copy of the arena lies outside of it");
  if (room_ < block->used) {
    room_ = block->used + block->used / 4;
    bytes_ = std::make_unique_for_overwrite<std::byte[]>(room_);
  }
  size_ = block->used;
  std::memcpy(bytes_.get(), block, size_);
}

void Arena::Copy::put_back() const {
  COHORT_ASSERT(size_ > 0, "a copy was taken");
  std::memcpy(static_cast<void*>(block), bytes_.get(), size_);
}

}  // namespace cohort::sim

void* operator new(std::size_t size) {
  void* memory = cohort::sim::Arena::allocate(size);
  if (memory == nullptr) std::abort();
  return memory;
}
void* operator new[](std::size_t size) {
  return operator new(size);
}
void operator delete(void* memory) noexcept {
  cohort::sim::Arena::free(memory);
}
void operator delete[](void* memory) noexcept {
  cohort::sim::Arena::free(memory);
}
void operator delete(void* memory, std::size_t /*size*/) noexcept {
  cohort::sim::Arena::free(memory);
}
void operator delete[](void* memory, std::size_t /*size*/) noexcept {
  cohort::sim::Arena::free(memory);
}
