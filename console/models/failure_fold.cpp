#include "console/models/failure_fold.h"

#include <algorithm>

namespace cohort::console {

namespace {

Failure* standing(PlantState& state, const QString& id) {
  for (Failure& failure : state.failures) {
    if (failure.id == id && isActive(failure)) return &failure;
  }
  return nullptr;
}

void clear(Failure& failure, qint64 atMs) {
  if (!isActive(failure)) return;
  failure.clearedMs = atMs;
  failure.state = failure.state == AlarmState::kAcknowledged ? AlarmState::kCleared
                                                             : AlarmState::kReturnedUnacknowledged;
}

/// Appends the failure and counts it at the one that caused it.
void raise(PlantState& state, Failure failure) {
  if (!failure.cause.isEmpty()) {
    if (Failure* cause = standing(state, failure.cause)) {
      if (isFolded(failure)) ++cause->consequences;
    } else {
      failure.cause.clear();
    }
  }
  state.failures.append(failure);
}

QString lifeOf(const QString& process) {
  return process.left(process.indexOf(QLatin1Char('/')));
}

QString siteFailureId(const QString& life) {
  return QStringLiteral("site %1").arg(life);
}

/// The member records of a site's failure come before the site view that explains them: the first
/// of them opens the site's failure.
QString ensureSiteFailure(PlantState& state, const Departed& gone, qint64 atMs) {
  const QString id = siteFailureId(lifeOf(gone.process));
  if (standing(state, id) != nullptr) return id;
  Failure failure;
  failure.id = id;
  failure.kind = FailureKind::kSiteFailed;
  failure.priority = 1;
  failure.sinceMs = atMs;
  failure.sequence = state.sequence;
  failure.site = gone.site;
  raise(state, failure);
  return id;
}

FailureKind kindOf(Departure why) {
  if (why == Departure::kSlow) return FailureKind::kMemberSlow;
  if (why == Departure::kKilled) return FailureKind::kMemberKilled;
  return FailureKind::kMemberFailed;
}

void raiseMember(PlantState& state, const GroupState& group, const Departed& gone, qint64 atMs) {
  const ServiceInfo* service = findService(state, group.name);
  Failure failure;
  failure.id = QStringLiteral("%1 %2").arg(group.name, gone.process);
  failure.kind = kindOf(gone.why);
  failure.priority = service != nullptr ? 2 : 3;
  failure.sinceMs = atMs;
  failure.sequence = state.sequence;
  failure.service = group.name;
  failure.process = gone.process;
  failure.site = gone.site;
  failure.view = gone.view;
  failure.membersLeft = int(group.members.size());
  failure.minimum = service != nullptr ? service->minimum : 0;
  if (gone.why == Departure::kSiteFailed) failure.cause = ensureSiteFailure(state, gone, atMs);
  raise(state, failure);
}

void foldMinimum(PlantState& state, const GroupState& group, const ViewRecord& record,
                 qint64 atMs) {
  const ServiceInfo* service = findService(state, group.name);
  if (service == nullptr) return;
  const QString id = QStringLiteral("minimum %1").arg(group.name);
  Failure* known = standing(state, id);
  const int members = int(group.members.size());
  if (members >= service->minimum) {
    if (known != nullptr) clear(*known, atMs);
    return;
  }
  if (known != nullptr) {
    known->membersLeft = members;
    return;
  }
  // A view for each member and none lost: the group is still being formed.
  if (record.departed.isEmpty() && record.number == quint64(members)) return;
  Failure failure;
  failure.id = id;
  failure.kind = FailureKind::kBelowMinimum;
  failure.priority = 1;
  failure.sinceMs = atMs;
  failure.sequence = state.sequence;
  failure.service = group.name;
  failure.view = record.number;
  failure.membersLeft = members;
  failure.minimum = service->minimum;
  if (!record.departed.isEmpty()) {
    const Departed& gone = record.departed.last();
    failure.cause = gone.why == Departure::kSiteFailed
                        ? siteFailureId(lifeOf(gone.process))
                        : QStringLiteral("%1 %2").arg(group.name, gone.process);
  }
  raise(state, failure);
}

}  // namespace

bool isFolded(const Failure& failure) {
  return !failure.cause.isEmpty() && failure.kind != FailureKind::kBelowMinimum;
}

bool isActive(const Failure& failure) {
  return failure.state == AlarmState::kUnacknowledged || failure.state == AlarmState::kAcknowledged;
}

bool isStanding(const Failure& failure) {
  return failure.state != AlarmState::kCleared;
}

void foldView(PlantState& state, const GroupState& group, const ViewRecord& record, qint64 atMs) {
  for (const Departed& gone : record.departed) {
    if (gone.why != Departure::kLeft) raiseMember(state, group, gone, atMs);
  }
  for (Failure& failure : state.failures) {
    if (failure.service != group.name || failure.kind == FailureKind::kBelowMinimum) continue;
    const bool missing =
        std::any_of(group.missing.cbegin(), group.missing.cend(),
                    [&](const Departed& gone) { return gone.process == failure.process; });
    if (!missing) clear(failure, atMs);
  }
  foldMinimum(state, group, record, atMs);
}

/// A console that comes to a plant with a site down must say so, though it saw nothing fail.
void foldAbsentSites(PlantState& state, qint64 atMs) {
  for (const SiteInfo& info : std::as_const(state.plant.sites)) {
    const SiteState* site = findSite(state, info.number);
    const QString id = QStringLiteral("absent %1").arg(info.number);
    Failure* known = standing(state, id);
    const bool absent = site == nullptr || (!site->inView && site->incarnation == 0);
    if (!absent && known != nullptr) clear(*known, atMs);
    if (!absent || known != nullptr) continue;
    Failure failure;
    failure.id = id;
    failure.kind = FailureKind::kSiteAbsent;
    failure.priority = 1;
    failure.sinceMs = atMs;
    failure.sequence = state.sequence;
    failure.site = info.number;
    raise(state, failure);
  }
}

void foldPast(PlantState& state, const PastDepartures& past) {
  for (const PastDeparture& one : past.departures) {
    const SiteState* site = findSite(state, one.site);
    const bool back = site != nullptr && site->inView;
    if (Failure* absent = standing(state, QStringLiteral("absent %1").arg(one.site));
        absent != nullptr && !back) {
      absent->detail = one.reason;
      absent->view = one.view;
      continue;
    }
    const QString life = QStringLiteral("%1.%2").arg(one.site).arg(one.incarnation);
    const QString id = siteFailureId(life);
    const auto known = [&](const Failure& failure) { return failure.id == id; };
    if (std::any_of(state.failures.cbegin(), state.failures.cend(), known)) continue;
    Failure failure;
    failure.id = id;
    failure.kind = FailureKind::kSiteFailed;
    failure.state = AlarmState::kCleared;  // Nobody need be called to what is over.
    failure.priority = 1;
    failure.sequence = state.sequence;
    failure.site = one.site;
    failure.view = one.view;
    failure.detail = one.reason;
    state.failures.append(failure);
  }
}

void foldSites(PlantState& state, const SitesChange& change, qint64 atMs) {
  foldAbsentSites(state, atMs);
  for (const auto& [number, why] : change.departed) {
    const SiteState* site = findSite(state, number);
    if (site == nullptr || site->inView) continue;
    const QString life = QStringLiteral("%1.%2").arg(number).arg(site->incarnation);
    Departed gone{life + QStringLiteral("/0"), number, Departure::kSiteFailed, atMs, change.view};
    Failure* failure = standing(state, ensureSiteFailure(state, gone, atMs));
    if (failure == nullptr) continue;
    failure->detail = why;
    failure->view = change.view;
    failure->membersLeft = int(change.members.size());
  }
  for (Failure& failure : state.failures) {
    if (failure.kind != FailureKind::kSiteFailed) continue;
    const SiteState* site = findSite(state, failure.site);
    // Its members' departures come before the site view that drops it: only another life is back.
    if (site != nullptr && site->inView &&
        failure.id !=
            siteFailureId(QStringLiteral("%1.%2").arg(site->site).arg(site->incarnation))) {
      clear(failure, atMs);
    }
  }
}

void foldServing(PlantState& state, qint64 atMs) {
  const QString id = QStringLiteral("quorum");
  Failure* known = standing(state, id);
  if (state.serving) {
    if (known != nullptr) clear(*known, atMs);
    return;
  }
  if (known != nullptr) return;
  Failure failure;
  failure.id = id;
  failure.kind = FailureKind::kBlocked;
  failure.priority = 1;
  failure.sinceMs = atMs;
  failure.sequence = state.sequence;
  failure.site = state.atSite;
  raise(state, failure);
}

void foldAcknowledgement(PlantState& state, const Acknowledgement& acknowledgement, qint64 atMs) {
  for (Failure& failure : state.failures) {
    if (failure.id != acknowledgement.failure) continue;
    if (failure.state == AlarmState::kUnacknowledged) {
      failure.state = AlarmState::kAcknowledged;
    } else if (failure.state == AlarmState::kReturnedUnacknowledged) {
      failure.state = AlarmState::kCleared;
    } else {
      continue;
    }
    failure.acknowledgedBy = acknowledgement.user;
    failure.acknowledgedMs = atMs;
  }
}

}  // namespace cohort::console
