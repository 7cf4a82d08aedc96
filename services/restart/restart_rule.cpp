#include "services/restart/restart_rule.h"

#include <fmt/format.h>

#include <set>

#include "services/news/protocol.h"
#include "services/remote_execution/protocol.h"
#include "services/restart/restart_plan.h"

namespace cohort::services {

namespace {
/// How often the world is looked at; a view or a site that changes is noticed within this.
constexpr Duration kWatchPeriod = millis(100);
}  // namespace

struct RestartRule::Parts {
  client::Process* process;
  Options options;
  RestartPlan plan;
  client::GroupView view;
  std::set<SiteId> asking;  ///< places whose answer is awaited
  bool stopped = false;

  bool oldest() const { return !view.members.empty() && view.members.front() == process->id(); }
};

RestartRule::RestartRule(client::Process& process, Options options) {
  RestartPlan plan(options.sites);
  parts_ =
      std::make_shared<Parts>(Parts{&process, std::move(options), std::move(plan), {}, {}, false});
}

RestartRule::~RestartRule() {
  parts_->stopped = true;
}

void RestartRule::attach(client::GroupView view) {
  parts_->view = std::move(view);
  if (!parts_->options.sites.empty()) parts_->process->scheduler().spawn(watch(parts_));
}

void RestartRule::on_view(const client::GroupView& view) {
  parts_->view = view;
}

task::Task<void> RestartRule::watch(std::shared_ptr<Parts> parts) {
  while (!parts->stopped && !parts->process->closed()) {
    task::Scheduler& scheduler = parts->process->scheduler();
    if (parts->oldest()) {
      std::set<SiteId> up;
      for (const SiteLife& life : parts->process->sites().members) up.insert(life.site);
      std::set<SiteId> filled;
      for (const ProcessId member : parts->view.members) filled.insert(member.site());
      parts->plan.observe(up, filled, scheduler.now());
      for (const SiteId site : parts->plan.due(scheduler.now())) {
        if (parts->asking.insert(site).second) scheduler.spawn(ask(parts, site));
      }
      for (const SiteId site : parts->plan.newly_abandoned()) {
        client::Message body;
        body.set("service", parts->options.service).set("site", int{site.value});
        body.set("attempts", std::int64_t{parts->plan.starts(site)});
        body.set("reason", "it was started too often and ended each time; see its log");
        parts->options.post(news::kRestartAbandoned, std::move(body));
      }
    }
    co_await scheduler.sleep_for(kWatchPeriod);
  }
}

task::Task<void> RestartRule::ask(std::shared_ptr<Parts> parts, SiteId site) {
  const Result<client::Message> answer =
      co_await remote_execution::restart(*parts->process, site, parts->options.service);
  parts->asking.erase(site);
  if (parts->stopped || !answer || answer->flag("already") || answer->flag("stopped")) co_return;
  parts->plan.started(site, parts->process->scheduler().now());
  client::Message body;
  body.set("service", parts->options.service).set("site", int{site.value});
  body.set("attempt", std::int64_t{parts->plan.starts(site)});
  parts->options.post(news::kRestart, std::move(body));
}

}  // namespace cohort::services
