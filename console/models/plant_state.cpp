#include "console/models/plant_state.h"

#include <QCoreApplication>
#include <algorithm>

namespace cohort::console {

namespace {

template <typename List, typename Predicate>
auto* findIn(const List& list, Predicate predicate) {
  const auto found = std::find_if(list.cbegin(), list.cend(), predicate);
  return found == list.cend() ? nullptr : &*found;
}

}  // namespace

const GroupState* findGroup(const PlantState& state, const QString& name) {
  return findIn(state.groups, [&](const GroupState& group) { return group.name == name; });
}

const ServiceInfo* findService(const PlantState& state, const QString& name) {
  return findIn(state.plant.services, [&](const ServiceInfo& one) { return one.name == name; });
}

const SiteState* findSite(const PlantState& state, int site) {
  return findIn(state.sites, [&](const SiteState& one) { return one.site == site; });
}

const Series* findSeries(const PlantState& state, const QString& sensor) {
  return findIn(state.series, [&](const Series& one) { return one.sensor == sensor; });
}

const Failure* findFailure(const PlantState& state, const QString& id) {
  return findIn(state.failures, [&](const Failure& one) { return one.id == id; });
}

QString siteName(const PlantState& state, int site) {
  const auto* info =
      findIn(state.plant.sites, [&](const SiteInfo& one) { return one.number == site; });
  if (info != nullptr && !info->name.isEmpty()) return info->name;
  return QCoreApplication::translate("Site", "site %1").arg(site);
}

}  // namespace cohort::console
