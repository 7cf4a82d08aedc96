// What the clients of a site are told: messages, views, failures.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/core/client_port.h"
#include "platform/wire/parts.h"
#include "platform/wire/record_stream.h"

namespace cohort::core {

ClientPort::Recipients ClientPort::local_recipients(const wire::Destinations& destinations,
                                                    const GroupTable& table) const {
  Recipients recipients;
  const auto add = [&](ProcessId process, GroupId group, std::uint64_t view) {
    if (process.life() != context_.self) return;
    const auto same = [process](const Recipient& each) { return each.process == process; };
    if (std::any_of(recipients.begin(), recipients.end(), same)) return;
    recipients.push_back({process, group, view});
  };
  for (GroupId id : destinations.groups) {
    const Group* group = table.find(id);
    if (group == nullptr) continue;
    for (ProcessId member : group->members) add(member, id, group->view_number);
  }
  for (ProcessId process : destinations.processes) add(process, GroupId{}, 0);
  return recipients;
}

void ClientPort::on_message(const wire::MessageId& id, const StreamEntry& entry,
                            const GroupTable& table) {
  if (entry.head.safety == wire::Safety::kDurable) durable_->on_delivered(id, entry, table);
  for (const Recipient& recipient : local_recipients(entry.head.destinations, table)) {
    Client* client = find(recipient.process);
    if (client == nullptr || client->closing) continue;
    wire::Deliver deliver;
    deliver.id = id;
    deliver.sender = entry.head.sender;
    deliver.order = entry.head.order;
    deliver.group = recipient.group;
    deliver.view = recipient.view;
    deliver.destinations = entry.head.destinations;
    deliver.entry = entry.head.entry;
    if (entry.head.destinations.groups.size() > 1 && COHORT_MUTANT("one_copy_a_group")) {
      send_delivery(*client, deliver, entry.payload);
    }
    send_delivery(*client, std::move(deliver), entry.payload);
  }
}

void ClientPort::send_delivery(Client& client, wire::Deliver deliver, const Bytes& payload) {
  count_unread(client, wire::append_delivery(client.outgoing, std::move(deliver), payload,
                                             plane_->flow().limits().part));
}

void ClientPort::on_switch(const wire::Opening& opening) {
  for (const wire::Change& change : opening.changes) {
    const auto asked = asked_.find(change.id);
    if (asked != asked_.end()) {
      const auto found = clients_.find(asked->second.client);
      if (found != clients_.end() && found->second.waits_for == change.id) {
        found->second.waits_for.reset();
      }
    }
    if (change.kind != wire::ChangeKind::kProcessFailed) continue;
    if (Client* client = find(change.process)) {
      COHORT_PROBE("client.silenced");
      clear_queue(*client);  // E8: a process that is removed speaks no more.
    }
  }
}

void ClientPort::on_change(const wire::Change& change, const ChangeOutcome& outcome,
                           std::uint64_t view, const GroupTable& table) {
  if (outcome.gone) send_all(wire::ProcessGone{*outcome.gone, change.reason});
  tell_views(outcome.views);
  if (change.kind == wire::ChangeKind::kGlobal && outcome.code == Errc::kOk) {
    deliver_global(change, view, table);
  }
  for (ProcessId process : outcome.killed) {
    if (Client* client = find(process)) close(*client, Errc::kClosed, "its group was killed");
  }
  const auto asked = asked_.find(change.id);
  if (asked == asked_.end()) return;
  const auto found = clients_.find(asked->second.client);
  const std::uint64_t token = asked->second.token;
  asked_.erase(asked);
  if (found == clients_.end() || found->second.closing) return;
  // A change may come with the end of a view, without an opening of its own at this site.
  if (found->second.waits_for == change.id) found->second.waits_for.reset();
  if (change.kind == wire::ChangeKind::kGlobal) {
    if (outcome.code == Errc::kOk) return;
    send(found->second, wire::Sent{token, outcome.code, outcome.text, {}, {}});
    return;
  }
  send(found->second, wire::ChangeDone{token, outcome.code, outcome.group, outcome.text});
}

void ClientPort::deliver_global(const wire::Change& change, std::uint64_t view,
                                const GroupTable& table) {
  // Numbers of GBCASTs have their top bit set: they never meet those of a stream.
  const wire::MessageId id{change.id.origin, view, (std::uint64_t{1} << 63) | change.id.number};
  const Group& group = *table.find(change.group);
  const auto asked = asked_.find(change.id);
  if (asked != asked_.end()) {
    const auto found = clients_.find(asked->second.client);
    if (found != clients_.end() && !found->second.closing) {
      send(found->second, wire::Sent{asked->second.token, Errc::kOk, {}, id, group.members});
    }
  }
  for (ProcessId member : group.members) {
    Client* client = find(member);
    if (client == nullptr || client->closing) continue;
    wire::Deliver deliver;
    deliver.id = id;
    deliver.sender = change.process;
    deliver.order = wire::Order::kGlobal;
    deliver.group = change.group;
    deliver.view = group.view_number;
    deliver.destinations.groups = {change.group};
    deliver.entry = change.entry;
    send_delivery(*client, std::move(deliver), change.payload);
  }
}

std::uint64_t ClientPort::settles_ms() const {
  const std::int64_t left = to_millis(settled_at - context_.now);
  return left > 0 ? static_cast<std::uint64_t>(left) + 1 : 0;
}

void ClientPort::tell_views(const std::vector<GroupChange>& changes) {
  for (const GroupChange& change : changes) {
    for (auto& [handle, client] : clients_) {
      if (!client.process.valid() || client.closing) continue;
      const auto& members = change.view.members;
      const bool member =
          std::find(members.begin(), members.end(), client.process) != members.end();
      const bool left =
          std::any_of(change.departed.begin(), change.departed.end(),
                      [&](const auto& departed) { return departed.first == client.process; });
      if (!member && !left && !client.monitors.contains(change.view.group)) continue;
      send(client, wire::View{change.view, change.joined, change.departed, settles_ms()});
    }
  }
}

void ClientPort::on_site_view(const ViewNews& news) {
  site_view_ = news.view;
  // Who comes in may send one window before it hears who is slow.
  for (auto& [handle, client] : clients_) client.senders += news.joined.size();
  for (ProcessId process : news.gone) {
    send_all(wire::ProcessGone{process, wire::Departure::kSiteFailed});
  }
  tell_views(news.groups);
  send_all(wire::Sites{news.view, news.joined, news.departed});
}

}  // namespace cohort::core
