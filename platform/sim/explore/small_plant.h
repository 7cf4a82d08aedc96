/// A plant without a clock of its own: a few daemons, one process at each, and the set of
/// everything that may happen next. Whoever drives it chooses; so all orders can be tried
/// (explorer.h).
///
/// Time passes only when nothing else can happen. Heartbeats are handed over as soon as they are
/// next on their connection: their order is not explored, that of everything else is.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <vector>

#include "platform/core/protocols_process.h"
#include "platform/sim/digest.h"
#include "platform/sim/explore/cold_start.h"
#include "platform/sim/history_tap.h"

namespace cohort::sim {

/// What may happen in an exploration.
struct Scope {
  std::uint32_t sites = 3;
  std::uint32_t multicasts = 2;  ///< ABCAST of process 1, CBCAST of process 2, ...
  bool join = false;             ///< the last process joins only now
  bool crash = true;             ///< one daemon dies, before any effect of any step
  bool cut = false;              ///< one link is cut, at any moment
  /// What it starts from; else it works already. Three sites; no multicast and no join.
  ColdStart cold = ColdStart::kNone;
  /// The fingerprint is of the histories alone: only to show that the comparison finds that.
  bool blind = false;
};

struct Choice {
  enum class Kind : std::uint8_t { kDeliver, kStored, kLinkDown, kOperation, kCut, kTime, kCrash };
  Kind kind = Kind::kTime;
  SiteId site;  ///< where it happens
  SiteId peer;  ///< kDeliver: from whom; kLinkDown, kCut: to whom
  core::Channel channel = core::Channel::kControl;
  std::uint32_t operation = 0;
  /// The daemon dies after so many effects of this step; none: it lives.
  std::optional<std::size_t> dies_after;
  bool operator==(const Choice&) const = default;
};

/// What one choice has done.
struct Taken {
  /// Bit i: a death after i effects of the step leaves something else behind than one before it,
  /// and than one after fewer of them.
  std::uint64_t deaths = 0;
  /// Bit n: a death of site n now is no death before or within the site's last step that was
  /// chosen: time has passed for it, it was handed heartbeats, or its link was cut.
  std::uint32_t may_die = 0;
  /// Of everything that the step let the world know, in its order.
  std::uint64_t effects = 0;
};

class SmallPlant {
 public:
  explicit SmallPlant(const Scope& scope);

  /// Up to a plant in one view and a group with all its members (but the joiner), in a fixed order;
  /// of a cold start up to daemons that run and are connected. False where that is never reached.
  bool prepare();
  /// Everything that may happen now; nothing but kTime where all is quiet.
  std::vector<Choice> choices() const;
  /// Ensures: the same choices from the start give the same plant.
  Taken take(const Choice& choice);

  bool crash_left() const { return scope_.crash && !crashed_; }
  /// All that live and hear each other are in one view, without the others, and have all messages.
  bool at_goal() const;
  std::string unrest() const;
  /// A crash and a cut together may leave no quorum of the view of that moment, for ever; after a
  /// cold start either alone may leave none of the last view, or a site that has to start once
  /// more, which none does here. Then only what has happened is judged, not what has not.
  bool owes_progress() const;
  Duration time() const { return now_; }
  /// Who has not come to rest by then has nothing more to say.
  Duration horizon() const { return scope_.cold == ColdStart::kNone ? seconds(15) : seconds(4); }
  bool lives(SiteId site) const { return nodes_.at(site).core != nullptr; }
  std::uint32_t sites() const { return scope_.sites; }
  /// Equal for two plants that go on in the same way and whose processes have seen the same: what
  /// each daemon holds (core/state_digest.h), what is under way, and each process's own history
  /// without its times, which is all that the checkers know.
  std::uint64_t fingerprint() const;
  /// Equal where each process has seen the same, and where the run would end for the same ones.
  std::uint64_t history_fingerprint() const;
  /// What the processes saw; to be judged at the end.
  const std::vector<wire::HistoryRecord>& finish();

 private:
  using Line = std::tuple<SiteId, SiteId, core::Channel>;  ///< from, to
  struct Frame {
    Bytes bytes;
    /// Of what it says, without its number in the session: no connection comes back, so frames come
    /// in the order of sending anyhow.
    std::uint64_t digest = 0;
    bool heartbeat = false;
  };
  struct Node {
    std::unique_ptr<core::ProtocolsProcess> core;
    std::deque<std::uint64_t> writing;
    Digest seen;  ///< the history of its process
    /// Of what its daemon holds, as long as nothing happens to it and no time passes.
    mutable std::optional<std::uint64_t> held;
    std::unique_ptr<HistoryTap> tap;
    std::uint64_t sites_seen = 0;  ///< number of the site view that its process was told last
    std::vector<SiteLife> sites;
    std::size_t members = 0;  ///< of the group, as its process was told
    std::set<std::uint64_t> delivered;
    GroupId group;
  };

  void start_daemons();
  void step(SiteId site, const core::Input& input, const std::optional<std::size_t>& dies_after);
  void take_choice(const Choice& choice);
  void put_on_line(SiteId site, core::SendFrame& frame);
  void note_history(Node& node);
  void carry_out(SiteId site, core::Effect& effect);
  void to_client(SiteId site, const Bytes& record);
  void from_client(SiteId site, const wire::ClientRequest& request,
                   const std::optional<std::size_t>& dies_after);
  void die(SiteId site);
  void deliver_heartbeats();
  bool open(SiteId a, SiteId b) const { return !cut_.contains({std::min(a, b), std::max(a, b)}); }
  std::vector<SiteId> fellowship() const;
  void pass_time();
  std::uint32_t operations() const { return scope_.multicasts + (scope_.join ? 1 : 0); }
  SiteId site_of(std::uint32_t operation) const;
  void operate(const Choice& choice);
  void join(SiteId site, const std::optional<std::size_t>& dies_after);

  Scope scope_;
  Duration now_{0};
  Recorder recorder_;
  std::map<SiteId, Node> nodes_;
  std::map<Line, std::deque<Frame>> lines_;
  std::set<Line> down_notices_;  ///< the second site of the line is to learn that the first is gone
  std::set<std::pair<SiteId, SiteId>> cut_;
  std::set<std::uint32_t> done_;                    ///< operations
  std::map<SiteId, std::set<std::uint64_t>> sent_;  ///< digests of payloads, by sender
  bool crashed_ = false;
  Taken taken_;            ///< of the choice that is being taken
  std::size_t noted_ = 0;  ///< records that the digests of histories contain
};

}  // namespace cohort::sim
