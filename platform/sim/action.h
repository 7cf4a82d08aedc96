/// One thing that a run does to its plant: a fault, an end of one, or an operation of a process.
/// The nemesis, the workloads and a scenario's script all act through Actions, so a run of a seed
/// can be written down as a scenario and shrunk (docs/formats/scenario.md).
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/wire/client_protocol.h"

namespace cohort::sim {

enum class Verb : std::uint8_t {
  // ---- sites
  kStartSite,
  kCrashSite,  ///< `number` effects are still carried out; `duration` until the restart; 0: none
  kPauseSite,  ///< for `duration`; 0: until kResumeSite
  kResumeSite,
  kLeaveSite,  ///< the daemon is told to leave the plant in order
  // ---- links; `directions` says which
  kReset,     ///< `channel`: 0 control, 1 data, 2 all
  kHalfOpen,  ///< the first site of the pair loses the connection, the other one is not told
  kCut,       ///< nothing arrives, nothing is lost
  kHeal,      ///< no directions: all cuts
  kSlow,      ///< `number` bytes a second; 0: as fast as before
  kHold,      ///< `label`: a kind of frame; its connection stands still from that frame on
  kRelease,
  // ---- the host
  kDisk,       ///< `label`: ok, stall, fail, full, slow (`duration` a write)
  kClockRate,  ///< `number` parts per million, signed
  kCpu,        ///< each input takes `duration`; 0: none
  // ---- processes
  kStartProcess,  ///< raw: it speaks the client protocol itself
  kStartTool,     ///< with the client library and the tools
  kCrashProcess,
  kCreate,
  kJoin,
  kLeaveGroup,
  kKillGroup,
  kLookup,
  kMonitor,
  kMulticast,  ///< `label` names the message, `number` is its size
  kFlush,
  kHang,  ///< the process reads nothing any more
  kGoOn,
  kGarbage,  ///< `number` bytes that are no record
  kUpdate,   ///< of a tool process: replicated data
  kAskCohort,
  kAskAll,
  kLeaveAndReturn,
};

struct Direction {
  SiteId from;
  SiteId to;
  auto operator<=>(const Direction&) const = default;
};

struct Action {
  Verb verb = Verb::kStartSite;
  std::vector<SiteId> sites;
  std::vector<Direction> directions;
  std::string process;             ///< who does it, or to whom it is done
  std::vector<std::string> names;  ///< groups and processes that it is about
  std::string label;
  wire::Order order = wire::Order::kCausal;
  bool safe = false;
  bool power = false;  ///< kCrashSite: the host goes, not only the daemon
  std::uint8_t channel = 2;
  std::int64_t number = 0;
  Duration duration{0};
  bool operator==(const Action&) const = default;
};

/// The action as a scenario's line has it, without its time.
std::string to_text(const Action& action);
/// "1500us" as "1.5ms": the shortest exact form.
std::string to_text(Duration duration);

/// What a process that speaks garbage sends: the same for the same action and seed.
Bytes garbage_of(const Action& action, std::uint64_t seed);

/// True for what a process does to its daemon: reads nothing, reads again, speaks garbage.
bool is_misbehaviour(Verb verb);

/// True for what a process does itself or is created with (not for its crash).
bool is_operation(Verb verb);

}  // namespace cohort::sim
