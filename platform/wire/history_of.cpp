#include "platform/wire/history_of.h"

namespace cohort::wire {

namespace {

HistoryRecord of_kind(HistoryKind kind) {
  HistoryRecord record;
  record.kind = kind;
  return record;
}

/// What a message is, as its sender and whoever it is delivered to both know it.
template <typename Message>
void describe(HistoryRecord& record, const Message& message) {
  record.order = message.order;
  record.destinations = message.destinations;
  record.entry = message.entry;
  record.digest = history_digest(message.payload);
}

HistoryRecord ask(std::string_view what, GroupId group = {}) {
  HistoryRecord record = of_kind(HistoryKind::kAsk);
  record.text = what;
  record.group = group;
  return record;
}

/// Of what the variant holds, where histories tell it.
template <typename Variant>
std::optional<HistoryRecord> history_of_held(const Variant& held) {
  return std::visit(
      [](const auto& each) -> std::optional<HistoryRecord> {
        using Held = std::decay_t<decltype(each)>;
        // Not merely convertible to the variant, which would call this function again.
        if constexpr (std::is_same_v<Held, Multicast>) {
          return std::nullopt;
        } else if constexpr (requires {
                               static_cast<HistoryRecord (*)(const Held&)>(&history_of);
                             }) {
          return history_of(each);
        } else {
          return std::nullopt;
        }
      },
      held);
}

}  // namespace

HistoryRecord history_of(const Welcome& welcome) {
  HistoryRecord record = of_kind(HistoryKind::kBegin);
  record.view = welcome.sites.number;
  record.sites = welcome.sites.members;
  return record;
}

HistoryRecord history_of(const Goodbye& goodbye) {
  HistoryRecord record = of_kind(HistoryKind::kEnd);
  record.text = goodbye.reason;
  return record;
}

HistoryRecord history_of(const Sent& sent) {
  HistoryRecord record = of_kind(HistoryKind::kSent);
  record.token = sent.token;
  record.id = sent.id;
  record.members = sent.recipients;
  if (sent.code != Errc::kOk) record.text = std::string(to_string(sent.code)) + ": " + sent.text;
  return record;
}

HistoryRecord history_of(const Deliver& deliver) {
  HistoryRecord record = of_kind(HistoryKind::kDeliver);
  record.id = deliver.id;
  record.peer = deliver.sender;
  record.group = deliver.group;
  record.view = deliver.view;
  describe(record, deliver);
  return record;
}

HistoryRecord history_of(const View& view) {
  HistoryRecord record = of_kind(HistoryKind::kView);
  record.group = view.view.group;
  record.view = view.view.number;
  record.members = view.view.members;
  for (const auto& [process, why] : view.departed) {
    record.text += (record.peers.empty() ? "" : ";") + std::string(to_string(why));
    record.peers.push_back(process);
  }
  return record;
}

HistoryRecord history_of(const ProcessGone& gone) {
  HistoryRecord record = of_kind(HistoryKind::kGone);
  record.peer = gone.process;
  record.text = to_string(gone.reason);
  return record;
}

HistoryRecord history_of(const Sites& sites) {
  HistoryRecord record = of_kind(HistoryKind::kSites);
  record.view = sites.view.number;
  record.sites = sites.view.members;
  for (const auto& [life, reason] : sites.departed) {
    record.text += (record.text.empty() ? "" : "; ") + to_string(life) + ": " + reason;
  }
  return record;
}

HistoryRecord history_of(const Serving& serving) {
  HistoryRecord record = of_kind(HistoryKind::kServing);
  record.view = serving.serving ? 1 : 0;
  return record;
}

HistoryRecord history_of(const FlushDone& done) {
  HistoryRecord record = of_kind(HistoryKind::kFlushEnd);
  record.token = done.token;
  return record;
}

std::optional<HistoryRecord> history_of(const ClientEvent& event) {
  return history_of_held(event);
}

HistoryRecord history_of(const Multicast& multicast) {
  HistoryRecord record = of_kind(HistoryKind::kSend);
  record.token = multicast.token;
  record.safety = multicast.safety;
  describe(record, multicast);
  return record;
}

HistoryRecord history_of(const Flush& flush) {
  HistoryRecord record = of_kind(HistoryKind::kFlushBegin);
  record.token = flush.token;
  return record;
}

HistoryRecord history_of(const CreateGroup&) {
  return ask("create");
}

HistoryRecord history_of(const JoinGroup&) {
  return ask("join");
}

HistoryRecord history_of(const LeaveGroup& leave) {
  return ask("leave", leave.group);
}

HistoryRecord history_of(const KillGroup& kill) {
  return ask("kill", kill.group);
}

std::optional<HistoryRecord> history_of(const ClientRequest& request) {
  return history_of_held(request);
}

}  // namespace cohort::wire
