// After a start of the whole group: the members compare what their logs hold, the one with the
// longest offers its book, the oldest opens the group.
#include <fmt/format.h>

#include <algorithm>

#include "services/scheduling/protocol.h"
#include "services/scheduling/service.h"

namespace cohort::services::scheduling {

namespace {

constexpr Duration kAssemblePeriod = millis(100);
/// A majority of the logs is enough; the others are waited for this long.
constexpr Duration kWaitForAll = seconds(5);

}  // namespace

task::Task<void> SchedulingService::assemble() {
  client::Process& process = member_.process();
  client::Message report;
  report.set("command", "report").set("life", stored_.position().life);
  report.set("position", stored_.position().position);
  const Result<client::Message> reported = co_await changes_.update(std::move(report));
  if (!reported) {
    member_.log(fmt::format("log position not reported: {}", reported.error().text));
  }
  MonotonicTime since_majority = kNever;
  while (!state_.is_open() && !process.closed()) {
    const std::size_t wanted = std::max<std::size_t>(1, options_.member.sites.size());
    if (state_.reports().size() <= wanted / 2) since_majority = kNever;
    if (state_.reports().size() > wanted / 2 && since_majority == kNever) {
      since_majority = process.scheduler().now();
    }
    if (member_.oldest() && since_majority != kNever) assemble_once(since_majority);
    co_await process.scheduler().sleep_for(kAssemblePeriod);
  }
}

void SchedulingService::assemble_once(MonotonicTime since_majority) {
  const std::size_t wanted = std::max<std::size_t>(1, options_.member.sites.size());
  const auto& reports = state_.reports();
  for (const ProcessId member : member_.view().members) {
    if (!reports.contains(member)) return;
  }
  const bool all = reports.size() >= wanted;
  if (!all && member_.process().scheduler().now() - since_majority < kWaitForAll) return;
  if (state_.donor().valid()) return;
  const auto longest = std::max_element(
      reports.begin(), reports.end(),
      [](const auto& left, const auto& right) { return left.second < right.second; });
  client::Message change;
  if (state_.adopted() || longest->second == LogPosition{}) {
    change.set("command", "open").set("wall_ns", options_.member.wall_now().ns);
    change.set("clock_factor", options_.clock_factor);
  } else {
    change.set("command", "elect").set("donor", longest->first);
  }
  change_members(std::move(change));
}

bool SchedulingService::change_members(client::Message change) {
  client::Destinations to;
  to.groups.push_back(member_.group());
  const Result<void> sent =
      member_.process().multicast(client::Order::kTotal, std::move(to), kUpdateEntry, change);
  if (!sent) member_.log(fmt::format("change not sent: {}", sent.error().text));
  return sent.has_value();
}

void SchedulingService::offer_log() {
  const Bytes snapshot = stored_.encode_snapshot();
  constexpr std::size_t kPart = SchedulingState::kOfferPartBytes;
  const std::size_t parts = (snapshot.size() + kPart - 1) / kPart;
  for (std::size_t part = 0; part < parts; ++part) {
    const std::size_t from = part * kPart;
    const std::size_t to = std::min(snapshot.size(), from + kPart);
    client::Message change;
    change.set("command", "offer").set("part", std::uint64_t{part});
    change.set("parts", std::uint64_t{parts});
    change.set("bytes", Bytes(snapshot.begin() + static_cast<std::ptrdiff_t>(from),
                              snapshot.begin() + static_cast<std::ptrdiff_t>(to)));
    if (!change_members(std::move(change))) return;
  }
}

client::Message SchedulingService::apply_assembly(const client::Delivery& delivery) {
  const client::Message& change = delivery.message;
  const std::string command = change.text("command");
  client::Message answer;
  answer.set("ok", true);
  if (state_.is_open()) return answer;
  if (command == "report") {
    LogPosition stored;
    stored.life = static_cast<std::uint64_t>(change.integer("life"));
    stored.position = static_cast<std::uint64_t>(change.integer("position"));
    state_.report(delivery.sender, stored);
  } else if (command == "elect") {
    // The oldest may ask twice before its first word comes back: the first counts.
    if (!state_.donor().valid() && !state_.adopted()) {
      state_.elect(change.process("donor"));
      if (state_.donor() == member_.process().id()) offer_log();
    }
  } else if (command == "offer") {
    const Bytes bytes = change.bytes("bytes");
    const Result<bool> taken =
        state_.offer(delivery.sender, static_cast<std::uint64_t>(change.integer("part")),
                     static_cast<std::uint64_t>(change.integer("parts")), bytes);
    if (!taken) member_.log(fmt::format("part of a log refused: {}", taken.error().text));
  } else if (change.real("clock_factor") > 0) {
    state_.open(WallTime{change.integer("wall_ns")}, change.real("clock_factor"));
    journal_.checkpoint(state_);
    member_.log(fmt::format("scheduling serves: life {}, {} commands, {} lots in the plant",
                            state_.position().life, state_.position().position,
                            state_.book().book().active.size()));
    driver_.look();
  }
  return answer;
}

}  // namespace cohort::services::scheduling
