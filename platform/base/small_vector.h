/// A sequence that keeps its first elements in itself: the short lists that every message carries
/// (vectors of sites, destinations) cost no allocation.
#pragma once

#include <algorithm>
#include <compare>
#include <cstddef>
#include <cstring>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <type_traits>

#include "platform/base/assert.h"

namespace cohort {

/// As std::vector, for plain values. Ensures: no allocation up to `Inline` elements; iterators and
/// references end with the next change of the size.
template <typename T, std::size_t Inline>
class SmallVector {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  using value_type = T;
  using iterator = T*;
  using const_iterator = const T*;

  SmallVector() = default;
  explicit SmallVector(std::size_t size, const T& value = T{}) { assign(size, value); }
  SmallVector(std::initializer_list<T> values) { assign(values.begin(), values.end()); }
  template <std::input_iterator It>
  SmallVector(It first, It last) {
    assign(first, last);
  }
  SmallVector(const SmallVector& other) { copy(other); }
  SmallVector(SmallVector&& other) noexcept { take(other); }
  SmallVector& operator=(const SmallVector& other) {
    if (this != &other) copy(other);
    return *this;
  }
  SmallVector& operator=(SmallVector&& other) noexcept {
    if (this != &other) take(other);
    return *this;
  }
  ~SmallVector() = default;

  std::size_t size() const { return size_; }
  bool empty() const { return size_ == 0; }
  T* data() { return heap_ ? heap_.get() : inline_; }
  const T* data() const { return heap_ ? heap_.get() : inline_; }
  iterator begin() { return data(); }
  iterator end() { return data() + size_; }
  const_iterator begin() const { return data(); }
  const_iterator end() const { return data() + size_; }
  /// Requires: index < size().
  T& operator[](std::size_t index) { return data()[index]; }
  const T& operator[](std::size_t index) const { return data()[index]; }
  T& at(std::size_t index) {
    COHORT_ASSERT(index < size_, "an element is asked for inside the list");
    return data()[index];
  }
  const T& at(std::size_t index) const {
    COHORT_ASSERT(index < size_, "an element is asked for inside the list");
    return data()[index];
  }
  T& front() { return data()[0]; }
  const T& front() const { return data()[0]; }
  T& back() { return data()[size_ - 1]; }
  const T& back() const { return data()[size_ - 1]; }

  void reserve(std::size_t capacity) {
    if (capacity <= capacity_) return;
    std::unique_ptr<T[]> grown(new T[capacity]);
    std::copy_n(data(), size_, grown.get());
    heap_ = std::move(grown);
    capacity_ = capacity;
  }
  void push_back(const T& value) {
    const T kept = value;  // it may be one of our own elements
    if (size_ == capacity_) reserve(2 * capacity_);
    data()[size_++] = kept;
  }
  T& emplace_back() {
    push_back(T{});
    return back();
  }
  void pop_back() { --size_; }
  void clear() { size_ = 0; }
  void resize(std::size_t size, const T& value = T{}) {
    reserve(size);
    for (std::size_t i = size_; i < size; ++i) data()[i] = value;
    size_ = size;
  }
  void assign(std::size_t size, const T& value) {
    size_ = 0;
    resize(size, value);
  }
  template <std::input_iterator It>
  void assign(It first, It last) {
    size_ = 0;
    for (; first != last; ++first) push_back(*first);
  }
  iterator erase(const_iterator place) {
    T* const at = begin() + (place - begin());
    std::copy(at + 1, end(), at);
    --size_;
    return at;
  }

  bool operator==(const SmallVector& other) const {
    return std::equal(begin(), end(), other.begin(), other.end());
  }
  auto operator<=>(const SmallVector& other) const {
    return std::lexicographical_compare_three_way(begin(), end(), other.begin(), other.end());
  }

 private:
  void copy(const SmallVector& other) {
    size_ = 0;
    reserve(other.size_);
    std::copy_n(other.data(), other.size_, data());
    size_ = other.size_;
  }
  void take(SmallVector& other) {
    if (other.heap_) {
      heap_ = std::move(other.heap_);
      capacity_ = other.capacity_;
      size_ = other.size_;
      other.capacity_ = Inline;
    } else {
      copy(other);
    }
    other.size_ = 0;
  }

  std::unique_ptr<T[]> heap_;  ///< absent while everything lies in inline_
  std::size_t size_ = 0;
  std::size_t capacity_ = Inline;
  T inline_[Inline];
};

}  // namespace cohort
