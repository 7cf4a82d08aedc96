#include "platform/client/calls.h"

#include "platform/base/assert.h"
#include "platform/base/instrument.h"

namespace cohort::client {

Calls::Done Calls::open(std::uint64_t number, std::uint32_t want) {
  COHORT_ASSERT(want > 0, "a call that wants no reply is a plain multicast");
  Done done(scheduler_);
  calls_.emplace(number, Call{want, done, {}, false, {}, {}, {}});
  return done;
}

void Calls::on_sent(std::uint64_t number, const Result<wire::Sent>& sent) {
  const auto call = calls_.find(number);
  if (call == calls_.end()) return;
  if (!sent) return end(call, std::unexpected(sent.error()));
  if (sent->code != Errc::kOk) return end(call, make_error(sent->code, sent->text));
  call->second.request = sent->id;
  call->second.numbered = true;
  for (const ProcessId recipient : sent->recipients) {
    if (!call->second.answered.contains(recipient)) call->second.waiting.insert(recipient);
  }
  end_if_complete(call);
}

void Calls::on_reply(const PayloadHeader& header, ProcessId from, const wire::Message& message) {
  const auto call = calls_.find(header.number);
  if (call == calls_.end()) {
    COHORT_PROBE("rpc.late_reply");
    return;
  }
  if (!call->second.answered.insert(from).second && !COHORT_MUTANT("reply_counted_twice")) {
    COHORT_PROBE("rpc.second_reply");
    return;
  }
  if (!call->second.numbered) COHORT_PROBE("rpc.reply_before_number");
  call->second.waiting.erase(from);
  if (header.kind == PayloadKind::kAbort) {
    return end(call, make_error(Errc::kRefused, message.text("why")));
  }
  if (header.kind == PayloadKind::kReply) call->second.replies.push_back({from, message});
  end_if_complete(call);
}

template <typename Matches>
void Calls::give_up(const Matches& matches) {
  for (auto call = calls_.begin(); call != calls_.end();) {
    const auto next = std::next(call);
    std::set<ProcessId>& waiting = call->second.waiting;
    for (const ProcessId process : waiting) {
      if (matches(process)) call->second.answered.insert(process);
    }
    if (std::erase_if(waiting, matches) > 0) {
      COHORT_PROBE("rpc.recipient_failed");
      end_if_complete(call);
    }
    call = next;
  }
}

void Calls::on_gone(ProcessId process) {
  give_up([process](ProcessId one) { return one == process; });
}

void Calls::on_gone(SiteLife life) {
  give_up([life](ProcessId one) { return one.life() == life; });
}

void Calls::close(const std::string& reason) {
  while (!calls_.empty()) end(calls_.begin(), make_error(Errc::kClosed, reason));
}

void Calls::end(Table::iterator call, Result<std::vector<CallReply>> result) {
  Done done = call->second.done;
  const wire::MessageId request = call->second.request;
  calls_.erase(call);
  done.set(CallResult{request, std::move(result)});
}

void Calls::end_if_complete(Table::iterator call) {
  Call& open = call->second;
  const bool enough = open.want != kAllReplies && open.replies.size() >= open.want;
  if (!enough && (!open.numbered || !open.waiting.empty())) return;
  if (open.replies.empty()) {
    COHORT_PROBE("rpc.no_reply_possible");
    return end(call, make_error(Errc::kNoReplyPossible,
                                "every process that got the request failed or sent a null reply"));
  }
  end(call, std::move(open.replies));
}

}  // namespace cohort::client
