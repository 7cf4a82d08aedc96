/// The calls of a process that wait for replies (paper section 3.2). It knows nothing of
/// coroutines' order: replies, failures and recipients are taken in as their records come, so that
/// no reply and no failure falls between them.
#pragma once

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "platform/base/result.h"
#include "platform/client/payload.h"
#include "platform/task/one_shot.h"

namespace cohort::client {

/// Replies wanted: one from every recipient.
inline constexpr std::uint32_t kAllReplies = 0xffffffff;

struct CallReply {
  ProcessId from;
  wire::Message message;
};

/// What became of a call, with the request's identity for histories.
struct CallResult {
  wire::MessageId request;
  Result<std::vector<CallReply>> replies;
};

class Calls {
 public:
  using Done = task::OneShot<CallResult>;

  explicit Calls(task::Scheduler& scheduler) : scheduler_(scheduler) {}

  std::uint64_t next_number() { return next_number_++; }
  /// Requires: want is at least 1.
  Done open(std::uint64_t number, std::uint32_t want);
  /// The request has its number and its recipients, or was refused (P34, E21).
  void on_sent(std::uint64_t number, const Result<wire::Sent>& sent);
  /// Superfluous and duplicate replies are dropped silently (P35).
  void on_reply(const PayloadHeader& header, ProcessId from, const wire::Message& message);
  /// Nobody waits any longer for a process that failed (P36).
  void on_gone(ProcessId process);
  /// Nor for one that had left its groups before its site failed: of such only the site is told.
  void on_gone(SiteLife life);
  void close(const std::string& reason);
  /// The caller's patience is over; later replies are dropped.
  void forget(std::uint64_t number) { calls_.erase(number); }

 private:
  struct Call {
    std::uint32_t want;
    Done done;
    wire::MessageId request;
    bool numbered = false;
    std::set<ProcessId> waiting;   ///< recipients that may still reply
    std::set<ProcessId> answered;  ///< whose reply, null reply or end was counted
    std::vector<CallReply> replies;
  };
  using Table = std::map<std::uint64_t, Call>;
  void end(Table::iterator call, Result<std::vector<CallReply>> result);
  void end_if_complete(Table::iterator call);
  template <typename Matches>
  void give_up(const Matches& matches);

  task::Scheduler& scheduler_;
  Table calls_;
  std::uint64_t next_number_ = 1;
};

}  // namespace cohort::client
