#include "platform/tools/pending_requests.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::tools {

namespace {

bool lists(const std::vector<ProcessId>& members, ProcessId process) {
  return std::find(members.begin(), members.end(), process) != members.end();
}

void write(wire::Encoder& out, const PendingRequest& pending) {
  const client::Delivery& request = pending.request;
  out.site_life(request.id.origin);
  out.varint(request.id.view);
  out.varint(request.id.number);
  out.process(request.sender);
  out.u8(static_cast<std::uint8_t>(request.order));
  out.group(request.group);
  out.text(request.view.name);
  out.varint(request.view.number);
  out.varint(request.view.members.size());
  for (const ProcessId member : request.view.members) out.process(member);
  out.u8(request.entry);
  out.varint(request.call);
  out.bytes(request.message.encode());
  out.process(pending.coordinator);
  out.varint(pending.takeovers);
  out.process(pending.failed);
}

PendingRequest read(wire::Decoder& in) {
  PendingRequest pending;
  client::Delivery& request = pending.request;
  request.id.origin = in.site_life();
  request.id.view = in.varint();
  request.id.number = in.varint();
  request.sender = in.process();
  request.order = static_cast<client::Order>(in.u8());
  request.group = in.group();
  request.view.group = request.group;
  request.view.name = in.text(limits::kNameBytes);
  request.view.number = in.varint();
  const std::size_t members = in.count(limits::kMembersPerGroup);
  for (std::size_t i = 0; i < members; ++i) request.view.members.push_back(in.process());
  request.entry = in.u8();
  request.call = in.varint();
  auto message = wire::Message::decode(in.bytes(limits::kPayloadBytes));
  if (message) {
    request.message = std::move(*message);
  } else {
    in.fail(message.error().text);
  }
  request.destinations.groups.push_back(request.group);
  pending.coordinator = in.process();
  pending.takeovers = static_cast<std::uint32_t>(in.varint());
  pending.failed = in.process();
  return pending;
}

}  // namespace

ProcessId pick_coordinator(ProcessId caller, const std::vector<ProcessId>& candidates) {
  COHORT_ASSERT(!candidates.empty(), "a coordinator is picked from somebody");
  for (const ProcessId candidate : candidates) {
    if (candidate.site() == caller.site()) return candidate;
  }
  return candidates[caller.site().value % candidates.size()];
}

const PendingRequest& PendingRequests::add(client::Delivery request) {
  const client::MessageId id = request.id;
  PendingRequest pending;
  pending.coordinator = pick_coordinator(request.sender, request.view.members);
  pending.request = std::move(request);
  const auto [place, is_new] = requests_.emplace(id, std::move(pending));
  COHORT_ASSERT(is_new, "a request is delivered once");
  return place->second;
}

const PendingRequest* PendingRequests::find(const client::MessageId& request) const {
  const auto found = requests_.find(request);
  return found == requests_.end() ? nullptr : &found->second;
}

std::optional<PendingRequest> PendingRequests::finish(const client::MessageId& request) {
  auto found = requests_.extract(request);
  if (found.empty()) return std::nullopt;
  return std::move(found.mapped());
}

std::vector<Takeover> PendingRequests::on_view(const std::vector<ProcessId>& members) {
  std::vector<Takeover> takeovers;
  for (auto& [id, pending] : requests_) {
    if (lists(members, pending.coordinator)) continue;
    std::vector<ProcessId> candidates;
    for (const ProcessId participant : pending.request.view.members) {
      if (lists(members, participant)) candidates.push_back(participant);
    }
    if (candidates.empty()) COHORT_PROBE("cc.all_participants_gone");
    if (candidates.empty()) candidates = members;
    pending.failed = pending.coordinator;
    pending.coordinator = pick_coordinator(pending.request.sender, candidates);
    ++pending.takeovers;
    takeovers.push_back({id, pending.failed, pending.coordinator});
  }
  return takeovers;
}

Bytes PendingRequests::encode() const {
  wire::Encoder out;
  out.varint(requests_.size());
  for (const auto& [id, pending] : requests_) write(out, pending);
  return out.take();
}

Result<void> PendingRequests::decode(ByteView bytes) {
  wire::Decoder in(bytes);
  std::map<client::MessageId, PendingRequest> requests;
  const std::size_t count = in.count(in.left());
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    PendingRequest pending = read(in);
    const client::MessageId id = pending.request.id;
    requests.emplace(id, std::move(pending));
  }
  if (auto done = in.finish(); !done) return done;
  requests_ = std::move(requests);
  return {};
}

}  // namespace cohort::tools
