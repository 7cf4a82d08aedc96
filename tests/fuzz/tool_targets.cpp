// What processes say to each other through the platform: payloads, pending requests, states.
#include "fuzz/target.h"
#include "platform/client/payload.h"
#include "platform/tools/pending_requests.h"
#include "platform/tools/transfer_image.h"

namespace cohort::fuzz {

namespace {

Target payload() {
  const auto encode = [](const client::Payload& p) {
    return client::encode_payload(p.header, p.message);
  };
  client::Payload request;
  request.header.kind = client::PayloadKind::kRequest;
  request.header.number = 7;
  request.message.set("question", "why");
  client::Payload reply = request;
  reply.header.kind = client::PayloadKind::kReply;
  return {"payload",
          [=](ByteView bytes) { round_trip(bytes, client::decode_payload, encode); },
          {encode(request), encode(reply)}};
}

Target pending_requests() {
  const auto decode = [](ByteView bytes) -> Result<tools::PendingRequests> {
    tools::PendingRequests table;
    if (auto done = table.decode(bytes); !done) return std::unexpected(done.error());
    return table;
  };
  const auto encode = [](const tools::PendingRequests& table) { return table.encode(); };
  tools::PendingRequests one;
  client::Delivery request;
  request.view.members = {ProcessId{}};
  one.add(request);
  return {"pending_requests",
          [=](ByteView bytes) { round_trip(bytes, decode, encode); },
          {one.encode(), tools::PendingRequests{}.encode()}};
}

Target transfer_image() {
  const std::vector<std::string> names{"ledger", "pending"};
  const auto decode = [names](ByteView bytes) {
    return tools::TransferContents::decode(bytes, names);
  };
  const auto encode = [](const tools::TransferContents& contents) {
    tools::TransferImage image;
    image.complete = contents.complete;
    for (const auto& [name, state] : contents.domains) {
      image.domains.emplace_back(name, Bytes(state.begin(), state.end()));
    }
    return image.encode();
  };
  tools::TransferImage image;
  image.domains = {{"ledger", Bytes(5, 1)}, {"pending", {}}};
  return {"transfer_image",
          [=](ByteView bytes) { round_trip(bytes, decode, encode); },
          {image.encode()}};
}

Target transfer_block() {
  tools::TransferBlock block;
  block.data = Bytes(4, 9);
  return {"transfer_block",
          [](ByteView bytes) {
            const auto message = wire::Message::decode(bytes);
            if (!message) return;
            const auto one = tools::TransferBlock::from_message(*message);
            const auto again = tools::TransferBlock::from_message(one.to_message());
            require(again.to_message() == one.to_message(), "a block changes on its way");
          },
          {block.to_message().encode()}};
}

}  // namespace

void add_tool_targets(std::vector<Target>& all) {
  all.push_back(payload());
  all.push_back(pending_requests());
  all.push_back(transfer_image());
  all.push_back(transfer_block());
}

}  // namespace cohort::fuzz
