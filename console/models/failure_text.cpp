#include "console/models/failure_text.h"

#include <QCoreApplication>

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("FailureText", text);
}

QString whatHappened(const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kSiteFailed:
      return inContext("The other sites removed it from the site view");
    case FailureKind::kSiteAbsent:
      return inContext("It was not in the site view when this console came");
    case FailureKind::kMemberFailed:
      return failure.cause.startsWith(QStringLiteral("site"))
                 ? inContext("It was lost with its site")
                 : inContext("Its process ended or was killed");
    case FailureKind::kMemberSlow:
      return inContext("It made no progress and was excluded");
    case FailureKind::kMemberKilled:
      return inContext("Its group was killed");
    case FailureKind::kBelowMinimum:
      return inContext("The service has fewer members than the plant file asks for");
    case FailureKind::kBlocked:
      return inContext("This site cannot reach a majority of the last site view");
  }
  return {};
}

}  // namespace

QString failureSource(const PlantState& state, const Failure& failure) {
  if (failure.kind == FailureKind::kSiteFailed || failure.kind == FailureKind::kSiteAbsent ||
      failure.kind == FailureKind::kBlocked) {
    return siteName(state, failure.site);
  }
  if (failure.kind == FailureKind::kBelowMinimum) return failure.service;
  return inContext("%1 on %2").arg(failure.service, siteName(state, failure.site));
}

QString failureWhat(const PlantState&, const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kSiteFailed:
      return inContext("site failed");
    case FailureKind::kSiteAbsent:
      return inContext("site is not there");
    case FailureKind::kMemberFailed:
      return failure.cause.startsWith(QStringLiteral("site"))
                 ? inContext("member lost with its site")
                 : inContext("member failed");
    case FailureKind::kMemberSlow:
      return inContext("excluded as too slow");
    case FailureKind::kMemberKilled:
      return inContext("member killed with its group");
    case FailureKind::kBelowMinimum:
      return inContext("members: %1, minimum %2").arg(failure.membersLeft).arg(failure.minimum);
    case FailureKind::kBlocked:
      return inContext("no quorum: stopped serving");
  }
  return {};
}

QString failureConsequence(const PlantState& state, const Failure& failure) {
  switch (failure.kind) {
    case FailureKind::kSiteFailed:
      return failure.membersLeft == 0 ? QString()
                                      : inContext("%1 of %2 sites left")
                                            .arg(failure.membersLeft)
                                            .arg(state.plant.sites.size());
    case FailureKind::kSiteAbsent:
      return inContext("its services have no member there");
    case FailureKind::kBelowMinimum:
      return inContext("one more failure may stop the service");
    case FailureKind::kBlocked:
      return inContext("nothing is delivered or commanded here");
    case FailureKind::kMemberFailed:
    case FailureKind::kMemberSlow:
    case FailureKind::kMemberKilled:
      break;
  }
  const ServiceInfo* service = findService(state, failure.service);
  if (service == nullptr) return inContext("%1 members left").arg(failure.membersLeft);
  return inContext("%1 of %2 members left (minimum %3)")
      .arg(failure.membersLeft)
      .arg(service->sites.size())
      .arg(service->minimum);
}

QStringList failureWhatToDo(const PlantState& state, const Failure& failure) {
  const QString site = siteName(state, failure.site);
  switch (failure.kind) {
    case FailureKind::kSiteFailed:
    case FailureKind::kSiteAbsent:
      return {inContext("Check power and network of %1.").arg(site),
              inContext("Start its daemon again (cohortd): it rejoins as a new incarnation."),
              inContext("Its services start with it and get their state by transfer.")};
    case FailureKind::kMemberSlow:
      return {inContext("Check the load of %1: the member did not read its deliveries.").arg(site),
              inContext("It is restarted by the oldest member; if not, start it in Groups.")};
    case FailureKind::kBelowMinimum:
      return {inContext("Start a member of %1 in Groups.").arg(failure.service),
              inContext("Do not stop another member of %1 before that.").arg(failure.service)};
    case FailureKind::kBlocked:
      return {inContext("Find out which sites cannot be reached: check network and power."),
              inContext("When a majority of the last view is back, this site serves again.")};
    case FailureKind::kMemberFailed:
    case FailureKind::kMemberKilled:
      break;
  }
  if (failure.cause.startsWith(QStringLiteral("site"))) {
    return {inContext("Nothing here: it comes back with %1.").arg(site)};
  }
  return {inContext("Wait some seconds: the oldest member of %1 starts a replacement.")
              .arg(failure.service),
          inContext("If none comes, start it on %1 in Groups.").arg(site),
          inContext("If it fails again, read its log on %1.").arg(site)};
}

QStringList failureEvidence(const PlantState& state, const Failure& failure, Zone zone) {
  QStringList lines = {whatHappened(failure)};
  if (!failure.process.isEmpty()) lines += inContext("Process %1").arg(failure.process);
  if (failure.view != 0) {
    lines += failure.service.isEmpty()
                 ? inContext("Gone from site view %1").arg(failure.view)
                 : inContext("Gone from view %1 of %2").arg(failure.view).arg(failure.service);
  }
  lines += failure.sinceMs == 0 ? inContext("Before this console came: told by the daemon")
                                : inContext("Event %1 at this console, heard %2")
                                      .arg(failure.sequence)
                                      .arg(timeText(failure.sinceMs, zone, true));
  if (!failure.detail.isEmpty()) lines += inContext("Reason given: %1").arg(failure.detail);
  if (const Failure* cause = findFailure(state, failure.cause)) {
    lines += inContext("First-out: %1, %2")
                 .arg(failureSource(state, *cause), failureWhat(state, *cause));
  }
  if (failure.consequences > 0) {
    lines += inContext("Further failures that follow from it: %1").arg(failure.consequences);
  }
  if (failure.clearedMs != 0) {
    lines += inContext("Returned to normal %1").arg(timeText(failure.clearedMs, zone, true));
  }
  if (!failure.acknowledgedBy.isEmpty()) {
    lines += inContext("Acknowledged by %1, %2")
                 .arg(failure.acknowledgedBy, timeText(failure.acknowledgedMs, zone));
  }
  return lines;
}

QString alarmWord(AlarmState state) {
  switch (state) {
    case AlarmState::kUnacknowledged:
      return inContext("unacknowledged");
    case AlarmState::kAcknowledged:
      return inContext("acknowledged");
    case AlarmState::kReturnedUnacknowledged:
      return inContext("returned, unack");
    case AlarmState::kCleared:
      return inContext("cleared");
  }
  return {};
}

QString departureWord(Departure why) {
  switch (why) {
    case Departure::kNone:
      return {};
    case Departure::kLeft:
      return inContext("left");
    case Departure::kProcessFailed:
      return inContext("failed");
    case Departure::kSiteFailed:
      return inContext("site failed");
    case Departure::kKilled:
      return inContext("killed with its group");
    case Departure::kSlow:
      return inContext("excluded as too slow");
  }
  return {};
}

}  // namespace cohort::console
