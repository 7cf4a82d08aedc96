/// Throughput: as many messages as the plant takes, each checked at every member.
#include "tests/bench/member.h"

namespace cohort::bench {

namespace {

/// So many, or so many bytes, are sent before the loop is let read and write.
constexpr std::uint64_t kBurstMessages = 256;
constexpr std::size_t kBurstBytes = 256 * 1024;

struct Burst {
  std::uint64_t messages = 0;
  std::size_t bytes = 0;
  bool over(std::size_t size) {
    ++messages;
    bytes += size;
    if (messages < kBurstMessages && bytes < kBurstBytes) return false;
    *this = {};
    return true;
  }
};

void report(const Member& member, std::uint64_t started, double cpu) {
  const Verifier& verifier = member.verifier();
  const double seconds = static_cast<double>(now_ns() - started) / 1e9;
  Line line("stream");
  line.add("rank", std::uint64_t{member.options().rank})
      .add("size", std::uint64_t{member.options().size})
      .add("senders", std::uint64_t{member.options().senders})
      .add("seconds", seconds)
      .add("messages", verifier.messages())
      .add("per_s", static_cast<double>(verifier.messages()) / seconds)
      .add("mb_s", static_cast<double>(verifier.bytes()) / seconds / 1e6)
      .add("faults", verifier.faults())
      .add("order", verifier.order())
      .add("cpu_s", cpu);
}

/// Sends until the time is over; returns how many. Errors: kLimit where the first is refused.
task::Task<Result<std::uint64_t>> send_all(Member& member, std::uint64_t until) {
  std::uint64_t sent = 0;
  Burst burst;
  while (now_ns() < until) {
    const auto done = co_await member.send(kDataEntry, sent);
    if (!done && sent > 0) {
      co_return make_error(Errc::kClosed,
                           "after " + std::to_string(sent) + " messages: " + done.error().text);
    }
    if (!done) co_return std::unexpected(done.error());
    ++sent;
    if (burst.over(member.options().size)) co_await member.breathe();
  }
  co_return sent;
}

}  // namespace

task::Task<int> run_stream(Member& member) {
  if (const auto gathered = co_await member.gather(); !gathered) {
    co_return member.host().fail(gathered.error());
  }
  const std::uint64_t started = now_ns();
  const double cpu = cpu_seconds();
  if (member.options().rank < member.options().senders) {
    const auto until = started + static_cast<std::uint64_t>(member.options().seconds * 1e9);
    const auto sent = co_await send_all(member, until);
    if (!sent && sent.error().code != Errc::kLimit) co_return member.host().fail(sent.error());
    if (!sent) {
      Line("refused")
          .add("size", std::uint64_t{member.options().size})
          .add("why", sent.error().text);
      co_return client::kExitFailed;
    }
    if (const auto told = co_await member.send(kEndEntry, *sent); !told) {
      co_return member.host().fail(told.error());
    }
  }
  while (!member.ended()) co_await member.changed();
  report(member, started, cpu_seconds() - cpu);
  const auto parted = co_await member.part();
  co_return parted ? client::kExitOk : member.host().fail(parted.error());
}

}  // namespace cohort::bench
