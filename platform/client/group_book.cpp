#include "platform/client/group_book.h"

#include <algorithm>

namespace cohort::client {

namespace {

bool lists(const std::vector<ProcessId>& members, ProcessId process) {
  return std::find(members.begin(), members.end(), process) != members.end();
}

}  // namespace

void GroupBook::on_view(const wire::View& view, ProcessId self) {
  const GroupId group = view.view.group;
  const bool member = lists(view.view.members, self);
  views_[group] = view.view;
  if (member && lists(view.joined, self)) joined_at_[group] = view.view;
  const ViewChange change{view.view, view.joined, view.departed};
  all_.tell(change);
  listeners_[group].tell(change);
  if (!member) joined_at_.erase(group);
  if (!member && !monitored_.contains(group)) views_.erase(group);
}

const GroupView* GroupBook::view_of(GroupId group) const {
  const auto found = views_.find(group);
  return found == views_.end() ? nullptr : &found->second;
}

bool GroupBook::is_member(GroupId group, ProcessId self) const {
  const GroupView* view = view_of(group);
  return view != nullptr && lists(view->members, self);
}

const GroupView* GroupBook::joined_at(GroupId group) const {
  const auto found = joined_at_.find(group);
  return found == joined_at_.end() ? nullptr : &found->second;
}

}  // namespace cohort::client
