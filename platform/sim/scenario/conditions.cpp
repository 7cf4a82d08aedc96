// What can be expected of a running plant.
#include <fmt/format.h>

#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/sim/scenario/player.h"

namespace cohort::sim {

namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// "3.1: silent for ..." speaks of site 3.
bool speaks_of(const std::string& removals, SiteId site, const std::string& words) {
  const std::string begin = std::to_string(site.value) + ".";
  const std::size_t at = removals.starts_with(begin) ? 0 : removals.find("; " + begin);
  return at != std::string::npos && contains(removals.substr(at), words);
}

std::vector<std::string> site_names(const std::vector<SiteLife>& lives) {
  std::vector<std::string> names;
  for (SiteLife life : lives) names.push_back(std::to_string(life.site.value));
  return names;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text.empty() ? "nothing" : text;
}

}  // namespace

bool Player::holds(const Condition& condition) {
  observer_.look();
  return holds_plainly(condition) != condition.negated;
}

bool Player::holds_plainly(const Condition& condition) {
  switch (condition.fact) {
    case Fact::kRest:
      return unrest().empty();
    case Fact::kSiteView:
      return site_view_is(condition);
    case Fact::kStopped:
    case Fact::kUp:
    case Fact::kServing:
      return site_is(condition);
    case Fact::kGone:
      return observer_.gone(process_of(condition.process));
    case Fact::kWhyLeft:
      return std::any_of(observer_.removals().begin(), observer_.removals().end(),
                         [&](const std::string& text) {
                           return speaks_of(text, condition.site, condition.labels.front());
                         });
    case Fact::kProbe: {
      const auto& probes = instrument::probes();
      const auto found = probes.find(condition.labels.front());
      return found != probes.end() && found->second >= condition.number;
    }
    case Fact::kTrace: {
      const std::string at = " " + std::to_string(condition.site.value) + ".";
      const auto count =
          std::count_if(traces_.begin(), traces_.end(), [&](const std::string& line) {
            return contains(line, condition.labels.front()) &&
                   (condition.site.value == 0 || contains(line.substr(0, line.find(" event")), at));
          });
      return static_cast<std::uint64_t>(count) >= condition.number;
    }
    case Fact::kViolation: {
      checkers::Suite suite;
      for (const auto& record : world_.recorder().records) suite.feed(record);
      return !suite.finish(condition.labels.empty() ? "" : condition.labels.front()).empty();
    }
    default:
      break;
  }
  if (condition.process != "all") return holds_for_process(condition, condition.process);
  bool any = false;
  for (const auto& [name, actor] : actors_) {
    if (!actor->open() || std::dynamic_pointer_cast<ScriptClient>(actor) == nullptr) continue;
    any = true;
    if (!holds_for_process(condition, name)) return false;
  }
  return any;
}

bool Player::holds_for_process(const Condition& condition, const std::string& name) {
  const auto actor = actors_.find(name);
  if (actor == actors_.end()) return false;
  if (condition.fact == Fact::kAlive) return actor->second->open();
  if (condition.fact == Fact::kIdle) return actor->second->idle();
  if (condition.fact == Fact::kDelivered) return delivered(condition, process_of(name));
  const auto client = std::dynamic_pointer_cast<ScriptClient>(actor->second);
  if (client == nullptr) return false;
  const std::string label = condition.labels.empty() ? "" : condition.labels.front();
  if (condition.fact == Fact::kFlushed) return client->welcomed() && !client->awaits("flush");
  if (condition.fact == Fact::kSent) {
    return directory_.messages.contains(label) && !client->awaits(label);
  }
  if (condition.fact == Fact::kRefused) {
    return std::any_of(client->refusals().begin(), client->refusals().end(),
                       [&](const std::string& refusal) { return contains(refusal, label); });
  }
  const auto group = directory_.groups.find(label);
  if (group == directory_.groups.end()) return false;
  if (condition.fact == Fact::kMember) {
    return client->open() && client->member_of(group->second) && !client->awaits("join " + label);
  }
  std::vector<std::string> members;
  for (ProcessId member : observer_.view(client->process(), group->second)) {
    members.push_back(world_.process_names()[member]);
  }
  return members == condition.members;
}

