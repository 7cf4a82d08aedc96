/// Byte strings.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

namespace cohort {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
/// Bytes that several hold without a copy of their own; null: none.
using SharedBytes = std::shared_ptr<const Bytes>;

}  // namespace cohort
