#include "platform/sim/workload.h"

#include <algorithm>

#include "platform/sim/decide.h"
#include "platform/sim/tool_worker.h"
#include "platform/sim/worker.h"
#include "platform/wire/view_records.h"

namespace cohort::sim {

namespace {

bool sees_all_lives(const wire::SiteView& view, World& world, std::size_t sites) {
  if (view.members.size() != sites) return false;
  return std::all_of(view.members.begin(), view.members.end(),
                     [&](SiteLife life) { return world.site(life.site).life() == life; });
}

}  // namespace

Workload::Workload(World& world) : world_(world) {
  world_.site_started = [this](SiteId site) { on_site_started(site); };
}

void Workload::on_site_started(SiteId site) {
  if (is_witness(world_.options(), site)) return;
  for (std::uint32_t i = 0; i < world_.options().clients_per_site; ++i) {
    spawn(site,
          between(decide(world_.options().seed, {1, site.value, next_number_}), {}, millis(50)));
  }
}

std::shared_ptr<Actor> Workload::make_actor(SiteId site, std::uint64_t number) {
  const std::uint64_t decision = decide(world_.options().seed, {2, number});
  if (unit(decision) < world_.options().tool_share) {
    return std::make_shared<ToolWorker>(world_, site, number);
  }
  return std::make_shared<Worker>(world_, site, number);
}

void Workload::spawn(SiteId site, Duration after) {
  const std::shared_ptr<Actor> worker = make_actor(site, next_number_++);
  ++coming_[site];
  world_.queue().after(after, [this, worker] {
    --coming_[worker->site()];
    if (!worker->connect()) return;
    Action start;
    start.verb =
        dynamic_cast<ToolWorker*>(worker.get()) != nullptr ? Verb::kStartTool : Verb::kStartProcess;
    start.process = worker->name();
    start.sites = {worker->site()};
    world_.journal(start);
    if (!acting_) worker->stop_acting();
    workers_.push_back(worker);
  });
}

std::shared_ptr<Actor> Workload::draw_open(std::uint64_t decision, SiteId at) const {
  std::vector<std::shared_ptr<Actor>> open;
  for (const auto& worker : workers_) {
    if (worker->open() && (at.value == 0 || worker->site() == at)) open.push_back(worker);
  }
  return open.empty() ? nullptr : open[decision % open.size()];
}

void Workload::kill_one(std::uint64_t decision, SiteId at) {
  const std::shared_ptr<Actor> victim = draw_open(decision, at);
  if (victim == nullptr) return;
  victim->die();
}

std::shared_ptr<Actor> Workload::tell_one(std::uint64_t decision, const Action& action, SiteId at) {
  const std::shared_ptr<Actor> chosen = draw_open(decision, at);
  return chosen != nullptr && chosen->perform(action) ? chosen : nullptr;
}

wire::SiteView Workload::newest_possible_view() const {
  wire::SiteView newest = newest_;
  for (const auto& [id, site] : world_.sites()) {
    if (given_up_.contains(id)) continue;
    for (const Bytes& bytes : site->view_log()) {
      const auto record = wire::decode_view_log_record(bytes);
      const bool has_value = record && record->kind != wire::ViewLogRecord::Kind::kPromised;
      if (!has_value || record->value.view <= newest.number) continue;
      newest = {record->value.view, record->value.members};
    }
  }
  return newest;
}

bool Workload::quorum_left() const {
  const wire::SiteView view = newest_possible_view();
  std::size_t left = 0;
  for (SiteLife life : view.members) left += given_up_.contains(life.site) ? 0 : 1;
  const bool oldest = !view.members.empty() && !given_up_.contains(view.members.front().site);
  return 2 * left > view.members.size() || (2 * left == view.members.size() && oldest);
}

void Workload::stop_acting() {
  acting_ = false;
  for (const auto& worker : workers_) worker->stop_acting();
}

void Workload::say_goodbye() {
  for (const auto& worker : workers_) {
    if (!given_up_.contains(worker->site())) worker->say_goodbye();
  }
}

void Workload::run_over() {
  for (const auto& worker : workers_) {
    if (!given_up_.contains(worker->site())) worker->run_over();
  }
}

void Workload::look_at_views() {
  for (const auto& worker : workers_) {
    if (worker->sites().number > newest_.number) newest_ = worker->sites();
  }
  std::erase_if(workers_, [](const auto& worker) { return !worker->open(); });
}

void Workload::replace_missing() {
  std::map<SiteId, std::uint32_t> present = coming_;
  for (const auto& worker : workers_) ++present[worker->site()];
  for (const auto& [id, site] : world_.sites()) {
    if (is_witness(world_.options(), id)) continue;
    if (site->up() && present[id] < world_.options().clients_per_site) spawn(id, millis(20));
  }
}

std::string Workload::unrest_of_site(SiteId id) {
  const Site& site = world_.site(id);
  if (!site.up()) return "site " + std::to_string(id.value) + " is down";
  if (is_witness(world_.options(), id)) return "";  // it is in the view that the others see
  if (coming_[id] != 0) return "a worker of site " + std::to_string(id.value) + " is to come";
  bool any = false;
  for (const auto& worker : workers_) {
    if (worker->site() != id) continue;
    any = true;
    if (!worker->welcomed() || !worker->idle()) return worker->pending_text();
    if (!sees_all_lives(worker->sites(), world_, world_.sites().size() - given_up_.size())) {
      return "site " + std::to_string(id.value) + " sees site view " +
             std::to_string(worker->sites().number) + " of " +
             std::to_string(worker->sites().members.size());
    }
  }
  return any ? "" : "site " + std::to_string(id.value) + " has no worker";
}

std::string Workload::unrest() {
  look_at_views();
  replace_missing();
  std::string text;
  for (const auto& [id, site] : world_.sites()) {
    if (given_up_.contains(id)) continue;
    const std::string one = unrest_of_site(id);
    if (!one.empty()) text += (text.empty() ? "" : "; ") + one;
  }
  return text;
}

bool Workload::at_rest() {
  return unrest().empty();
}

}  // namespace cohort::sim