bool Player::delivered(const Condition& condition, ProcessId process) {
  const auto& deliveries = observer_.deliveries(process);
  auto at = deliveries.begin();
  for (const std::string& label : condition.labels) {
    const auto message = directory_.messages.find(label);
    if (message == directory_.messages.end()) return false;
    at = std::find(at, deliveries.end(), message->second);
    if (at == deliveries.end()) return false;
    ++at;
  }
  return true;
}

bool Player::site_view_is(const Condition& condition) {
  if (condition.number != 0) {
    return site_names(observer_.site_view(condition.number)) == condition.members;
  }
  bool any = false;
  for (const auto& [name, actor] : actors_) {
    if (!actor->open() || !actor->welcomed()) continue;
    if (condition.site.value != 0 && actor->site() != condition.site) continue;
    // Without a site: as seen by those who are in it.
    const auto names = site_names(actor->sites().members);
    const std::string own = std::to_string(actor->site().value);
    const bool inside = std::find(condition.members.begin(), condition.members.end(), own) !=
                        condition.members.end();
    if (condition.site.value == 0 && !inside) continue;
    any = true;
    if (names != condition.members) return false;
  }
  return any;
}

bool Player::site_is(const Condition& condition) {
  const Site& site = world_.site(condition.site);
  if (condition.fact == Fact::kStopped) return site.fail_stops() > 0;
  if (condition.fact == Fact::kUp) return site.up();
  for (const auto& [name, actor] : actors_) {
    const auto client = std::dynamic_pointer_cast<ScriptClient>(actor);
    if (client == nullptr || !client->open() || client->site() != condition.site) continue;
    if (client->welcomed() && client->serving()) return true;
  }
  return false;
}

ProcessId Player::process_of(const std::string& name) const {
  const auto actor = actors_.find(name);
  if (actor == actors_.end()) return {};
  const auto client = std::dynamic_pointer_cast<ScriptClient>(actor->second);
  return client == nullptr ? ProcessId{} : client->process();
}

std::string Player::seen_at(const std::string& name) {
  std::vector<std::string> got;
  for (const std::uint64_t digest : observer_.deliveries(process_of(name))) {
    const auto known = std::find_if(directory_.messages.begin(), directory_.messages.end(),
                                    [&](const auto& entry) { return entry.second == digest; });
    got.push_back(known == directory_.messages.end() ? "?" : known->first);
  }
  std::string text = name + " was delivered " + joined(got);
  const auto actor = actors_.find(name);
  if (actor == actors_.end()) return name + " was never started";
  if (!actor->second->open()) return text + ", and is dead";
  text += "; waits for:" + actor->second->pending_text();
  for (const auto& [group, id] : directory_.groups) {
    std::vector<std::string> members;
    for (ProcessId member : observer_.view(process_of(name), id)) {
      members.push_back(world_.process_names()[member]);
    }
    if (!members.empty()) text += "; view of " + group + ": " + joined(members);
  }
  return text + "; sites " + joined(site_names(actor->second->sites().members));
}

std::string Player::seen(const Condition& condition) {
  const Duration now = world_.queue().now();
  std::string text = fmt::format("not so at {}", to_text(Duration(now.count() / 1000 * 1000)));
  if (condition.fact == Fact::kRest) return text + ": " + unrest();
  if (!condition.process.empty() && condition.process != "all") {
    return text + ": " + seen_at(condition.process);
  }
  if (condition.fact == Fact::kWhyLeft) return text + ": told " + joined(observer_.removals());
  for (const auto& [name, actor] : actors_) text += "; " + seen_at(name);
  return text;
}

}  // namespace cohort::sim
