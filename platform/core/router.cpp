#include "platform/core/router.h"

#include <algorithm>
#include <type_traits>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"

namespace cohort::core {

void Router::on_frame(const FrameReceived& received) {
  Sessions::Received result = sessions_.on_frame(received.site, received.channel, received.frame);
  if (result.new_life) on_new_life(received.site);
  if (result.old_life) {
    // A site whose disk is new counts its lives from the start: it must be told where to go on.
    wire::Dead dead = dead_of(*result.old_life);
    dead.greatest = std::max(dead.greatest, sessions_.life(received.site).incarnation);
    sessions_.answer_old_life(received.site, received.channel, dead);
  }
  if (result.frame) route(received.site, std::move(*result.frame));
}

void Router::on_new_life(SiteId from) {
  const SiteLife life = sessions_.life(from);
  detector_.on_new_life(from);
  if (is_over(life)) {
    tell_dead(from, life);
    return;
  }
  const auto rank = views_.basis().rank_of(from);
  if (!views_.basis().operational || !rank) return;
  if (views_.basis().members[*rank].incarnation < life.incarnation) detector_.on_life_over(from);
}

bool Router::basis_holds(SiteId from) const {
  return views_.basis().operational && views_.basis().holds(sessions_.life(from));
}

wire::Dead Router::dead_of(SiteLife life) const {
  wire::Dead dead{life, views_.basis().number, life.incarnation};
  for (SiteLife seen : views_.basis().incarnations) {
    if (seen.site == life.site) dead.greatest = std::max(dead.greatest, seen.incarnation);
  }
  return dead;
}

void Router::tell_dead(SiteId from, SiteLife life) {
  sessions_.send_unnumbered(from, Channel::kControl, dead_of(life));
}

bool Router::is_over(SiteLife life) const {
  const ViewBasis& basis = views_.basis();
  if (!basis.operational || basis.holds(life)) return false;
  return std::any_of(basis.incarnations.begin(), basis.incarnations.end(), [&](SiteLife seen) {
    return seen.site == life.site && seen.incarnation >= life.incarnation;
  });
}

/// Kept until its view is installed here. No frame comes twice, so none may be dropped.
void Router::park(SiteId from, wire::PeerFrame frame) {
  if (parked_.size() == limits::kParkedFrames) {
    context_.fail_stop(
        "more than " + std::to_string(limits::kParkedFrames) +
        " frames came of a view that this site cannot install; it starts again and joins");
    return;
  }
  COHORT_PROBE("router.frame_of_next_view");
  parked_.emplace_back(from, std::move(frame));
  ask_for_commit(from);
}

template <typename Frame>
bool Router::present(SiteId from, Frame& frame, std::size_t& rank) {
  const ViewBasis& basis = views_.basis();
  if (!basis.operational || frame.view > basis.number) {
    if (frame.view > basis.number) park(from, std::move(frame));
    return false;
  }
  const auto found = basis.rank_of(from);
  if (frame.view < basis.number || !found) {
    COHORT_PROBE("router.frame_of_old_view");
    return false;
  }
  if (basis.members[*found] != sessions_.life(from)) return false;
  rank = *found;
  return true;
}

void Router::route(SiteId from, wire::PeerFrame frame) {
  std::size_t rank = 0;
  std::visit(
      [&](auto& f) {
        using Frame = std::decay_t<decltype(f)>;
        COHORT_CELL("cell", views_.stage(), instrument::type_name<Frame>());
        if constexpr (std::is_same_v<Frame, wire::Status>) {
          on_status(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Dead>) {
          if (f.life == context_.self) views_.on_dead(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::StreamBatch>) {
          if (present(from, f, rank)) on_batch(rank, f);
        } else if constexpr (std::is_same_v<Frame, wire::Fragment>) {
          if (present(from, f, rank)) plane_.on_fragment(rank, f);
        } else if constexpr (std::is_same_v<Frame, wire::DirectFrame>) {
          if (f.from.site() == from && on_direct) on_direct(f);
        } else if constexpr (std::is_same_v<Frame, wire::FragmentDrop>) {
          if (present(from, f, rank)) plane_.on_fragment_drop(rank, f);
        } else if constexpr (std::is_same_v<Frame, wire::EntryPiece>) {
          views_.on_entry_piece(std::move(f));
        } else if constexpr (std::is_same_v<Frame, wire::OrderFrame>) {
          if (present(from, f, rank)) plane_.on_order(rank, f);
        } else if constexpr (std::is_same_v<Frame, wire::OpeningFrame>) {
          if (present(from, f, rank)) plane_.on_opening(f.opening);
        } else if constexpr (std::is_same_v<Frame, wire::OpeningRequest>) {
          if (present(from, f, rank)) plane_.on_opening_request(rank, f.epoch);
        } else if constexpr (std::is_same_v<Frame, wire::ChangeRequest>) {
          if (present(from, f, rank)) plane_.on_change_request(f.change);
        } else if constexpr (std::is_same_v<Frame, wire::Accusation>) {
          views_.on_accusation(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Wedge>) {
          views_.on_wedge(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::WedgeAnswer>) {
          views_.on_answer(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::WedgeRefusal>) {
          views_.on_refusal(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Fetch>) {
          views_.on_fetch(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Held>) {
          views_.on_held(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Propose>) {
          views_.on_propose(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Accepted>) {
          views_.on_accepted(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Commit>) {
          views_.on_commit(f);
        } else if constexpr (std::is_same_v<Frame, wire::CommitRequest>) {
          views_.on_commit_request(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::FormerView>) {
          views_.on_former_view(f);
        } else if constexpr (std::is_same_v<Frame, wire::EntriesRequest>) {
          views_.on_entries_request(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::Entries>) {
          views_.on_entries(f);
        } else if constexpr (std::is_same_v<Frame, wire::TableRequest>) {
          on_table_request(from, f);
        } else if constexpr (std::is_same_v<Frame, wire::TableSnapshot>) {
          on_table_snapshot(f);
        } else if constexpr (std::is_same_v<Frame, wire::Logged>) {
          if (present(from, f, rank)) durable_.on_logged(rank, f);
        } else if constexpr (std::is_same_v<Frame, wire::LeaveRequest>) {
          if (present(from, f, rank)) views_.on_leave_request(from);
        } else if constexpr (std::is_same_v<Frame, wire::PlantRequest>) {
          if (basis_holds(from)) views_.on_plant_request(f);
        } else if constexpr (std::is_same_v<Frame, wire::PlantUpdate>) {
          views_.on_plant_update(f);
        }
      },
      frame);
}

void Router::on_table_request(SiteId from, const wire::TableRequest& request) {
  if (request.view != views_.basis().number || table_at_start_.empty()) return;
  sessions_.send(from, Channel::kControl, wire::TableSnapshot{request.view, table_at_start_});
}

void Router::on_table_snapshot(const wire::TableSnapshot& snapshot) {
  if (snapshot.view != views_.basis().number || plane_.has_table()) return;
  if (auto table = GroupTable::decode(snapshot.table)) plane_.adopt_table(std::move(*table));
}

void Router::on_batch(std::size_t rank, wire::StreamBatch& batch) {
  if (batch.rank != rank) return;
  for (wire::StreamFrame& frame : batch.frames) plane_.on_stream(rank, std::move(frame));
}

void Router::on_status(SiteId from, const wire::Status& status) {
  if (status.self != sessions_.life(from)) return;
  const ViewBasis& basis = views_.basis();
  // Also a site that asks to join may know of an override, from its log.
  const std::uint64_t newest = std::max(status.view, status.log_view);
  const std::uint64_t forced = wire::overrides_before(newest);
  if (basis.operational && forced > wire::overrides_before(basis.number)) {
    context_.fail_stop("an operator has formed view " + std::to_string(newest) +
                       " without this site's view: it outranks this one");
    return;
  }
  if (is_over(status.self)) {
    tell_dead(from, status.self);
    return;
  }
  if (status.view == 0 || !basis.operational) {
    views_.on_status(from, status);
    if (!basis.operational && status.view > basis.number) ask_for_commit(from);
    if (status.view == 0) return;
  }
  if (!basis.operational) return;
  const bool member = basis.holds(status.self);
  if (!member && !views_.awaits(status.self)) return;
  detector_.on_status(from, status.sent_ns, status.echo_ns, context_.now);
  if (!member) return;
  views_.on_member_status(from, status);
  if (status.view == basis.number) {
    plane_.on_status(*basis.rank_of(from), status);
  } else if (status.view > basis.number) {
    ask_for_commit(from);
  } else {
    views_.on_commit_request(from, {status.view});
  }
}

void Router::ask_for_commit(SiteId from) {
  MonotonicTime& asked = commit_asked_[from];
  if (asked != MonotonicTime{} && context_.now - asked < millis(100)) return;
  asked = context_.now;
  const std::uint64_t view = views_.basis().operational ? views_.basis().number : 0;
  sessions_.send(from, Channel::kControl, wire::CommitRequest{view});
}

void Router::release() {
  std::vector<std::pair<SiteId, wire::PeerFrame>> parked = std::move(parked_);
  parked_.clear();
  for (auto& [from, frame] : parked) route(from, std::move(frame));
}

void Router::ask_for_table() {
  const ViewBasis& basis = views_.basis();
  for (std::size_t i = 0; i < basis.members.size(); ++i) {
    const SiteLife& member = basis.members[table_turn_++ % basis.members.size()];
    if (member == context_.self || detector_.suspected(member.site)) continue;
    sessions_.send(member.site, Channel::kControl, wire::TableRequest{basis.number});
    return;
  }
}

void Router::send_status(SiteId site, bool acknowledges) {
  const ViewBasis& basis = views_.basis();
  wire::Status status;
  status.self = context_.self;
  status.sent_ns = context_.now.time_since_epoch().count();
  if (basis.operational) {
    status.view = basis.number;
    if (basis.rank_of(site) && !plane_.frozen()) {
      status.received = plane_.multicast().received();
      status.order_received = plane_.order().received();
    }
    status.delivered_epoch = plane_.epochs().delivered();
    status.slow = plane_.flow().own_slow();
    // Only a member may live on our echoes: one that was removed would take them for a lease.
    const bool member = basis.holds(sessions_.life(site));
    if (member && views_.echoes(site)) status.echo_ns = detector_.echo_for(site);
  } else {
    status.log_blank = views_.log_blank();
    status.log_view = basis.number;
    if (basis.number > 0) status.log_members = basis.members;
    status.log_incarnations = basis.incarnations;
    status.log_overrides = basis.overrides;
    status.founders = basis.number == 0 ? views_.founders() : 0;
    status.plant_version = basis.plant.version;
  }
  sessions_.send_unnumbered(site, Channel::kControl, status);
  if (acknowledges && sessions_.owes_acknowledgement(site, Channel::kData)) {
    sessions_.send_unnumbered(site, Channel::kData, status);
  }
}

}  // namespace cohort::core
