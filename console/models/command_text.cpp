#include "console/models/command_text.h"

#include <QCoreApplication>
#include <algorithm>

namespace cohort::console {

namespace {

constexpr qint64 kNoReportMs = 10'000;
constexpr qint64 kUnknownMs = 30'000;

QString inContext(const char* text) {
  return QCoreApplication::translate("CommandText", text);
}

bool isMemberAction(CommandAction action) {
  return action == CommandAction::kStart || action == CommandAction::kStop ||
         action == CommandAction::kKill;
}

QString title(const PlantState& state, CommandAction action, const QString& target, int site,
              int count) {
  switch (action) {
    case CommandAction::kStart:
      return inContext("Start %1 on %2").arg(target, siteName(state, site));
    case CommandAction::kStop:
      return inContext("Stop %1 on %2").arg(target, siteName(state, site));
    case CommandAction::kKill:
      return inContext("Kill %1 on %2").arg(target, siteName(state, site));
    case CommandAction::kReleaseLots:
      return count == 0 ? inContext("Release lots of %1").arg(target)
                        : inContext("Release lots of %1: %2").arg(target).arg(count);
    case CommandAction::kHoldLot:
      return inContext("Hold lot %1").arg(target);
    case CommandAction::kResumeLot:
      return inContext("Resume lot %1").arg(target);
    case CommandAction::kCancelLot:
      return inContext("Cancel lot %1").arg(target);
  }
  return {};
}

int membersAfter(const PlantState& state, const CommandDraft& draft) {
  const GroupState* group = findGroup(state, draft.target);
  if (group == nullptr) return draft.action == CommandAction::kStart ? 1 : 0;
  const int now = int(group->members.size());
  const bool present = std::any_of(group->members.cbegin(), group->members.cend(),
                                   [&](const Member& one) { return one.site == draft.site; });
  if (draft.action == CommandAction::kStart) return present ? now : now + 1;
  return present ? now - 1 : now;
}

QString memberConsequence(const PlantState& state, const CommandDraft& draft) {
  const ServiceInfo* service = findService(state, draft.target);
  const QString site = siteName(state, draft.site);
  const int deployed = service != nullptr ? int(service->sites.size()) : 0;
  const int minimum = service != nullptr ? service->minimum : 0;
  const QString after = inContext("%1 of %2 members (minimum %3)")
                            .arg(membersAfter(state, draft))
                            .arg(deployed)
                            .arg(minimum);
  if (draft.action == CommandAction::kStart) {
    return inContext(
               "Starting it gives %1 %2. It joins at the end of the rank and gets its state "
               "by transfer.")
        .arg(draft.target, after);
  }
  const int running =
      int(std::count_if(state.requests.cbegin(), state.requests.cend(), [&](const Request& one) {
        return one.service == draft.target &&
               one.coordinator.section(QLatin1Char('.'), 0, 0).toInt() == draft.site;
      }));
  QString text = draft.action == CommandAction::kStop
                     ? inContext("Stopping it leaves %1 with %2.").arg(draft.target, after)
                     : inContext("Killing it (SIGKILL, without a goodbye) leaves %1 with %2.")
                           .arg(draft.target, after);
  text += QLatin1Char(' ');
  if (draft.action == CommandAction::kStop) {
    text += inContext("It stays stopped until somebody starts it again.");
    text += QLatin1Char(' ');
  }
  text += running == 0
              ? inContext("It coordinates nothing at the moment.")
              : inContext("Computations that a cohort takes over from it: %1.").arg(running);
  return text;
}

QString lotConsequence(const PlantState& state, const CommandDraft& draft) {
  const auto lot = std::find_if(state.lots.cbegin(), state.lots.cend(),
                                [&](const Lot& one) { return one.name == draft.target; });
  const QString where = lot == state.lots.cend() ? QString()
                        : lot->station.isEmpty()
                            ? inContext("It waits for step %1 in %2.").arg(lot->step).arg(lot->area)
                            : inContext("It is in step %1 at %2.").arg(lot->step).arg(lot->station);
  switch (draft.action) {
    case CommandAction::kReleaseLots:
      return inContext("%1 lots are in process now; each new one waits for its first step.")
          .arg(state.figures.released - state.figures.finished - state.figures.cancelled);
    case CommandAction::kHoldLot:
      return where + QLatin1Char(' ') +
             inContext("A running step ends; no further one begins until the lot is resumed.");
    case CommandAction::kResumeLot:
      return where + QLatin1Char(' ') + inContext("It is scheduled again at once.");
    case CommandAction::kCancelLot:
      return where + QLatin1Char(' ') + inContext("It leaves the plant for good.");
    case CommandAction::kStart:
    case CommandAction::kStop:
    case CommandAction::kKill:
      break;
  }
  return {};
}

}  // namespace

QString commandTitle(const PlantState& state, const CommandDraft& draft) {
  return title(state, draft.action, draft.target, draft.site, draft.count);
}

QString commandTitle(const PlantState& state, const CommandRecord& record) {
  return title(state, record.action, record.target, record.site, 0);
}

QString commandConsequence(const PlantState& state, const CommandDraft& draft) {
  return isMemberAction(draft.action) ? memberConsequence(state, draft)
                                      : lotConsequence(state, draft);
}

bool endangersService(const PlantState& state, const CommandDraft& draft) {
  if (draft.action != CommandAction::kStop && draft.action != CommandAction::kKill) return false;
  const ServiceInfo* service = findService(state, draft.target);
  return service == nullptr || membersAfter(state, draft) < service->minimum;
}

QString viewMoved(const PlantState& state, const CommandDraft& draft) {
  if (!isMemberAction(draft.action)) return {};
  const GroupState* group = findGroup(state, draft.target);
  if (group == nullptr || group->view == draft.viewSeen) return {};
  QStringList members;
  for (const Member& member : group->members) members += siteName(state, member.site);
  return inContext("The view of %1 moved from %2 to %3 while this was open: members are now %4.")
      .arg(draft.target)
      .arg(draft.viewSeen)
      .arg(group->view)
      .arg(members.isEmpty() ? inContext("none") : members.join(QStringLiteral(", ")));
}

QString commandPhaseWord(const CommandRecord& record, qint64 nowMs) {
  const qint64 age = nowMs - record.sentMs;
  switch (record.phase) {
    case CommandPhase::kSent:
      if (age >= kUnknownMs) return inContext("outcome unknown: check the host");
      return age >= kNoReportMs ? inContext("no report yet") : inContext("sent");
    case CommandPhase::kAccepted:
      return age >= kUnknownMs ? inContext("accepted, not seen in a view: check the host")
                               : inContext("accepted");
    case CommandPhase::kReported:
      return inContext("done: the plant reports it");
    case CommandPhase::kRejected:
      return inContext("refused");
    case CommandPhase::kOutcomeUnknown:
      return inContext("outcome unknown: check the host");
  }
  return {};
}

bool isPending(const CommandRecord& record) {
  return record.phase == CommandPhase::kSent || record.phase == CommandPhase::kAccepted;
}

const CommandRecord* pendingFor(const PlantState& state, const QString& service, int site) {
  for (auto one = state.commands.crbegin(); one != state.commands.crend(); ++one) {
    if (isPending(*one) && one->target == service && one->site == site) return &*one;
  }
  return nullptr;
}

}  // namespace cohort::console
