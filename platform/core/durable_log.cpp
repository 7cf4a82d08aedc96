#include "platform/core/durable_log.h"

#include <algorithm>
#include <utility>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"
#include "platform/core/quorum.h"

namespace cohort::core {

using Kind = wire::GroupLogRecord::Kind;

namespace {

std::vector<SiteId> sites_of(const std::vector<ProcessId>& processes) {
  std::vector<SiteId> sites;
  for (ProcessId process : processes) sites.push_back(process.site());
  return sites;
}

}  // namespace

void DurableLog::write(const std::string& group, const wire::GroupLogRecord& record,
                       std::function<void()> done) {
  const std::uint64_t token = next_token_++;
  writing_[token] = std::move(done);
  context_.effects.push_back(LogWrite{token, group, wire::encode(record)});
}

void DurableLog::on_log_done(std::uint64_t token) {
  const auto found = writing_.find(token);
  if (found == writing_.end()) return;
  const auto done = std::move(found->second);
  writing_.erase(found);
  if (done) done();
}

void DurableLog::install(std::uint64_t view, const std::vector<SiteLife>& members, std::size_t rank,
                         const GroupTable* table) {
  for (const auto& [number, waiting] : std::exchange(waiting_, {})) {
    COHORT_PROBE("durable.unknown");
    on_outcome(waiting.id, waiting.sender, false);
  }
  view_ = view;
  members_ = members;
  rank_ = rank;
  Told told;
  told.logged.assign(members.size(), 0);
  told_.assign(members.size(), told);
  news_for_ = 0;
  COHORT_ASSERT(ahead_.empty(), "what was written ahead is delivered before the next view");
  marking_.clear();
  delivered_epoch_ = 0;
  table_awaited_ = table == nullptr;
  if (table != nullptr) mark(0, *table, true);
}

void DurableLog::on_table(std::uint64_t epoch, const GroupTable& table) {
  table_awaited_ = false;
  delivered_epoch_ = epoch;
  told_[rank_].markers_from = epoch;
  mark(epoch, table, true);
}

void DurableLog::on_epoch(std::uint64_t epoch, const GroupTable& table) {
  delivered_epoch_ = epoch;
  mark(epoch, table, false);
}

/// Who counts as a logger is known by that, and who is no member any more logs nothing: what came
/// until it joins again would be missing.
void DurableLog::forget_begun(const GroupTable& table) {
  const auto in = [](const std::vector<ProcessId>& processes, ProcessId process) {
    return std::find(processes.begin(), processes.end(), process) != processes.end();
  };
  std::erase_if(beginning_, [&](const auto& begun) {
    const auto& [name, member] = begun.first;
    const auto id = table.find(name);
    const Group* group = id ? table.find(*id) : nullptr;
    return group == nullptr || !in(group->members, member) || in(group->loggers, member);
  });
}

void DurableLog::mark(std::uint64_t epoch, const GroupTable& table, bool all) {
  forget_begun(table);
  std::map<std::string, std::vector<SiteId>> now;
  for (const auto& [id, group] : table.groups()) {
    if (!group.loggers.empty()) now[group.name] = sites_of(group.loggers);
  }
  // A group that nobody logs any more keeps its last marker: whoever logged it last has the state.
  for (const auto& [name, sites] : now) {
    const auto before = marked_.find(name);
    if (!all && before != marked_.end() && before->second == sites) continue;
    marked_[name] = sites;
    ++marking_[epoch];
    wire::GroupLogRecord record;
    record.kind = Kind::kMarker;
    record.place = {view_, epoch};
    record.sites = sites;
    write(name, record, [this, view = view_, epoch] {
      if (view != view_) return;
      if (--marking_[epoch] == 0) marking_.erase(epoch);
      update_markers();
    });
  }
  update_markers();
}

void DurableLog::update_markers() {
  if (table_awaited_) return;
  const std::uint64_t markers = marking_.empty() ? delivered_epoch_ + 1 : marking_.begin()->first;
  // Where no group is logged nobody asks.
  if (markers != told_[rank_].markers && !marked_.empty()) news_for_ = ~wire::SiteSet{0};
  told_[rank_].markers = markers;
}

bool DurableLog::logs_here(const Group& group) const {
  const auto local = [this](ProcessId process) { return process.life() == context_.self; };
  if (std::any_of(group.loggers.begin(), group.loggers.end(), local)) return true;
  return std::any_of(beginning_.begin(), beginning_.end(),
                     [&](const auto& begun) { return begun.first.first == group.name; });
}

std::optional<std::size_t> DurableLog::rank_of(SiteLife life) const {
  const auto member = std::find(members_.begin(), members_.end(), life);
  if (member == members_.end()) return std::nullopt;
  return static_cast<std::size_t>(member - members_.begin());
}

/// The group of a durable message, where it is logged here; else null.
const Group* DurableLog::logged_group(const StreamEntry& entry, const GroupTable& table) const {
  const Group* group = table.find(entry.head.destinations.groups.front());
  return group != nullptr && logs_here(*group) ? group : nullptr;
}

void DurableLog::on_agreed(const wire::MessageId& id, const StreamEntry& entry,
                           const GroupTable& table) {
  const Group* group = logged_group(entry, table);
  if (group == nullptr || ahead_.contains(id)) return;
  ahead_[id].group = group->name;
  write_update(id, entry, *group);
}

void DurableLog::on_delivered(const wire::MessageId& id, const StreamEntry& entry,
                              const GroupTable& table) {
  const auto ahead = ahead_.find(id);
  if (ahead == ahead_.end()) {
    if (const Group* group = logged_group(entry, table)) write_update(id, entry, *group);
    return;
  }
  COHORT_PROBE(ahead->second.on_disk ? "durable.disk_first" : "durable.delivered_first");
  if (ahead->second.on_disk) note_logged(id);
  ahead_.erase(ahead);
}

void DurableLog::write_update(const wire::MessageId& id, const StreamEntry& entry,
                              const Group& group) {
  wire::GroupLogRecord record;
  record.kind = Kind::kUpdate;
  record.id = id;
  record.place = {id.view, entry.epoch};
  record.sender = entry.head.sender;
  record.entry = entry.head.entry;
  record.bytes = entry.payload;
  write(group.name, record, [this, id] { on_written(id); });
}

/// What is on the disk and not delivered may yet come to nothing with this site: nobody is told.
void DurableLog::on_written(const wire::MessageId& id) {
  if (id.view != view_) return;
  const auto ahead = ahead_.find(id);
  if (ahead != ahead_.end()) {
    ahead->second.on_disk = true;
  } else {
    note_logged(id);
  }
}

/// Only its origin waits to hear of it.
void DurableLog::note_logged(const wire::MessageId& id) {
  const auto origin = rank_of(id.origin);
  if (!origin) return;
  std::uint64_t& logged = told_[rank_].logged[*origin];
  logged = std::max(logged, id.number);
  news_for_ |= wire::site_bit(*origin);
}

void DurableLog::await(const wire::MessageId& id, std::uint64_t epoch, ProcessId sender,
                       const Group& group) {
  Waiting waiting{epoch, sender, id, {}};
  for (ProcessId logger : group.loggers) {
    if (const auto rank = rank_of(logger.life())) waiting.loggers.push_back(*rank);
  }
  waiting_.emplace(id.number, std::move(waiting));
}

void DurableLog::begin(ProcessId member, const Group& group) {
  wire::GroupLogRecord record;
  record.kind = Kind::kBegin;
  record.flag = !logs_here(group);
  for (const auto& [id, ahead] : ahead_) record.ahead += ahead.group == group.name ? 1 : 0;
  if (record.ahead > 0) COHORT_PROBE("durable.begins_behind_what_was_written_ahead");
  beginning_[{group.name, member}] = {next_beginning_++, false};
  write(group.name, record, nullptr);
}

std::optional<std::uint64_t> DurableLog::begun(ProcessId member, const std::string& group) const {
  const auto found = beginning_.find({group, member});
  return found == beginning_.end() ? std::nullopt : std::optional(found->second.number);
}

void DurableLog::checkpoint(const std::string& group, bool more, Bytes state,
                            std::function<void()> durable) {
  wire::GroupLogRecord record;
  record.kind = Kind::kCheckpoint;
  record.flag = more;
  record.bytes = std::move(state);
  write(group, record, std::move(durable));
}

void DurableLog::on_counts_soon(ProcessId member, const std::string& group) {
  const auto found = beginning_.find({group, member});
  if (found != beginning_.end()) found->second.counts_soon = true;
}

void DurableLog::on_member_leaves(ProcessId member, const std::string& group) {
  const auto found = beginning_.find({group, member});
  if (found != beginning_.end() && !found->second.counts_soon) beginning_.erase(found);
}

void DurableLog::on_member_gone(ProcessId member) {
  std::erase_if(beginning_, [member](const auto& begun) {
    return begun.first.second == member && !begun.second.counts_soon;
  });
}

void DurableLog::on_logged(std::size_t rank, const wire::Logged& logged) {
  if (logged.logged.size() != members_.size()) return;
  Told& told = told_[rank];
  told.markers_from = logged.markers_from;
  told.markers = std::max(told.markers, logged.markers);
  for (std::size_t i = 0; i < members_.size(); ++i) {
    told.logged[i] = std::max(told.logged[i], logged.logged[i]);
  }
}

bool DurableLog::durable(const Waiting& waiting) const {
  std::size_t marked = 0;
  for (const Told& told : told_) marked += told.has_marker(waiting.epoch) ? 1 : 0;
  const bool oldest = told_.front().has_marker(waiting.epoch);
  if (COHORT_MUTANT("durable_at_one")) return told_[rank_].logged[rank_] >= waiting.id.number;
  if (!is_quorum(marked, members_.size(), oldest)) return false;
  std::size_t logged = 0;
  for (std::size_t rank : waiting.loggers) {
    logged += told_[rank].logged[rank_] >= waiting.id.number ? 1 : 0;
  }
  return 2 * logged > waiting.loggers.size();
}

void DurableLog::flush(bool lease) {
  const wire::SiteSet news_for = std::exchange(news_for_, 0) & ~wire::site_bit(rank_);
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    if (!wire::contains(news_for, peer)) continue;
    const Told& own = told_[rank_];
    const wire::Logged frame{view_, own.markers_from, own.markers, own.logged};
    sessions_.send(members_[peer].site, Channel::kControl, frame);
  }
  if (!lease) return;
  std::erase_if(waiting_, [this](const auto& entry) {
    if (!durable(entry.second)) return false;
    COHORT_PROBE("durable.done");
    on_outcome(entry.second.id, entry.second.sender, true);
    return true;
  });
}

}  // namespace cohort::core
