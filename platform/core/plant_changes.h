/// The operators' changes of the plant: who may be a site, where it listens, the timers. A change
/// is decided with a site view (its value carries the record that holds from then on), so that all
/// members see it at one place, it is durable at a quorum, and it survives a total failure.
///
/// The site that took a request keeps it and tells it to the coordinator again until a view has
/// named its outcome; the coordinator collects and drops repeats. Single-threaded.
/// Source: docs/protocol/hosts.md.
#pragma once

#include <optional>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/wire/peer_protocol.h"
#include "platform/wire/plant_record.h"

namespace cohort::core {

class StateDigest;

/// The record after the change. Pure. Errors: kInvalidArgument, kAlreadyExists, kRefused, kLimit;
/// the text says what is allowed.
Result<wire::PlantRecord> changed(const wire::PlantRecord& record, const wire::PlantChange& change);

class PlantChanges {
 public:
  /// Takes an operator's request. Errors: those of changed(), at once; kLimit.
  Result<wire::PlantRequestId> submit(SiteLife self, const wire::PlantRecord& now,
                                      wire::PlantChange change);
  /// What is to be told to the coordinator now (again); empty: nothing, or not yet.
  std::vector<wire::PlantRequest> due(std::uint64_t view, MonotonicTime now);

  // ---- the coordinator
  void collect(const wire::PlantRequest& request);
  bool wanted() const { return !collected_.empty(); }
  struct Next {
    wire::PlantRecord record;
    std::vector<wire::PlantOutcome> outcomes;
  };
  /// The record after all that is collected, in the order of arrival.
  Next next(const wire::PlantRecord& now) const;

  /// A view is installed: forgets what it has decided, and what was collected in the view before
  /// (who took it tells it again). Returns the outcomes of this site's own requests.
  std::vector<wire::PlantOutcome> on_install(const std::vector<wire::PlantOutcome>& outcomes);

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  std::vector<wire::PlantRequest> owed_;       ///< taken here, not decided yet
  std::vector<wire::PlantRequest> collected_;  ///< for the next ballot
  std::uint64_t next_number_ = 1;
  MonotonicTime told_{};
};

}  // namespace cohort::core
