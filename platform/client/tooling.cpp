#include "platform/client/tooling.h"

#include "platform/client/parts.h"
#include "platform/wire/codec.h"

namespace cohort::client {

namespace {

using PartsPointer = std::shared_ptr<Process::Parts>;

Result<wire::Sent> sent_of(Result<wire::ClientEvent> event) {
  if (!event) return std::unexpected(event.error());
  auto* sent = std::get_if<wire::Sent>(&*event);
  if (sent == nullptr) {
    return make_error(Errc::kMalformed, "the daemon answered another question");
  }
  if (sent->code != Errc::kOk) return make_error(sent->code, sent->text);
  return std::move(*sent);
}

void note_return(Process::Parts& parts, std::uint64_t number, const CallResult& result) {
  wire::HistoryRecord note;
  note.text = "rpc.return";
  note.token = number;
  note.id = result.request;
  if (result.replies) {
    for (const CallReply& reply : *result.replies) note.members.push_back(reply.from);
  } else {
    note.digest = static_cast<std::uint64_t>(result.replies.error().code);
  }
  parts.recorder.write(std::move(note));
}

task::Task<void> wait_for_room(PartsPointer parts, std::size_t bytes) {
  while (!parts->has_room(bytes) && !parts->session.closed) co_await parts->outbox.wait_room();
}

task::Task<Result<wire::Sent>> send_in_time(PartsPointer parts, Tooling::Outgoing outgoing,
                                            Message message) {
  const std::size_t bytes = payload_size(outgoing.header, message);
  co_await wait_for_room(parts, bytes);
  task::OneShot<Result<wire::Sent>> shot(*parts->session.scheduler);
  const auto take = [shot](Result<wire::ClientEvent> event) mutable {
    shot.set(sent_of(std::move(event)));
  };
  auto handed_over = parts->multicast(outgoing, message, Draws::kWaited, take);
  if (!handed_over) co_return std::unexpected(handed_over.error());
  Result<wire::Sent> sent = co_await shot.wait();
  co_return sent;
}

struct Call {
  Tooling::Outgoing outgoing;
  Message message;
  std::uint32_t want = 1;
  Duration timeout{};
};

/// Hands the request of an open call over; its number and recipients go to the table of calls.
Result<void> send_request(Process::Parts& parts, std::uint64_t number, const Call& call) {
  Tooling::Outgoing outgoing = call.outgoing;
  outgoing.header = {PayloadKind::kRequest, number, {}, {}};
  wire::HistoryRecord note;
  note.text = "rpc.begin";
  note.token = number;
  note.view = call.want;
  note.entry = outgoing.entry;
  note.destinations = outgoing.to;
  parts.recorder.write(std::move(note));
  Process::Parts* const place = &parts;
  return parts.multicast(outgoing, call.message, Draws::kWaited, [place, number](auto event) {
    place->calls.on_sent(number, sent_of(std::move(event)));
  });
}

task::Task<CallResult> run_call(PartsPointer parts, Call call) {
  co_await wait_for_room(parts, 1);
  const std::uint64_t number = parts->calls.next_number();
  const Calls::Done done = parts->calls.open(number, call.want);
  auto handed_over = send_request(*parts, number, call);
  if (!handed_over) {
    parts->calls.forget(number);
    co_return CallResult{{}, std::unexpected(handed_over.error())};
  }
  const MonotonicTime deadline =
      call.timeout == Duration{0} ? kNever : parts->session.scheduler->now() + call.timeout;
  auto result = co_await done.wait_until(deadline);
  parts->calls.forget(number);
  if (!result) {
    result.emplace(CallResult{{}, make_error(Errc::kTimedOut, "no reply came in time")});
  }
  note_return(*parts, number, *result);
  co_return std::move(*result);
}

task::Task<Result<void>> send_directly(PartsPointer parts, ProcessId to, std::uint8_t entry,
                                       Bytes data, std::function<bool()> stays) {
  while (true) {
    if (parts->session.closed) co_return make_error(Errc::kClosed, parts->session.why_closed);
    if (parts->session.is_gone(to) || !stays()) {
      co_return make_error(Errc::kClosed, "the receiver is gone");
    }
    if (parts->direct.has_room(to)) break;
    co_await parts->direct.wait();
  }
  parts->direct.send(to, entry, std::move(data));
  co_return Result<void>{};
}

}  // namespace

ProcessId Tooling::id() const {
  return parts_->session.self;
}
task::Scheduler& Tooling::scheduler() const {
  return *parts_->session.scheduler;
}
const GroupView* Tooling::view_of(GroupId group) const {
  return parts_->book.view_of(group);
}
bool Tooling::is_member(GroupId group) const {
  return parts_->book.is_member(group, parts_->session.self);
}
bool Tooling::gone(ProcessId process) const {
  return parts_->session.is_gone(process);
}
bool Tooling::closed() const {
  return parts_->session.closed;
}

bool Tooling::may_act() const {
  return parts_->may_act();
}
task::Task<bool> Tooling::until_may_act() const {
  return Process::Parts::until_may_act(parts_);
}

Result<void> Tooling::send(const Outgoing& outgoing, const Message& message) const {
  return parts_->multicast(outgoing, message, Draws::kReserve, {});
}

Result<void> Tooling::send_numbered(const Outgoing& outgoing, const Message& message,
                                    std::function<void(const Result<wire::Sent>&)> on_sent) const {
  return parts_->multicast(outgoing, message, Draws::kReserve,
                           [on_sent = std::move(on_sent)](Result<wire::ClientEvent> event) {
                             on_sent(sent_of(std::move(event)));
                           });
}

task::Task<Result<wire::Sent>> Tooling::send_when_room(Outgoing outgoing, Message message) const {
  return send_in_time(parts_, std::move(outgoing), std::move(message));
}

task::Task<CallResult> Tooling::call(Outgoing outgoing, Message message, std::uint32_t want,
                                     Duration timeout) const {
  return run_call(parts_, {std::move(outgoing), std::move(message), want, timeout});
}

task::Task<Result<void>> Tooling::send_direct(ProcessId to, std::uint8_t entry, Bytes data,
                                              std::function<bool()> stays) const {
  return send_directly(parts_, to, entry, std::move(data), std::move(stays));
}

void Tooling::bind_direct(std::uint8_t entry,
                          std::function<void(ProcessId, const Bytes&)> handler) const {
  parts_->direct.bind(entry, std::move(handler));
}

void Tooling::take_direct(ProcessId from, std::uint8_t entry, std::size_t bytes) const {
  parts_->direct.take(from, entry, bytes);
}

void Tooling::look_again() const {
  parts_->direct.look_again();
}

task::Task<void> Tooling::room(std::size_t bytes) const {
  return wait_for_room(parts_, bytes);
}

std::shared_ptr<void>& Tooling::shared(const std::string& tool) const {
  return parts_->tool_state[tool];
}

Result<void> Tooling::answer(const Delivery& request, const Answer& answer,
                             const Message& message) const {
  return parts_->answer(request, answer, message);
}

void Tooling::bind_update(std::uint8_t entry, EntryRule rule, UpdateEntry handler) const {
  COHORT_ASSERT(!parts_->entries.bound[entry], "an entry is bound once");
  parts_->entries.bound[entry].emplace(Entries::Bound{rule, std::move(handler)});
}

void Tooling::bind_task(std::uint8_t entry, EntryRule rule, TaskEntry handler) const {
  COHORT_ASSERT(!parts_->entries.bound[entry], "an entry is bound once");
  parts_->entries.bound[entry].emplace(Entries::Bound{rule, std::move(handler)});
}

Process::Subscription Tooling::on_view(GroupId group,
                                       std::function<void(const ViewChange&)> handler) const {
  return parts_->book.listen(group, std::move(handler));
}

Process::Subscription Tooling::on_any_view(std::function<void(const ViewChange&)> handler) const {
  return parts_->book.listen_to_all(std::move(handler));
}

Process::Subscription Tooling::intercept(Interceptor& interceptor) const {
  return parts_->inbox.intercept(interceptor);
}

void Tooling::release() const {
  parts_->inbox.release();
}

void Tooling::release_without(GroupId group) const {
  parts_->session.muted.insert(group);
  parts_->inbox.release();
}

void Tooling::record_history(std::function<void(const wire::HistoryRecord&)> sink) const {
  parts_->recorder.record_to(std::move(sink));
}

bool Tooling::recording() const {
  return parts_->recorder.on();
}

void Tooling::note(wire::HistoryRecord record) const {
  record.kind = wire::HistoryKind::kNote;
  parts_->recorder.write(std::move(record));
}

void Tooling::note(std::string text, std::uint64_t token, std::uint64_t digest) const {
  wire::HistoryRecord record;
  record.text = std::move(text);
  record.token = token;
  record.digest = digest;
  note(std::move(record));
}

std::uint64_t history_token(const MessageId& id) {
  wire::Encoder out;
  out.site_life(id.origin);
  out.varint(id.view);
  out.varint(id.number);
  return wire::history_digest(out.view());
}

}  // namespace cohort::client
