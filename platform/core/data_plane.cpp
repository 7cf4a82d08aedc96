#include "platform/core/data_plane.h"

#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"

namespace cohort::core {

using wire::Opening;
using wire::SiteSet;
using wire::StreamFrame;

namespace {
constexpr std::size_t kOrderBatch = 2048;  ///< places a frame
}  // namespace

DataPlane::DataPlane(Context& context, Sessions& sessions, Upcalls& upcalls,
                     const FlowLimits& limits)
    : context_(context),
      sessions_(sessions),
      upcalls_(upcalls),
      flow_(context, sessions, limits),
      fragments_(sessions, flow_),
      reassembly_(flow_),
      multicast_(sessions),
      agreed_(multicast_, order_),
      epochs_(context.self) {}

void DataPlane::install(std::uint64_t view, const std::vector<SiteLife>& members,
                        std::size_t rank) {
  view_ = view;
  members_ = members;
  rank_ = rank;
  flow_.install(members, rank);
  fragments_.install(view, members, rank);
  reassembly_.install(members.size());
  multicast_.install(view, members, rank);
  order_.install(members.size());
  agreed_.install(members.size());
  stability_.install(members.size());
  epochs_.install(members.size(), table_);
  sending_table_ = table_;
  unapplied_.clear();
  parked_.clear();
  fetched_.clear();
  pieces_.clear();
  frozen_ = false;
  update_own_stability();
}

void DataPlane::use_fresh_table(std::uint64_t formed_view) {
  table_ = GroupTable(formed_view);
  sending_table_ = table_;
  has_table_ = true;
}

void DataPlane::adopt_table(GroupTable table) {
  table_ = std::move(table);
  has_table_ = true;
  for (const Opening& opening : unapplied_) {
    COHORT_PROBE("table.openings_before_it");
    if (COHORT_MUTANT("snapshot_without_openings")) continue;
    for (const wire::Change& change : opening.changes) table_.apply(change);
  }
  unapplied_.clear();
  sending_table_ = table_;
  if (epochs_.sending() != epochs_.delivered()) {
    for (const wire::Change& change : epochs_.opening()->changes) sending_table_.apply(change);
  }
  upcalls_.on_table(epochs_.delivered(), table_);
}

void DataPlane::resubmit_owed() {
  if (epochs_.owed().empty() || COHORT_MUTANT("owed_forgotten")) return;
  for (const wire::Change& change : epochs_.owed()) {
    COHORT_PROBE("epochs.submitted_again");
    if (rank_ == 0) {
      epochs_.collect(change);
    } else {
      sessions_.send(members_[0].site, Channel::kControl, wire::ChangeRequest{view_, change});
    }
  }
}

void DataPlane::on_stream(std::size_t rank, StreamFrame frame) {
  if (frozen_ && !COHORT_MUTANT("deliver_after_promise")) return;
  if (frame.head.vector.size() != members_.size()) return;
  if (frame.epoch > epochs_.sending()) {
    COHORT_PROBE("epochs.frame_before_opening");
    std::vector<StreamFrame>& parked = parked_[rank];
    if (parked.empty()) {
      const wire::OpeningRequest request{view_, epochs_.sending() + 1};
      sessions_.send(members_[rank].site, Channel::kControl, request);
    }
    parked.push_back(std::move(frame));
    return;
  }
  if (frame.first > multicast_.stream(rank).received() + 1) {
    context_.fail_stop("a number of site " + to_string(members_[rank]) + " was lost");
    return;
  }
  if (!assemble(rank, frame)) return;
  const bool safe =
      frame.kind == wire::EntryKind::kMessage && frame.head.safety != wire::Safety::kAgreed;
  const bool marker = frame.kind == wire::EntryKind::kMarker;
  const bool durable = safe && frame.head.safety == wire::Safety::kDurable;
  const std::uint64_t number = frame.number;
  stability_.on_frame(rank, number, frame.head);
  if (!multicast_.receive(rank, std::move(frame))) return;
  urgent_ = urgent_ || safe || marker;
  if (durable) agreed_.want(rank, number);
}

void DataPlane::on_order(std::size_t rank, const wire::OrderFrame& frame) {
  if (frozen_ || rank != 0) return;
  for (const wire::OrderEntry& entry : frame.entries) {
    if (entry.origin >= members_.size()) return;
  }
  if (frame.first > order_.received() + 1) {
    context_.fail_stop("a place of the total order was lost");
    return;
  }
  if (!order_.receive(frame.first, frame.entries)) return;
  stability_.on_places(order_.received());
  hurry_where_safe(frame.entries);
}

/// Others wait to hear that this site has the place of a SAFE message.
void DataPlane::hurry_where_safe(const std::vector<wire::OrderEntry>& places) {
  urgent_ = urgent_ || std::any_of(places.begin(), places.end(), [this](const auto& place) {
              const StreamEntry* entry = multicast_.stream(place.origin).find(place.number);
              return entry != nullptr && entry->kind == wire::EntryKind::kMessage &&
                     entry->head.safety != wire::Safety::kAgreed;
            });
}

void DataPlane::on_opening(const Opening& opening) {
  if (frozen_) {
    COHORT_PROBE("epochs.opening_while_frozen");
    return;
  }
  switch_to(opening);
}

void DataPlane::on_opening_request(std::size_t rank, std::uint64_t epoch) {
  if (!epochs_.opening() || epochs_.opening()->epoch != epoch) return;
  COHORT_PROBE("epochs.opening_told_again");
  sessions_.send(members_[rank].site, Channel::kControl,
                 wire::OpeningFrame{view_, *epochs_.opening()});
}

void DataPlane::on_change_request(const wire::Change& change) {
  if (!frozen_ && rank_ == 0) epochs_.collect(change);
}

void DataPlane::on_status(std::size_t rank, const wire::Status& status) {
  flow_.on_slow(members_[rank], status.sent_ns, status.slow);
  if (!frozen_) stability_.on_status(rank, status);
}

SiteSet DataPlane::sites_of(const wire::Destinations& destinations) const {
  SiteSet sites = 0;
  const auto add = [this, &sites](ProcessId process) {
    const auto member = std::find(members_.begin(), members_.end(), process.life());
    if (member != members_.end()) {
      sites |= wire::site_bit(static_cast<std::size_t>(member - members_.begin()));
    }
  };
  for (GroupId id : destinations.groups) {
    if (const Group* group = sending_table_.find(id)) {
      for (ProcessId member : group->members) add(member);
    }
  }
  for (ProcessId process : destinations.processes) add(process);
  return sites;
}

std::vector<ProcessId> DataPlane::recipients_of(const wire::Destinations& destinations) const {
  std::vector<ProcessId> recipients;
  const auto add = [&recipients](ProcessId process) {
    if (std::find(recipients.begin(), recipients.end(), process) == recipients.end()) {
      recipients.push_back(process);
    }
  };
  for (GroupId id : destinations.groups) {
    if (const Group* group = sending_table_.find(id)) {
      for (ProcessId member : group->members) add(member);
    }
  }
  for (ProcessId process : destinations.processes) {
    if (std::find(members_.begin(), members_.end(), process.life()) != members_.end()) {
      add(process);
    }
  }
  return recipients;
}

wire::ChangeId DataPlane::submit(wire::Change change) {
  const wire::ChangeId id = epochs_.submit(change);
  if (frozen_ || members_.empty()) return id;
  if (rank_ == 0) {
    epochs_.collect(change);
  } else {
    sessions_.send(members_[0].site, Channel::kControl, wire::ChangeRequest{view_, change});
  }
  return id;
}

void DataPlane::pump(bool may_deliver) {
  if (frozen_ && !COHORT_MUTANT("deliver_after_promise")) return;
  if (rank_ == 0) {
    const std::uint64_t first = order_.received() + 1;
    const std::vector<wire::OrderEntry> places = order_.sequence(multicast_);
    const std::size_t batch = COHORT_BUGGIFY("order.one_place_a_frame") ? 1 : kOrderBatch;
    for (std::size_t at = 0; at < places.size(); at += batch) {
      wire::OrderFrame frame{view_, first + at, {}};
      const std::size_t end = std::min(places.size(), at + batch);
      frame.entries.assign(places.begin() + static_cast<std::ptrdiff_t>(at),
                           places.begin() + static_cast<std::ptrdiff_t>(end));
      for (std::size_t peer = 1; peer < members_.size(); ++peer) {
        sessions_.send(members_[peer].site, Channel::kData, frame);
      }
    }
  }
  flow_.measure();
  if (has_table_) {
    fragments_.pump([this](const wire::Destinations& to) { return sites_of(to); });
  }
  update_own_stability();
  if (may_deliver) {
    try_open();
    look_ahead();
    deliver_all(Delivery::Rules{epochs_.delivered(), false});
  }
  update_own_stability();
  free_stable();
}

void DataPlane::look_ahead() {
  while (const auto place = agreed_.next(epochs_.delivered())) {
    const StreamEntry& entry = *multicast_.stream(place->origin).find(place->number);
    upcalls_.on_agreed({members_[place->origin], view_, place->number}, entry, table_);
  }
}

void DataPlane::deliver_all(const Delivery::Rules& first_rules) {
  Delivery::Rules rules = first_rules;
  Delivery delivery(multicast_, order_, stability_);
  std::size_t origin = 0;
  std::uint64_t number = 0;
  while (true) {
    const Delivery::Step step = delivery.next(rules, origin, number);
    if (step == Delivery::Step::kBlocked) return;
    const StreamEntry* entry = multicast_.stream(origin).find(number);
    if (step == Delivery::Step::kMessage) {
      upcalls_.on_message({members_[origin], view_, number}, *entry, table_);
      continue;
    }
    if (rules.closing || entry->kind != wire::EntryKind::kMarker) continue;
    epochs_.on_marker(origin);
    if (!epochs_.complete()) continue;
    apply_opening();
    rules.epoch = epochs_.delivered();
  }
}

void DataPlane::apply_opening() {
  const Opening opening = *epochs_.opening();
  epochs_.advance();
  COHORT_PROBE("epochs.closed");
  urgent_ = true;
  context_.trace("event=epoch.delivered site=" + to_string(context_.self) +
                 " view=" + std::to_string(view_) + " epoch=" + std::to_string(opening.epoch) +
                 " changes=" + std::to_string(opening.changes.size()));
  if (!has_table_) {
    unapplied_.push_back(opening);
    return;
  }
  for (const wire::Change& change : opening.changes) {
    const ChangeOutcome outcome = table_.apply(change);
    epochs_.on_change_delivered(change.id);
    if (outcome.repeated) COHORT_PROBE("epochs.change_repeated");
    if (!outcome.repeated) upcalls_.on_change(change, outcome, view_, table_);
  }
  upcalls_.on_epoch(opening.epoch, table_);
}

void DataPlane::try_open() {
  if (rank_ != 0 || !epochs_.has_collected() || epochs_.sending() != epochs_.delivered()) return;
  if (stability_.least_delivered_epoch() < epochs_.delivered()) return;
  const Opening opening = epochs_.open(context_.now);
  const wire::OpeningFrame frame{view_, opening};
  for (std::size_t peer = 1; peer < members_.size(); ++peer) {
    sessions_.send(members_[peer].site, Channel::kData, frame);
  }
  switch_to(opening);
}

void DataPlane::switch_to(const Opening& opening) {
  const std::uint64_t ended = epochs_.sending();
  if (!epochs_.switch_to(opening)) return;
  COHORT_PROBE("epochs.switched");
  multicast_.number_marker(ended, order_.passed());
  if (has_table_) {
    sending_table_ = table_;
    for (const wire::Change& change : opening.changes) sending_table_.apply(change);
  }
  upcalls_.on_switch(opening);
  release_parked();
}

void DataPlane::release_parked() {
  std::map<std::size_t, std::vector<StreamFrame>> parked = std::move(parked_);
  parked_.clear();
  for (auto& [rank, frames] : parked) {
    for (StreamFrame& frame : frames) on_stream(rank, std::move(frame));
  }
}

void DataPlane::update_own_stability() {
  if (members_.empty()) return;
  stability_.on_own(rank_, multicast_.received(), order_.received(), epochs_.delivered());
}

void DataPlane::free_stable() {
  // With many sites this is dear, and most steps learn nothing that would free anything.
  if (!stability_.take_changed() && !unfreed_) return;
  unfreed_ = false;
  for (std::size_t origin = 0; origin < members_.size(); ++origin) {
    std::uint64_t stable = stability_.stable(origin);
    if (rank_ == 0) stable = std::min(stable, order_.cursor(origin));
    multicast_.free_to(origin, stable);
    const Stream& stream = multicast_.stream(origin);
    unfreed_ = unfreed_ || stream.floor() < stream.received();
  }
  order_.free_to(stability_.stable_order());
  unfreed_ = unfreed_ || order_.floor() < order_.received();
}

std::vector<std::pair<std::size_t, std::string>> DataPlane::late_sites() const {
  std::vector<std::pair<std::size_t, std::string>> late;
  if (rank_ != 0 || frozen_ || epochs_.sending() == 0) return late;
  if (stability_.least_delivered_epoch() >= epochs_.sending()) return late;
  if (context_.now - epochs_.opened_at() <= context_.timers.epoch_deadline) return late;
  if (epochs_.sending() != epochs_.delivered()) {
    for (std::size_t rank = 1; rank < members_.size(); ++rank) {
      COHORT_PROBE("epochs.late");
      if (!epochs_.marker_seen(rank))
        late.emplace_back(rank, "slow epoch: its marker did not come");
    }
    return late;
  }
  for (std::size_t rank = 1; rank < members_.size(); ++rank) {
    if (stability_.delivered_epoch(rank) < epochs_.sending()) {
      late.emplace_back(rank, "slow epoch: it did not deliver the changes");
    }
  }
  return late;
}

}  // namespace cohort::core
