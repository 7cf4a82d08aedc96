/// What every part of the protocols process shares during one step: who and when it is, and the
/// effects so far. Owned by ProtocolsProcess; parts keep a reference.
#pragma once

#include <deque>
#include <string>
#include <utility>

#include "platform/base/ids.h"
#include "platform/base/rng.h"
#include "platform/base/time.h"
#include "platform/core/effect.h"
#include "platform/core/timers.h"

namespace cohort::core {

struct Context {
  Context(SiteLife life, std::uint64_t seed) : self(life), rng(seed) {}

  SiteLife self;
  MonotonicTime now{};
  Effects effects;
  Rng rng;
  Timers timers;         ///< of the view in force
  bool stopped = false;  ///< FailStop was emitted: nothing more happens

  void trace(std::string text) { effects.push_back(Trace{std::move(text)}); }

  /// `above`: the next life's incarnation must be beyond this one (a replaced disk, W15).
  void fail_stop(std::string reason, bool final = false, Incarnation above = {}) {
    if (stopped) return;
    stopped = true;
    trace("event=fail_stop site=" + to_string(self) + " reason=\"" + reason + "\"");
    effects.push_back(FailStop{std::move(reason), final, above});
  }
};

}  // namespace cohort::core
