#include "platform/sim/action.h"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "platform/sim/decide.h"

namespace cohort::sim {

namespace {

std::string sites_text(const std::vector<SiteId>& sites) {
  std::string text;
  for (SiteId site : sites) text += " " + std::to_string(site.value);
  return text;
}

/// Both directions of a pair are one word, "1-2".
std::string directions_text(const std::vector<Direction>& directions) {
  std::string text;
  std::vector<Direction> left = directions;
  while (!left.empty()) {
    const Direction first = left.front();
    left.erase(left.begin());
    bool both = false;
    for (auto other = left.begin(); other != left.end() && !both; ++other) {
      both = other->from == first.to && other->to == first.from;
      if (both) other = left.erase(other);
      if (both) break;
    }
    text += fmt::format(" {}{}{}", first.from.value, both ? "-" : "->", first.to.value);
  }
  return text;
}

std::string names_text(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += " " + name;
  return text;
}

std::string crash_text(const Action& action) {
  std::string text = "crash site" + sites_text(action.sites);
  if (action.power) text += " power";
  if (action.number > 0) text += fmt::format(" after effect {}", action.number);
  if (action.duration > Duration{0}) text += " restart after " + to_text(action.duration);
  return text;
}

std::string multicast_text(const Action& action) {
  const char* order = action.order == wire::Order::kCausal  ? "cbcast"
                      : action.order == wire::Order::kTotal ? "abcast"
                                                            : "gbcast";
  std::string text = action.process + ": " + order + names_text(action.names);
  text += " as " + action.label;
  if (action.number > 0) text += fmt::format(" size {}", action.number);
  if (action.safe) text += " safe";
  return text;
}

std::string link_text(const Action& action) {
  static constexpr std::array<const char*, 3> kChannels{" control", " data", ""};
  const std::string where = directions_text(action.directions);
  if (action.verb == Verb::kReset) return "reset" + where + kChannels[action.channel];
  if (action.verb == Verb::kHalfOpen) return "half-open" + where;
  if (action.verb == Verb::kCut) return "cut" + where;
  if (action.verb == Verb::kHeal) return "heal" + (where.empty() ? " all" : where);
  if (action.verb == Verb::kSlow)
    return action.number == 0 ? "slow" + where + " off"
                              : fmt::format("slow{} {} bytes a second", where, action.number);
  return (action.verb == Verb::kHold ? "hold " : "release ") + action.label + " on" + where;
}

std::string host_text(const Action& action) {
  const std::string where = sites_text(action.sites);
  const std::string time = to_text(action.duration);
  if (action.verb == Verb::kClockRate)
    return fmt::format("clock{} drifts {}", where, action.number);
  if (action.verb == Verb::kCpu)
    return "cpu" + where + (action.duration == Duration{0} ? " off" : " " + time + " an input");
  return "disk" + where + " " + action.label + (action.label == "slow" ? " " + time : "");
}

std::string site_text(const Action& action) {
  const std::string where = sites_text(action.sites);
  if (action.verb == Verb::kStartSite) return "start site" + where;
  if (action.verb == Verb::kResumeSite) return "resume site" + where;
  if (action.verb == Verb::kLeaveSite) return "leave site" + where;
  if (action.verb == Verb::kCrashSite) return crash_text(action);
  return "pause site" + where +
         (action.duration == Duration{0} ? "" : " for " + to_text(action.duration));
}

std::string process_text(const Action& action) {
  const std::string who = action.process + ": ";
  switch (action.verb) {
    case Verb::kStartProcess:
      return "process " + action.process + " at site" + sites_text(action.sites);
    case Verb::kStartTool:
      return "tool " + action.process + " at site" + sites_text(action.sites);
    case Verb::kCrashProcess:
      return "crash " + action.process;
    case Verb::kCreate:
      return who + "create" + names_text(action.names);
    case Verb::kJoin:
      return who + "join" + names_text(action.names);
    case Verb::kLeaveGroup:
      return who + "leave" + names_text(action.names);
    case Verb::kKillGroup:
      return who + "kill" + names_text(action.names);
    case Verb::kLookup:
      return who + "lookup" + names_text(action.names);
    case Verb::kMonitor:
      return who + "monitor" + names_text(action.names);
    case Verb::kMulticast:
      return multicast_text(action);
    case Verb::kFlush:
      return who + "flush";
    case Verb::kHang:
      return who + "hang";
    case Verb::kGoOn:
      return who + "go-on";
    case Verb::kGarbage:
      return fmt::format("{}garbage {}", who, action.number);
    case Verb::kUpdate:
      return who + "update";
    case Verb::kAskCohort:
      return who + "ask-cohort";
    case Verb::kAskAll:
      return who + "ask-all";
    default:
      return who + "leave-and-return";
  }
}

}  // namespace

std::string to_text(Duration duration) {
  struct Unit {
    std::int64_t ns;
    const char* name;
  };
  static constexpr std::array<Unit, 4> kUnits{
      {{1'000'000'000, "s"}, {1'000'000, "ms"}, {1000, "us"}, {1, "ns"}}};
  const std::int64_t ns = duration.count();
  for (const Unit& unit : kUnits) {
    if (ns % unit.ns == 0) return fmt::format("{}{}", ns / unit.ns, unit.name);
  }
  return "0s";
}

std::string to_text(const Action& action) {
  if (action.verb <= Verb::kLeaveSite) return site_text(action);
  if (action.verb <= Verb::kRelease) return link_text(action);
  if (action.verb <= Verb::kCpu) return host_text(action);
  return process_text(action);
}

Bytes garbage_of(const Action& action, std::uint64_t seed) {
  Bytes garbage(static_cast<std::size_t>(action.number));
  for (std::size_t i = 0; i < garbage.size(); ++i) {
    garbage[i] = static_cast<std::uint8_t>(decide(seed, {0x676172, garbage.size(), i}));
  }
  return garbage;
}

bool is_misbehaviour(Verb verb) {
  return verb == Verb::kHang || verb == Verb::kGoOn || verb == Verb::kGarbage;
}

bool is_operation(Verb verb) {
  return verb >= Verb::kStartProcess && verb != Verb::kCrashProcess;
}

}  // namespace cohort::sim
