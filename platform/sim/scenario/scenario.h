/// A scenario: a plant, what is done to it and when, and what must then be true
/// (docs/formats/scenario.md). Read from text, written to text; run by the player.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "platform/base/result.h"
#include "platform/sim/action.h"
#include "platform/sim/options.h"

namespace cohort::sim {

/// What can be seen of a running plant.
enum class Fact : std::uint8_t {
  kDelivered,  ///< process, labels: one message, or several in this order ("before")
  kSent,       ///< process, label: the message has its number
  kFlushed,    ///< process: all its flushes have returned
  kIdle,       ///< process: everything that it asked for is answered
  kRefused,    ///< process, label: one of its requests was answered with that error
  kMember,     ///< process, label: it is a member of the group
  kView,       ///< process, label = group, members: the newest view it was told
  kSiteView,   ///< site or none, number or none, members
  kStopped,    ///< site: a life of it has ended by a fail-stop
  kUp,         ///< site: its daemon runs
  kServing,    ///< site: its daemon says so to a process of it
  kWhyLeft,    ///< site, label: a site view's news says why it was removed
  kGone,       ///< process: somebody was told that it failed
  kProbe,      ///< label, number
  kTrace,      ///< site or none, label
  kViolation,  ///< label: the property is violated so far; empty: none is
  kAlive,      ///< process: its session is open
  kRest,       ///< all that runs is in one view and has its answers
};

struct Condition {
  Fact fact = Fact::kRest;
  bool negated = false;
  std::string process;
  std::vector<std::string> labels;
  std::vector<std::string> members;
  SiteId site;
  std::uint64_t number = 0;
  bool operator==(const Condition&) const = default;
};

/// What lets a prepared action happen.
struct Trigger {
  enum class On : std::uint8_t { kProbe, kReceived, kSent, kCondition };
  On on = On::kCondition;
  std::string label;  ///< the probe, or the kind of frame
  SiteId site;        ///< where; none: anywhere
  SiteId peer;        ///< from or to whom; none: anybody
  std::uint64_t nth = 1;
  Condition condition;
  bool operator==(const Trigger&) const = default;
};

struct Step {
  enum class Kind : std::uint8_t {
    kDo,      ///< now
    kAt,      ///< at `time` of the run
    kAfter,   ///< `time` from now
    kWhen,    ///< once the trigger is reached
    kRun,     ///< lets `time` pass
    kRunTo,   ///< until `time` of the run
    kGroup,   ///< the processes become members of the group, one after the other
    kExpect,  ///< true now, or within `time` from now
  };
  Kind kind = Kind::kDo;
  Duration time{0};
  Action action;
  Trigger trigger;
  Condition condition;
  std::string group;
  std::vector<std::string> processes;
  std::size_t line = 0;
  std::string text;  ///< as it was written
};

struct Scenario {
  std::string file;
  std::vector<std::string> comment;  ///< the lines at the top
  Options options;                   ///< seed, sites, network and delays; no random faults
  std::string mutant;
  std::string violates;     ///< the property that this scenario is there to violate (a mutant's)
  bool sites_start = true;  ///< all at the beginning; else by actions
  bool must_rest = true;    ///< ends with all faults ended and a plant that comes to rest
  bool lenient = false;     ///< operations that cannot be done are passed over
  std::vector<Step> steps;
};

/// Errors: kMalformed: "FILE:LINE: what is wrong; what is allowed".
Result<Scenario> parse_scenario(std::string file, std::string_view text);
/// Ensures: parse_scenario(to_text(s)) does the same as s.
std::string to_text(const Scenario& scenario);

}  // namespace cohort::sim
