#include "platform/base/limits.h"
#include "platform/client/parts.h"

namespace cohort::client {

namespace {

/// Root tasks stop here; what is above is the reserve of handlers (H14).
constexpr std::size_t kRoomBytes = limits::kUnnumberedBytesPerClient / 2;

}  // namespace

bool Process::Parts::has_room(std::size_t bytes) const {
  const std::size_t waiting = outbox.bytes_waiting();
  return waiting == 0 || waiting + bytes <= kRoomBytes;
}

Result<void> Process::Parts::check(const Tooling::Outgoing& outgoing) const {
  if (session.closed) return make_error(Errc::kClosed, session.why_closed);
  if (!session.self.valid()) {
    return make_error(Errc::kClosed, "nothing can be sent before the daemon's welcome");
  }
  const Destinations& to = outgoing.to;
  const std::size_t count = to.groups.size() + to.processes.size();
  if (count == 0 || count > limits::kDestinations) {
    return make_error(Errc::kInvalidArgument, "a multicast has 1 to " +
                                                  std::to_string(limits::kDestinations) +
                                                  " destinations, not " + std::to_string(count));
  }
  if (outgoing.order == Order::kGlobal && (to.groups.size() != 1 || !to.processes.empty())) {
    return make_error(Errc::kInvalidArgument, "a GBCAST goes to exactly one group");
  }
  const auto& bound = entries.bound[outgoing.entry];
  if (!bound || outgoing.order >= bound->rule.weakest) return {};
  for (const GroupId group : to.groups) {
    if (book.is_member(group, session.self)) {
      return make_error(Errc::kRefused, "entry " + std::to_string(outgoing.entry) +
                                            " wants a stronger order than this multicast has");
    }
  }
  return {};
}

Result<void> Process::Parts::multicast(const Tooling::Outgoing& outgoing, const Message& message,
                                       Draws draws, Outbox::Answer answer) {
  const std::size_t bytes = payload_size(outgoing.header, message);
  if (auto admitted = admit(outgoing, bytes, draws); !admitted) return admitted;
  hand_over(outgoing, encode_payload(outgoing.header, message), draws, std::move(answer));
  return {};
}

Result<void> Process::Parts::admit(const Tooling::Outgoing& outgoing, std::size_t payload_bytes,
                                   Draws draws) const {
  if (auto good = check(outgoing); !good) return good;
  const bool global = outgoing.order == Order::kGlobal;
  const std::size_t longest = global ? limits::kGlobalPayloadBytes : limits::kPayloadBytes;
  if (payload_bytes > longest) {
    return make_error(Errc::kLimit, "a message of " + std::to_string(payload_bytes) +
                                        " bytes is longer than the limit of " +
                                        std::to_string(longest));
  }
  // A message of any length is taken where nothing waits; a handler's as long as its reserve lasts.
  const bool room = draws == Draws::kRoom ? has_room(payload_bytes)
                    : draws == Draws::kReserve
                        ? outbox.reserve_waiting() < limits::kUnnumberedBytesPerClient
                        : true;
  if (!room) {
    return make_error(Errc::kLimit, "too many bytes wait for their number: send more slowly");
  }
  return {};
}

void Process::Parts::hand_over(const Tooling::Outgoing& outgoing, Bytes payload, Draws draws,
                               Outbox::Answer answer) {
  wire::Multicast record;
  record.payload = std::move(payload);
  record.token = outbox.next_token();
  record.order = outgoing.order;
  record.safety = outgoing.safety;
  record.destinations = outgoing.to;
  record.entry = outgoing.entry;
  record.reply = outgoing.header.is_reply() || !outgoing.waits_for_slow;
  recorder.tell(record);
  // A history tells who the recipients were, so it needs every answer; so does who counts parts;
  // and what became of a durable update is told by its id.
  const bool reserve = draws == Draws::kReserve || draws == Draws::kReply;
  const bool small = record.payload.size() <= limits::kPartBytes;
  const bool global = record.order == Order::kGlobal;
  if (!answer && !recorder.on() && !global && small && record.safety != wire::Safety::kDurable) {
    outbox.send_quiet(std::move(record), reserve);
  } else {
    const std::uint64_t token = record.token;
    outbox.ask_numbered(token, std::move(record), reserve, std::move(answer));
  }
}

Result<void> Process::Parts::answer(const Delivery& request, const Tooling::Answer& answer,
                                    const Message& message) {
  Tooling::Outgoing outgoing;
  outgoing.order = answer.order;
  outgoing.safety = answer.safety;
  outgoing.to = answer.copies;
  outgoing.entry = answer.copy_entry;
  outgoing.header = {answer.kind, request.call, request.sender, request.id};
  const bool waits = request.call != 0 && !session.is_gone(request.sender);
  // Who answers itself needs no message for it, unless others get the same one.
  const bool nobody_else = outgoing.to.groups.empty() && outgoing.to.processes.empty();
  const bool to_self = waits && nobody_else && request.sender == session.self;
  if (nobody_else && !waits) return {};
  if (waits) outgoing.to.processes.push_back(request.sender);
  wire::HistoryRecord note;
  note.text = answer.kind == PayloadKind::kReply       ? "rpc.reply"
              : answer.kind == PayloadKind::kNullReply ? "rpc.null"
                                                       : "rpc.abort";
  note.token = request.call;
  note.id = request.id;
  note.peer = request.sender;
  recorder.write(std::move(note));
  if (to_self) {
    if (auto good = check(outgoing); !good) return good;
    calls.on_reply(outgoing.header, session.self, message);
    return {};
  }
  // A reply that was refused would leave its caller waiting for ever.
  return multicast(outgoing, message, Draws::kReply, {});
}

}  // namespace cohort::client
