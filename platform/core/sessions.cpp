#include "platform/core/sessions.h"

#include <utility>

#include "platform/base/instrument.h"

namespace cohort::core {

namespace {
/// From here on a frame is sent as it is kept; below, a copy behind its envelope is cheaper.
constexpr std::size_t kSharedBytes = 2048;
}  // namespace

Sessions::Session& Sessions::session(SiteId site, Channel channel) {
  return peers_[site].channels[static_cast<std::size_t>(channel)];
}

void Sessions::on_link_up(SiteId site, Channel channel) {
  Peer& peer = peers_[site];
  Session& session = peer.channels[static_cast<std::size_t>(channel)];
  session.link_up = true;
  session.established = false;
  peer.life.site = site;
  send_hello(site, channel, peer);
}

void Sessions::on_link_down(SiteId site, Channel channel) {
  Session& session = this->session(site, channel);
  session.link_up = false;
  session.established = false;
}

void Sessions::send_hello(SiteId site, Channel channel, const Peer& peer) {
  wire::SessionHello hello;
  hello.self = context_.self;
  hello.peer = peer.life;
  hello.received = peer.channels[static_cast<std::size_t>(channel)].received;
  hello.plant = plant_;
  const Bytes frame = wire::encode(wire::PeerFrame(hello));
  context_.effects.push_back(SendFrame{site, channel, wire::encode_envelope(0, 0, frame), {}});
}

Sessions::Received Sessions::on_frame(SiteId site, Channel channel, ByteView bytes) {
  Received result;
  Peer& peer = peers_[site];
  Session& session = peer.channels[static_cast<std::size_t>(channel)];
  auto envelope = wire::decode_envelope(bytes);
  if (!envelope) {
    close(site, "a malformed frame: " + envelope.error().text);
    return result;
  }
  if (const auto* hello = std::get_if<wire::SessionHello>(&envelope->frame)) {
    on_hello(peer, site, channel, *hello, result);
    return result;
  }
  if (!session.established) {
    COHORT_PROBE("session.frame_before_hello");
    return result;
  }
  free_kept(session, envelope->received);
  if (envelope->number != 0) {
    if (envelope->number <= session.received) {
      COHORT_PROBE("session.repeat_dropped");
      return result;
    }
    if (envelope->number != session.received + 1) {
      close(site, "a gap in the session's numbers");
      return result;
    }
    session.received = envelope->number;
    session.owed_bytes += bytes.size();
  }
  if (std::holds_alternative<wire::Acknowledgement>(envelope->frame)) return result;
  result.frame = std::move(envelope->frame);
  return result;
}

void Sessions::begin_life(Peer& peer, SiteLife life) {
  peer.life = life;
  peer.heard = false;
  for (Session& each : peer.channels) {
    const bool link_up = each.link_up;
    each = Session{};
    each.link_up = link_up;
  }
}

void Sessions::expect(SiteLife life) {
  Peer& peer = peers_[life.site];
  if (peer.life.incarnation >= life.incarnation) return;
  COHORT_PROBE("session.life_expected");
  begin_life(peer, life);
}

void Sessions::on_hello(Peer& peer, SiteId site, Channel channel, const wire::SessionHello& hello,
                        Received& result) {
  if (hello.self.site != site || hello.plant != plant_) {
    close(site,
          "it says that it is site " + to_string(hello.self) + " of plant \"" + hello.plant + "\"");
    return;
  }
  if (hello.self.incarnation < peer.life.incarnation) {
    COHORT_PROBE("session.stale_life");
    result.old_life = hello.self;
    return;
  }
  if (hello.self != peer.life) {
    COHORT_PROBE(peer.life.incarnation.value == 0 ? "session.first_life" : "session.new_life");
    begin_life(peer, hello.self);
  }
  result.new_life = !std::exchange(peer.heard, true);
  Session& session = peer.channels[static_cast<std::size_t>(channel)];
  session.established = true;
  if (hello.peer == context_.self) {
    free_kept(session, hello.received);
  }
  if (!session.kept.empty()) COHORT_PROBE("session.resumed_with_frames");
  if (COHORT_MUTANT("resume_without_resending")) session.kept.clear();
  for (const Kept& kept : session.kept) put(site, channel, session, kept);
}

void Sessions::send(SiteId site, Channel channel, const wire::PeerFrame& frame) {
  send(site, channel, wire::encode(frame));
}

void Sessions::send(SiteId site, Channel channel, Bytes frame) {
  send(site, channel, std::make_shared<const Bytes>(std::move(frame)));
}

void Sessions::send(SiteId site, Channel channel, SharedBytes frame) {
  Peer& peer = peers_[site];
  if (peer.life.incarnation.value == 0) return;
  Session& session = peer.channels[static_cast<std::size_t>(channel)];
  Kept kept{session.next_number++, std::move(frame)};
  if (session.established) put(site, channel, session, kept);
  session.kept_bytes += kept.frame->size();
  session.kept.push_back(std::move(kept));
}

void Sessions::free_kept(Session& session, std::uint64_t received) {
  while (!session.kept.empty() && session.kept.front().number <= received) {
    session.kept_bytes -= session.kept.front().frame->size();
    session.acknowledged_bytes += session.kept.front().frame->size();
    session.kept.pop_front();
  }
}

const Sessions::Session* Sessions::find(SiteId site, Channel channel) const {
  const auto found = peers_.find(site);
  if (found == peers_.end()) return nullptr;
  return &found->second.channels[static_cast<std::size_t>(channel)];
}

std::size_t Sessions::unacknowledged_bytes(SiteId site, Channel channel) const {
  const Session* session = find(site, channel);
  return session == nullptr ? 0 : session->kept_bytes;
}

std::uint64_t Sessions::acknowledged_bytes(SiteId site, Channel channel) const {
  const Session* session = find(site, channel);
  return session == nullptr ? 0 : session->acknowledged_bytes;
}

void Sessions::acknowledge(std::size_t owed_bytes) {
  for (auto& [site, peer] : peers_) {
    for (std::size_t channel = 0; channel < peer.channels.size(); ++channel) {
      if (peer.channels[channel].owed_bytes <= owed_bytes) continue;
      send_unnumbered(site, static_cast<Channel>(channel), wire::Acknowledgement{});
    }
  }
}

void Sessions::send_unnumbered(SiteId site, Channel channel, const wire::PeerFrame& frame) {
  Session& session = this->session(site, channel);
  if (session.established) put(site, channel, session, 0, wire::encode(frame));
}

void Sessions::answer_old_life(SiteId site, Channel channel, const wire::PeerFrame& frame) {
  context_.effects.push_back(
      SendFrame{site, channel, wire::encode_envelope(0, 0, wire::encode(frame)), {}});
}

void Sessions::put(SiteId site, Channel channel, Session& session, std::uint64_t number,
                   ByteView frame) {
  session.acknowledged = session.received;
  session.owed_bytes = 0;
  context_.effects.push_back(
      SendFrame{site, channel, wire::encode_envelope(number, session.received, frame), {}});
}

void Sessions::put(SiteId site, Channel channel, Session& session, const Kept& kept) {
  if (kept.frame->size() < kSharedBytes) {
    return put(site, channel, session, kept.number, *kept.frame);
  }
  session.acknowledged = session.received;
  session.owed_bytes = 0;
  context_.effects.push_back(SendFrame{
      site, channel, wire::encode_envelope(kept.number, session.received, {}), kept.frame});
}

void Sessions::close(SiteId site, std::string reason) {
  context_.trace("event=session.closed peer=" + std::to_string(site.value) + " reason=\"" + reason +
                 "\"");
  for (Session& session : peers_[site].channels) session.established = false;
  context_.effects.push_back(CloseLink{site, std::move(reason)});
}

SiteLife Sessions::life(SiteId site) const {
  const auto found = peers_.find(site);
  return found == peers_.end() ? SiteLife{site, {}} : found->second.life;
}

bool Sessions::up(SiteId site, Channel channel) const {
  const auto found = peers_.find(site);
  return found != peers_.end() &&
         found->second.channels[static_cast<std::size_t>(channel)].established;
}

bool Sessions::owes_acknowledgement(SiteId site, Channel channel) const {
  const auto found = peers_.find(site);
  if (found == peers_.end()) return false;
  const Session& session = found->second.channels[static_cast<std::size_t>(channel)];
  return session.established && session.acknowledged != session.received;
}

}  // namespace cohort::core
