// Clients that do not take what is delivered to them: held back for, waited for, excluded.
#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/core/client_port.h"

namespace cohort::core {

void ClientPort::count_unread(Client& client, std::size_t bytes) {
  const FlowLimits& limits = plane_->flow().limits();
  // Less than that may have been read already and not been reported.
  if (client.unread_bytes <= limits.report()) client.last_read = context_.now;
  client.unread_bytes += bytes;
  if (!client.slow && client.unread_bytes > limits.client_high_water) set_slow(client, true);
}

void ClientPort::on_consumed(Client& client, std::uint64_t bytes) {
  client.unread_bytes -= std::min<std::size_t>(client.unread_bytes, bytes);
  client.last_read = context_.now;
  const std::size_t low_water = plane_->flow().limits().client_high_water / 2;
  if (client.slow && client.unread_bytes <= low_water) set_slow(client, false);
}

void ClientPort::set_slow(Client& client, bool slow) {
  COHORT_PROBE(slow ? "client.slow" : "client.caught_up");
  client.slow = slow;
  client.senders = site_view_.members.size();
  urgent_ = true;
  std::vector<ProcessId> all;
  for (const auto& [handle, each] : clients_) {
    if (each.slow) all.push_back(each.process);
  }
  plane_->flow().set_own_slow(std::move(all));
}

std::size_t ClientPort::cap_of(const Client& client) const {
  const std::size_t senders = client.slow ? client.senders : site_view_.members.size();
  return plane_->flow().limits().client_cap(senders);
}

/// While this site itself stood still its clients' reports waited: that time is not theirs.
void ClientPort::credit_own_pause() {
  constexpr Duration kPause = 3 * limits::kHeartbeatPeriod;
  const MonotonicTime before = std::exchange(pumped_, context_.now);
  if (before == MonotonicTime{} || context_.now - before < kPause) return;
  COHORT_PROBE("client.own_pause_credited");
  for (auto& [handle, client] : clients_) {
    client.last_read += context_.now - before;
    client.part_at += context_.now - before;
  }
}

void ClientPort::watch_slow(Client& client) {
  if (client.closing) return;
  const FlowLimits& limits = plane_->flow().limits();
  if (client.unread_bytes > cap_of(client)) {
    COHORT_PROBE("client.beyond_cap");
    exclude(client, "its queue is full");
  } else if (client.slow && context_.now - client.last_read > limits.slow_member) {
    COHORT_PROBE("client.excluded_slow");
    exclude(client, "it has read nothing for " +
                        std::to_string(to_millis(limits.slow_member) / 1000) + " s");
  }
}

/// Its failure is told at once: a process that is stopped may never close its link.
void ClientPort::exclude(Client& client, std::string reason) {
  submit_failure(client, wire::Departure::kSlow);
  if (client.slow) set_slow(client, false);
  clear_queue(client);
  close(client, Errc::kLimit, std::move(reason));
}

void ClientPort::submit_failure(Client& client, wire::Departure reason) {
  const bool known = client.sent_anything || client.waits_for.has_value() ||
                     !plane_->table().groups_of(client.process).empty();
  if (!known || client.failure_told) return;
  client.failure_told = true;
  wire::Change change;
  change.kind = wire::ChangeKind::kProcessFailed;
  change.process = client.process;
  change.reason = reason;
  COHORT_PROBE("client.failure_submitted");
  if (COHORT_MUTANT("failure_told_at_once")) send_all(wire::ProcessGone{client.process, reason});
  if (!COHORT_MUTANT("failure_not_told")) plane_->submit(std::move(change));
}

ClientPort::Held ClientPort::held() const {
  Held most;
  for (const auto& [handle, client] : clients_) {
    if (client.closing) continue;
    if (client.unread_bytes >= most.unread)
      most = {client.unread_bytes, cap_of(client), most.queued};
    most.queued = std::max(most.queued, client.queue_bytes);
  }
  return most;
}

}  // namespace cohort::core
