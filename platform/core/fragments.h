/// Large messages between sites: they travel in fragments without a number, between the numbered
/// frames of others, and take their number with the last piece (H16, E9). So a large message delays
/// neither other groups nor acknowledgements.
///
/// A message goes where it goes in the epoch in which it is numbered: sites that came in get all
/// fragments first, sites that went get a drop. Fragments belong to a view; a new view begins anew.
/// Source: platform ruling 6; docs/protocol/flow.md.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

#include "platform/core/flow.h"

namespace cohort::core {

class StateDigest;

/// A large multicast on its way from a client of this site. The payload grows as its parts come.
struct LargeSend {
  ProcessId sender;
  wire::Multicast request;
  std::size_t total = 0;
  bool begun = false;  ///< FragmentSender has it

  bool complete() const { return request.payload.size() == total; }
  std::size_t missing() const { return total - request.payload.size(); }
};

class FragmentSender {
 public:
  using SitesOf = std::function<wire::SiteSet(const wire::Destinations&)>;

  FragmentSender(Sessions& sessions, const Flow& flow) : sessions_(sessions), flow_(flow) {}

  /// All that is under way begins anew.
  void install(std::uint64_t view, const std::vector<SiteLife>& members, std::size_t rank);
  /// Whether another large message of that length may begin.
  bool room_for(std::size_t total) const;
  void begin(const std::shared_ptr<LargeSend>& send);
  /// Its sender is gone: the sites forget what they got.
  void drop(const LargeSend& send);
  /// Sends what has come and may leave, a fragment of each message in turn.
  void pump(const SitesOf& sites_of);
  /// Everything but the last piece has left for all these sites.
  bool ready(const LargeSend& send, wire::SiteSet sites) const;
  struct Tail {
    std::uint64_t transfer = 0;  ///< 0: no fragments came before
    std::size_t before = 0;      ///< bytes in fragments
  };
  /// Forgets the message, which takes its number now. Requires: ready(send, sites).
  Tail take(const LargeSend& send, wire::SiteSet sites);
  /// Bytes of messages that have begun.
  std::size_t bytes() const { return bytes_; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Under {
    std::shared_ptr<LargeSend> send;
    std::uint64_t transfer = 0;
    std::vector<std::size_t> sent;  ///< bytes that have left, by rank
  };
  /// What goes in fragments: all but the last piece.
  std::size_t before(const LargeSend& send) const;
  bool send_next(Under& under, wire::SiteSet sites);
  void tell_drop(const Under& under, wire::SiteSet except);
  std::vector<Under>::iterator find(const LargeSend& send);

  Sessions& sessions_;
  const Flow& flow_;
  std::uint64_t view_ = 0;
  std::vector<SiteLife> members_;
  std::size_t rank_ = 0;
  std::vector<Under> under_way_;
  std::size_t bytes_ = 0;
  std::uint64_t next_transfer_ = 1;
};

/// The fragments that came from others, by origin.
class Reassembly {
 public:
  explicit Reassembly(const Flow& flow) : flow_(flow) {}

  void install(std::size_t sites);
  /// False: it does not fit what came before, or is beyond what an origin may have under way.
  bool add(std::size_t rank, const wire::Fragment& fragment);
  void drop(std::size_t rank, std::uint64_t transfer);
  /// The fragments of a message that has its number now; nothing where they are not just so many.
  std::optional<Bytes> take(std::size_t rank, std::uint64_t transfer, std::uint64_t before);
  std::size_t bytes(std::size_t rank) const { return origins_[rank].bytes; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Origin {
    std::map<std::uint64_t, Bytes> transfers;
    std::size_t bytes = 0;
  };
  const Flow& flow_;
  std::vector<Origin> origins_;
};

}  // namespace cohort::core
