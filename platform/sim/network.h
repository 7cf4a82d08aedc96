/// The network between daemons: two connections for each pair of sites, control and data, which
/// fail apart from each other. In order within a connection; what is lost shows as delay or as a
/// reset.
///
/// A reset loses a suffix of each direction that neither end knows; the ends learn of it at
/// different times; a silent death leaves the other end up ("half-open"); a new connection may be
/// up at one end while the other still believes in the old one. Every delay is decided by a hash of
/// what it is for.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "platform/core/input.h"
#include "platform/sim/event_queue.h"
#include "platform/sim/options.h"

namespace cohort::sim {

/// How a daemon ends, as its peers see it.
enum class Death : std::uint8_t {
  kProcess,  ///< the host lives: connections close, new ones are refused
  kHost,     ///< silence
};

class Network {
 public:
  using Sink = std::function<void(SiteId to, core::Input input)>;

  Network(EventQueue& queue, std::uint64_t seed, NetworkOptions options, Sink sink)
      : queue_(queue), seed_(seed), options_(options), sink_(std::move(sink)) {}

  void add_site(SiteId site);
  /// A daemon listens at the site from now on.
  void start(SiteId site);
  void stop(SiteId site, Death how);

  void send(SiteId from, SiteId to, core::Channel channel, Bytes frame);
  /// Both connections of the pair, closed by `from`; they are made anew.
  void close(SiteId from, SiteId to);
  void reset(SiteId a, SiteId b, core::Channel channel);
  /// While blocked nothing arrives in this direction, nothing is lost, and no connection is made.
  void block(SiteId from, SiteId to, bool blocked);
  /// The connections of this direction stand still from the next frame of this kind on, as if
  /// that frame were late (frame_kind.h); the same again with `on` false lets them go.
  void hold(SiteId from, SiteId to, const std::string& kind, bool on);
  /// Bytes a second in this direction; 0: no limit.
  void slow(SiteId from, SiteId to, std::uint64_t bytes_a_second);
  /// `at` loses its ends of both connections; the other site believes in them until new ones come.
  void half_open(SiteId at, SiteId other);
  /// Some direction towards the site is blocked, held or slow now.
  bool impeded(SiteId to) const;
  /// No more losses and long tails; nothing is held, nothing slow, nothing blocked.
  void calm();

  std::uint64_t resets() const { return resets_; }
  std::uint64_t frames() const { return frames_; }

 private:
  struct End {
    std::uint64_t session = 0;   ///< 0: down
    Duration up_at{0};           ///< of the newest session
    std::uint64_t sent = 0;      ///< frames of the session, towards the other end
    std::uint64_t received = 0;  ///< frames of the session handed up here
    Duration last_arrival{0};    ///< of frames towards the other end
    Duration line_free{0};       ///< when a slow line has taken what was sent so far
    /// On a slow line, by session and number: they arrive at their time, or when it is fast again.
    std::map<std::pair<std::uint64_t, std::uint64_t>, Bytes> crawling;
    std::map<std::uint64_t, Bytes> waiting;  ///< arrived here, not yet handed up
    bool told_gone = false;
    std::uint64_t lost_from = UINT64_MAX;  ///< frames towards here from this number on are lost
  };
  struct Line {
    SiteId sites[2];
    core::Channel channel = core::Channel::kControl;
    End ends[2];
    std::uint64_t session = 0;  ///< the newest
    std::uint64_t attempts = 0;
    bool attempt_planned = false;
  };
  enum class Host : std::uint8_t { kListening, kRefusing, kSilent };

  Line& line(SiteId a, SiteId b, core::Channel channel);
  static int end_of(const Line& line, SiteId site) { return line.sites[0] == site ? 0 : 1; }
  std::uint64_t decide_for(const Line& line, std::uint64_t what, std::uint64_t which) const;
  bool blocked(const Line& line, int from) const;
  void plan_attempt(Line& line);
  void attempt(Line& line);
  void refuse(Line& line, int end);
  void establish(Line& line);
  void come_up(Line& line, int end, std::uint64_t session);
  void go_down(Line& line, int end, std::uint64_t session);
  void plan_arrival(Line& line, int end, std::uint64_t number, Bytes frame, Duration at);
  void arrive(Line& line, int end, std::uint64_t session, std::uint64_t number, Bytes frame);
  void hand_up(Line& line, int end);
  void lose_suffix(Line& line, int end);
  bool held(const Line& line, int from, const Bytes& frame) const;
  void hand_up_all(SiteId from, SiteId to);
  void catch_up(SiteId from, SiteId to);

  EventQueue& queue_;
  std::uint64_t seed_;
  NetworkOptions options_;
  Sink sink_;
  std::map<SiteId, Host> hosts_;
  std::map<std::tuple<SiteId, SiteId, core::Channel>, Line> lines_;
  /// What lasts until it is ended, by direction.
  struct Impediments {
    std::set<std::pair<SiteId, SiteId>> blocked;
    std::map<std::pair<SiteId, SiteId>, std::set<std::string>> held;
    std::map<std::pair<SiteId, SiteId>, std::uint64_t> slow;  ///< bytes a second
  } impeded_;
  std::uint64_t resets_ = 0;
  std::uint64_t frames_ = 0;
};

}  // namespace cohort::sim
