/// The bytes of a file by pages, of which one that holds nothing but zeros takes no room: a store
/// makes megabytes of zeros at each of its thousands of starts in the crash suite.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <vector>

#include "platform/base/bytes.h"

namespace cohort::test {

class SparseBytes {
 public:
  std::size_t size() const { return size_; }

  /// What is new is zeros, also where there were other bytes before.
  void resize(std::size_t size) {
    pages_.resize((size + kPageBytes - 1) / kPageBytes);
    if (size < size_ && size % kPageBytes != 0 && pages_.back() != nullptr) {
      Page& last = own(pages_.back());
      std::fill(last.begin() + size % kPageBytes, last.end(), std::uint8_t{0});
    }
    size_ = size;
  }

  /// Grows to hold it.
  void write(std::size_t at, ByteView bytes) {
    if (size_ < at + bytes.size()) resize(at + bytes.size());
    while (!bytes.empty()) {
      const std::size_t within = at % kPageBytes;
      const ByteView part = bytes.first(std::min(bytes.size(), kPageBytes - within));
      write_page(pages_[at / kPageBytes], within, part);
      at += part.size();
      bytes = bytes.subspan(part.size());
    }
  }

  /// Requires: `at` and what is read from there on are within the size.
  void read(std::size_t at, std::span<std::uint8_t> into) const {
    while (!into.empty()) {
      const std::size_t within = at % kPageBytes;
      const std::size_t count = std::min(into.size(), kPageBytes - within);
      const Page* page = pages_[at / kPageBytes].get();
      if (page == nullptr) std::fill_n(into.begin(), count, std::uint8_t{0});
      if (page != nullptr) std::copy_n(page->begin() + within, count, into.begin());
      at += count;
      into = into.subspan(count);
    }
  }

  std::uint8_t operator[](std::size_t at) const {
    const Page* page = pages_[at / kPageBytes].get();
    return page == nullptr ? std::uint8_t{0} : (*page)[at % kPageBytes];
  }

 private:
  static constexpr std::size_t kPageBytes = 4'096;
  using Page = std::array<std::uint8_t, kPageBytes>;
  static constexpr Page kZeros{};

  static void write_page(std::shared_ptr<Page>& page, std::size_t within, ByteView part) {
    if (page == nullptr) {
      if (std::memcmp(part.data(), kZeros.data(), part.size()) == 0) return;
      page = std::make_shared<Page>();
    }
    std::ranges::copy(part, own(page).begin() + within);
  }

  static Page& own(std::shared_ptr<Page>& page) {
    if (page.use_count() > 1) page = std::make_shared<Page>(*page);
    return *page;
  }

  std::size_t size_ = 0;
  std::vector<std::shared_ptr<Page>> pages_;  ///< copies share them until one is written
};

}  // namespace cohort::test
