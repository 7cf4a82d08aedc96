/// A client process of a run, whatever it does: the workload starts it, kills it, and waits for it
/// to come to rest.
#pragma once

#include <string>

#include "platform/base/ids.h"
#include "platform/sim/action.h"
#include "platform/wire/client_protocol.h"

namespace cohort::sim {

class Actor {
 public:
  virtual ~Actor() = default;

  /// False where the site's daemon is down.
  virtual bool connect() = 0;
  virtual void die() = 0;
  /// No more random actions; what is under way goes on.
  virtual void stop_acting() = 0;
  /// A last action that needs everybody, once the faults are over.
  virtual void say_goodbye() = 0;
  virtual void run_over() = 0;
  /// An operation that a script asks for; false where it cannot be done now.
  virtual bool perform(const Action&) { return false; }
  /// "p7": by this name journals and scripts speak of it.
  virtual std::string name() const = 0;

  virtual bool open() const = 0;
  virtual bool welcomed() const = 0;
  virtual bool idle() const = 0;
  virtual SiteId site() const = 0;
  virtual const wire::SiteView& sites() const = 0;
  /// What it waits for, for the report of a run that does not end.
  virtual std::string pending_text() const = 0;
};

}  // namespace cohort::sim
