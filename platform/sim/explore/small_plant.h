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
#include "platform/sim/history_tap.h"

namespace cohort::sim {

/// What may happen in an exploration.
struct Scope {
  std::uint32_t sites = 3;
  std::uint32_t multicasts = 2;  ///< ABCAST of process 1, CBCAST of process 2, ...
  bool join = false;             ///< the last process joins only now
  bool crash = true;             ///< one daemon dies, before any effect of any step
  bool cut = false;              ///< one link is cut, at any moment
};

struct Choice {
  enum class Kind : std::uint8_t { kDeliver, kStored, kLinkDown, kOperation, kCut, kTime };
  Kind kind = Kind::kTime;
  SiteId site;  ///< where it happens
  SiteId peer;  ///< kDeliver: from whom; kLinkDown, kCut: to whom
  core::Channel channel = core::Channel::kControl;
  std::uint32_t operation = 0;
  /// The daemon dies after so many effects of this step; none: it lives.
  std::optional<std::size_t> dies_after;
};

class SmallPlant {
 public:
  explicit SmallPlant(const Scope& scope);

  /// Up to a plant in one view and a group with all its members (but the joiner), in a fixed order.
  /// False where that is never reached.
  bool prepare();
  /// Everything that may happen now; nothing but kTime where all is quiet.
  std::vector<Choice> choices() const;
  /// Ensures: the same choices from the start give the same plant. Returns the number of effects of
  /// the step that it was.
  std::size_t take(const Choice& choice);

  bool crash_left() const { return scope_.crash && !crashed_; }
  /// All that live and hear each other are in one view, without the others, and have all messages.
  bool at_goal() const;
  std::string unrest() const;
  Duration time() const { return now_; }
  /// Equal for two plants that were given the same inputs at every site.
  std::uint64_t fingerprint() const;
  /// What the processes saw; to be judged at the end.
  std::vector<wire::HistoryRecord> history();

 private:
  using Line = std::tuple<SiteId, SiteId, core::Channel>;  ///< from, to
  struct Node {
    std::unique_ptr<core::ProtocolsProcess> core;
    std::deque<std::uint64_t> writing;
    Digest inputs;
    std::unique_ptr<HistoryTap> tap;
    std::uint64_t sites_seen = 0;  ///< number of the site view that its process was told last
    std::vector<SiteLife> sites;
    std::size_t members = 0;  ///< of the group, as its process was told
    std::set<std::uint64_t> delivered;
    GroupId group;
  };

  std::size_t step(SiteId site, const core::Input& input, std::optional<std::size_t> dies_after);
  void carry_out(SiteId site, core::Effect& effect);
  void to_client(SiteId site, const Bytes& record);
  void from_client(SiteId site, const wire::ClientRequest& request,
                   std::optional<std::size_t> dies_after, std::size_t& effects);
  void die(SiteId site);
  void deliver_heartbeats();
  bool next_is_heartbeat(const Line& line) const;
  bool open(SiteId a, SiteId b) const { return !cut_.contains({std::min(a, b), std::max(a, b)}); }
  std::vector<SiteId> fellowship() const;
  std::size_t pass_time();
  std::uint32_t operations() const { return scope_.multicasts + (scope_.join ? 1 : 0); }
  SiteId site_of(std::uint32_t operation) const;
  std::size_t operate(const Choice& choice);
  void join(SiteId site, std::optional<std::size_t> dies_after, std::size_t& effects);

  Scope scope_;
  Duration now_{0};
  Recorder recorder_;
  std::map<SiteId, Node> nodes_;
  std::map<Line, std::deque<Bytes>> lines_;
  std::set<Line> down_notices_;  ///< the second site of the line is to learn that the first is gone
  std::set<std::pair<SiteId, SiteId>> cut_;
  std::set<std::uint32_t> done_;                    ///< operations
  std::map<SiteId, std::set<std::uint64_t>> sent_;  ///< digests of payloads, by sender
  bool crashed_ = false;
};

}  // namespace cohort::sim
