#include "platform/tools/transfer_image.h"

#include <algorithm>
#include <memory>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::tools {

namespace {

Snapshot in_memory(Bytes bytes) {
  const auto kept = std::make_shared<const Bytes>(std::move(bytes));
  return {kept->size(), [kept](std::uint64_t offset, std::size_t length) {
            const auto from = kept->begin() + static_cast<std::ptrdiff_t>(offset);
            return Bytes(from, from + static_cast<std::ptrdiff_t>(length));
          }};
}

}  // namespace

Bytes TransferImage::encode() const {
  wire::Encoder out;
  out.varint(complete.size());
  for (const ProcessId member : complete) out.process(member);
  out.varint(domains.size());
  for (const auto& [name, state] : domains) {
    out.text(name);
    out.bytes(state);
  }
  return out.take();
}

Result<TransferContents> TransferContents::decode(ByteView bytes,
                                                  const std::vector<std::string>& expected) {
  wire::Decoder in(bytes);
  TransferContents image;
  const std::size_t members = in.count(limits::kMembersPerGroup);
  for (std::size_t i = 0; i < members; ++i) image.complete.insert(in.process());
  const std::size_t domains = in.count(expected.size());
  for (std::size_t i = 0; i < domains && !in.failed(); ++i) {
    std::string name = in.text(limits::kNameBytes);
    const ByteView state = in.bytes(in.left());
    if (name != expected[i]) in.fail("a domain is missing, or of another name: '" + name + "'");
    image.domains.emplace_back(std::move(name), state);
  }
  if (domains != expected.size()) in.fail("the state has another number of domains");
  if (auto done = in.finish(); !done) return std::unexpected(done.error());
  return image;
}

wire::Message TransferBlock::to_message() const {
  wire::Message message;
  message.set("view", view).set("index", index).set("count", count).set("data", data);
  return message;
}

TransferBlock TransferBlock::from_message(const wire::Message& message) {
  TransferBlock block;
  block.view = static_cast<std::uint64_t>(message.integer("view"));
  block.index = static_cast<std::uint32_t>(message.integer("index"));
  block.count = static_cast<std::uint32_t>(message.integer("count"));
  block.data = message.bytes("data");
  return block;
}

std::uint32_t block_count(std::uint64_t bytes) {
  return static_cast<std::uint32_t>(
      std::max<std::uint64_t>(1, (bytes + kTransferBlockBytes - 1) / kTransferBlockBytes));
}

TransferBlock cut_block(ByteView state, std::uint64_t view, std::uint32_t index) {
  const std::size_t from = std::size_t{index} * kTransferBlockBytes;
  COHORT_ASSERT(index < block_count(state.size()), "the state has that block");
  const std::size_t length = std::min(kTransferBlockBytes, state.size() - from);
  const ByteView part = state.subspan(from, length);
  return {view, index, block_count(state.size()), Bytes(part.begin(), part.end())};
}

TransferBlock cut_block(const SlicedImage& image, std::uint64_t view, std::uint32_t index) {
  const std::uint64_t from = std::uint64_t{index} * kTransferBlockBytes;
  COHORT_ASSERT(index < block_count(image.size()), "the state has that block");
  const std::uint64_t length = std::min<std::uint64_t>(kTransferBlockBytes, image.size() - from);
  return {view, index, block_count(image.size()),
          image.read(from, static_cast<std::size_t>(length))};
}

SlicedImage::SlicedImage(const std::set<ProcessId>& complete, std::size_t domains) {
  wire::Encoder out;
  out.varint(complete.size());
  for (const ProcessId member : complete) out.process(member);
  out.varint(domains);
  add_part(in_memory(out.take()));
}

void SlicedImage::add(const std::string& name, const Bytes& state) {
  wire::Encoder out;
  out.text(name);
  out.bytes(state);
  add_part(in_memory(out.take()));
}

void SlicedImage::add(const std::string& name, Snapshot snapshot) {
  wire::Encoder out;
  out.text(name);
  out.varint(snapshot.bytes);
  add_part(in_memory(out.take()));
  at_hand_ = false;
  add_part(std::move(snapshot));
}

void SlicedImage::add_part(Snapshot part) {
  size_ += part.bytes;
  if (part.bytes > 0) parts_.push_back(std::move(part));
}

Bytes SlicedImage::read(std::uint64_t offset, std::size_t length) const {
  COHORT_ASSERT(offset + length <= size_, "the image has these bytes");
  Bytes bytes;
  bytes.reserve(length);
  std::uint64_t start = 0;  // of the part
  for (const Snapshot& part : parts_) {
    const std::uint64_t at = offset + bytes.size();
    if (bytes.size() < length && at < start + part.bytes) {
      const std::uint64_t most =
          std::min<std::uint64_t>(length - bytes.size(), start + part.bytes - at);
      const Bytes slice = part.read(at - start, static_cast<std::size_t>(most));
      COHORT_ASSERT(slice.size() == most, "a snapshot gives as much as it is asked for");
      bytes.insert(bytes.end(), slice.begin(), slice.end());
    }
    start += part.bytes;
  }
  return bytes;
}

std::optional<Bytes> BlockCollector::add(ProcessId from, TransferBlock block) {
  constexpr std::size_t kMostBlocks = kTransferStateBytes / kTransferBlockBytes;
  if (block.index >= block.count || block.count > kMostBlocks) return std::nullopt;
  const bool last = block.index + 1 == block.count;
  const bool right_length =
      last ? block.data.size() <= kTransferBlockBytes : block.data.size() == kTransferBlockBytes;
  Donor& donor = donors_[from];
  if (donor.count == 0) {
    donor.count = block.count;
    donor.has.resize(block.count);
    // Once: memory that is new costs more than the bytes that are written to it.
    donor.state.reserve(std::size_t{block.count} * kTransferBlockBytes);
  }
  if (donor.count != block.count || !right_length || donor.has[block.index]) return std::nullopt;
  donor.has[block.index] = true;
  const std::size_t at = std::size_t{block.index} * kTransferBlockBytes;
  if (donor.state.size() < at) donor.state.resize(at);
  const std::size_t over = std::min(block.data.size(), donor.state.size() - at);
  const auto known = block.data.begin() + static_cast<std::ptrdiff_t>(over);
  std::copy(block.data.begin(), known, donor.state.begin() + static_cast<std::ptrdiff_t>(at));
  donor.state.insert(donor.state.end(), known, block.data.end());
  if (++donor.came < donor.count) return std::nullopt;
  return std::move(donor.state);
}

std::uint32_t BlockCollector::received(ProcessId donor) const {
  const auto found = donors_.find(donor);
  return found == donors_.end() ? 0 : found->second.came;
}

}  // namespace cohort::tools
