/// The way of a delivered message: replies to their calls, the rest through the rules and filters
/// to its entry.
#include "platform/client/parts.h"

namespace cohort::client {

namespace {

Delivery make_delivery(const wire::Deliver& deliver, Payload payload) {
  Delivery delivery;
  delivery.id = deliver.id;
  delivery.sender = deliver.sender;
  delivery.order = deliver.order;
  delivery.group = deliver.group;
  delivery.destinations = deliver.destinations;
  delivery.entry = deliver.entry;
  if (payload.header.kind == PayloadKind::kRequest) delivery.call = payload.header.number;
  if (payload.header.kind == PayloadKind::kTagged) delivery.tag = payload.header.number;
  if (payload.header.is_reply()) delivery.answers = payload.header.request;
  delivery.message = std::move(payload.message);
  return delivery;
}

}  // namespace

void Process::Parts::deliver(const wire::Deliver& deliver) {
  recorder.tell(deliver);
  auto payload = decode_payload(deliver.payload);
  if (!payload) return;  // the sender's error: it cannot be told, and nobody else is concerned
  const PayloadHeader header = payload->header;
  if (header.is_reply() && header.caller == session.self) {
    calls.on_reply(header, deliver.sender, payload->message);
  }
  if (header.is_reply() && (header.kind != PayloadKind::kReply || deliver.entry == kReplyEntry ||
                            (header.caller == session.self && !deliver.group.valid()))) {
    return;
  }
  Delivery delivery = make_delivery(deliver, std::move(*payload));
  if (const GroupView* view = book.view_of(deliver.group)) delivery.view = *view;
  if (session.muted.contains(delivery.group)) return null_reply(delivery);
  run_entry(std::move(delivery));
}

void Process::Parts::null_reply(const Delivery& delivery) {
  if (delivery.call == 0) return;
  Tooling::Answer nothing;
  nothing.kind = PayloadKind::kNullReply;
  const auto sent = answer(delivery, nothing, Message{});
  static_cast<void>(sent);  // fails only where the session is over, which ends the call too
}

void Process::Parts::refuse(const Delivery& delivery, std::string_view why) {
  if (delivery.call == 0) return;
  Message message;
  message.set("why", why);
  const Tooling::Answer abort{
      PayloadKind::kAbort, {}, kReplyEntry, Order::kCausal, Safety::kAgreed};
  const auto sent = answer(delivery, abort, message);
  static_cast<void>(sent);  // fails only where the session is over, which ends the call too
}

void Process::Parts::run_entry(Delivery delivery) {
  const auto& bound = entries.bound[delivery.entry];
  const auto entry = [&delivery] { return "entry " + std::to_string(delivery.entry); };
  if (!bound) return refuse(delivery, entry() + " is unknown to this process");
  if (delivery.order < bound->rule.weakest) {
    return refuse(delivery, entry() + " wants a stronger order than this multicast has");
  }
  for (const Filter& filter : entries.filters) {
    if (!filter(delivery)) return refuse(delivery, "a filter of the receiver refused the message");
  }
  if (const auto* task_entry = std::get_if<TaskEntry>(&bound->handler)) {
    session.scheduler->spawn((*task_entry)(std::move(delivery)));
    return;
  }
  const std::optional<Message> result = std::get<UpdateEntry>(bound->handler)(delivery);
  if (!result || delivery.call == 0) return;
  const auto sent = answer(delivery, Tooling::Answer{}, *result);
  if (!sent) refuse(delivery, sent.error().text);
}

}  // namespace cohort::client
