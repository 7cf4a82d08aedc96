#include "platform/sim/world.h"

#include <algorithm>
#include <utility>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"

namespace cohort::sim {

namespace {

std::uint64_t hits_of(const std::string& probe) {
  const auto& probes = instrument::probes();
  auto found = probes.find(probe);
  return found == probes.end() ? 0 : found->second;
}

}  // namespace

World::World(Options options)
    : options_(std::move(options)),
      queue_(options_.seed),
      network_(queue_, options_.seed, options_.network,
               [this](SiteId to, core::Input input) { site(to).input(std::move(input)); }) {
  for (std::uint32_t i = 1; i <= options_.sites; ++i) {
    const SiteId id{static_cast<std::uint16_t>(i)};
    network_.add_site(id);
    sites_.emplace(id, std::make_unique<Site>(*this, id));
  }
}

bool World::step() {
  const bool more = queue_.step();
  if (trail_) trail_->push_back({queue_.now(), digest_.value()});
  return more;
}

void World::arm(std::string probe, std::uint64_t nth) {
  armed_at_ = hits_of(probe) + nth;
  armed_probe_ = std::move(probe);
}

bool World::trigger_reached(SiteId site) const {
  return trigger_reached() && may_crash && may_crash(site);
}

bool World::trigger_reached() const {
  return !armed_probe_.empty() && hits_of(armed_probe_) >= armed_at_;
}

void World::on_trigger_fired(SiteId) {
  ++counts_.triggers;
  instrument::hit("crash-at." + armed_probe_);
  armed_probe_.clear();
}

void World::on_durable(const wire::MessageId& id) {
  std::vector<SiteId> view;
  for (SiteLife member : lease_watch_.members()) view.push_back(member.site);
  std::map<SiteId, const GroupLogs*> disks;
  for (const auto& [site, there] : sites_) disks[site] = &there->group_logs();
  durable_watch_.on_durable(id, view, disks);
}

void World::on_site_started(SiteId site) {
  if (site_started) site_started(site);
}

void World::on_site_crash(SiteId site, const std::string& why) {
  ++counts_.site_crashes;
  // Until it is excluded: at most the time after which a silent site is suspected.
  for (const auto& [id, other] : sites_) unheard_at_[id] = queue_.now() + seconds(1);
  phases_.on_site_end(site);
  digest_.add(site.value);
  digest_.add(why);
}

void World::on_fail_stop(SiteId, const std::string&) {
  ++counts_.fail_stops;
}

bool World::hears_all(SiteId site) {
  constexpr Duration kAfter = seconds(1);  // until then what was kept has been freed
  const bool slow = std::any_of(sites_.begin(), sites_.end(), [site](const auto& other) {
    return other.first != site && other.second->slow();
  });
  const Duration now = queue_.now();
  if (slow || network_.impeded(site)) unheard_at_[site] = now;
  const auto last = unheard_at_.find(site);
  return last == unheard_at_.end() || now - last->second > kAfter;
}

void World::on_beyond_bounds(SiteId site, const std::string& what) {
  if (beyond_bounds_.empty()) beyond_bounds_ = to_string(this->site(site).life()) + ": " + what;
}

void World::on_trace(const std::string& line) {
  if (trace_sink) trace_sink(line);
}

void World::on_plant_record(std::uint64_t version, const std::vector<wire::Host>& hosts) {
  const auto known = plant_records_.try_emplace(version, hosts).first;
  COHORT_ASSERT(known->second == hosts, "one version of the plant record has one list of hosts");
  instrument::hit("plant.record_set");
}

}  // namespace cohort::sim
