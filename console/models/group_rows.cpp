#include "console/models/group_rows.h"

#include <QCoreApplication>
#include <algorithm>

#include "console/models/command_text.h"
#include "console/models/failure_text.h"
#include "console/models/service_matrix.h"
#include "console/models/state_builder.h"

namespace cohort::console {

namespace {

QString inContext(const char* text) {
  return QCoreApplication::translate("GroupRows", text);
}

Cell number(qlonglong value) {
  Cell cell;
  cell.text = QString::number(value);
  cell.sort = value;
  return cell;
}

Cell words(const QString& text) {
  Cell cell;
  cell.text = text;
  return cell;
}

Cell sinceCell(const QString& text, qlonglong sort) {
  Cell cell;
  cell.text = text.isEmpty() ? QStringLiteral("–") : text;
  cell.sort = sort;
  if (text.isEmpty()) cell.tip = inContext("before this console came");
  return cell;
}

Cell groupHealth(int members, int deployed, int minimum) {
  Cell cell;
  if (members < minimum) {
    cell.text = inContext("below minimum");
    cell.mark = CellMark::kPriority1;
    cell.sort = 0;
  } else if (members < deployed) {
    cell.text = inContext("degraded");
    cell.mark = CellMark::kPriority2;
    cell.sort = 1;
  } else {
    cell.text = inContext("complete");
    cell.sort = 2;
  }
  return cell;
}

TableRow groupRow(const QString& name, const GroupState* group, const ServiceInfo* service) {
  const int members = group != nullptr ? int(group->members.size()) : 0;
  const int deployed = service != nullptr ? int(service->sites.size()) : members;
  const int minimum = service != nullptr ? service->minimum : 0;
  Cell count = words(inContext("%1/%2").arg(members).arg(deployed));
  count.sort = members;
  count.spoken = inContext("%1 of %2 members").arg(members).arg(deployed);
  Cell view = number(group != nullptr ? qlonglong(group->view) : 0);
  if (group == nullptr) view.text = QStringLiteral("–");
  return {name,
          {words(name), view, count, number(minimum), groupHealth(members, deployed, minimum)}};
}

/// The state of a member, with what was commanded beside it until both are equal.
Cell memberState(const PlantState& state, const QString& group, int site, CellMark mark,
                 qint64 nowMs) {
  Cell cell;
  cell.mark = mark;
  cell.text = markWord(mark);
  if (const CommandRecord* command = pendingFor(state, group, site)) {
    const QString wanted =
        command->action == CommandAction::kStart ? inContext("running") : inContext("stopped");
    cell.pending = true;
    cell.text = inContext("%1 > %2, %3 (%4)")
                    .arg(wanted, cell.text, commandPhaseWord(*command, nowMs),
                         ageText(nowMs - command->sentMs));
  }
  return cell;
}

}  // namespace

QList<Column> groupColumns() {
  return {{inContext("Group"), QStringLiteral("group"), false, 18},
          {inContext("View"), QStringLiteral("view"), true, 6},
          {inContext("Members"), QStringLiteral("members"), true, 8},
          {inContext("Min"), QStringLiteral("min"), true, 5},
          {inContext("State"), QStringLiteral("state"), false, 16}};
}

QList<TableRow> groupRows(const PlantState& state) {
  QList<TableRow> rows;
  for (const ServiceInfo& service : state.plant.services) {
    rows.append(groupRow(service.name, findGroup(state, service.name), &service));
  }
  for (const GroupState& group : state.groups) {
    if (findService(state, group.name) == nullptr)
      rows.append(groupRow(group.name, &group, nullptr));
  }
  return rows;
}

QList<Column> memberColumns() {
  return {{inContext("Rank"), QStringLiteral("rank"), true, 5},
          {inContext("Member"), QStringLiteral("member"), false, 10},
          {inContext("Host"), QStringLiteral("host"), false, 10},
          {inContext("Since view"), QStringLiteral("view"), true, 10},
          {inContext("Member since"), QStringLiteral("since"), true, 13},
          {inContext("Coordinates"), QStringLiteral("coordinates"), true, 11},
          {inContext("State (commanded > reported)"), QStringLiteral("state"), false, 30}};
}

QList<TableRow> memberRows(const PlantState& state, const QString& name, Zone zone, qint64 nowMs) {
  QList<TableRow> rows;
  const GroupState* group = findGroup(state, name);
  const ServiceInfo* service = findService(state, name);
  QList<int> seen;
  for (int rank = 0; group != nullptr && rank < group->members.size(); ++rank) {
    const Member& member = group->members.at(rank);
    seen.append(member.site);
    const auto coordinates =
        std::count_if(state.requests.cbegin(), state.requests.cend(),
                      [&](const Request& one) { return one.coordinator == member.process; });
    rows.append(
        {member.process,
         {number(rank), words(member.process), words(siteName(state, member.site)),
          sinceCell(member.sinceView == 0 ? QString() : QString::number(member.sinceView),
                    qlonglong(member.sinceView)),
          sinceCell(member.sinceMs == 0 ? QString() : timeText(member.sinceMs, zone),
                    member.sinceMs),
          number(coordinates),
          memberState(state, name, member.site, memberMark(state, name, member.site), nowMs)}});
  }
  const QList<int> deployed = service != nullptr ? service->sites : QList<int>{};
  for (const int site : deployed) {
    if (seen.contains(site)) continue;
    const CellMark mark = memberMark(state, name, site);
    Cell rank = words(QStringLiteral("–"));
    rank.sort = 1'000;
    Cell told = memberState(state, name, site, mark, nowMs);
    QString process = QStringLiteral("–");
    const QList<Departed> missing = group != nullptr ? group->missing : QList<Departed>{};
    for (const Departed& gone : missing) {
      if (gone.site != site) continue;
      process = gone.process;
      if (!told.pending) {
        told.text = inContext("%1 in view %2").arg(departureWord(gone.why)).arg(gone.view);
      }
    }
    rows.append({QStringLiteral("site %1").arg(site),
                 {rank, words(process), words(siteName(state, site)), words(QStringLiteral("–")),
                  words(QStringLiteral("–")), words(QStringLiteral("–")), told}});
  }
  return rows;
}

QList<Column> viewColumns() {
  return {{inContext("View"), QStringLiteral("view"), true, 5},
          {inContext("Heard"), QStringLiteral("heard"), true, 17},
          {inContext("What changed"), QStringLiteral("change"), false, 34},
          {inContext("Members"), QStringLiteral("members"), true, 8},
          {inContext("Event"), QStringLiteral("event"), true, 7}};
}

QString viewChangeText(const PlantState& state, const ViewRecord& record) {
  QStringList parts;
  for (const QString& process : record.joined) {
    parts += inContext("+%1 (%2 joined)").arg(process, siteName(state, siteOfProcess(process)));
  }
  for (const Departed& gone : record.departed) {
    parts += inContext("−%1 (%2, %3)")
                 .arg(gone.process, siteName(state, gone.site), departureWord(gone.why));
  }
  if (parts.isEmpty()) return inContext("the view when this console came");
  return parts.join(QStringLiteral("  "));
}

QList<TableRow> viewRows(const PlantState& state, const QString& name, Zone zone) {
  QList<TableRow> rows;
  const GroupState* group = findGroup(state, name);
  if (group == nullptr) return rows;
  for (auto view = group->history.crbegin(); view != group->history.crend(); ++view) {
    Cell change = words(viewChangeText(state, *view));
    const bool failed =
        std::any_of(view->departed.cbegin(), view->departed.cend(),
                    [](const Departed& gone) { return gone.why != Departure::kLeft; });
    change.mark = failed ? CellMark::kFailed : CellMark::kEvent;
    Cell heard = words(timeText(view->atMs, zone, true));
    heard.sort = view->atMs;
    rows.append({QString::number(view->number),
                 {number(qlonglong(view->number)), heard, change, number(view->members.size()),
                  number(qlonglong(view->sequence))}});
  }
  return rows;
}

QList<Column> requestColumns() {
  return {{inContext("Order"), QStringLiteral("order"), true, 7},
          {inContext("Kind"), QStringLiteral("kind"), false, 6},
          {inContext("Station"), QStringLiteral("station"), false, 12},
          {inContext("Step"), QStringLiteral("step"), true, 5},
          {inContext("Lots"), QStringLiteral("lots"), false, 22},
          {inContext("Coordinator"), QStringLiteral("coordinator"), false, 18},
          {inContext("Cohorts in turn"), QStringLiteral("cohorts"), false, 20},
          {inContext("Takeovers"), QStringLiteral("takeovers"), true, 9}};
}

QList<TableRow> requestRows(const PlantState& state, const QString& name) {
  QList<TableRow> rows;
  const GroupState* group = findGroup(state, name);
  const QList<Member> members = group != nullptr ? group->members : QList<Member>{};
  for (const Request& request : state.requests) {
    if (request.service != name) continue;
    const auto at = std::find_if(members.cbegin(), members.cend(), [&](const Member& one) {
      return one.process == request.coordinator;
    });
    QStringList cohorts;
    const qsizetype from = at == members.cend() ? 0 : std::distance(members.cbegin(), at) + 1;
    for (qsizetype step = 0; step + 1 < members.size(); ++step) {
      cohorts += siteName(state, members.at((from + step) % members.size()).site);
    }
    const QString coordinator = inContext("%1 %2").arg(
        siteName(state, siteOfProcess(request.coordinator)), request.coordinator);
    Cell order = words(request.order);
    order.sort = request.order.toLongLong();
    rows.append({request.service + QLatin1Char(' ') + request.order,
                 {order, words(request.kind), words(request.station),
                  request.step > 0 ? number(request.step) : words(QStringLiteral("–")),
                  words(request.lots.join(QStringLiteral(", "))), words(coordinator),
                  words(cohorts.join(QStringLiteral(", "))), number(request.takeovers)}});
  }
  return rows;
}

QList<Column> commandColumns() {
  return {{inContext("Sent"), QStringLiteral("sent"), true, 13},
          {inContext("Command"), QStringLiteral("command"), false, 28},
          {inContext("State"), QStringLiteral("state"), false, 24},
          {inContext("Age"), QStringLiteral("age"), true, 10},
          {inContext("Answer"), QStringLiteral("answer"), false, 30},
          {inContext("By"), QStringLiteral("by"), false, 10},
          {inContext("Reason"), QStringLiteral("reason"), false, 20}};
}

QList<TableRow> commandRows(const PlantState& state, const QString& group, Zone zone,
                            qint64 nowMs) {
  QList<TableRow> rows;
  for (auto one = state.commands.crbegin(); one != state.commands.crend(); ++one) {
    if (!group.isEmpty() && one->target != group) continue;
    Cell sent = words(timeText(one->sentMs, zone));
    sent.sort = one->sentMs;
    const qint64 until = isPending(*one) ? nowMs : one->changedMs;
    Cell phase = words(commandPhaseWord(*one, until));
    phase.pending = isPending(*one);
    if (one->phase == CommandPhase::kRejected) phase.mark = CellMark::kFailed;
    Cell age = words(ageText(until - one->sentMs));
    age.sort = until - one->sentMs;
    rows.append({one->id,
                 {sent, words(commandTitle(state, *one)), phase, age, words(one->answer),
                  words(one->user), words(one->reason)}});
  }
  return rows;
}

}  // namespace cohort::console
