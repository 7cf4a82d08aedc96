/// Tells when a network path to another site is lost or back, from what the daemon says of itself;
/// for plants whose sites have two (docs/formats/frame.md). Pure.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/wire/message.h"

namespace cohort::services::remote_execution {

/// A news item: subject and body.
using Posting = std::pair<std::string, wire::Message>;

class PathWatch {
 public:
  /// `sites`: the daemon's answer to the question "sites". Returns what has changed since the last
  /// look: news::kPathDown or kPathUp, one a path. A path that was never up is down, not lost:
  /// nothing is said before its other one is up.
  std::vector<Posting> look(const wire::Message& sites);

 private:
  std::map<std::pair<std::int64_t, std::size_t>, bool> up_;  ///< (site, path) -> the last word
};

}  // namespace cohort::services::remote_execution
