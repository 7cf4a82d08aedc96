#include "platform/sim/lease_watch.h"

#include <algorithm>
#include <charconv>

namespace cohort::sim {

namespace {

constexpr std::size_t kKept = 3;

std::string_view field(std::string_view event, std::string_view key) {
  const auto at = event.find(key);
  if (at == std::string_view::npos) return {};
  event.remove_prefix(at + key.size());
  return event.substr(0, event.find(' '));
}

template <typename Number>
Number number(std::string_view text) {
  Number value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

std::vector<SiteLife> lives(std::string_view text) {
  std::vector<SiteLife> all;
  while (!text.empty()) {
    const std::string_view one = text.substr(0, text.find(','));
    const auto dot = one.find('.');
    all.push_back({SiteId{number<std::uint16_t>(one.substr(0, dot))},
                   Incarnation{number<std::uint16_t>(one.substr(dot + 1))}});
    text.remove_prefix(std::min(text.size(), one.size() + 1));
  }
  return all;
}

}  // namespace

void LeaseWatch::violated(std::string property, std::string text) {
  if (violations_.size() < kKept) {
    violations_.push_back({std::move(property), std::move(text), {}});
  }
}

void LeaseWatch::on_install(SiteLife at, std::uint64_t view, const std::vector<SiteLife>& members,
                            Duration settled_at) {
  for (auto& [life, dropped] : dropped_) {
    if (dropped.view == view) dropped.settled_at = std::min(dropped.settled_at, settled_at);
  }
  if (view <= newest_) return;
  for (SiteLife life : members_) {
    const bool stays = std::find(members.begin(), members.end(), life) != members.end();
    if (!stays) dropped_.try_emplace(life, Dropped{view, at, settled_at, {}});
  }
  newest_ = view;
  members_ = members;
}

void LeaseWatch::on_delivery(SiteLife at) {
  const auto found = dropped_.find(at);
  if (found == dropped_.end()) return;
  violated("V10", "site " + to_string(at) + " still delivers although site " +
                      to_string(found->second.by) + " has installed view " +
                      std::to_string(found->second.view) + " without it");
}

void LeaseWatch::on_client_act(ProcessId process, Duration now) {
  const auto found = dropped_.find(process.life());
  if (found == dropped_.end()) return;
  const Dropped& dropped = found->second;
  if (dropped.successor.valid()) {
    violated("V11", "process " + to_string(process) + " still acts although process " +
                        to_string(dropped.successor) + " has taken over from its site");
  } else if (now > dropped.settled_at) {
    violated("V11", "process " + to_string(process) + " still acts " +
                        std::to_string(to_millis(now - dropped.settled_at)) +
                        " ms after others may take over from its site");
  }
}

void LeaseWatch::on_takeover(ProcessId by, ProcessId gone) {
  const auto found = dropped_.find(gone.life());
  if (found != dropped_.end() && !found->second.successor.valid()) found->second.successor = by;
}

void LeaseWatch::on_trace(SiteLife at, std::string_view event, Duration now) {
  if (!event.starts_with("event=view.installed")) return;
  const std::string_view settles = field(event, " settles_ms=");
  on_install(at, number<std::uint64_t>(field(event, " view=")), lives(field(event, " members=")),
             settles.empty() ? Duration::max() : now + millis(number<std::int64_t>(settles)));
}

}  // namespace cohort::sim
