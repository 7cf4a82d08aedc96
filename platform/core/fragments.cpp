#include "platform/core/fragments.h"

#include <algorithm>

#include "platform/base/instrument.h"

namespace cohort::core {

void FragmentSender::install(std::uint64_t view, const std::vector<SiteLife>& members,
                             std::size_t rank) {
  view_ = view;
  members_ = members;
  rank_ = rank;
  for (Under& under : under_way_) {
    COHORT_PROBE("fragments.begun_anew");
    under.sent.assign(members.size(), 0);
  }
}

std::size_t FragmentSender::before(const LargeSend& send) const {
  const std::size_t part = flow_.limits().part;
  return send.total == 0 ? 0 : (send.total - 1) / part * part;
}

bool FragmentSender::room_for(std::size_t total) const {
  if (under_way_.empty()) return true;
  return under_way_.size() < limits::kLargeSendsPerOrigin && bytes_ + total <= flow_.limits().large;
}

void FragmentSender::begin(const std::shared_ptr<LargeSend>& send) {
  send->begun = true;
  send->request.payload.reserve(send->total);
  bytes_ += send->total;
  under_way_.push_back({send, next_transfer_++, std::vector<std::size_t>(members_.size(), 0)});
}

std::vector<FragmentSender::Under>::iterator FragmentSender::find(const LargeSend& send) {
  const auto found =
      std::find_if(under_way_.begin(), under_way_.end(),
                   [&send](const Under& under) { return under.send.get() == &send; });
  COHORT_ASSERT(found != under_way_.end(), "the large message is under way");
  return found;
}

void FragmentSender::tell_drop(const Under& under, wire::SiteSet except) {
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    if (under.sent[peer] == 0 || wire::contains(except, peer)) continue;
    COHORT_PROBE("fragments.drop_told");
    sessions_.send(members_[peer].site, Channel::kData, wire::FragmentDrop{view_, under.transfer});
  }
}

void FragmentSender::drop(const LargeSend& send) {
  const auto under = find(send);
  tell_drop(*under, 0);
  bytes_ -= send.total;
  under_way_.erase(under);
}

void FragmentSender::pump(const SitesOf& sites_of) {
  if (under_way_.empty()) return;
  std::vector<wire::SiteSet> sites;
  for (const Under& under : under_way_) {
    sites.push_back(sites_of(under.send->request.destinations));
  }
  for (bool moved = true; moved;) {
    moved = false;
    for (std::size_t i = 0; i < under_way_.size(); ++i) {
      moved = send_next(under_way_[i], sites[i]) || moved;
    }
  }
}

bool FragmentSender::send_next(Under& under, wire::SiteSet sites) {
  const std::size_t end = before(*under.send);
  const std::size_t part = flow_.limits().part;
  const Bytes& payload = under.send->request.payload;
  bool moved = false;
  SharedBytes frame;  // encoded once for all who are as far
  std::size_t frame_at = 0;
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    const std::size_t at = under.sent[peer];
    if (peer == rank_ || !wire::contains(sites, peer) || at >= end) continue;
    if (payload.size() < at + part || !flow_.open_towards(peer)) continue;
    if (!frame || frame_at != at) {
      frame_at = at;
      frame = std::make_shared<const Bytes>(wire::encode_fragment(
          {view_, under.transfer, at, under.send->total, {}}, ByteView(payload).subspan(at, part)));
    }
    sessions_.send(members_[peer].site, Channel::kData, frame);
    under.sent[peer] += part;
    moved = true;
  }
  return moved;
}

bool FragmentSender::ready(const LargeSend& send, wire::SiteSet sites) const {
  if (!send.complete()) return false;
  const std::size_t end = before(send);
  const auto found =
      std::find_if(under_way_.begin(), under_way_.end(),
                   [&send](const Under& under) { return under.send.get() == &send; });
  COHORT_ASSERT(found != under_way_.end(), "the large message is under way");
  for (std::size_t peer = 0; peer < members_.size(); ++peer) {
    if (peer == rank_ || !wire::contains(sites, peer)) continue;
    if (found->sent[peer] < end) return false;
  }
  return true;
}

FragmentSender::Tail FragmentSender::take(const LargeSend& send, wire::SiteSet sites) {
  const auto under = find(send);
  tell_drop(*under, sites);
  const std::size_t end = before(send);
  const Tail tail{end == 0 ? 0 : under->transfer, end};
  bytes_ -= send.total;
  under_way_.erase(under);
  return tail;
}

void Reassembly::install(std::size_t sites) {
  origins_.assign(sites, Origin{});
}

bool Reassembly::add(std::size_t rank, const wire::Fragment& fragment) {
  Origin& origin = origins_[rank];
  auto found = origin.transfers.find(fragment.transfer);
  if (found == origin.transfers.end()) {
    if (origin.transfers.size() >= limits::kLargeSendsPerOrigin) return false;
    found = origin.transfers.emplace(fragment.transfer, Bytes{}).first;
    found->second.reserve(std::min<std::size_t>(fragment.total, flow_.limits().payload));
  }
  Bytes& payload = found->second;
  const std::size_t most = std::max(flow_.limits().large, flow_.limits().payload);
  if (fragment.offset != payload.size() || origin.bytes + fragment.data.size() > most) return false;
  payload.insert(payload.end(), fragment.data.begin(), fragment.data.end());
  origin.bytes += fragment.data.size();
  return true;
}

void Reassembly::drop(std::size_t rank, std::uint64_t transfer) {
  Origin& origin = origins_[rank];
  const auto found = origin.transfers.find(transfer);
  if (found == origin.transfers.end()) return;
  origin.bytes -= found->second.size();
  origin.transfers.erase(found);
}

std::optional<Bytes> Reassembly::take(std::size_t rank, std::uint64_t transfer,
                                      std::uint64_t before) {
  Origin& origin = origins_[rank];
  const auto found = origin.transfers.find(transfer);
  if (found == origin.transfers.end() || found->second.size() != before) return std::nullopt;
  Bytes payload = std::move(found->second);
  origin.bytes -= payload.size();
  origin.transfers.erase(found);
  return payload;
}

}  // namespace cohort::core
