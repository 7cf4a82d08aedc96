#include "platform/core/client_port.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/wire/record_stream.h"

namespace cohort::core {

using wire::ClientRequest;

namespace {
/// When quiet multicasts are reported as numbered even where nothing else goes to their client.
constexpr std::size_t kNumberedBytes = 64 * 1024;
constexpr Duration kNumberedDelay = millis(10);
/// Records of one step from which on room for as much is made for the next one.
constexpr std::size_t kBusyBytes = 16 * 1024;
}  // namespace

ClientPort::Client* ClientPort::find(ProcessId process) {
  const auto found = processes_.find(process);
  if (found == processes_.end()) return nullptr;
  return &clients_.at(found->second);
}

void ClientPort::on_opened(const ClientOpened& opened) {
  Client client;
  client.handle = opened.client;
  client.user = opened.user;
  client.last_read = context_.now;
  const bool full = clients_.size() >= limits::kClientsPerSite;
  Client& added = clients_.emplace(opened.client, std::move(client)).first->second;
  if (full) {
    close(added, Errc::kLimit,
          "the site has its " + std::to_string(limits::kClientsPerSite) + " clients");
  }
}

void ClientPort::on_frame(const ClientFrame& frame) {
  const auto found = clients_.find(frame.client);
  if (found == clients_.end()) return;
  Client& client = found->second;
  ByteView records = frame.records;
  while (!client.closing && !records.empty()) {
    const auto record = wire::take_record(records);
    if (!record) return close(client, Errc::kMalformed, "a part of a record");
    on_record(client, *record);
  }
}

void ClientPort::on_record(Client& client, ByteView record) {
  if (record.size() > limits::kFrameBytes) {
    return close(client, Errc::kLimit,
                 "a record is beyond " + std::to_string(limits::kFrameBytes) + " bytes");
  }
  auto request = wire::decode_client_request(record);
  if (!request) {
    COHORT_PROBE("client.garbage");
    return close(client, Errc::kMalformed, "a malformed record: " + request.error().text);
  }
  take(client, std::move(*request), record.size());
}

void ClientPort::take(Client& client, ClientRequest request, std::size_t bytes) {
  if (const auto* hello = std::get_if<wire::Hello>(&request)) {
    if (client.hello) return close(client, Errc::kMalformed, "a second hello");
    if (hello->version != wire::kClientProtocolVersion) {
      return close(client, Errc::kVersion,
                   "it speaks version " + std::to_string(hello->version) + ", the daemon speaks " +
                       std::to_string(wire::kClientProtocolVersion));
    }
    client.hello = true;
    if (serving_) welcome(client);
    return;
  }
  if (client.hello && take_from_anybody(client, request)) return;
  if (!client.process.valid()) {
    return close(client, Errc::kMalformed, "a request before the welcome");
  }
  if (!legal(client, request) || take_now(client, request)) return;
  if (client.receiving) {
    return close(client, Errc::kMalformed, "a request between the parts of a multicast");
  }
  client.queue_bytes += bytes;
  if (client.queue_bytes > 2 * limits::kUnnumberedBytesPerClient) {
    return close(client, Errc::kLimit, "it sent more than its window allows");
  }
  std::shared_ptr<LargeSend> large;
  if (auto* multicast = std::get_if<wire::Multicast>(&request)) {
    large = make_large(client, *multicast);
  }
  client.queue.push_back({std::move(request), bytes, std::move(large)});
}

bool ClientPort::legal(Client& client, const ClientRequest& request) {
  const bool looks = std::holds_alternative<wire::Inspect>(request) ||
                     std::holds_alternative<wire::Lookup>(request) ||
                     std::holds_alternative<wire::Monitor>(request) ||
                     std::holds_alternative<wire::ChangePlant>(request) ||
                     std::holds_alternative<wire::Consumed>(request);
  if (witness && !looks) {
    close(client, Errc::kRefused,
          "this site is a witness: it hosts no groups and sends nothing; use another site");
    return false;
  }
  std::string wrong;
  if (const auto* m = std::get_if<wire::Multicast>(&request)) {
    if (m->payload.size() + m->rest > limits::kPayloadBytes) {
      wrong = "a payload is beyond its limit";
    }
    if (m->order == wire::Order::kGlobal && m->rest > 0) wrong = "a GBCAST is beyond its limit";
    if (m->quiet && (m->order == wire::Order::kGlobal || m->rest > 0)) {
      wrong = "a GBCAST or a large multicast cannot be quiet";
    }
    if (m->order == wire::Order::kGlobal &&
        (m->destinations.groups.size() != 1 || !m->destinations.processes.empty())) {
      wrong = "a GBCAST goes to exactly one group";
    }
    if (m->safety == wire::Safety::kDurable &&
        (m->order != wire::Order::kTotal || m->destinations.groups.size() != 1 ||
         !m->destinations.processes.empty())) {
      wrong = "a durable multicast is an ABCAST to exactly one group";
    }
  } else if (const auto* c = std::get_if<wire::CreateGroup>(&request)) {
    if (c->name.empty()) wrong = "a group needs a name";
  } else if (const auto* j = std::get_if<wire::JoinGroup>(&request)) {
    if (j->name.empty()) wrong = "a group needs a name";
    if (j->credentials.size() > limits::kCredentialBytes) wrong = "credentials are too long";
  }
  if (wrong.empty()) return true;
  close(client, Errc::kMalformed, std::move(wrong));
  return false;
}

/// What is answered before the welcome too: a site that cannot serve must be able to say why.
bool ClientPort::take_from_anybody(Client& client, const ClientRequest& request) {
  if (const auto* inspection = std::get_if<wire::Inspect>(&request)) {
    send(client, wire::Inspection{inspection->token, inspect(*inspection)});
    return true;
  }
  if (const auto* force = std::get_if<wire::ForceForm>(&request)) {
    take_force_form(client, *force);
    return true;
  }
  return false;
}

bool ClientPort::take_now(Client& client, const ClientRequest& request) {
  const GroupTable& table = plane_->table();
  if (const auto* lookup = std::get_if<wire::Lookup>(&request)) {
    const auto id = table.find(lookup->name);
    wire::LookupDone done{lookup->token, id ? Errc::kOk : Errc::kUnknownGroup, {}};
    if (id) done.view = table.view(*id);
    send(client, done);
    return true;
  }
  if (const auto* monitor = std::get_if<wire::Monitor>(&request)) {
    if (monitor->on && client.monitors.insert(monitor->group).second) {
      const Group* group = table.find(monitor->group);
      const bool member = group != nullptr &&
                          std::find(group->members.begin(), group->members.end(), client.process) !=
                              group->members.end();
      if (group != nullptr && !member) {
        send(client, wire::View{table.view(monitor->group), {}, {}, settles_ms()});
      }
    } else if (!monitor->on) {
      client.monitors.erase(monitor->group);
    }
    return true;
  }
  if (const auto* change = std::get_if<wire::ChangePlant>(&request)) {
    take_plant_change(client, *change);
    return true;
  }
  if (const auto* consumed = std::get_if<wire::Consumed>(&request)) {
    on_consumed(client, consumed->bytes);
    return true;
  }
  if (const auto* direct = std::get_if<wire::Direct>(&request)) {
    send_direct(client, *direct);
    return true;
  }
  if (const auto* part = std::get_if<wire::MulticastPart>(&request)) {
    on_part(client, *part);
    return true;
  }
  return false;
}

void ClientPort::welcome(Client& client) {
  client.process = ProcessId::make(context_.self, next_process_++);
  processes_[client.process] = client.handle;
  send(client, wire::Welcome{client.process, site_view_, plane_->flow().limits().report()});
}

void ClientPort::on_gone(ClientHandle handle) {
  const auto found = clients_.find(handle);
  if (found == clients_.end()) return;
  Client& client = found->second;
  const ProcessId process = client.process;
  if (process.valid()) {
    client.closing = true;
    if (serving_)
      pump(client);  // What it had sent before it died is numbered where that needs no wait.
    submit_failure(client, wire::Departure::kProcessFailed);
    if (client.slow) set_slow(client, false);
    processes_.erase(process);
    durable_->on_member_gone(process);
  }
  clear_queue(client);
  clients_.erase(handle);
}

void ClientPort::send(Client& client, const wire::ClientEvent& event) {
  wire::append_record(client.outgoing, event);
}

void ClientPort::hand_over() {
  for (auto& [handle, client] : clients_) hand_over(client);
}

void ClientPort::hand_over(Client& client) {
  // By itself a Numbered is not worth waking the client for, unless it may be waited for.
  Quiet& quiet = client.quiet;
  const bool due = quiet.bytes >= kNumberedBytes || context_.now - quiet.since >= kNumberedDelay;
  if (quiet.count > 0 && !client.closing && (due || !client.outgoing.empty())) {
    send(client, wire::Numbered{quiet.count});
    quiet = Quiet{};
  }
  if (client.outgoing.empty()) return;
  Bytes next;
  // Who gets much in this step gets much in the next one: what grows step by step is copied often.
  if (client.outgoing.size() >= kBusyBytes) {
    next.reserve(std::min(client.outgoing.size(), 4 * kBusyBytes));
  }
  context_.effects.push_back(
      SendClient{client.handle, std::exchange(client.outgoing, std::move(next))});
}

void ClientPort::send_all(const wire::ClientEvent& event) {
  for (auto& [handle, client] : clients_) {
    if (client.process.valid() && !client.closing) send(client, event);
  }
}

void ClientPort::close(Client& client, Errc code, std::string reason) {
  if (client.closing) return;
  client.closing = true;
  context_.trace("event=client.closed process=" + to_string(client.process) + " reason=\"" +
                 reason + "\"");
  send(client, wire::Goodbye{code, reason});
  hand_over(client);
  context_.effects.push_back(CloseClient{client.handle, std::move(reason)});
}

void ClientPort::close_all(const std::string& reason) {
  for (auto& [handle, client] : clients_) close(client, Errc::kClosed, reason);
}

void ClientPort::set_serving(bool serving) {
  if (serving_ == serving) return;
  serving_ = serving;
  COHORT_PROBE(serving ? "client.serving_again" : "client.not_serving");
  send_all(wire::Serving{serving});
  if (!serving) return;
  for (auto& [handle, client] : clients_) {
    if (client.hello && !client.process.valid() && !client.closing) welcome(client);
  }
}

void ClientPort::pump() {
  credit_own_pause();
  for (auto& [handle, client] : clients_) {
    if (client.closing) continue;
    if (serving_) {
      pump(client);
      complete_flushes(client);
    }
    watch_slow(client);
    watch_parts(client);
  }
}

}  // namespace cohort::core
