#include "platform/tools/coordinator_cohort.h"

#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/client/tooling.h"
#include "platform/tools/pending_requests.h"

namespace cohort::tools {

using client::Delivery;
using client::Message;
using client::MessageId;
using client::Tooling;

struct CoordinatorCohort::Parts : std::enable_shared_from_this<CoordinatorCohort::Parts> {
  Parts(client::Process& process, Options opts) : tooling(process), options(std::move(opts)) {}

  Tooling tooling;
  Options options;
  GroupId group;
  PendingRequests pending;
  client::Process::Subscription views;
  bool over = false;  ///< the tool is destroyed, or the membership has ended: nobody acts here

  void on_request(const Delivery& request);
  void on_result(const Delivery& result);
  void on_view(const client::ViewChange& change);
  void act(const PendingRequest& request);
  Computation begin(const PendingRequest& request) const;
  /// Runs the action as soon as this process may act, unless the request is another's by then.
  static task::Task<void> run(std::shared_ptr<Parts> parts, MessageId id, std::uint32_t takeovers);
  void finish(const MessageId& id, const Message& result);
};

namespace {

wire::HistoryRecord note_about(const char* what, const MessageId& request) {
  wire::HistoryRecord note;
  note.text = what;
  note.id = request;
  note.token = client::history_token(request);
  return note;
}

}  // namespace

void CoordinatorCohort::Parts::on_request(const Delivery& request) {
  if (!request.group.valid()) return;  // named as a process: nobody stands by
  group = request.group;
  const PendingRequest& added = pending.add(request);
  if (added.coordinator == tooling.id() || COHORT_MUTANT("every_cohort_acts")) act(added);
}

void CoordinatorCohort::Parts::act(const PendingRequest& request) {
  tooling.scheduler().spawn(run(shared_from_this(), request.request.id, request.takeovers));
}

/// Whoever is taken over from may have acted up to the end of its site's lease. Its result cannot
/// be missed meanwhile: it was delivered before the view that removed it, or never will be.
task::Task<void> CoordinatorCohort::Parts::run(std::shared_ptr<Parts> parts, MessageId id,
                                               std::uint32_t takeovers) {
  const bool waits = takeovers > 0 && !COHORT_MUTANT("takeover_at_once");
  if (waits || !parts->tooling.may_act()) {
    const bool may = co_await parts->tooling.until_may_act();
    if (!may) co_return;
  }
  const PendingRequest* const request = parts->pending.find(id);
  if (parts->over || request == nullptr || request->takeovers != takeovers) {
    COHORT_PROBE("cc.outrun_while_waiting");
    co_return;
  }
  Computation computation = parts->begin(*request);
  const Message result = co_await parts->options.action(std::move(computation));
  co_await parts->tooling.room();
  parts->finish(id, result);
}

Computation CoordinatorCohort::Parts::begin(const PendingRequest& request) const {
  COHORT_PROBE("cc.act");
  wire::HistoryRecord note = note_about("cc.act", request.request.id);
  note.group = group;
  note.view = request.takeovers;
  note.peer = request.failed;
  tooling.note(std::move(note));
  Computation computation;
  computation.request = request.request;
  computation.role = request.takeovers == 0 ? Role::kOriginal : Role::kTakeover;
  computation.takeovers = request.takeovers;
  return computation;
}

/// Sends the result, unless another coordinates by now or the result of another is there.
void CoordinatorCohort::Parts::finish(const MessageId& id, const Message& result) {
  const PendingRequest* request = pending.find(id);
  if (over || request == nullptr || request->coordinator != tooling.id()) {
    COHORT_PROBE("cc.outrun");
    return;
  }
  COHORT_PROBE("cc.result");
  if (request->takeovers > 0) COHORT_PROBE("cc.result_of_takeover");
  wire::HistoryRecord note = note_about("cc.result", id);
  note.digest = wire::history_digest(result.encode());
  tooling.note(std::move(note));
  Tooling::Answer answer;
  answer.copies.groups.push_back(group);
  answer.copy_entry = options.result_entry;
  answer.order = options.result_order;
  auto sent = tooling.answer(request->request, answer, result);
  if (sent || sent.error().code != Errc::kLimit) return;
  Message too_long;
  too_long.set("error", sent.error().text);
  sent = tooling.answer(request->request, answer, too_long);
  static_cast<void>(sent);  // fails only where the session is over: then a cohort takes over
}

void CoordinatorCohort::Parts::on_result(const Delivery& result) {
  const PendingRequest* request = pending.find(result.answers);
  const bool right = request != nullptr && request->coordinator == result.sender;
  if (!right && !COHORT_MUTANT("double_apply_takeover"))
    return;  // a second result, or a forged one
  auto finished = pending.finish(result.answers);
  if (finished && COHORT_MUTANT("result_not_noted")) pending.add(finished->request);
  COHORT_PROBE("cc.apply");
  wire::HistoryRecord note = note_about("cc.apply", result.answers);
  note.group = group;
  note.digest = wire::history_digest(result.message.encode());
  tooling.note(std::move(note));
  if (options.apply) options.apply(finished ? finished->request : Delivery{}, result.message);
}

void CoordinatorCohort::Parts::on_view(const client::ViewChange& change) {
  if (change.view.group != group || over) return;
  const auto& members = change.view.members;
  if (std::find(members.begin(), members.end(), tooling.id()) == members.end()) {
    COHORT_PROBE("cc.leaves");
    pending.clear();  // whoever leaves does not act any more: the cohorts have taken over
    return;
  }
  for (const Takeover& takeover : pending.on_view(members)) {
    COHORT_PROBE("cc.takeover");
    const PendingRequest* request = pending.find(takeover.request);
    if (options.on_takeover) {
      options.on_takeover(request->request, takeover.failed, takeover.successor,
                          change.view.number);
    }
    if (request->takeovers > 1) COHORT_PROBE("cc.takeover_again");
    if (takeover.successor == tooling.id()) COHORT_PROBE("cc.takes_over");
    if (takeover.successor == tooling.id() || COHORT_MUTANT("every_cohort_takes_over")) {
      act(*request);
    }
  }
}

CoordinatorCohort::CoordinatorCohort(client::Process& process, Options options)
    : parts_(std::make_shared<Parts>(process, std::move(options))) {
  const std::weak_ptr<Parts> weak = parts_;
  parts_->tooling.bind_update(parts_->options.request_entry, {},
                              [weak](const Delivery& request) -> std::optional<Message> {
                                if (const auto parts = weak.lock()) parts->on_request(request);
                                return std::nullopt;
                              });
  parts_->tooling.bind_update(parts_->options.result_entry, {},
                              [weak](const Delivery& result) -> std::optional<Message> {
                                if (const auto parts = weak.lock()) parts->on_result(result);
                                return std::nullopt;
                              });
  parts_->views = parts_->tooling.on_any_view([weak](const client::ViewChange& change) {
    if (const auto parts = weak.lock()) parts->on_view(change);
  });
}

CoordinatorCohort::~CoordinatorCohort() {
  parts_->over = true;
}

void CoordinatorCohort::attach(GroupId group) {
  parts_->group = group;
}

Bytes CoordinatorCohort::encode_state() const {
  wire::Message state;
  state.set("group", parts_->group).set("pending", parts_->pending.encode());
  return state.encode();
}

Result<void> CoordinatorCohort::decode_state(ByteView state) {
  auto message = wire::Message::decode(state);
  if (!message) return std::unexpected(message.error());
  if (auto decoded = parts_->pending.decode(message->bytes("pending")); !decoded) return decoded;
  parts_->group = message->group("group");
  return {};
}

std::size_t CoordinatorCohort::pending() const {
  return parts_->pending.size();
}

namespace {

task::Task<Result<Message>> first_reply(task::Task<Result<std::vector<Reply>>> replies) {
  auto result = co_await replies;
  if (result) co_return std::move(result->front().message);
  Error error = result.error();
  if (error.code == Errc::kNoReplyPossible) {
    error = {Errc::kTotalFailure, "every member that got the request failed before its reply"};
  }
  co_return std::unexpected(std::move(error));
}

}  // namespace

task::Task<Result<Message>> call_cohort(client::Process& process, GroupId group,
                                        std::uint8_t request_entry, Message request,
                                        client::Order order, Duration timeout) {
  client::Destinations to;
  to.groups.push_back(group);
  CallOptions options;
  options.order = order;
  options.safety = client::Safety::kSafe;
  options.timeout = timeout;
  return first_reply(call(process, std::move(to), request_entry, std::move(request), options));
}

}  // namespace cohort::tools
