// Durable updates as the clients of a site see them: who logs, what became of each update.
#include "platform/base/instrument.h"
#include "platform/core/client_port.h"

namespace cohort::core {

bool ClientPort::may_log(const wire::Multicast& request, Client& client) {
  const Group* group = plane_->sending_table().find(request.destinations.groups.front());
  if (group != nullptr && !group->loggers.empty()) return true;
  if (!client.closing) {
    send(client, wire::Sent{request.token,
                            group == nullptr ? Errc::kUnknownGroup : Errc::kRefused,
                            "no member of the group keeps a log: nothing can be durable",
                            {},
                            {}});
  }
  return false;
}

void ClientPort::await_durable(const Client& client, const DataPlane::Numbered& numbered,
                               GroupId group) {
  durable_->await(numbered.id, plane_->epochs().sending(), client.process,
                  *plane_->sending_table().find(group));
}

void ClientPort::start_log(Client& client, const wire::BeginLog& request) {
  if (client.closing) return;
  const Group* group = plane_->table().find(request.group);
  const bool member = group != nullptr && std::find(group->members.begin(), group->members.end(),
                                                    client.process) != group->members.end();
  wire::ChangeDone done{request.token, Errc::kOk, request.group, {}};
  if (member) {
    durable_->begin(client.process, *group);
    plane_->look_ahead_again();
  } else {
    done.code = Errc::kNotMember;
    done.text = "only a member may keep the group's log";
  }
  send(client, done);
}

void ClientPort::start_checkpoint(Client& client, wire::Checkpoint& request) {
  if (client.closing) return;
  const Group* group = plane_->table().find(request.group);
  if (group == nullptr) {
    if (!request.more) {
      send(client, wire::ChangeDone{request.token, Errc::kUnknownGroup, request.group,
                                    "the group does not exist"});
    }
    return;
  }
  if (request.more) {
    durable_->checkpoint(group->name, true, std::move(request.state), nullptr);
    return;
  }
  const auto begun = durable_->begun(client.process, group->name);
  durable_->checkpoint(group->name, false, std::move(request.state),
                       [this, handle = client.handle, token = request.token, id = request.group,
                        name = group->name, begun] {
                         const auto found = clients_.find(handle);
                         if (found == clients_.end() || found->second.closing) return;
                         count_as_logger(found->second, token, id, name, begun);
                       });
}

/// Its state and all that came since are on the disk, unless it was no member for a while.
void ClientPort::count_as_logger(Client& client, std::uint64_t token, GroupId group,
                                 const std::string& name, std::optional<std::uint64_t> begun) {
  const Group* there = plane_->table().find(group);
  const bool counts = there != nullptr && std::find(there->loggers.begin(), there->loggers.end(),
                                                    client.process) != there->loggers.end();
  if (!counts && (!begun || durable_->begun(client.process, name) != begun)) {
    COHORT_PROBE("durable.left_while_beginning");
    send(client, wire::ChangeDone{token, Errc::kNotMember, group,
                                  "it left the group before its log was complete: begin again"});
    return;
  }
  wire::Change change;
  change.kind = wire::ChangeKind::kLogs;
  change.process = client.process;
  change.group = group;
  durable_->on_counts_soon(client.process, name);
  start_change(client, token, std::move(change));
}

void ClientPort::on_agreed(const wire::MessageId& id, const StreamEntry& entry,
                           const GroupTable& table) {
  durable_->on_agreed(id, entry, table);
}

void ClientPort::on_epoch(std::uint64_t epoch, const GroupTable& table) {
  durable_->on_epoch(epoch, table);
}

void ClientPort::on_table(std::uint64_t epoch, const GroupTable& table) {
  durable_->on_table(epoch, table);
}

void ClientPort::on_durable(const wire::MessageId& id, ProcessId sender, bool durable) {
  Client* client = find(sender);
  if (client != nullptr && !client->closing) send(*client, wire::Durable{id, durable});
}

}  // namespace cohort::core
