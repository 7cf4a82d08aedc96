#include "console/models/state_builder.h"

#include <algorithm>

#include "console/models/command_text.h"
#include "console/models/failure_fold.h"

namespace cohort::console {

namespace {

template <typename T>
void keepLast(QList<T>& list, int limit) {
  if (list.size() > limit) list.remove(0, list.size() - limit);
}

GroupState& groupOf(PlantState& state, const GroupChange& change) {
  for (GroupState& group : state.groups) {
    if (group.name == change.group) return group;
  }
  GroupState fresh;
  fresh.name = change.group;
  state.groups.append(fresh);
  return state.groups.last();
}

SiteState& siteOf(PlantState& state, int number) {
  for (SiteState& site : state.sites) {
    if (site.site == number) return site;
  }
  SiteState fresh;
  fresh.site = number;
  state.sites.append(fresh);
  std::sort(state.sites.begin(), state.sites.end(),
            [](const SiteState& a, const SiteState& b) { return a.site < b.site; });
  return siteOf(state, number);
}

/// The members of the new view, with what was known of those that stay.
QList<Member> nextMembers(const GroupState& old, const GroupChange& change, qint64 atMs) {
  // Members of a view that was old when this console came joined nobody knows when.
  const bool first = old.view == 0 && change.view > 1;
  QList<Member> members;
  for (const QString& process : change.members) {
    const auto known = std::find_if(old.members.cbegin(), old.members.cend(),
                                    [&](const Member& one) { return one.process == process; });
    members.append(known != old.members.cend() ? *known
                                               : Member{process, siteOfProcess(process),
                                                        first ? 0 : atMs, first ? 0 : change.view});
  }
  return members;
}

Departure reasonFor(const GroupChange& change, const QString& process) {
  for (const auto& [name, why] : change.departed) {
    if (name == process) return why;
  }
  return Departure::kLeft;
}

/// A command is reported once the plant's own view shows what it asked for, never before.
void reportCommands(PlantState& state, const GroupState& group, qint64 atMs) {
  for (CommandRecord& command : state.commands) {
    if (!isPending(command) || command.target != group.name || command.site == 0) continue;
    const bool present = std::any_of(group.members.cbegin(), group.members.cend(),
                                     [&](const Member& one) { return one.site == command.site; });
    if (present != (command.action == CommandAction::kStart)) continue;
    command.phase = CommandPhase::kReported;
    command.changedMs = atMs;
  }
}

}  // namespace

bool conflatable(const PlantEvent& event) {
  return std::holds_alternative<Heard>(event.body) ||
         std::holds_alternative<LotTable>(event.body) ||
         std::holds_alternative<Figures>(event.body) ||
         std::holds_alternative<RequestTable>(event.body) ||
         std::holds_alternative<SensorCatalogue>(event.body);
}

int siteOfProcess(const QString& process) {
  return process.left(process.indexOf(QLatin1Char('.'))).toInt();
}

void StateBuilder::apply(const PlantEvent& event) {
  ++state_.sequence;
  std::visit([&](const auto& body) { on(body, event.atMs); }, event.body);
}

void StateBuilder::on(const Heard&, qint64 atMs) {
  state_.heardMs = std::max(state_.heardMs, atMs);
}

void StateBuilder::on(const PlantInfo& info, qint64 atMs) {
  state_.plant = info;
  for (const SiteInfo& site : info.sites) siteOf(state_, site.number);
  on(Heard{}, atMs);
}

void StateBuilder::on(const LinkChange& change, qint64 atMs) {
  // Failed retries say why, but the loss was when it was.
  if (state_.linked != change.linked || state_.linkChangedMs == 0) state_.linkChangedMs = atMs;
  state_.linked = change.linked;
  if (!change.reason.isEmpty()) state_.linkReason = change.reason;
  if (change.atSite != 0) state_.atSite = change.atSite;
  if (change.linked) on(Heard{}, atMs);
}

void StateBuilder::on(const ServingChange& change, qint64 atMs) {
  if (state_.serving != change.serving) state_.servingChangedMs = atMs;
  state_.serving = change.serving;
  foldServing(state_, atMs);
  on(Heard{}, atMs);
}

void StateBuilder::on(const SitesChange& change, qint64 atMs) {
  state_.siteView = change.view;
  for (const auto& [number, incarnation] : change.members) {
    SiteState& site = siteOf(state_, number);
    if (site.inView && site.incarnation == incarnation) continue;
    site = SiteState{number, incarnation, true, atMs, {}};
  }
  for (SiteState& site : state_.sites) {
    const bool present = std::any_of(change.members.cbegin(), change.members.cend(),
                                     [&](const auto& one) { return one.first == site.site; });
    if (present || !site.inView) continue;
    site.inView = false;
    site.sinceMs = atMs;
  }
  for (const auto& [number, why] : change.departed) siteOf(state_, number).reason = why;
  foldSites(state_, change, atMs);
  on(Heard{}, atMs);
}

void StateBuilder::on(const PastDepartures& past, qint64 atMs) {
  foldPast(state_, past);
  on(Heard{}, atMs);
}

void StateBuilder::on(const GroupChange& change, qint64 atMs) {
  GroupState& group = groupOf(state_, change);
  const bool another = !group.id.isEmpty() && group.id != change.id;
  // A group that failed totally comes back under another address and counts its views anew.
  if (!another && change.view <= group.view) return;
  ViewRecord record{change.view, atMs, state_.sequence, change.members, {}, {}};
  for (const Member& old : std::as_const(group.members)) {
    if (change.members.contains(old.process)) continue;
    Departed gone{old.process, old.site, reasonFor(change, old.process), atMs, change.view};
    // Ending after a stop from here is what was asked for, not a failure.
    const CommandRecord* command = pendingFor(state_, group.name, old.site);
    if (command != nullptr && command->action == CommandAction::kStop) gone.why = Departure::kLeft;
    record.departed.append(gone);
    if (gone.why != Departure::kLeft) group.missing.append(gone);
  }
  const QList<Member> members = nextMembers(group, change, atMs);
  for (const Member& member : members) {
    if (member.sinceView != change.view) continue;
    record.joined.append(member.process);
    group.missing.removeIf([&](const Departed& gone) { return gone.site == member.site; });
  }
  group.id = change.id;
  group.view = change.view;
  group.members = members;
  group.history.append(record);
  keepLast(group.history, kViewsKept);
  reportCommands(state_, group, atMs);
  foldView(state_, group, record, atMs);
  keepLast(state_.failures, kFailuresKept);
  on(Heard{}, atMs);
}

void StateBuilder::on(const NewsItem& item, qint64 atMs) {
  const quint64 last = state_.news.isEmpty()           ? 0
                       : state_.news.last().gapTo != 0 ? state_.news.last().gapTo
                                                       : state_.news.last().number;
  const bool anew = item.row.number == 1 && last > 1 && item.row.atMs > state_.news.last().atMs;
  if (item.row.number <= last && !anew) return;
  if (!anew && last != 0 && item.row.number > last + 1) {
    NewsRow gap;
    gap.number = last + 1;
    gap.gapTo = item.row.number - 1;
    gap.atMs = atMs;
    state_.news.append(gap);
  }
  state_.news.append(item.row);
  keepLast(state_.news, kNewsKept);
  on(Heard{}, atMs);
}

void StateBuilder::on(const LotTable& table, qint64 atMs) {
  if (state_.lots != table.lots) state_.lots = table.lots;
  on(Heard{}, atMs);
}

void StateBuilder::on(const Figures& figures, qint64 atMs) {
  state_.figures = figures;
  const int gone = figures.finished + figures.cancelled;
  state_.trend.append({atMs, figures.released - gone, figures.finished, figures.meanCycleMs});
  keepLast(state_.trend, kTrendKept);
  on(Heard{}, atMs);
}

void StateBuilder::on(const RequestTable& table, qint64 atMs) {
  if (state_.requests != table.requests) state_.requests = table.requests;
  on(Heard{}, atMs);
}

void StateBuilder::on(const SensorCatalogue& catalogue, qint64 atMs) {
  if (state_.sensors != catalogue.sensors) state_.sensors = catalogue.sensors;
  on(Heard{}, atMs);
}

void StateBuilder::on(const SampleBlock& block, qint64 atMs) {
  auto found = std::find_if(state_.series.begin(), state_.series.end(),
                            [&](const Series& one) { return one.sensor == block.sensor; });
  if (found == state_.series.end()) {
    state_.series.append(Series{block.sensor, {}});
    found = std::prev(state_.series.end());
  }
  for (const Sample& sample : block.samples) {
    if (!found->samples.isEmpty() && sample.atMs <= found->samples.last().atMs) continue;
    found->samples.append(sample);
  }
  keepLast(found->samples, kSamplesKept);
  on(Heard{}, atMs);
}

void StateBuilder::on(const CommandChange& change, qint64 atMs) {
  const auto known =
      std::find_if(state_.commands.begin(), state_.commands.end(),
                   [&](const CommandRecord& one) { return one.id == change.record.id; });
  if (known == state_.commands.end()) {
    state_.commands.append(change.record);
    state_.commands.last().changedMs = atMs;
    keepLast(state_.commands, kCommandsKept);
    return;
  }
  if (known->phase == CommandPhase::kReported) {
    known->answer = change.record.answer;  // The plant's word on the outcome is the last one.
    return;
  }
  known->phase = change.record.phase;
  known->answer = change.record.answer;
  known->changedMs = atMs;
  // Where the plant shows already what was asked for, no view will come to say so.
  const GroupState* group = findGroup(state_, change.record.target);
  if (group != nullptr && known->phase == CommandPhase::kAccepted) {
    reportCommands(state_, *group, atMs);
  }
}

void StateBuilder::on(const Acknowledgement& acknowledgement, qint64 atMs) {
  foldAcknowledgement(state_, acknowledgement, atMs);
}

void StateBuilder::on(const EventGap& gap, qint64) {
  state_.eventsLost += gap.count;
  state_.sequence += gap.count;
}

void StateBuilder::on(const Mark&, qint64) {}

}  // namespace cohort::console
