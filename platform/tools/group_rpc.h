/// Group RPC (paper section 3.2): a multicast that collects 0, 1, k or ALL replies.
#pragma once

#include <cstdint>
#include <vector>

#include "platform/client/process.h"

namespace cohort::tools {

inline constexpr std::uint32_t kAll = 0xffffffff;

struct Reply {
  ProcessId from;
  client::Message message;
};

struct CallOptions {
  std::uint32_t want = 1;  ///< replies wanted; kAll: one from every recipient
  client::Order order = client::Order::kCausal;
  client::Safety safety = client::Safety::kAgreed;
  Duration timeout = seconds(30);  ///< 0: wait for ever
};

/// Collects until enough replies came or every remaining recipient failed or sent a null reply.
/// Ensures: P34, P35, P36. Superfluous and duplicate replies are discarded silently.
/// Errors: kNoReplyPossible (fewer than 1 came while some were wanted), kTimedOut (then the outcome
/// is unknown to the caller), kRefused (a recipient replied with an abort: its text), and those of
/// multicast. Costs: 1 multicast + one CBCAST a reply, none for the caller's reply to itself.
task::Task<Result<std::vector<Reply>>> call(client::Process& process, client::Destinations to,
                                            std::uint8_t entry, client::Message message,
                                            CallOptions options = {});

/// Replies to a delivery; with copies the reply is one multicast to the caller and the others,
/// where it runs `copy_entry` (P37). One reply per delivery; requires delivery.call != 0.
Result<void> reply(client::Process& process, const client::Delivery& request,
                   const client::Message& answer);
Result<void> reply_with_copies(client::Process& process, const client::Delivery& request,
                               const client::Message& answer, client::Destinations copies,
                               std::uint8_t copy_entry,
                               client::Order order = client::Order::kCausal);
/// "I shall not answer": the caller stops waiting for this process.
Result<void> null_reply(client::Process& process, const client::Delivery& request);
/// Ends the caller's call with kRefused and this text.
Result<void> abort_reply(client::Process& process, const client::Delivery& request,
                         std::string_view why);

}  // namespace cohort::tools
