/// One session per peer site and channel: frames are numbered, kept until acknowledged, and sent
/// again when a new connection replaces a lost one, so that a reset neither loses nor doubles a
/// frame. A session lives as long as both ends' lives do.
///
/// Invariants: (1) nothing of an older life of the peer is ever handed up; (2) frames of one
/// channel are handed up in the order of sending, once; no order holds between the channels.
/// Source: docs/protocol/session.md; protocols.md 4.1 (traps H8, simultaneous connect, stale acks).
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>
#include <string>

#include "platform/core/context.h"
#include "platform/wire/peer_protocol.h"

namespace cohort::core {

class StateDigest;

class Sessions {
 public:
  Sessions(Context& context, std::string plant) : context_(context), plant_(std::move(plant)) {}

  void on_link_up(SiteId site, Channel channel);
  void on_link_down(SiteId site, Channel channel);

  /// The life is a member of a view that is installed here. It may not have been heard yet: what is
  /// sent to it from now on waits for it, and not for the one before.
  void expect(SiteLife life);

  struct Received {
    std::optional<wire::PeerFrame> frame;  ///< absent: a frame of the session itself, or a repeat
    bool new_life = false;                 ///< the peer has come back as another life
    std::optional<SiteLife> old_life;      ///< it says that it is a life that is over
  };
  /// Malformed frames, gaps and strangers close the link.
  Received on_frame(SiteId site, Channel channel, ByteView bytes);

  /// Numbered and repeated until acknowledged. Dropped where no life of the peer is known.
  void send(SiteId site, Channel channel, const wire::PeerFrame& frame);
  /// The same for a frame that is encoded already.
  void send(SiteId site, Channel channel, Bytes frame);
  /// The same without a copy, for one that goes to several sites.
  void send(SiteId site, Channel channel, SharedBytes frame);
  /// Sent at most once, only while the connection is up.
  void send_unnumbered(SiteId site, Channel channel, const wire::PeerFrame& frame);

  /// To a life that is over and has no session: as send_unnumbered.
  void answer_old_life(SiteId site, Channel channel, const wire::PeerFrame& frame);

  /// The newest life heard or expected; incarnation 0: none yet.
  SiteLife life(SiteId site) const;
  bool up(SiteId site, Channel channel) const;
  /// Bytes sent that the peer has not acknowledged, and all that it ever has, in its present life.
  std::size_t unacknowledged_bytes(SiteId site, Channel channel) const;
  std::uint64_t acknowledged_bytes(SiteId site, Channel channel) const;
  /// Acknowledges what came where it is more than that many bytes; once a step.
  void acknowledge(std::size_t owed_bytes);
  /// Frames were received on the channel that no envelope has acknowledged yet.
  bool owes_acknowledgement(SiteId site, Channel channel) const;

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Kept {
    std::uint64_t number = 0;
    SharedBytes frame;
  };
  struct Session {
    bool link_up = false;
    bool established = false;  ///< the peer's hello has come over this connection
    std::uint64_t next_number = 1;
    std::deque<Kept> kept;
    std::size_t kept_bytes = 0;
    std::uint64_t acknowledged_bytes = 0;
    std::size_t owed_bytes = 0;  ///< received, not yet acknowledged
    std::uint64_t received = 0;
    std::uint64_t acknowledged = 0;  ///< the last `received` that we have told the peer
  };
  struct Peer {
    SiteLife life;
    bool heard = false;  ///< a hello of this life has come
    std::array<Session, kChannels> channels;
  };

  Session& session(SiteId site, Channel channel);
  const Session* find(SiteId site, Channel channel) const;
  static void begin_life(Peer& peer, SiteLife life);
  static void free_kept(Session& session, std::uint64_t received);
  void on_hello(Peer& peer, SiteId site, Channel channel, const wire::SessionHello& hello,
                Received& result);
  void send_hello(SiteId site, Channel channel, const Peer& peer);
  void put(SiteId site, Channel channel, Session& session, std::uint64_t number, ByteView frame);
  void put(SiteId site, Channel channel, Session& session, const Kept& kept);
  void close(SiteId site, std::string reason);

  Context& context_;
  std::string plant_;
  std::map<SiteId, Peer> peers_;
};

}  // namespace cohort::core
