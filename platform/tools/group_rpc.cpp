#include "platform/tools/group_rpc.h"

#include "platform/base/assert.h"
#include "platform/client/tooling.h"

namespace cohort::tools {

using client::PayloadKind;
using client::Tooling;

static_assert(kAll == client::kAllReplies);

namespace {

using Replies = Result<std::vector<Reply>>;

struct Question {
  Tooling::Outgoing outgoing;
  client::Message message;
  CallOptions options;
};

task::Task<Replies> ask(Tooling tooling, Question question) {
  if (question.options.want == 0) {
    auto sent =
        co_await tooling.send_when_room(std::move(question.outgoing), std::move(question.message));
    if (!sent) co_return std::unexpected(sent.error());
    co_return std::vector<Reply>{};
  }
  auto result = co_await tooling.call(std::move(question.outgoing), std::move(question.message),
                                      question.options.want, question.options.timeout);
  if (!result.replies) co_return std::unexpected(result.replies.error());
  std::vector<Reply> replies;
  for (client::CallReply& reply : *result.replies) {
    replies.push_back({reply.from, std::move(reply.message)});
  }
  co_return replies;
}

Result<void> send_answer(client::Process& process, const client::Delivery& request,
                         PayloadKind kind, const client::Message& message) {
  COHORT_ASSERT(request.call != 0, "only a request that wants replies is replied to");
  Tooling::Answer answer;
  answer.kind = kind;
  return Tooling(process).answer(request, answer, message);
}

}  // namespace

task::Task<Replies> call(client::Process& process, client::Destinations to, std::uint8_t entry,
                         client::Message message, CallOptions options) {
  Tooling::Outgoing outgoing{options.order, options.safety, std::move(to), entry, {}};
  Question question{std::move(outgoing), std::move(message), options};
  return ask(Tooling(process), std::move(question));
}

Result<void> reply(client::Process& process, const client::Delivery& request,
                   const client::Message& answer) {
  return send_answer(process, request, PayloadKind::kReply, answer);
}

Result<void> reply_with_copies(client::Process& process, const client::Delivery& request,
                               const client::Message& answer, client::Destinations copies,
                               std::uint8_t copy_entry, client::Order order) {
  Tooling::Answer with_copies;
  with_copies.copies = std::move(copies);
  with_copies.copy_entry = copy_entry;
  with_copies.order = order;
  return Tooling(process).answer(request, with_copies, answer);
}

Result<void> null_reply(client::Process& process, const client::Delivery& request) {
  return send_answer(process, request, PayloadKind::kNullReply, client::Message{});
}

Result<void> abort_reply(client::Process& process, const client::Delivery& request,
                         std::string_view why) {
  client::Message message;
  message.set("why", why);
  return send_answer(process, request, PayloadKind::kAbort, message);
}

}  // namespace cohort::tools
