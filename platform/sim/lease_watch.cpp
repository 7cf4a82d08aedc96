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

void LeaseWatch::on_install(SiteLife at, std::uint64_t view, const std::vector<SiteLife>& members) {
  if (view <= newest_) return;
  for (SiteLife life : members_) {
    const bool stays = std::find(members.begin(), members.end(), life) != members.end();
    if (!stays) dropped_.try_emplace(life, Dropped{view, at});
  }
  newest_ = view;
  members_ = members;
}

void LeaseWatch::on_delivery(SiteLife at) {
  const auto found = dropped_.find(at);
  if (found == dropped_.end() || violations_.size() >= kKept) return;
  violations_.push_back({"V10",
                         "site " + to_string(at) + " still delivers although site " +
                             to_string(found->second.by) + " has installed view " +
                             std::to_string(found->second.view) + " without it",
                         {}});
}

void LeaseWatch::on_trace(SiteLife at, std::string_view event) {
  if (!event.starts_with("event=view.installed")) return;
  on_install(at, number<std::uint64_t>(field(event, " view=")), lives(field(event, " members=")));
}

}  // namespace cohort::sim
