/// Durable updates: from the send to the word that more than half of the group's logs have it on
/// their disks.
#include <deque>

#include "tests/bench/member.h"

namespace cohort::bench {

namespace {

/// What rank 0 has under way. Reports come in the order of sending, as updates lie in the logs.
struct UnderWay {
  std::deque<std::uint64_t> sent_ns;
  Latencies times;
  std::uint64_t ended = 0;
  std::uint64_t refused = 0;  ///< not known to be durable: nothing that is measured may be

  void end_one(bool durable) {
    if (!durable) ++refused;
    times.add(now_ns() - sent_ns.front());
    sent_ns.pop_front();
    ++ended;
  }
};

task::Task<Result<void>> send_updates(Member& member, UnderWay& under_way) {
  task::Event changed(member.host().scheduler());
  const auto subscription = member.host().process().on_durable(
      [&under_way, &changed](const wire::MessageId&, bool durable) {
        under_way.end_one(durable);
        changed.pulse();
      });
  for (std::uint64_t begun = 0; under_way.ended < member.options().iterations;) {
    while (begun < member.options().iterations &&
           under_way.sent_ns.size() < member.options().outstanding) {
      const std::uint64_t now = now_ns();
      if (auto sent = co_await member.send(kDataEntry, begun); !sent) co_return sent;
      under_way.sent_ns.push_back(now);
      ++begun;
    }
    if (under_way.ended < begun) co_await changed.wait();
  }
  co_return Result<void>{};
}

}  // namespace

task::Task<int> run_durable(Member& member) {
  client::Host& host = member.host();
  if (const auto gathered = co_await member.gather(); !gathered) {
    co_return host.fail(gathered.error());
  }
  const auto no_state = [] { return Bytes(); };
  const auto kept = co_await host.process().keep_log(member.group(), no_state);
  if (!kept) co_return host.fail(kept.error());
  if (const auto met = co_await member.meet(); !met) co_return host.fail(met.error());
  if (member.options().rank == 0) {
    UnderWay under_way;
    const std::uint64_t started = now_ns();
    const auto updated = co_await send_updates(member, under_way);
    if (!updated) co_return host.fail(updated.error());
    const double seconds = static_cast<double>(now_ns() - started) / 1e9;
    Line line("durable");
    line.add("outstanding", std::uint64_t{member.options().outstanding})
        .add("per_s", static_cast<double>(under_way.ended) / seconds)
        .add("faults", member.verifier().faults() + under_way.refused);
    under_way.times.report(line);
    const auto told = co_await member.send(kEndEntry, member.options().iterations);
    if (!told) co_return host.fail(told.error());
  }
  while (!member.ended()) co_await member.changed();
  const auto parted = co_await member.part();
  co_return parted ? client::kExitOk : host.fail(parted.error());
}

}  // namespace cohort::bench
