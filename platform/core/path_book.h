/// What the network says of the paths to other sites: for people (`cohort sites`) only.
#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <utility>

#include "platform/core/context.h"

namespace cohort::core {

class PathBook {
 public:
  /// The connections of one path, one a channel.
  struct Path {
    struct Connection {
      bool up = false;
      bool carries = false;
      std::string reason;
    };
    std::map<Channel, Connection> connections;

    /// All of its connections are up.
    bool up() const;
    /// Some channel's frames go over it.
    bool carries() const;
    std::string reason() const;
  };

  /// Traces a path that comes or goes (the control connection speaks for both).
  void note(Context& context, const PathReport& report);
  /// What is known of the n-th path to a site; nothing yet: down, without a reason.
  Path path(SiteId site, std::size_t path) const;

 private:
  std::map<std::pair<SiteId, std::size_t>, Path> paths_;
};

}  // namespace cohort::core
