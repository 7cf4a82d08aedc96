#include "platform/client/process.h"

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/client/parts.h"

namespace cohort::client {

namespace {

using PartsPointer = std::shared_ptr<Process::Parts>;

/// Sends a request that carries a token and waits for the record of type `Event` that answers it.
template <typename Event, typename Request>
task::Task<Result<Event>> ask(PartsPointer parts, Request request) {
  task::OneShot<Result<Event>> shot(*parts->session.scheduler);
  const auto take = [shot](Result<wire::ClientEvent> event) mutable {
    if (!event) return shot.set(std::unexpected(event.error()));
    auto* held = std::get_if<Event>(&*event);
    if (held == nullptr) {
      return shot.set(make_error(Errc::kMalformed, "the daemon answered another question"));
    }
    shot.set(std::move(*held));
  };
  parts->outbox.ask(request.token, request, take);
  Result<Event> answer = co_await shot.wait();
  co_return answer;
}

/// As ask(), for changes of groups: notes the view at the place of the answer.
template <typename Request>
task::Task<Result<GroupView>> ask_to_join(PartsPointer parts, Request request) {
  if (!parts->session.self.valid()) co_return make_error(Errc::kClosed, "not connected");
  parts->recorder.tell(request);
  task::OneShot<Result<GroupView>> shot(*parts->session.scheduler);
  Process::Parts* const place = parts.get();
  const auto take = [shot, place](Result<wire::ClientEvent> event) mutable {
    if (!event) return shot.set(std::unexpected(event.error()));
    const auto* done = std::get_if<wire::ChangeDone>(&*event);
    if (done == nullptr) {
      return shot.set(make_error(Errc::kMalformed, "the daemon answered another question"));
    }
    if (done->code != Errc::kOk) return shot.set(make_error(done->code, done->text));
    const GroupView* view = place->book.joined_at(done->group);
    if (view == nullptr) return shot.set(make_error(Errc::kNotMember, "the membership has ended"));
    shot.set(*view);
  };
  parts->outbox.ask(request.token, request, take);
  Result<GroupView> answer = co_await shot.wait();
  co_return answer;
}

template <typename Request>
task::Task<Result<void>> ask_for_change(PartsPointer parts, Request request) {
  auto done = co_await ask<wire::ChangeDone>(std::move(parts), std::move(request));
  if (!done) co_return std::unexpected(done.error());
  if (done->code != Errc::kOk) co_return make_error(done->code, done->text);
  co_return Result<void>{};
}

}  // namespace

Process::Parts::Parts(wire::ClientLink& link, task::Scheduler& scheduler, wire::Hello hello)
    : outbox(link, scheduler),
      inbox([this](const wire::ClientEvent& event) { handle(event); },
            [this](std::uint64_t bytes) { consumed(bytes); }, [this] { return may_handle(); }),
      direct(outbox, scheduler),
      calls(scheduler),
      recorder(scheduler) {
  session.link = &link;
  session.scheduler = &scheduler;
  session.hello = std::move(hello);
}

Process::Process(wire::ClientLink& link, task::Scheduler& scheduler, std::string program,
                 std::uint64_t unix_pid)
    : parts_(std::make_shared<Parts>(
          link, scheduler,
          wire::Hello{wire::kClientProtocolVersion, std::move(program), unix_pid})) {
  const std::weak_ptr<Parts> weak = parts_;
  link.on_record = [weak](ByteView record) {
    if (const auto parts = weak.lock()) parts->on_record(record);
  };
  link.on_closed = [weak](std::string reason) {
    if (const auto parts = weak.lock()) parts->close(reason);
  };
}

Process::~Process() {
  parts_->session.link->on_record = nullptr;
  parts_->session.link->on_closed = nullptr;
  auto ended = std::move(parts_->tool_state);  // the tools' parts refer back to ours
  ended.clear();
  parts_->session.closed = true;  // who still holds the parts must not ask the link any more
}

task::Task<Result<void>> Process::connect() {
  const PartsPointer parts = parts_;
  COHORT_ASSERT(!parts->session.welcome, "a process connects once");
  if (parts->session.closed) co_return make_error(Errc::kClosed, parts->session.why_closed);
  parts->session.welcome.emplace(*parts->session.scheduler);
  parts->outbox.tell(parts->session.hello);
  Result<void> welcome = co_await parts->session.welcome->wait();
  co_return welcome;
}

ProcessId Process::id() const {
  return parts_->session.self;
}
const SiteView& Process::sites() const {
  return parts_->session.sites;
}
bool Process::serving() const {
  return parts_->session.serving;
}
bool Process::closed() const {
  return parts_->session.closed;
}
bool Process::may_act() const {
  return parts_->may_act();
}
Duration Process::lease_left() const {
  if (!parts_->may_act()) return Duration{0};
  return parts_->session.link->lease_until() - parts_->session.link->now();
}
task::Task<bool> Process::until_may_act() {
  return Parts::until_may_act(parts_);
}
task::Scheduler& Process::scheduler() {
  return *parts_->session.scheduler;
}

void Process::bind_update(std::uint8_t entry, EntryRule rule, UpdateEntry handler) {
  COHORT_ASSERT(entry >= kFirstApplicationEntry, "entries 0 to 15 belong to the toolkit");
  Tooling(*this).bind_update(entry, rule, std::move(handler));
}

void Process::bind_task(std::uint8_t entry, EntryRule rule, TaskEntry handler) {
  COHORT_ASSERT(entry >= kFirstApplicationEntry, "entries 0 to 15 belong to the toolkit");
  Tooling(*this).bind_task(entry, rule, std::move(handler));
}

void Process::add_filter(Filter filter) {
  parts_->entries.filters.push_back(std::move(filter));
}

task::Task<Result<GroupView>> Process::create_group(std::string name) {
  wire::CreateGroup request{parts_->outbox.next_token(), std::move(name)};
  return ask_to_join(parts_, std::move(request));
}

task::Task<Result<GroupView>> Process::join_group(std::string name, bool create,
                                                  Bytes credentials) {
  wire::JoinGroup request{parts_->outbox.next_token(), std::move(name), create,
                          std::move(credentials)};
  return ask_to_join(parts_, std::move(request));
}

task::Task<Result<void>> Process::leave_group(GroupId group) {
  const wire::LeaveGroup request{parts_->outbox.next_token(), group};
  parts_->recorder.tell(request);
  return ask_for_change(parts_, request);
}

task::Task<Result<void>> Process::kill_group(GroupId group) {
  const wire::KillGroup request{parts_->outbox.next_token(), group};
  parts_->recorder.tell(request);
  return ask_for_change(parts_, request);
}

task::Task<Result<GroupView>> Process::look_up(std::string name) {
  wire::Lookup request{parts_->outbox.next_token(), std::move(name)};
  auto done = co_await ask<wire::LookupDone>(parts_, std::move(request));
  if (!done) co_return std::unexpected(done.error());
  if (done->code != Errc::kOk) {
    co_return make_error(done->code, "no group of that name exists");
  }
  co_return std::move(done->view);
}

const GroupView* Process::view_of(GroupId group) const {
  return parts_->book.view_of(group);
}

Result<void> Process::multicast(Order order, Destinations to, std::uint8_t entry,
                                const Message& message, Safety safety) {
  const Tooling::Outgoing outgoing{order, safety, std::move(to), entry, {}};
  return parts_->multicast(outgoing, message, Draws::kRoom, {});
}

task::Task<Result<wire::Sent>> Process::multicast_numbered(Order order, Destinations to,
                                                           std::uint8_t entry, Message message,
                                                           Safety safety) {
  Tooling::Outgoing outgoing{order, safety, std::move(to), entry, {}};
  return Tooling(*this).send_when_room(std::move(outgoing), std::move(message));
}

task::Task<Result<void>> Process::flush() {
  const PartsPointer parts = parts_;
  const wire::Flush request{parts->outbox.next_token()};
  parts->recorder.tell(request);
  auto done = co_await ask<wire::FlushDone>(parts, request);
  if (!done) co_return std::unexpected(done.error());
  co_return Result<void>{};
}

task::Task<Result<void>> Process::keep_log(GroupId group, std::function<Bytes()> encode_state) {
  const PartsPointer parts = parts_;
  const wire::BeginLog begin{parts->outbox.next_token(), group};
  task::OneShot<Result<Bytes>> shot(*parts->session.scheduler);
  const auto take = [shot,
                     encode = std::move(encode_state)](Result<wire::ClientEvent> event) mutable {
    if (!event) return shot.set(std::unexpected(event.error()));
    const auto* done = std::get_if<wire::ChangeDone>(&*event);
    if (done == nullptr) {
      return shot.set(make_error(Errc::kMalformed, "the daemon answered another question"));
    }
    if (done->code != Errc::kOk) return shot.set(make_error(done->code, done->text));
    shot.set(encode());
  };
  parts->outbox.ask(begin.token, begin, take);
  Result<Bytes> state = co_await shot.wait();
  if (!state) co_return std::unexpected(state.error());
  std::size_t at = 0;
  while (state->size() - at > limits::kPartBytes) {
    wire::Checkpoint part{0, group, true, {}};
    const auto first = state->begin() + static_cast<std::ptrdiff_t>(at);
    part.state.assign(first, first + static_cast<std::ptrdiff_t>(limits::kPartBytes));
    parts->outbox.tell(part);
    at += limits::kPartBytes;
  }
  wire::Checkpoint last{parts->outbox.next_token(), group, false, {}};
  last.state.assign(state->begin() + static_cast<std::ptrdiff_t>(at), state->end());
  Result<void> done = co_await ask_for_change(parts, std::move(last));
  co_return done;
}

Process::Subscription Process::on_view(GroupId group,
                                       std::function<void(const ViewChange&)> handler) {
  return parts_->book.listen(group, std::move(handler));
}
Process::Subscription Process::on_process_gone(std::function<void(ProcessId, Departure)> handler) {
  return parts_->watchers.process_gone.add(std::move(handler));
}
Process::Subscription Process::on_durable(
    std::function<void(const wire::MessageId&, bool)> handler) {
  return parts_->watchers.durable.add(std::move(handler));
}
Process::Subscription Process::on_sites(std::function<void(const wire::Sites&)> handler) {
  return parts_->watchers.sites.add(std::move(handler));
}
Process::Subscription Process::on_serving(std::function<void(bool)> handler) {
  return parts_->watchers.serving.add(std::move(handler));
}
Process::Subscription Process::on_closed(std::function<void(const std::string&)> handler) {
  return parts_->watchers.closed.add(std::move(handler));
}

void Process::monitor(GroupId group) {
  parts_->book.monitor(group);
  parts_->outbox.tell(wire::Monitor{group, true});
}

task::Task<Result<void>> Process::change_plant(wire::PlantChange change) {
  wire::ChangePlant request{parts_->outbox.next_token(), wire::encode(change)};
  return ask_for_change(parts_, std::move(request));
}

task::Task<Result<Message>> Process::inspect(std::string what, std::string argument) {
  wire::Inspect request{parts_->outbox.next_token(), std::move(what), std::move(argument)};
  auto answer = co_await ask<wire::Inspection>(parts_, std::move(request));
  if (!answer) co_return std::unexpected(answer.error());
  co_return std::move(answer->answer);
}

task::Task<Result<std::string>> Process::force_form(std::string reason) {
  wire::ForceForm request{parts_->outbox.next_token(), std::move(reason)};
  auto done = co_await ask<wire::ChangeDone>(parts_, std::move(request));
  if (!done) co_return std::unexpected(done.error());
  if (done->code != Errc::kOk) co_return make_error(done->code, done->text);
  co_return std::move(done->text);
}

}  // namespace cohort::client
