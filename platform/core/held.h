/// What a protocols process holds, in bytes, the most of each kind: for the checker of bounded
/// buffers (P59) and for people.
#pragma once

#include <cstddef>

namespace cohort::core {

struct Held {
  std::size_t origin = 0;          ///< of one origin: messages that are not stable, and fragments
  std::size_t own = 0;             ///< of this site's own messages that are not stable
  std::size_t large = 0;           ///< of this site's own large messages that have no number yet
  std::size_t client_unread = 0;   ///< for one client: what it has not taken
  std::size_t client_cap = 0;      ///< what that may be at most
  std::size_t client_queued = 0;   ///< of one client: what has no number yet
  std::size_t unacknowledged = 0;  ///< towards one site, on the data channel
};

}  // namespace cohort::core
