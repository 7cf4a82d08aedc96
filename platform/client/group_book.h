/// The groups that a process sees: their views and who wants to be told of changes. Private to
/// platform/client.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <set>

#include "platform/client/listeners.h"
#include "platform/client/process.h"

namespace cohort::client {

class GroupBook {
 public:
  /// Takes a new view over and tells the listeners of its group.
  void on_view(const wire::View& view, ProcessId self);

  const GroupView* view_of(GroupId group) const;
  bool is_member(GroupId group, ProcessId self) const;
  /// The first view that listed this process at its last join of the group; null: never joined.
  const GroupView* joined_at(GroupId group) const;
  void monitor(GroupId group) { monitored_.insert(group); }
  std::shared_ptr<void> listen(GroupId group, std::function<void(const ViewChange&)> handler) {
    return listeners_[group].add(std::move(handler));
  }

  std::shared_ptr<void> listen_to_all(std::function<void(const ViewChange&)> handler) {
    return all_.add(std::move(handler));
  }

 private:
  Listeners<const ViewChange&> all_;
  std::map<GroupId, GroupView> views_;
  std::map<GroupId, GroupView> joined_at_;
  std::set<GroupId> monitored_;
  std::map<GroupId, Listeners<const ViewChange&>> listeners_;
};

}  // namespace cohort::client
