/// A state on its way to a joiner: all domains of one cut in one byte string, cut into blocks and
/// put together again (docs/formats/transfer.md). Pure.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/message.h"

namespace cohort::tools {

/// What one block may hold, so that other traffic fits between blocks.
inline constexpr std::size_t kTransferBlockBytes = 32 * 1024;
/// What a whole state may have.
inline constexpr std::size_t kTransferStateBytes = 256 * 1024 * 1024;

struct TransferImage {
  std::set<ProcessId> complete;  ///< the members that have the state, at the cut
  std::vector<std::pair<std::string, Bytes>> domains;

  Bytes encode() const;
  /// Errors: kMalformed; names and order of the domains must be `expected`.
  static Result<TransferImage> decode(ByteView bytes, const std::vector<std::string>& expected);
};

struct TransferBlock {
  std::uint64_t view = 0;   ///< the number of the view whose place is the cut
  std::uint32_t index = 0;  ///< from 0
  std::uint32_t count = 1;  ///< how many blocks there are
  Bytes data;

  wire::Message to_message() const;
  static TransferBlock from_message(const wire::Message& message);
};

/// How many blocks a state of that length has; at least one.
std::uint32_t block_count(std::size_t bytes);
/// Requires: index < block_count(state.size()).
TransferBlock cut_block(ByteView state, std::uint64_t view, std::uint32_t index);

/// The blocks that a joiner got, each donor's apart: a new donor starts from block 0.
class BlockCollector {
 public:
  /// The whole state, once one donor's blocks are all there. Blocks that make no sense are ignored.
  std::optional<Bytes> add(ProcessId donor, TransferBlock block);
  std::uint32_t received(ProcessId donor) const;

 private:
  std::map<ProcessId, std::vector<std::optional<Bytes>>> blocks_;
};

}  // namespace cohort::tools
