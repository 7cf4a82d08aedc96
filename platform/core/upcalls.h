/// What the data plane tells the clients' side, in the order of events.
#pragma once

#include "platform/core/group_table.h"
#include "platform/core/stream.h"

namespace cohort::core {

class Upcalls {
 public:
  virtual ~Upcalls() = default;
  virtual void on_message(const wire::MessageId& id, const StreamEntry& entry,
                          const GroupTable& table) = 0;
  /// A durable message that on_message will tell of, if this site lives on: all that it follows is
  /// held here. In the order of on_message; told again after look_ahead_again().
  virtual void on_agreed(const wire::MessageId& id, const StreamEntry& entry,
                         const GroupTable& table) = 0;
  /// The site sends in a new epoch from now on; its changes are not delivered yet.
  virtual void on_switch(const wire::Opening& opening) = 0;
  virtual void on_change(const wire::Change& change, const ChangeOutcome& outcome,
                         std::uint64_t view, const GroupTable& table) = 0;
  /// All changes of the epoch have been told.
  virtual void on_epoch(std::uint64_t epoch, const GroupTable& table) = 0;
  /// A joined site has its group table, as it is in the epoch delivered last.
  virtual void on_table(std::uint64_t epoch, const GroupTable& table) = 0;
};

}  // namespace cohort::core
