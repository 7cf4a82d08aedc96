// What leaves a site's data plane: when a multicast may take its number, and large messages.
#include "platform/base/instrument.h"
#include "platform/core/data_plane.h"

namespace cohort::core {

bool DataPlane::may_send(const wire::Multicast& request, std::size_t payload_bytes) const {
  if (!has_table_ || frozen_) return false;
  const std::size_t destinations =
      request.destinations.groups.size() + request.destinations.processes.size();
  const std::size_t cost = payload_bytes + limits::kMessageCostBytes + 8 * destinations;
  const std::size_t unstable = multicast_.unstable_bytes();
  if (unstable > 0 && unstable + cost > flow_.limits().unstable &&
      !COHORT_MUTANT("forget_window")) {
    COHORT_PROBE("flow.window_closed");
    return false;
  }
  if (flow_.congested(~wire::SiteSet{0}) && flow_.congested(sites_of(request.destinations))) {
    COHORT_PROBE("flow.site_congested");
    return false;
  }
  if (!flow_.any_slow() || request.reply || COHORT_MUTANT("forget_slow_member")) return true;
  for (ProcessId process : recipients_of(request.destinations)) {
    if (!flow_.slow(process)) continue;
    COHORT_PROBE("flow.waits_for_slow_member");
    return false;
  }
  return true;
}

DataPlane::Numbered DataPlane::number(ProcessId sender, wire::Multicast request,
                                      FragmentSender::Tail tail) {
  wire::MessageHead head;
  head.order = request.order;
  head.safety = request.safety;
  head.sender = sender;
  head.destination_sites = sites_of(request.destinations);
  head.entry = request.entry;
  Numbered numbered;
  if (!request.quiet) numbered.recipients = recipients_of(request.destinations);
  head.destinations = std::move(request.destinations);
  const bool ahead =
      request.safety == wire::Safety::kDurable && wire::contains(head.destination_sites, rank_);
  numbered.id = {context_.self, view_,
                 multicast_.number(std::move(head), std::move(request.payload), epochs_.sending(),
                                   order_.passed(), tail)};
  if (ahead) agreed_.want(rank_, numbered.id.number);
  return numbered;
}

DataPlane::Numbered DataPlane::send(ProcessId sender, wire::Multicast request) {
  return number(sender, std::move(request), {});
}

bool DataPlane::ready(const LargeSend& large) const {
  return has_table_ && !frozen_ && fragments_.ready(large, sites_of(large.request.destinations));
}

DataPlane::Numbered DataPlane::send(LargeSend& large) {
  const wire::SiteSet sites = sites_of(large.request.destinations);
  // The message goes where it goes in the epoch of its number (E9): ready() has seen to it.
  const FragmentSender::Tail tail = fragments_.take(large, sites);
  COHORT_PROBE("fragments.numbered");
  return number(large.sender, std::move(large.request), tail);
}

void DataPlane::on_fragment(std::size_t rank, const wire::Fragment& fragment) {
  if (frozen_) return;
  if (reassembly_.add(rank, fragment)) return;
  context_.fail_stop("a fragment of a message of site " + to_string(members_[rank]) +
                     " is lost or beyond what may be under way");
}

void DataPlane::on_fragment_drop(std::size_t rank, const wire::FragmentDrop& drop) {
  if (!frozen_) reassembly_.drop(rank, drop.transfer);
}

/// Puts a large message together. False: this site stops.
bool DataPlane::assemble(std::size_t rank, wire::StreamFrame& frame) {
  if (frame.transfer == 0) return true;
  auto payload = reassembly_.take(rank, frame.transfer, frame.before);
  if (!payload) {
    context_.fail_stop("fragments of a message of site " + to_string(members_[rank]) +
                       " were lost");
    return false;
  }
  COHORT_PROBE("fragments.assembled");
  payload->insert(payload->end(), frame.payload.begin(), frame.payload.end());
  frame.payload = std::move(*payload);
  frame.transfer = 0;
  frame.before = 0;
  return true;
}

bool DataPlane::add_piece(wire::EntryPiece piece) {
  if (piece.origin >= members_.size()) return false;
  const wire::StreamPlace place{piece.origin, piece.entry.number};
  if (fetched_.contains(place)) return false;
  Bytes& payload = pieces_[place];
  // Two holders may be sending: each from the start, so what comes again is known already.
  if (piece.offset != payload.size()) return false;
  payload.insert(payload.end(), piece.data.begin(), piece.data.end());
  if (payload.size() < piece.total) return false;
  COHORT_PROBE("view.large_entry_fetched");
  piece.entry.payload = std::move(payload);
  pieces_.erase(place);
  add_fetched(piece.origin, std::move(piece.entry));
  return true;
}

}  // namespace cohort::core
