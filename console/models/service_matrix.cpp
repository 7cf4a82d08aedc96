#include "console/models/service_matrix.h"

#include <QCoreApplication>
#include <algorithm>

#include "console/models/command_text.h"

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("ServiceMatrix", text);
}

bool abnormalMark(CellMark mark) {
  return mark == CellMark::kFailed || mark == CellMark::kSuspected || mark == CellMark::kDraining ||
         mark == CellMark::kStarting || mark == CellMark::kStopped;
}

}  // namespace

CellMark memberMark(const PlantState& state, const QString& service, int site) {
  const CommandRecord* command = pendingFor(state, service, site);
  const GroupState* group = findGroup(state, service);
  if (group != nullptr) {
    for (int rank = 0; rank < group->members.size(); ++rank) {
      if (group->members.at(rank).site != site) continue;
      if (command != nullptr && command->action != CommandAction::kStart) {
        return CellMark::kDraining;
      }
      return rank == 0 ? CellMark::kOldest : CellMark::kMember;
    }
    if (command != nullptr && command->action == CommandAction::kStart) return CellMark::kStarting;
    for (const Departed& gone : group->missing) {
      if (gone.site == site) return CellMark::kFailed;
    }
  }
  if (command != nullptr && command->action == CommandAction::kStart) return CellMark::kStarting;
  const ServiceInfo* info = findService(state, service);
  return info != nullptr && info->sites.contains(site) ? CellMark::kStopped
                                                       : CellMark::kNotDeployed;
}

QString markWord(CellMark mark) {
  switch (mark) {
    case CellMark::kNotDeployed:
      return inContext("not deployed");
    case CellMark::kMember:
      return inContext("member");
    case CellMark::kOldest:
      return inContext("oldest (rank 0)");
    case CellMark::kStarting:
      return inContext("starting");
    case CellMark::kDraining:
      return inContext("stopping");
    case CellMark::kSuspected:
      return inContext("suspected");
    case CellMark::kFailed:
      return inContext("failed");
    case CellMark::kStopped:
      return inContext("not running");
    case CellMark::kNone:
    case CellMark::kPriority1:
    case CellMark::kPriority2:
    case CellMark::kPriority3:
    case CellMark::kEvent:
    case CellMark::kFirstOut:
    case CellMark::kConsequence:
      break;
  }
  return {};
}

int ServiceMatrix::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(shown_.size());
}

int ServiceMatrix::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(state_->plant.services.size());
}

QString ServiceMatrix::serviceAt(int column) const {
  return state_->plant.services.value(column).name;
}

int ServiceMatrix::hostCount() const {
  return int(state_->plant.sites.size());
}

QVariant ServiceMatrix::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= shown_.size()) return {};
  const QString service = serviceAt(index.column());
  const int site = siteAt(index.row());
  const CellMark mark = memberMark(*state_, service, site);
  switch (role) {
    case kMarkRole:
      return int(mark);
    case kIdRole:
      return QStringLiteral("%1 %2").arg(service).arg(site);
    case Qt::ToolTipRole:
    case Qt::AccessibleTextRole:
      return inContext("%1 on %2: %3").arg(service, siteName(*state_, site), markWord(mark));
    default:
      return {};
  }
}

QVariant ServiceMatrix::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation == Qt::Vertical) {
    const SiteState* site = findSite(*state_, siteAt(section));
    if (role == Qt::DisplayRole) return siteName(*state_, siteAt(section));
    if (role == kMarkRole) {
      const bool gone = site != nullptr && !site->inView && state_->siteView != 0;
      return int(gone ? CellMark::kFailed : CellMark::kNone);
    }
    if (role == Qt::ToolTipRole && site != nullptr) {
      return site->inView ? inContext("%1, life %2: in site view %3")
                                .arg(siteName(*state_, site->site))
                                .arg(site->incarnation)
                                .arg(state_->siteView)
                          : inContext("%1: not in the site view. %2")
                                .arg(siteName(*state_, site->site), site->reason);
    }
    return {};
  }
  const ServiceInfo service = state_->plant.services.value(section);
  const GroupState* group = findGroup(*state_, service.name);
  const int members = group != nullptr ? int(group->members.size()) : 0;
  if (role == Qt::DisplayRole) {
    return QStringLiteral("%1\n%2").arg(
        service.name,
        inContext("%1/%2 min %3").arg(members).arg(service.sites.size()).arg(service.minimum));
  }
  if (role == kMarkRole) {
    return int(members < service.minimum        ? CellMark::kPriority1
               : members < service.sites.size() ? CellMark::kPriority2
                                                : CellMark::kNone);
  }
  return {};
}

bool ServiceMatrix::abnormal(int site) const {
  const SiteState* known = findSite(*state_, site);
  if (known != nullptr && !known->inView) return true;
  return std::any_of(state_->plant.services.cbegin(), state_->plant.services.cend(),
                     [&](const ServiceInfo& service) {
                       return abnormalMark(memberMark(*state_, service.name, site));
                     });
}

QList<int> ServiceMatrix::rowsToShow() const {
  QList<int> rows;
  for (const SiteInfo& site : state_->plant.sites) {
    if (onlyAbnormal_ && !abnormal(site.number)) continue;
    const QString name = siteName(*state_, site.number);
    if (!filter_.isEmpty() && !name.contains(filter_, Qt::CaseInsensitive)) continue;
    rows.append(site.number);
  }
  return rows;
}

void ServiceMatrix::refreshRows() {
  const QList<int> rows = rowsToShow();
  if (rows == shown_) return;
  beginResetModel();
  shown_ = rows;
  endResetModel();
}

void ServiceMatrix::setState(const PlantStatePtr& state) {
  if (state_->plant.services != state->plant.services ||
      state_->plant.sites != state->plant.sites) {
    beginResetModel();
    state_ = state;
    shown_ = rowsToShow();
    endResetModel();
    return;
  }
  const PlantStatePtr before = std::exchange(state_, state);
  refreshRows();
  for (int row = 0; row < shown_.size(); ++row) {
    for (int column = 0; column < columnCount(); ++column) {
      const QString service = serviceAt(column);
      if (memberMark(*before, service, shown_.at(row)) ==
          memberMark(*state_, service, shown_.at(row))) {
        continue;
      }
      emit dataChanged(index(row, column), index(row, column));
    }
  }
  if (columnCount() > 0) emit headerDataChanged(Qt::Horizontal, 0, columnCount() - 1);
  if (!shown_.isEmpty()) emit headerDataChanged(Qt::Vertical, 0, int(shown_.size()) - 1);
}

void ServiceMatrix::setOnlyAbnormal(bool only) {
  onlyAbnormal_ = only;
  refreshRows();
}

void ServiceMatrix::setFilter(const QString& words) {
  filter_ = words.trimmed();
  refreshRows();
}

}  // namespace cohort::console
