#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/sim/frame_kind.h"
#include "platform/sim/partitions.h"
#include "platform/sim/scenario/parse.h"

namespace cohort::sim {

namespace {

std::vector<SiteId> all_sites(std::uint32_t count) {
  std::vector<SiteId> sites;
  for (std::uint32_t i = 1; i <= count; ++i) sites.push_back(SiteId{static_cast<std::uint16_t>(i)});
  return sites;
}

/// "site 1", "sites 1 2", "all", or plain numbers.
std::vector<SiteId> parse_sites(Words& words, std::uint32_t sites) {
  if (words.accept("all")) return all_sites(sites);
  if (!words.accept("site")) words.accept("sites");
  if (words.accept("all")) return all_sites(sites);
  std::vector<SiteId> given = words.sites();
  for (SiteId site : given) {
    if (site.value > sites) words.fail(fmt::format("the plant has sites 1 to {} only", sites));
  }
  return given;
}

Action parse_crash(Words& words, std::uint32_t sites) {
  Action action;
  const std::string& what = words.peek();
  if (what != "site" && what != "sites" && what != "all") {
    action.verb = Verb::kCrashProcess;
    action.process = words.name("a process");
    return action;
  }
  action.verb = Verb::kCrashSite;
  action.sites = parse_sites(words, sites);
  while (!words.empty() && !words.failed()) {
    if (words.accept("power")) {
      action.power = true;
    } else if (words.accept("after")) {
      words.demand("effect");
      action.number = words.integer("the number of effects");
    } else if (words.accept("restart")) {
      words.demand("after");
      action.duration = words.duration("the time until the restart");
    } else {
      words.fail(
          fmt::format("after a crash: power, \"after effect N\" or \"restart after TIME\", "
                      "not \"{}\"",
                      words.peek()));
    }
  }
  return action;
}

std::string parse_kind(Words& words) {
  std::string kind = words.name("a kind of frame");
  const std::vector<std::string> kinds = frame_kinds();
  if (std::find(kinds.begin(), kinds.end(), kind) == kinds.end()) {
    words.fail(
        fmt::format("\"{}\" is no kind of frame; there are {}", kind, fmt::join(kinds, ", ")));
  }
  return kind;
}

Action parse_hold(Words& words, Verb verb) {
  Action action;
  action.verb = verb;
  action.label = parse_kind(words);
  words.demand("on");
  action.directions = words.directions();
  return action;
}

Action parse_partition(Words& words) {
  Action action;
  action.verb = Verb::kCut;
  std::vector<std::vector<SiteId>> parts(1, words.sites());
  while (words.accept("|")) parts.push_back(words.sites());
  if (parts.size() < 2) words.fail("the parts of a partition are parted by |");
  action.directions = cut_apart(parts);
  return action;
}

Action parse_cut(Words& words, std::uint32_t sites) {
  Action action;
  const std::string word = words.take();
  action.verb = word == "heal" ? Verb::kHeal : word == "half-open" ? Verb::kHalfOpen : Verb::kCut;
  if (word == "heal" && words.accept("all")) return action;
  if (word == "isolate") {
    for (SiteId alone : parse_sites(words, sites)) {
      for (SiteId other : all_sites(sites)) {
        if (other == alone) continue;
        action.directions.push_back({alone, other});
        action.directions.push_back({other, alone});
      }
    }
  } else if (word == "ring") {
    action.directions = majorities_ring(sites);
  } else if (word == "bridge") {
    action.directions = bridge(sites, words.site());
  } else {
    action.directions = words.directions();
  }
  return action;
}

Action parse_reset(Words& words) {
  Action action;
  action.verb = Verb::kReset;
  action.directions = words.directions();
  if (words.accept("control")) action.channel = 0;
  if (words.accept("data")) action.channel = 1;
  return action;
}

Action parse_slow(Words& words) {
  Action action;
  action.verb = Verb::kSlow;
  action.directions = words.directions();
  if (words.accept("off")) return action;
  action.number = words.integer("the bytes a second");
  for (const char* word : {"bytes", "a", "second"}) words.demand(word);
  return action;
}

Action parse_disk(Words& words, std::uint32_t sites) {
  Action action;
  action.verb = Verb::kDisk;
  action.sites = parse_sites(words, sites);
  action.label = words.take();
  static constexpr std::array<const char*, 5> kModes{"ok", "stall", "fail", "full", "slow"};
  if (std::find(kModes.begin(), kModes.end(), action.label) == kModes.end()) {
    words.fail(fmt::format("a disk may be {}, not \"{}\"", fmt::join(kModes, ", "), action.label));
  }
  if (action.label == "slow") action.duration = words.duration("the time of a write");
  return action;
}

Action parse_clock(Words& words, std::uint32_t sites) {
  Action action;
  action.sites = parse_sites(words, sites);
  words.demand("drifts");
  action.verb = Verb::kClockRate;
  action.number = words.integer("the drift in parts per million");
  return action;
}

Action parse_cpu(Words& words, std::uint32_t sites) {
  Action action;
  action.verb = Verb::kCpu;
  action.sites = parse_sites(words, sites);
  if (words.accept("off")) return action;
  action.duration = words.duration("the time of an input");
  words.accept("an");
  words.accept("input");
  return action;
}

Action parse_on_site(Words& words, Verb verb, std::uint32_t sites) {
  Action action;
  action.verb = verb;
  action.sites = parse_sites(words, sites);
  if (verb == Verb::kPauseSite && words.accept("for"))
    action.duration = words.duration("the pause");
  return action;
}

Action parse_new_process(Words& words, Verb verb) {
  Action action;
  action.verb = verb;
  action.process = words.name("a process");
  words.demand("at");
  words.demand("site");
  action.sites.push_back(words.site());
  return action;
}

Action parse_multicast(Words& words, const std::string& verb) {
  Action action;
  action.verb = Verb::kMulticast;
  action.order = verb == "cbcast"   ? wire::Order::kCausal
                 : verb == "abcast" ? wire::Order::kTotal
                                    : wire::Order::kGlobal;
  action.names = words.names_until({"as"});
  if (action.names.empty()) words.fail("a multicast goes to groups and processes");
  words.demand("as");
  action.label = words.name("the message");
  while (!words.empty() && !words.failed()) {
    if (words.accept("safe")) {
      action.safe = true;
    } else if (words.accept("size")) {
      action.number = words.integer("the size");
    } else {
      words.fail(
          fmt::format("after a message's name: \"size BYTES\" or safe, not \"{}\"", words.peek()));
    }
  }
  return action;
}

struct Operation {
  const char* word;
  Verb verb;
  int names;  ///< 1: a group follows; 2: a number
};
constexpr std::array<Operation, 14> kOperations{{{"create", Verb::kCreate, 1},
                                                 {"join", Verb::kJoin, 1},
                                                 {"leave", Verb::kLeaveGroup, 1},
                                                 {"kill", Verb::kKillGroup, 1},
                                                 {"lookup", Verb::kLookup, 1},
                                                 {"monitor", Verb::kMonitor, 1},
                                                 {"flush", Verb::kFlush, 0},
                                                 {"hang", Verb::kHang, 0},
                                                 {"go-on", Verb::kGoOn, 0},
                                                 {"garbage", Verb::kGarbage, 2},
                                                 {"update", Verb::kUpdate, 0},
                                                 {"ask-cohort", Verb::kAskCohort, 0},
                                                 {"ask-all", Verb::kAskAll, 0},
                                                 {"leave-and-return", Verb::kLeaveAndReturn, 0}}};

Action parse_operation(Words& words) {
  const std::string process = words.take();
  words.demand(":");
  const std::string verb = words.take();
  Action action;
  if (verb == "cbcast" || verb == "abcast" || verb == "gbcast") {
    action = parse_multicast(words, verb);
  } else {
    const auto found = std::find_if(kOperations.begin(), kOperations.end(),
                                    [&](const Operation& op) { return verb == op.word; });
    if (found == kOperations.end()) {
      std::string allowed = "cbcast, abcast, gbcast";
      for (const Operation& op : kOperations) allowed += std::string(", ") + op.word;
      words.fail(fmt::format("a process can {}, not \"{}\"", allowed, verb));
      return action;
    }
    action.verb = found->verb;
    if (found->names == 1) action.names.push_back(words.name("a group"));
    if (found->names == 2) action.number = words.integer("the number of bytes");
  }
  action.process = process;
  return action;
}

}  // namespace

Action parse_action(Words& words, std::uint32_t sites) {
  if (words.peek(1) == ":") return parse_operation(words);
  const std::string verb = words.peek();
  if (verb == "cut" || verb == "heal" || verb == "isolate" || verb == "half-open" ||
      verb == "ring" || verb == "bridge") {
    return parse_cut(words, sites);
  }
  words.take();
  if (verb == "crash") return parse_crash(words, sites);
  if (verb == "start") return parse_on_site(words, Verb::kStartSite, sites);
  if (verb == "pause") return parse_on_site(words, Verb::kPauseSite, sites);
  if (verb == "resume") return parse_on_site(words, Verb::kResumeSite, sites);
  if (verb == "leave") return parse_on_site(words, Verb::kLeaveSite, sites);
  if (verb == "partition") return parse_partition(words);
  if (verb == "reset") return parse_reset(words);
  if (verb == "slow") return parse_slow(words);
  if (verb == "hold") return parse_hold(words, Verb::kHold);
  if (verb == "release") return parse_hold(words, Verb::kRelease);
  if (verb == "disk") return parse_disk(words, sites);
  if (verb == "clock") return parse_clock(words, sites);
  if (verb == "cpu") return parse_cpu(words, sites);
  if (verb == "process") return parse_new_process(words, Verb::kStartProcess);
  if (verb == "tool") return parse_new_process(words, Verb::kStartTool);
  words.fail(fmt::format(
      "\"{}\" is nothing that can be done; there are crash, start, pause, resume, leave, cut, "
      "heal, isolate, partition, ring, bridge, half-open, reset, slow, hold, release, disk, "
      "clock, cpu, process, tool, and operations of a process (\"p1: cbcast X as m1\")",
      verb));
  return {};
}

}  // namespace cohort::sim
