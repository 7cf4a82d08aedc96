// The requests of a client that wait in its queue, in order: multicasts, changes, flushes.
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/client_port.h"

namespace cohort::core {

void ClientPort::pump(Client& client) {
  if (COHORT_BUGGIFY("client.number_later")) return;
  while (!client.queue.empty() && !client.waits_for) {
    if (!start(client, client.queue.front())) return;
    client.queue_bytes -= client.queue.front().bytes;
    client.queue.pop_front();
  }
}

void ClientPort::clear_queue(Client& client) {
  for (const Queued& queued : client.queue) {
    if (queued.large && queued.large->begun) plane_->fragments().drop(*queued.large);
  }
  client.queue.clear();
  client.queue_bytes = 0;
  client.receiving.reset();
}

bool ClientPort::start(Client& client, Queued& queued) {
  if (queued.large) return start_large(client, queued.large);
  wire::ClientRequest& request = queued.request;
  wire::Change change;
  change.process = client.process;
  if (auto* multicast = std::get_if<wire::Multicast>(&request)) {
    return start_multicast(client, *multicast);
  }
  if (const auto* log = std::get_if<wire::BeginLog>(&request)) {
    start_log(client, *log);
  } else if (auto* checkpoint = std::get_if<wire::Checkpoint>(&request)) {
    start_checkpoint(client, *checkpoint);
  } else if (auto* flush = std::get_if<wire::Flush>(&request)) {
    start_flush(client, flush->token);
  } else if (auto* create = std::get_if<wire::CreateGroup>(&request)) {
    change.kind = wire::ChangeKind::kCreate;
    change.name = create->name;
    start_change(client, create->token, std::move(change));
  } else if (auto* join = std::get_if<wire::JoinGroup>(&request)) {
    change.kind = wire::ChangeKind::kJoin;
    change.name = join->name;
    change.create = join->create;
    change.payload = join->credentials;
    start_change(client, join->token, std::move(change));
  } else if (auto* leave = std::get_if<wire::LeaveGroup>(&request)) {
    // It may join again before this is delivered: what it had begun to log has a gap by then.
    if (const Group* group = plane_->table().find(leave->group)) {
      durable_->on_member_leaves(client.process, group->name);
    }
    change.kind = wire::ChangeKind::kLeave;
    change.group = leave->group;
    start_change(client, leave->token, std::move(change));
  } else if (auto* kill = std::get_if<wire::KillGroup>(&request)) {
    change.kind = wire::ChangeKind::kKillGroup;
    change.group = kill->group;
    change.reason = wire::Departure::kKilled;
    start_change(client, kill->token, std::move(change));
  }
  return true;
}

bool ClientPort::start_multicast(Client& client, wire::Multicast& request) {
  if (!plane_->may_send(request, request.payload.size())) return false;
  client.sent_anything = true;
  if (request.order == wire::Order::kGlobal) {
    wire::Change change;
    change.kind = wire::ChangeKind::kGlobal;
    change.process = client.process;
    change.group = request.destinations.groups.front();
    change.entry = request.entry;
    change.payload = std::move(request.payload);
    start_change(client, request.token, std::move(change));
    return true;
  }
  const bool durable = request.safety == wire::Safety::kDurable;
  if (durable && !durable_->room()) return false;
  if (durable && !may_log(request, client)) return true;
  const std::uint64_t token = request.token;
  const bool quiet = request.quiet;
  const GroupId group = durable ? request.destinations.groups.front() : GroupId{};
  if (quiet) count_quiet(client, request.payload.size());
  DataPlane::Numbered numbered = plane_->send(client.process, std::move(request));
  if (durable) await_durable(client, numbered, group);
  if (!quiet) tell_sent(client, token, std::move(numbered));
  return true;
}

void ClientPort::count_quiet(Client& client, std::size_t bytes) {
  if (client.quiet.count++ == 0) client.quiet.since = context_.now;
  client.quiet.bytes += bytes + limits::kMessageCostBytes;
}

void ClientPort::tell_sent(Client& client, std::uint64_t token, DataPlane::Numbered numbered) {
  if (client.closing) return;
  send(client, wire::Sent{token, Errc::kOk, {}, numbered.id, std::move(numbered.recipients)});
}

void ClientPort::start_change(Client& client, std::uint64_t token, wire::Change change) {
  if (client.closing) return;
  // Even where the epoch that lists the change is open already, and nothing of it delivered yet.
  client.sent_anything = true;
  const wire::ChangeId id = plane_->submit(std::move(change));
  if (!COHORT_MUTANT("overtake_own_change")) client.waits_for = id;
  asked_[id] = {client.handle, token};
}

void ClientPort::start_flush(Client& client, std::uint64_t token) {
  COHORT_PROBE("client.flush_begun");
  plane_->flush_all();
  client.flushes.push_back(
      {token, site_view_.number, plane_->multicast().named(), plane_->order().passed()});
  client.flushes.back().vector[plane_->multicast().rank()] =
      plane_->multicast().stream(plane_->multicast().rank()).received();
}

void ClientPort::complete_flushes(Client& client) {
  std::erase_if(client.flushes, [&](const FlushWait& flush) {
    const bool view_closed = flush.view != site_view_.number;
    if (view_closed) COHORT_PROBE("client.flushed_by_view");
    if (!view_closed && !COHORT_MUTANT("flush_returns_early") &&
        !plane_->stability().all_hold(flush.vector, flush.place)) {
      return false;
    }
    COHORT_PROBE("client.flushed");
    send(client, wire::FlushDone{flush.token});
    return true;
  });
}

}  // namespace cohort::core
