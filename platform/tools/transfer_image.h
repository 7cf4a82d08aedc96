/// A state on its way to a joiner: all domains of one cut in one byte string, cut into blocks and
/// put together again (docs/formats/transfer.md). Pure.
#pragma once

#include <cstdint>
#include <functional>
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
inline constexpr std::size_t kTransferStateBytes = std::size_t{2} * 1024 * 1024 * 1024;

/// A part of a state as it was at one moment, whatever happens to the state later.
struct Snapshot {
  std::uint64_t bytes = 0;
  /// Requires: offset + length <= bytes. A plain function, as short as its length allows.
  std::function<Bytes(std::uint64_t offset, std::size_t length)> read;
};

struct TransferImage {
  std::set<ProcessId> complete;  ///< the members that have the state, at the cut
  std::vector<std::pair<std::string, Bytes>> domains;

  Bytes encode() const;
};

/// What an image holds; the states lie in the image's bytes.
struct TransferContents {
  std::set<ProcessId> complete;
  std::vector<std::pair<std::string, ByteView>> domains;

  /// Errors: kMalformed; names and order of the domains must be `expected`.
  static Result<TransferContents> decode(ByteView bytes, const std::vector<std::string>& expected);
};

/// An image whose bytes are made as they are sent: what is small lies here, what is large is read
/// from the domains' snapshots, a block at a time.
class SlicedImage {
 public:
  /// The start of an image as TransferImage::encode writes it; then its domains, in order.
  SlicedImage(const std::set<ProcessId>& complete, std::size_t domains);
  void add(const std::string& name, const Bytes& state);
  void add(const std::string& name, Snapshot snapshot);

  std::uint64_t size() const { return size_; }
  /// Whether all of it lies in memory: its digest costs one pass.
  bool at_hand() const { return at_hand_; }
  /// Requires: offset + length <= size().
  Bytes read(std::uint64_t offset, std::size_t length) const;

 private:
  void add_part(Snapshot part);

  std::vector<Snapshot> parts_;
  std::uint64_t size_ = 0;
  bool at_hand_ = true;
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
std::uint32_t block_count(std::uint64_t bytes);
/// Requires: index < block_count(state.size()).
TransferBlock cut_block(ByteView state, std::uint64_t view, std::uint32_t index);

TransferBlock cut_block(const SlicedImage& image, std::uint64_t view, std::uint32_t index);

/// The blocks that a joiner got, each donor's apart: a new donor starts from block 0.
class BlockCollector {
 public:
  /// The whole state, once one donor's blocks are all there. Blocks that make no sense are ignored.
  std::optional<Bytes> add(ProcessId donor, TransferBlock block);
  std::uint32_t received(ProcessId donor) const;
  /// The donor is gone: what it sent is of no use.
  void forget(ProcessId donor) { donors_.erase(donor); }

 private:
  struct Donor {
    std::uint32_t count = 0;
    std::uint32_t came = 0;
    std::vector<bool> has;
    Bytes state;
  };
  std::map<ProcessId, Donor> donors_;
};

}  // namespace cohort::tools
