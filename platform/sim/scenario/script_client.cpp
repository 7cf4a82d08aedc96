#include "platform/sim/scenario/script_client.h"

#include <algorithm>
#include <utility>

#include "platform/base/assert.h"
#include "platform/base/limits.h"
#include "platform/wire/parts.h"

namespace cohort::sim {

namespace {

constexpr std::uint8_t kEntry = 20;

/// Its name, then zeros up to the size.
Bytes payload_of(const std::string& label, std::int64_t size) {
  Bytes payload(label.begin(), label.end());
  if (size > static_cast<std::int64_t>(payload.size())) {
    payload.resize(static_cast<std::size_t>(size));
  }
  return payload;
}

bool lists(const std::vector<ProcessId>& members, ProcessId process) {
  return std::find(members.begin(), members.end(), process) != members.end();
}

}  // namespace

ScriptClient::ScriptClient(World& world, Directory& directory, SiteId site, std::string name)
    : world_(world), directory_(directory), site_(site), name_(std::move(name)) {}

bool ScriptClient::connect() {
  port_ = world_.site(site_).connect();
  if (!port_) return false;
  port_->on_record = [weak = weak_from_this()](ByteView record) {
    if (auto self = weak.lock()) self->on_record(record);
  };
  send(wire::Hello{wire::kClientProtocolVersion, name_, 0});
  return true;
}

void ScriptClient::die() {
  ++world_.counts().process_crashes;
  if (port_) port_->die();
}

void ScriptClient::stop_acting() {
  if (port_) port_->go_on();
}

void ScriptClient::run_over() {
  if (port_) port_->run_over();
}

void ScriptClient::send(const wire::ClientRequest& request) {
  port_->send(wire::encode(request));
}

std::uint64_t ScriptClient::token(std::string what) {
  pending_[state_.next_token] = std::move(what);
  return state_.next_token++;
}

std::string ScriptClient::pending_text() const {
  std::string text = name_ + " at site " + std::to_string(site_.value) + ":";
  if (!welcomed()) text += " no welcome;";
  for (const auto& [token, what] : pending_) text += " " + what + ";";
  return text;
}

bool ScriptClient::awaits(const std::string& what) const {
  return std::any_of(pending_.begin(), pending_.end(),
                     [&](const auto& pending) { return pending.second == what; });
}

bool ScriptClient::member_of(GroupId group) const {
  const auto found = groups_.find(group);
  return found != groups_.end() && lists(found->second.members, process_);
}

void ScriptClient::on_record(ByteView record) {
  auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon sends only records that decode");
  on_event(*event);
}

void ScriptClient::on_event(const wire::ClientEvent& event) {
  if (const auto* welcome = std::get_if<wire::Welcome>(&event)) {
    process_ = welcome->process;
    sites_ = welcome->sites;
    world_.process_names()[process_] = name_;
    for (const Action& action : std::exchange(waiting_, {})) (void)perform_now(action);
  } else if (std::holds_alternative<wire::Deliver>(event) ||
             std::holds_alternative<wire::DeliverPart>(event)) {
    send(wire::Consumed{wire::encode(event).size()});
  } else if (const auto* view = std::get_if<wire::View>(&event)) {
    groups_[view->view.group] = view->view;
    directory_.groups[view->view.name] = view->view.group;
  } else if (const auto* sites = std::get_if<wire::Sites>(&event)) {
    sites_ = sites->view;
  } else if (const auto* serving = std::get_if<wire::Serving>(&event)) {
    state_.serving = serving->serving;
  } else if (const auto* change = std::get_if<wire::ChangeDone>(&event)) {
    answered(change->token, change->code, change->text);
  } else if (const auto* found = std::get_if<wire::LookupDone>(&event)) {
    if (found->code == Errc::kOk) directory_.groups[found->view.name] = found->view.group;
    answered(found->token, found->code, "");
  } else if (const auto* sent = std::get_if<wire::Sent>(&event)) {
    answered(sent->token, sent->code, sent->text);
  } else if (const auto* flushed = std::get_if<wire::FlushDone>(&event)) {
    answered(flushed->token, Errc::kOk, "");
  }
}

void ScriptClient::answered(std::uint64_t token, Errc code, const std::string& text) {
  const auto found = pending_.find(token);
  if (found == pending_.end()) return;
  if (code != Errc::kOk) {
    refusals_.push_back(found->second + ": " + std::string(to_string(code)) + " " + text);
  }
  pending_.erase(found);
}

bool ScriptClient::perform(const Action& action) {
  if (!open()) return false;
  if (welcomed()) return perform_now(action);
  waiting_.push_back(action);
  return true;
}

bool ScriptClient::perform_now(const Action& action) {
  switch (action.verb) {
    case Verb::kMulticast:
      return multicast(action);
    case Verb::kFlush:
      send(wire::Flush{token("flush")});
      return true;
    case Verb::kHang:
    case Verb::kGoOn:
    case Verb::kGarbage:
      port_->misbehave(action);
      return true;
    default:
      return !action.names.empty() && perform_on_group(action, action.names.front());
  }
}

bool ScriptClient::perform_on_group(const Action& action, const std::string& name) {
  if (action.verb == Verb::kCreate) {
    send(wire::CreateGroup{token("create " + name), name});
  } else if (action.verb == Verb::kJoin) {
    wire::JoinGroup join;
    join.token = token("join " + name);
    join.name = name;
    join.create = true;
    send(join);
  } else if (action.verb == Verb::kLookup) {
    send(wire::Lookup{token("lookup " + name), name});
  } else {
    const auto group = directory_.groups.find(name);
    if (group == directory_.groups.end()) return false;
    if (action.verb == Verb::kLeaveGroup) {
      send(wire::LeaveGroup{token("leave " + name), group->second});
    } else if (action.verb == Verb::kKillGroup) {
      send(wire::KillGroup{token("kill " + name), group->second});
    } else if (action.verb == Verb::kMonitor) {
      send(wire::Monitor{group->second, true});
    } else {
      return false;
    }
  }
  return true;
}

bool ScriptClient::multicast(const Action& action) {
  wire::Multicast multicast;
  for (const std::string& name : action.names) {
    const auto group = directory_.groups.find(name);
    if (group != directory_.groups.end()) {
      multicast.destinations.groups.push_back(group->second);
      continue;
    }
    const auto& names = world_.process_names();
    const auto process = std::find_if(names.begin(), names.end(),
                                      [&](const auto& entry) { return entry.second == name; });
    if (process == names.end()) return false;
    multicast.destinations.processes.push_back(process->first);
  }
  multicast.token = token(action.label);
  multicast.order = action.order;
  multicast.safety = action.safe ? wire::Safety::kSafe : wire::Safety::kAgreed;
  multicast.entry = kEntry;
  multicast.payload = payload_of(action.label, action.number);
  directory_.messages[action.label] = wire::history_digest(multicast.payload);
  for (Bytes& record : wire::encode_in_parts(std::move(multicast), limits::kPartBytes)) {
    port_->send(std::move(record));
  }
  return true;
}

void ScriptClient::say_goodbye() {
  if (!open() || !welcomed()) return;
  for (const auto& [group, view] : groups_) {
    if (!lists(view.members, process_)) continue;
    for (const wire::Order order : {wire::Order::kCausal, wire::Order::kTotal}) {
      wire::Multicast last;
      last.destinations.groups.push_back(group);
      last.token = token("last multicast");
      last.order = order;
      last.entry = kEntry;
      last.payload = payload_of(name_ + " says goodbye " + std::to_string(last.token), 0);
      send(last);
    }
  }
  send(wire::Flush{token("last flush")});
}

}  // namespace cohort::sim
