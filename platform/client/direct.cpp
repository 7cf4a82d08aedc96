#include "platform/client/direct.h"

#include <algorithm>

#include "platform/base/assert.h"

namespace cohort::client {

bool Direct::has_room(ProcessId to) const {
  const auto found = on_their_way_.find(to);
  return found == on_their_way_.end() ||
         found->second + limits::kPartBytes <= limits::kDirectWindowBytes;
}

void Direct::send(ProcessId to, std::uint8_t entry, Bytes data) {
  COHORT_ASSERT(has_room(to) && data.size() <= limits::kPartBytes, "within the window");
  on_their_way_[to] += data.size();
  outbox_.tell(wire::Direct{to, entry, 0, std::move(data)});
}

void Direct::came(const wire::Direct& direct) {
  if (const auto found = on_their_way_.find(direct.peer);
      direct.taken > 0 && found != on_their_way_.end()) {
    found->second -= std::min<std::size_t>(found->second, direct.taken);
    if (found->second == 0) on_their_way_.erase(found);
    room_.pulse();
  }
  if (direct.data.empty()) return;
  if (direct.entry < handlers_.size() && handlers_[direct.entry]) {
    handlers_[direct.entry](direct.peer, direct.data);
  } else {
    take(direct.peer, direct.entry, direct.data.size());  // nobody wants it
  }
}

void Direct::take(ProcessId from, std::uint8_t entry, std::size_t bytes) {
  outbox_.tell(wire::Direct{from, entry, bytes, {}});
}

}  // namespace cohort::client
