/// Functions that want to be told of something, called in the order in which they came; one may be
/// added or dropped while they are being called. Private to platform/client.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace cohort::client {

template <typename... Facts>
class Listeners {
  using Table = std::map<std::uint64_t, std::function<void(Facts...)>>;

 public:
  /// Ensures: not called any more once the returned handle is dropped.
  std::shared_ptr<void> add(std::function<void(Facts...)> function) {
    const std::uint64_t number = next_++;
    table_->emplace(number, std::move(function));
    const std::weak_ptr<Table> table = table_;
    return {static_cast<void*>(nullptr), [table, number](void*) {
              if (const auto alive = table.lock()) alive->erase(number);
            }};
  }

  void tell(Facts... facts) const {
    const std::shared_ptr<Table> table = table_;
    std::vector<std::uint64_t> numbers;
    for (const auto& [number, function] : *table) numbers.push_back(number);
    for (const std::uint64_t number : numbers) {
      const auto found = table->find(number);
      if (found == table->end()) continue;
      const std::function<void(Facts...)> function = found->second;
      function(facts...);
    }
  }

 private:
  std::shared_ptr<Table> table_ = std::make_shared<Table>();
  std::uint64_t next_ = 1;
};

}  // namespace cohort::client
