/// Latency with one message outstanding: to the sender's own delivery, and to all replies.
#include "platform/tools/group_rpc.h"
#include "tests/bench/member.h"

namespace cohort::bench {

namespace {

/// How often a loading member sends its share.
constexpr Duration kLoadTick = millis(1);

Line& describe(Line& line, const Member& member) {
  return line.add("rank", std::uint64_t{member.options().rank})
      .add("size", std::uint64_t{member.options().size})
      .add("members", std::uint64_t{member.options().members})
      .add("rate", member.options().rate)
      .add("faults", member.verifier().faults());
}

/// Beside what is measured: so many messages a second until the end.
task::Task<int> load(Member& member) {
  const std::uint64_t started = now_ns();
  double sent = 0;
  while (!member.ended()) {
    const double due = member.options().rate * static_cast<double>(now_ns() - started) / 1e9;
    // What could not be sent in time is not made up for: the load is a rate, not a debt.
    if (due - sent > member.options().rate / 10) sent = due - member.options().rate / 10;
    while (sent < due && member.try_send(kLoadEntry, 0)) ++sent;
    co_await member.host().scheduler().sleep_for(kLoadTick);
  }
  co_return 0;
}

task::Task<Result<void>> own_deliveries(Member& member, Latencies& times) {
  for (std::uint64_t i = 0; i < member.options().iterations; ++i) {
    const std::uint64_t before = member.own_delivered();
    const std::uint64_t started = now_ns();
    if (auto sent = co_await member.send(kDataEntry, i); !sent) co_return sent;
    while (member.own_delivered() == before) co_await member.changed();
    times.add(now_ns() - started);
  }
  co_return co_await member.send(kEndEntry, member.options().iterations);
}

task::Task<Result<void>> calls(Member& member, Latencies& times) {
  PayloadMaker maker(member.options().rank, member.options().size);
  tools::CallOptions how;
  how.want = tools::kAll;
  how.order = member.order();
  how.safety = member.safety();
  client::Destinations to;
  to.groups.push_back(member.group());
  for (std::uint64_t i = 0; i < member.options().iterations; ++i) {
    client::Message question;
    question.set("p", cohort::Bytes(maker.make(kAskEntry, i)));
    const std::uint64_t started = now_ns();
    auto replies = co_await tools::call(member.host().process(), to, kAskEntry, question, how);
    times.add(now_ns() - started);
    if (!replies) co_return std::unexpected(replies.error());
    if (replies->size() != member.options().members) {
      co_return make_error(Errc::kNoReplyPossible, "not all members have answered");
    }
  }
  co_return co_await member.send(kEndEntry, member.options().iterations);
}

using Measure = task::Task<Result<void>> (*)(Member&, Latencies&);

task::Task<int> run(Member& member, const char* what, Measure measure) {
  if (const auto gathered = co_await member.gather(); !gathered) {
    co_return member.host().fail(gathered.error());
  }
  const std::uint16_t loader = member.options().members > 1 ? 1 : 0;
  if (member.options().rank == 0) {
    Latencies times;
    const auto measured = co_await measure(member, times);
    if (!measured) co_return member.host().fail(measured.error());
    Line line(what);
    describe(line, member);
    times.report(line);
  } else if (member.options().rank == loader && member.options().rate > 0) {
    co_await load(member);
  }
  while (!member.ended()) co_await member.changed();
  const auto parted = co_await member.part();
  co_return parted ? client::kExitOk : member.host().fail(parted.error());
}

}  // namespace

task::Task<int> run_own_delivery(Member& member) {
  co_return co_await run(member, "own_delivery", own_deliveries);
}

task::Task<int> run_calls(Member& member) {
  co_return co_await run(member, "calls", calls);
}

}  // namespace cohort::bench
