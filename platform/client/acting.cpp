/// Whether this process may act on what it was handed: the site's lease, and what members that have
/// gone may still do (V11).
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/client/parts.h"

namespace cohort::client {

bool Process::Parts::may_act() const {
  if (session.closed) return false;
  const wire::ClientLink& link = *session.link;
  return link.now() < link.lease_until() || COHORT_MUTANT("act_after_lease");
}

bool Process::Parts::may_handle() {
  // Before the welcome there is nothing to act upon, only answers to questions.
  if (!session.self.valid() || may_act()) return true;
  COHORT_PROBE("client.lease_over");
  watch_lease();
  return false;
}

/// The daemon need not have noticed that its lease was over, so it need not say that it is back.
void Process::Parts::watch_lease() {
  if (lease_is_watched) return;
  lease_is_watched = true;
  const auto again = [weak = weak_from_this()] {
    const auto parts = weak.lock();
    if (!parts || parts->session.closed) return;
    parts->lease_is_watched = false;
    if (!parts->may_act()) return parts->watch_lease();
    COHORT_PROBE("client.lease_back");
    parts->inbox.look_again();
  };
  session.scheduler->call_at(session.scheduler->now() + limits::kLeaseLook, again);
}

task::Task<bool> Process::Parts::until_may_act(std::shared_ptr<Parts> parts) {
  task::Scheduler& scheduler = *parts->session.scheduler;
  while (!parts->session.closed) {
    const MonotonicTime now = parts->session.link->now();
    if (now >= parts->settled_at && parts->may_act()) co_return true;
    COHORT_PROBE("client.waits_to_act");
    co_await scheduler.sleep_until(std::max(parts->settled_at, now + limits::kLeaseLook));
  }
  co_return false;
}

}  // namespace cohort::client
