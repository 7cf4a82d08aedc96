/// One channel to one other site over all the network paths that both hosts have; carried by one
/// path at a time, the others stand by with their connections open. Internal to SiteLinks.
///
/// The site with the higher number chooses the path and says so on it ("use"); from then on both
/// ends send there, and what still comes over the other path is dropped: for who is above this is a
/// new connection, whose session loses and doubles nothing (docs/protocol/session.md). Where there
/// are two paths each carries a sign of life every kPathPing; a path over which nothing has come
/// for kPathSilence longer than over the other one is given up. A pause of either end silences both
/// paths alike, so it moves nothing. Source: docs/formats/frame.md.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/net/channel_link.h"

namespace cohort::net {

/// What a person may want to know of one path.
struct PathState {
  bool up = false;
  bool carries = false;  ///< the channel's frames go over it
  std::string reason;    ///< why it is not up
  bool operator==(const PathState&) const = default;
};

class ChannelPaths {
 public:
  struct Handlers {
    std::function<void()> on_up;
    /// A connection over any path has come up, to this life of the other site.
    std::function<void(Incarnation life)> on_life;
    std::function<void(bool process_gone, const std::string& reason)> on_down;
    std::function<void(Bytes frame)> on_frame;
    std::function<void(const std::string& text)> on_trouble;
    std::function<void(std::size_t path, const PathState& state)> on_path;
  };

  /// One setting for each path, by number.
  ChannelPaths(Runtime& runtime, std::vector<ChannelLink::Settings> paths, Handlers handlers);

  bool connects() const { return paths_.front().link->connects(); }
  void connect_now();
  /// The link of a path, for an accepted connection; null: there is no such path.
  ChannelLink* link(std::size_t path);
  void set_peer_port(std::uint16_t port);
  /// As ChannelLink::on_peer_lives, for each path.
  void on_peer_lives(Incarnation life);

  /// Dropped where no path carries.
  void send(ByteView frame, const SharedBytes& body);
  /// Closes the connections of all paths; they are made anew.
  void close(const std::string& reason);
  /// Reports the channel as down where it was up; what was sent before is still handed over.
  /// Requires: it is dropped next.
  void end(const std::string& reason);

 private:
  static constexpr std::size_t kNone = static_cast<std::size_t>(-1);
  struct Path {
    std::unique_ptr<ChannelLink> link;
    MonotonicTime heard{};      ///< something came over it; kept only where there are two paths
    bool process_gone = false;  ///< nobody listens at its address since it was lost
    PathState state;
  };

  ChannelLink::Handlers link_handlers(std::size_t path);
  void on_link_up(std::size_t path, Incarnation life);
  void on_link_lost(std::size_t path, const std::string& reason);
  void on_link_down(std::size_t path, bool process_gone, const std::string& reason);
  void on_link_frame(std::size_t path, Bytes frame);
  void on_control(std::size_t path, std::uint8_t what);
  void choose(std::size_t path);
  void carry(std::size_t path);
  void tell_down(bool process_gone, const std::string& reason);
  void control(std::size_t path, std::uint8_t what);
  void tick();
  void leave_silent_path(MonotonicTime now);
  void believe_exit(MonotonicTime now);
  std::size_t other_up(std::size_t than) const;
  void show(std::size_t path, PathState state);

  Handlers handlers_;
  std::vector<Path> paths_;
  std::size_t active_ = kNone;
  bool told_up_ = false;    ///< the last report was on_up
  bool told_gone_ = false;  ///< since then: that the process has gone
  std::string reason_;
  Alarm ticker_;
};

}  // namespace cohort::net
