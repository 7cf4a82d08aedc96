/// Changes of membership: views as they come, joins, and the gap that others see in a transfer.
#include <algorithm>

#include "platform/tools/state_transfer.h"
#include "tests/bench/member.h"

namespace cohort::bench {

namespace {

void print_view(const Member& member, const client::ViewChange& change) {
  Line("view")
      .add("site", std::uint64_t{member.options().site})
      .add("at_ns", now_ns())
      .add("number", change.view.number)
      .add("members", std::uint64_t{change.view.members.size()})
      .add("joined", std::uint64_t{change.joined.size()})
      .add("departed", std::uint64_t{change.departed.size()});
}

/// The same bytes at every member, without a copy of them for each check.
Bytes make_state(std::uint64_t size) {
  Bytes state(size);
  std::uint64_t word = 0x9e3779b97f4a7c15ULL;
  for (std::uint8_t& byte : state) {
    word = word * 6364136223846793005ULL + 1442695040888963407ULL;
    byte = static_cast<std::uint8_t>(word >> 56);
  }
  return state;
}

task::Task<bool> connect(Member& member) {
  const auto connected = co_await member.host().process().connect();
  if (!connected) member.host().fail(connected.error());
  co_return connected.has_value();
}

}  // namespace

task::Task<int> run_watch(Member& member) {
  if (!co_await connect(member)) co_return client::kExitNoDaemon;
  const auto joined = co_await member.host().process().join_group(member.options().group, true);
  if (!joined) co_return member.host().fail(joined.error());
  Line("joined")
      .add("site", std::uint64_t{member.options().site})
      .add("at_ns", now_ns())
      .add("members", std::uint64_t{joined->members.size()});
  const auto subscription = member.host().process().on_view(
      joined->group, [&member](const client::ViewChange& change) { print_view(member, change); });
  co_await member.host().until_stopped();
  co_return client::kExitOk;
}

task::Task<int> run_joins(Member& member) {
  if (!co_await connect(member)) co_return client::kExitNoDaemon;
  client::Process& process = member.host().process();
  Latencies times;
  for (std::uint64_t i = 0; i < member.options().iterations; ++i) {
    const std::uint64_t started = now_ns();
    const auto joined = co_await process.join_group(member.options().group, true);
    times.add(now_ns() - started);
    if (!joined) co_return member.host().fail(joined.error());
    const auto left = co_await process.leave_group(joined->group);
    if (!left) co_return member.host().fail(left.error());
    co_await member.host().scheduler().sleep_for(millis(2));
  }
  Line line("joins");
  times.report(line);
  co_return client::kExitOk;
}

namespace {

/// Gaps between the deliveries of small messages, of which rank 0 sends one each millisecond.
class Ticks {
 public:
  explicit Ticks(client::Host& host) {
    host.process().bind_update(kTickEntry, {}, [this](const client::Delivery&) {
      const std::uint64_t now = now_ns();
      if (last_ != 0) longest_ = std::max(longest_, now - last_);
      last_ = now;
      return std::optional<client::Message>();
    });
  }
  double longest_ms() const { return static_cast<double>(longest_) / 1e6; }
  /// From the next delivery on: what a joiner waited itself is no gap.
  void restart() {
    last_ = 0;
    longest_ = 0;
  }

 private:
  std::uint64_t last_ = 0;
  std::uint64_t longest_ = 0;
};

/// Sends a small message each millisecond where it is rank 0, until it is stopped.
task::Task<void> tick(Member& member, GroupId group) {
  client::Host& host = member.host();
  client::Message message;
  message.set("p", "tick");
  client::Destinations to;
  to.groups.push_back(group);
  while (!host.stopping()) {
    if (member.options().rank == 0) {
      const auto sent = host.process().multicast(client::Order::kTotal, to, kTickEntry, message);
      if (!sent && sent.error().code != Errc::kLimit) co_return;
    }
    co_await host.scheduler().sleep_for(millis(1));
  }
}

}  // namespace

task::Task<int> run_transfer(Member& member) {
  client::Host& host = member.host();
  // Never changed once it is there, so that a snapshot of it costs nothing.
  std::shared_ptr<const Bytes> owner;
  ByteView state;
  if (member.options().rank == 0) {
    owner = std::make_shared<const Bytes>(make_state(member.options().state));
    state = *owner;
  }
  Ticks ticks(host);
  tools::Domain domain;
  domain.name = "state";
  domain.snapshot = [&state, &owner] {
    return tools::Snapshot{state.size(), [state, owner](std::uint64_t offset, std::size_t length) {
                             const ByteView part = state.subspan(offset, length);
                             return Bytes(part.begin(), part.end());
                           }};
  };
  domain.adopt = [&state, &owner](ByteView bytes, const std::shared_ptr<const Bytes>& image) {
    state = bytes;
    owner = image;
    return Result<void>{};
  };
  std::vector<tools::Domain> domains;
  domains.push_back(std::move(domain));
  tools::StateTransfer transfer(host.process(), std::move(domains));
  if (!co_await connect(member)) co_return client::kExitNoDaemon;
  const std::uint64_t started = now_ns();
  const auto joined = co_await transfer.join(member.options().group, member.options().rank == 0);
  if (!joined) co_return host.fail(joined.error());
  Line("transferred")
      .add("rank", std::uint64_t{member.options().rank})
      .add("seconds", static_cast<double>(now_ns() - started) / 1e9)
      .add("bytes", std::uint64_t{state.size()})
      .add("checksum", std::uint64_t{checksum_of(state)});
  ticks.restart();
  co_await tick(member, joined->group);
  Line("gap")
      .add("rank", std::uint64_t{member.options().rank})
      .add("longest_ms", ticks.longest_ms());
  co_return client::kExitOk;
}

}  // namespace cohort::bench
