// What lets a prepared action happen: probes and frames within a daemon's step, anything else after
// an event.
#include <variant>

#include "platform/base/instrument.h"
#include "platform/sim/frame_kind.h"
#include "platform/sim/scenario/player.h"

namespace cohort::sim {

namespace {

std::uint64_t hits_of(const std::string& probe) {
  const auto found = instrument::probes().find(probe);
  return found == instrument::probes().end() ? 0 : found->second;
}

bool fits(SiteId wanted, SiteId site) {
  return wanted.value == 0 || wanted == site;
}

}  // namespace

void Player::arm(const Step& step) {
  Armed armed;
  armed.step = &step;
  armed.seen = hits_of(step.trigger.label);
  armed_.push_back(armed);
}

/// Counts what this step did towards the trigger.
bool Player::reached(Armed& armed, SiteId site, const core::Input& input,
                     const core::Effects& effects) {
  const Trigger& trigger = armed.step->trigger;
  if (trigger.on == Trigger::On::kProbe) {
    const std::uint64_t hits = hits_of(trigger.label);
    if (fits(trigger.site, site)) armed.counted += hits - armed.seen;
    armed.seen = hits;
  } else if (trigger.on == Trigger::On::kReceived && fits(trigger.site, site)) {
    const auto* frame = std::get_if<core::FrameReceived>(&input);
    if (frame != nullptr && fits(trigger.peer, frame->site) &&
        kind_matches(trigger.label, frame_kind(frame->frame))) {
      ++armed.counted;
    }
  } else if (trigger.on == Trigger::On::kSent && fits(trigger.site, site)) {
    for (const core::Effect& effect : effects) {
      const auto* frame = std::get_if<core::SendFrame>(&effect);
      if (frame != nullptr && fits(trigger.peer, frame->site) &&
          kind_matches(trigger.label, frame_kind(frame->whole()))) {
        ++armed.counted;
      }
    }
  }
  return trigger.on != Trigger::On::kCondition && armed.counted >= trigger.nth;
}

void Player::on_step(SiteId site, const core::Input& input, const core::Effects& effects) {
  for (std::size_t i = 0; i < armed_.size();) {
    if (reached(armed_[i], site, input, effects)) {
      fire(i);
    } else {
      ++i;
    }
  }
}

/// Probes of the tools are reached between steps of daemons.
void Player::after_event() {
  observer_.look();
  for (std::size_t i = 0; i < armed_.size();) {
    Armed& armed = armed_[i];
    const Trigger& trigger = armed.step->trigger;
    bool now = trigger.on == Trigger::On::kCondition && holds(trigger.condition);
    if (trigger.on == Trigger::On::kProbe) {
      const std::uint64_t hits = hits_of(trigger.label);
      if (trigger.site.value == 0) armed.counted += hits - armed.seen;
      armed.seen = hits;
      now = armed.counted >= trigger.nth;
    }
    if (now) {
      fire(i);
    } else {
      ++i;
    }
  }
}

void Player::fire(std::size_t index) {
  const Step& step = *armed_[index].step;
  armed_.erase(armed_.begin() + static_cast<std::ptrdiff_t>(index));
  ++world_.counts().triggers;
  perform(step);
}

}  // namespace cohort::sim
