#include "platform/tools/transfer_image.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::tools {

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

Result<TransferImage> TransferImage::decode(ByteView bytes,
                                            const std::vector<std::string>& expected) {
  wire::Decoder in(bytes);
  TransferImage image;
  const std::size_t members = in.count(limits::kMembersPerGroup);
  for (std::size_t i = 0; i < members; ++i) image.complete.insert(in.process());
  const std::size_t domains = in.count(expected.size());
  for (std::size_t i = 0; i < domains && !in.failed(); ++i) {
    std::string name = in.text(limits::kNameBytes);
    const ByteView state = in.bytes(in.left());
    if (name != expected[i]) in.fail("a domain is missing, or of another name: '" + name + "'");
    image.domains.emplace_back(std::move(name), Bytes(state.begin(), state.end()));
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

std::uint32_t block_count(std::size_t bytes) {
  return static_cast<std::uint32_t>(
      std::max<std::size_t>(1, (bytes + kTransferBlockBytes - 1) / kTransferBlockBytes));
}

TransferBlock cut_block(ByteView state, std::uint64_t view, std::uint32_t index) {
  const std::size_t from = std::size_t{index} * kTransferBlockBytes;
  COHORT_ASSERT(index < block_count(state.size()), "the state has that block");
  const std::size_t length = std::min(kTransferBlockBytes, state.size() - from);
  const ByteView part = state.subspan(from, length);
  return {view, index, block_count(state.size()), Bytes(part.begin(), part.end())};
}

std::optional<Bytes> BlockCollector::add(ProcessId donor, TransferBlock block) {
  constexpr std::size_t kMostBlocks = kTransferStateBytes / kTransferBlockBytes;
  if (block.index >= block.count || block.count > kMostBlocks) return std::nullopt;
  auto& blocks = blocks_[donor];
  if (blocks.empty()) blocks.resize(block.count);
  if (blocks.size() != block.count) return std::nullopt;
  blocks[block.index] = std::move(block.data);
  Bytes state;
  for (const auto& part : blocks) {
    if (!part) return std::nullopt;
  }
  for (const auto& part : blocks) state.insert(state.end(), part->begin(), part->end());
  return state;
}

std::uint32_t BlockCollector::received(ProcessId donor) const {
  const auto found = blocks_.find(donor);
  if (found == blocks_.end()) return 0;
  return static_cast<std::uint32_t>(
      std::count_if(found->second.begin(), found->second.end(),
                    [](const auto& part) { return part.has_value(); }));
}

}  // namespace cohort::tools
