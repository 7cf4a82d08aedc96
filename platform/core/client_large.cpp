// Large multicasts of clients: their parts come one by one and travel on as fragments.
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/client_port.h"

namespace cohort::core {

/// Null where the multicast fits one frame.
std::shared_ptr<LargeSend> ClientPort::make_large(Client& client, wire::Multicast& request) const {
  const std::size_t total = request.payload.size() + request.rest;
  const bool global = request.order == wire::Order::kGlobal;
  if (global || (request.rest == 0 && total <= plane_->flow().limits().part)) return nullptr;
  auto large = std::make_shared<LargeSend>();
  large->sender = client.process;
  large->total = total;
  request.rest = 0;
  large->request = std::move(request);
  if (!large->complete()) client.receiving = large;
  client.part_at = context_.now;
  return large;
}

void ClientPort::on_part(Client& client, const wire::MulticastPart& part) {
  const std::shared_ptr<LargeSend> large = client.receiving;
  if (!large || large->request.token != part.token || part.data.empty() ||
      part.data.size() > large->missing()) {
    return close(client, Errc::kMalformed, "a part belongs to no multicast");
  }
  Bytes& payload = large->request.payload;
  payload.insert(payload.end(), part.data.begin(), part.data.end());
  client.part_at = context_.now;
  if (large->complete()) client.receiving.reset();
  if (large->begun) {
    send(client, wire::PartsTaken{part.token, part.data.size()});
  } else if (payload.size() > limits::kUntakenPartsBytes + limits::kPartBytes) {
    close(client, Errc::kLimit, "it sent more parts than its window allows");
  }
}

bool ClientPort::start_large(Client& client, const std::shared_ptr<LargeSend>& large) {
  FragmentSender& fragments = plane_->fragments();
  if (!large->begun) {
    // What waits for a slow member or site takes no room from those who could go on.
    if (!plane_->may_send(large->request, 0)) return false;
    if (!fragments.room_for(large->total)) {
      COHORT_PROBE("client.large_waits_for_room");
      return false;
    }
    const std::size_t came = large->request.payload.size();
    fragments.begin(large);
    if (!client.closing && !large->complete()) {
      send(client, wire::PartsTaken{large->request.token, came});
    }
  }
  if (!plane_->ready(*large) || !plane_->may_send(large->request, large->total)) return false;
  const bool durable = large->request.safety == wire::Safety::kDurable;
  if (durable && !durable_->room()) return false;
  if (durable && !may_log(large->request, client)) {
    fragments.drop(*large);
    return true;
  }
  client.sent_anything = true;
  const std::uint64_t token = large->request.token;
  const GroupId group = durable ? large->request.destinations.groups.front() : GroupId{};
  DataPlane::Numbered numbered = plane_->send(*large);
  if (durable) await_durable(client, numbered, group);
  tell_sent(client, token, std::move(numbered));
  return true;
}

/// A client that stops in the middle of a large multicast would keep the room of others for ever.
void ClientPort::watch_parts(Client& client) {
  if (!client.receiving || !client.receiving->begun || client.closing) return;
  if (context_.now - client.part_at <= plane_->flow().limits().slow_member) return;
  COHORT_PROBE("client.parts_stopped");
  exclude(client, "it stopped in the middle of a large multicast");
}

}  // namespace cohort::core
