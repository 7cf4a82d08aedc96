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
  durable_->checkpoint(group->name, false, std::move(request.state),
                       [this, handle = client.handle, token = request.token, id = request.group] {
                         const auto found = clients_.find(handle);
                         if (found == clients_.end() || found->second.closing) return;
                         wire::Change change;
                         change.kind = wire::ChangeKind::kLogs;
                         change.process = found->second.process;
                         change.group = id;
                         start_change(found->second, token, std::move(change));
                       });
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
