#include "platform/net/channel_paths.h"

#include <utility>

#include "platform/base/assert.h"

namespace cohort::net {

namespace {

/// Frames between the two ends of a connection themselves. They begin with a number that no encoder
/// writes (0 in two bytes), so that no frame of the protocols looks like one.
constexpr std::uint8_t kControlMark[] = {0x80, 0x00};
constexpr std::size_t kControlBytes = 3;
enum Control : std::uint8_t {
  kPing = 0,
  kUse = 1,         ///< from who connects: this path carries the channel from here on
  kPleaseMove = 2,  ///< from who accepts: nothing comes over the path that carries; use this one
};

bool is_control(ByteView frame) {
  return frame.size() == kControlBytes && frame[0] == kControlMark[0] &&
         frame[1] == kControlMark[1];
}

}  // namespace

ChannelPaths::ChannelPaths(Runtime& runtime, std::vector<ChannelLink::Settings> paths,
                           Handlers handlers)
    : handlers_(std::move(handlers)), ticker_(runtime, [this] { tick(); }) {
  COHORT_ASSERT(!paths.empty(), "a site can be reached over one path at least");
  paths_.resize(paths.size());
  for (std::size_t path = 0; path < paths.size(); ++path) {
    paths_[path].link =
        std::make_unique<ChannelLink>(runtime, std::move(paths[path]), link_handlers(path));
  }
  if (paths_.size() > 1) ticker_.set_in(kPathPing);
}

ChannelLink::Handlers ChannelPaths::link_handlers(std::size_t path) {
  ChannelLink::Handlers made;
  made.on_up = [this, path](Incarnation life) { on_link_up(path, life); };
  made.on_lost = [this, path](const std::string& reason) { on_link_lost(path, reason); };
  made.on_down = [this, path](bool process_gone, const std::string& reason) {
    on_link_down(path, process_gone, reason);
  };
  made.on_frame = [this, path](Bytes frame) { on_link_frame(path, std::move(frame)); };
  made.on_trouble = [this, path](const std::string& text) {
    show(path, {false, false, text});
    handlers_.on_trouble(text);
  };
  return made;
}

ChannelLink* ChannelPaths::link(std::size_t path) {
  return path < paths_.size() ? paths_[path].link.get() : nullptr;
}

void ChannelPaths::connect_now() {
  for (Path& path : paths_) path.link->connect_now();
}

void ChannelPaths::set_peer_port(std::uint16_t port) {
  for (Path& path : paths_) path.link->set_peer_port(port);
}

void ChannelPaths::on_link_up(std::size_t path, Incarnation life) {
  handlers_.on_life(life);
  paths_[path].heard = Runtime::now();
  paths_[path].process_gone = false;
  show(path, {true, false, {}});
  if (connects() && active_ == kNone) choose(path);
}

void ChannelPaths::choose(std::size_t path) {
  control(path, kUse);
  carry(path);
}

void ChannelPaths::carry(std::size_t path) {
  if (told_up_) tell_down(false, reason_.empty() ? "another path is used" : reason_);
  if (active_ != kNone && paths_[active_].state.carries) {
    show(active_, {paths_[active_].state.up, false, paths_[active_].state.reason});
  }
  active_ = path;
  told_up_ = true;
  told_gone_ = false;
  reason_.clear();
  show(path, {true, true, {}});
  handlers_.on_up();
}

void ChannelPaths::tell_down(bool process_gone, const std::string& reason) {
  told_up_ = false;
  told_gone_ = process_gone;
  handlers_.on_down(process_gone, reason);
}

void ChannelPaths::on_link_lost(std::size_t path, const std::string& reason) {
  show(path, {false, false, reason});
  if (path != active_) return;
  active_ = kNone;
  reason_ = reason;
  const std::size_t other = other_up(path);
  if (other == kNone) return;
  if (connects()) {
    choose(other);
  } else {
    control(other, kPleaseMove);  // the other end may not know yet that the path is lost
  }
}

void ChannelPaths::on_link_down(std::size_t path, bool process_gone, const std::string& reason) {
  paths_[path].process_gone = process_gone;
  if (active_ != kNone || other_up(path) != kNone) return;
  if (told_up_ || (process_gone && !told_gone_)) tell_down(process_gone, reason);
}

void ChannelPaths::on_link_frame(std::size_t path, Bytes frame) {
  if (paths_.size() > 1) {
    paths_[path].heard = Runtime::now();
    paths_[path].process_gone = false;
  }
  if (is_control(frame)) {
    on_control(path, frame[2]);
  } else if (path == active_) {
    handlers_.on_frame(std::move(frame));
  }
}

void ChannelPaths::on_control(std::size_t path, std::uint8_t what) {
  if (what == kUse && !connects()) {
    carry(path);
  } else if (what == kPleaseMove && connects() && path != active_) {
    choose(path);
  }
}

void ChannelPaths::control(std::size_t path, std::uint8_t what) {
  const std::uint8_t frame[kControlBytes] = {kControlMark[0], kControlMark[1], what};
  paths_[path].link->send(frame);
}

void ChannelPaths::send(ByteView frame, const SharedBytes& body) {
  if (active_ != kNone) paths_[active_].link->send(frame, body);
}

void ChannelPaths::on_peer_lives(Incarnation life) {
  for (Path& path : paths_) path.link->on_peer_lives(life);
}

void ChannelPaths::close(const std::string& reason) {
  for (Path& path : paths_) path.link->close(reason);
}

void ChannelPaths::end(const std::string& reason) {
  ticker_.cancel();
  for (Path& path : paths_) path.link->release();
  if (told_up_) tell_down(false, reason);
}

void ChannelPaths::tick() {
  ticker_.set_in(kPathPing);
  for (std::size_t path = 0; path < paths_.size(); ++path) {
    if (paths_[path].link->up()) control(path, kPing);
  }
  const MonotonicTime now = Runtime::now();
  leave_silent_path(now);
  believe_exit(now);
}

/// Moves to a path over which something came much later than over the one that carries.
void ChannelPaths::leave_silent_path(MonotonicTime now) {
  if (active_ == kNone) return;
  const std::size_t other = other_up(active_);
  if (other == kNone || paths_[other].heard < paths_[active_].heard + kPathSilence) return;
  if (now > paths_[other].heard + kPathSilence) return;  // both are silent
  if (!connects()) {
    control(other, kPleaseMove);
    return;
  }
  const std::size_t silent = active_;
  reason_ = "nothing comes over it any more";
  choose(other);
  paths_[silent].link->close("nothing comes over this path any more");
}

/// The host refuses connections on one path, and nothing comes over the other: it has exited there,
/// and the other path is cut as well.
void ChannelPaths::believe_exit(MonotonicTime now) {
  if (active_ != kNone || told_gone_) return;
  bool refused = false;
  for (const Path& path : paths_) {
    refused = refused || path.process_gone;
    if (path.link->up() && now < path.heard + kPathSilence) return;
  }
  if (refused) tell_down(true, reason_);
}

std::size_t ChannelPaths::other_up(std::size_t than) const {
  for (std::size_t path = 0; path < paths_.size(); ++path) {
    if (path != than && paths_[path].link->up()) return path;
  }
  return kNone;
}

void ChannelPaths::show(std::size_t path, PathState state) {
  if (paths_[path].state == state) return;
  paths_[path].state = std::move(state);
  handlers_.on_path(path, paths_[path].state);
}

}  // namespace cohort::net
