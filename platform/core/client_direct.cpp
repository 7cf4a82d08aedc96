// Bytes from one process to another, beside all multicasts: the states of joining members.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/client_port.h"

namespace cohort::core {

void ClientPort::send_direct(Client& client, const wire::Direct& direct) {
  // Whoever moves a state makes progress, at either end (H13).
  client.last_read = context_.now;
  client.direct_bytes -= std::min<std::size_t>(client.direct_bytes, direct.taken);
  const wire::DirectFrame frame{client.process, direct.peer, direct.entry, direct.taken,
                                direct.data};
  const SiteId site = direct.peer.site();
  if (site == context_.self.site) return on_direct(frame);
  if (sessions_->life(site) != direct.peer.life()) return;  // gone: nobody waits for it
  if (sessions_->unacknowledged_bytes(site, Channel::kTransfer) > limits::kDirectTowardsSiteBytes) {
    return close(client, Errc::kLimit, "it sent more directly than its window allows");
  }
  sessions_->send(site, Channel::kTransfer, frame);
}

void ClientPort::on_direct(const wire::DirectFrame& frame) {
  Client* client = find(frame.to);
  if (client == nullptr || client->closing) return;
  if (client->direct_bytes + frame.data.size() > limits::kDirectUntakenBytes) {
    COHORT_PROBE("client.direct_dropped");
    return;  // beyond what windows allow: the sender's fault, and the receiver asks another
  }
  client->direct_bytes += frame.data.size();
  send(*client, wire::Direct{frame.from, frame.entry, frame.taken, frame.data});
}

}  // namespace cohort::core
