/// Bytes that wait for the kernel: small ones copied one behind the other, large ones shared with
/// whoever else holds them.
#pragma once

#include <boost/asio/buffer.hpp>
#include <cstddef>
#include <utility>
#include <vector>

#include "platform/base/bytes.h"

namespace cohort::net {

class OutgoingBytes {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  void clear() {
    copied_.clear();
    shared_.clear();
    size_ = 0;
  }
  void swap(OutgoingBytes& other) {
    std::swap(copied_, other.copied_);
    std::swap(shared_, other.shared_);
    std::swap(size_, other.size_);
  }

  void append(ByteView bytes) {
    copied_.insert(copied_.end(), bytes.begin(), bytes.end());
    size_ += bytes.size();
  }
  /// Requires: not null.
  void append(SharedBytes bytes) {
    size_ += bytes->size();
    shared_.push_back({copied_.size(), std::move(bytes)});
  }

  /// All of it in order, for one write; valid until the next change.
  std::vector<boost::asio::const_buffer> buffers() const {
    std::vector<boost::asio::const_buffer> all;
    all.reserve(2 * shared_.size() + 1);
    std::size_t from = 0;
    for (const Shared& each : shared_) {
      add(all, ByteView(copied_).subspan(from, each.after - from));
      add(all, *each.bytes);
      from = each.after;
    }
    add(all, ByteView(copied_).subspan(from));
    return all;
  }

 private:
  struct Shared {
    std::size_t after = 0;  ///< so many bytes of copied_ go before it
    SharedBytes bytes;
  };
  static void add(std::vector<boost::asio::const_buffer>& all, ByteView bytes) {
    if (!bytes.empty()) all.emplace_back(bytes.data(), bytes.size());
  }

  Bytes copied_;
  std::vector<Shared> shared_;
  std::size_t size_ = 0;
};

}  // namespace cohort::net
