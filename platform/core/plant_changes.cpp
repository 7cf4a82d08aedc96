#include "platform/core/plant_changes.h"

#include <algorithm>
#include <utility>

#include "platform/base/limits.h"
#include "platform/core/timers.h"

namespace cohort::core {

using wire::Endpoint;
using wire::Host;
using wire::PlantChange;
using wire::PlantRecord;

namespace {

constexpr Duration kTellAgain = millis(500);

std::string number_of(SiteId site) {
  return std::to_string(site.value);
}

/// Errors: an endpoint that is wrong, or that another host has.
Result<void> check_endpoints(const PlantRecord& record, const Host& host) {
  if (host.endpoints.empty() || host.endpoints.size() > limits::kPathsPerSite) {
    return make_error(Errc::kInvalidArgument, "site " + number_of(host.site) +
                                                  " needs one or two "
                                                  "addresses");
  }
  for (const Endpoint& endpoint : host.endpoints) {
    if (endpoint.address.empty() || endpoint.port == 0) {
      return make_error(Errc::kInvalidArgument,
                        "site " + number_of(host.site) + " needs an address and a port");
    }
    for (const Host& other : record.hosts) {
      const auto& taken = other.endpoints;
      if (other.site == host.site) continue;
      if (std::find(taken.begin(), taken.end(), endpoint) == taken.end()) continue;
      return make_error(Errc::kAlreadyExists, "site " + number_of(other.site) + " listens at " +
                                                  endpoint.address + " port " +
                                                  std::to_string(endpoint.port));
    }
  }
  return {};
}

Result<PlantRecord> with_host(PlantRecord record, const Host& host) {
  if (host.site.value == 0)
    return make_error(Errc::kInvalidArgument, "a site's number is 1 or more");
  if (record.host(host.site) != nullptr) {
    return make_error(Errc::kAlreadyExists, "site " + number_of(host.site) +
                                                " is there; change its address with 'sites "
                                                "address', or remove it first");
  }
  if (record.hosts.size() >= limits::kSitesPerPlant) {
    return make_error(Errc::kLimit,
                      "the plant has its " + std::to_string(limits::kSitesPerPlant) + " sites");
  }
  if (auto good = check_endpoints(record, host); !good) return std::unexpected(good.error());
  record.hosts.push_back(host);
  std::sort(record.hosts.begin(), record.hosts.end(),
            [](const Host& a, const Host& b) { return a.site < b.site; });
  return record;
}

Result<PlantRecord> without_host(PlantRecord record, SiteId site) {
  if (record.host(site) == nullptr) {
    return make_error(Errc::kInvalidArgument, "the plant has no site " + number_of(site));
  }
  std::erase_if(record.hosts, [site](const Host& host) { return host.site == site; });
  const bool serves = std::any_of(record.hosts.begin(), record.hosts.end(),
                                  [](const Host& host) { return !host.witness; });
  if (!serves) {
    return make_error(Errc::kRefused,
                      "site " + number_of(site) + " is the last one that is no witness");
  }
  return record;
}

Result<PlantRecord> with_endpoints(PlantRecord record, const Host& host) {
  const auto found = std::find_if(record.hosts.begin(), record.hosts.end(),
                                  [&host](const Host& known) { return known.site == host.site; });
  if (found == record.hosts.end()) {
    return make_error(Errc::kInvalidArgument, "the plant has no site " + number_of(host.site));
  }
  if (auto good = check_endpoints(record, host); !good) return std::unexpected(good.error());
  found->endpoints = host.endpoints;
  return record;
}

Result<PlantRecord> with_timer(PlantRecord record, const wire::TimerSetting& timer) {
  const auto found =
      std::find_if(record.timers.begin(), record.timers.end(),
                   [&timer](const wire::TimerSetting& known) { return known.name == timer.name; });
  if (found != record.timers.end()) {
    *found = timer;
  } else {
    record.timers.push_back(timer);
  }
  std::sort(record.timers.begin(), record.timers.end(),
            [](const auto& a, const auto& b) { return a.name < b.name; });
  if (auto good = check_timers(record.timers); !good) return std::unexpected(good.error());
  return record;
}

}  // namespace

Result<PlantRecord> changed(const PlantRecord& record, const PlantChange& change) {
  Result<PlantRecord> next = make_error(Errc::kInvalidArgument, "no such change of the plant");
  switch (change.kind) {
    case wire::PlantChangeKind::kAddHost:
      next = with_host(record, change.host);
      break;
    case wire::PlantChangeKind::kRemoveHost:
      next = without_host(record, change.host.site);
      break;
    case wire::PlantChangeKind::kSetEndpoints:
      next = with_endpoints(record, change.host);
      break;
    case wire::PlantChangeKind::kSetTimer:
      next = with_timer(record, change.timer);
      break;
  }
  if (next) ++next->version;
  return next;
}

Result<wire::PlantRequestId> PlantChanges::submit(SiteLife self, const PlantRecord& now,
                                                  PlantChange change) {
  if (owed_.size() >= limits::kPlantRequestsPerView) {
    return make_error(Errc::kLimit, "too many changes of the plant wait; try again");
  }
  if (auto possible = changed(now, change); !possible) return std::unexpected(possible.error());
  owed_.push_back({0, {self, next_number_++}, std::move(change)});
  told_ = {};
  return owed_.back().id;
}

std::vector<wire::PlantRequest> PlantChanges::due(std::uint64_t view, MonotonicTime now) {
  if (owed_.empty() || (told_ != MonotonicTime{} && now - told_ < kTellAgain)) return {};
  told_ = now;
  for (wire::PlantRequest& request : owed_) request.view = view;
  return owed_;
}

void PlantChanges::collect(const wire::PlantRequest& request) {
  const bool known = std::any_of(collected_.begin(), collected_.end(),
                                 [&](const auto& each) { return each.id == request.id; });
  if (!known && collected_.size() < limits::kPlantRequestsPerView) collected_.push_back(request);
}

PlantChanges::Next PlantChanges::next(const PlantRecord& now) const {
  Next next{now, {}};
  for (const wire::PlantRequest& request : collected_) {
    wire::PlantOutcome outcome{request.id, Errc::kOk, {}};
    if (auto after = changed(next.record, request.change)) {
      next.record = std::move(*after);
    } else {
      outcome.code = after.error().code;
      outcome.text = after.error().text;
    }
    next.outcomes.push_back(std::move(outcome));
  }
  return next;
}

std::vector<wire::PlantOutcome> PlantChanges::on_install(
    const std::vector<wire::PlantOutcome>& outcomes) {
  collected_.clear();
  told_ = {};
  std::vector<wire::PlantOutcome> own;
  for (const wire::PlantOutcome& outcome : outcomes) {
    const auto mine = std::erase_if(
        owed_, [&](const wire::PlantRequest& request) { return request.id == outcome.id; });
    if (mine > 0) own.push_back(outcome);
  }
  return own;
}

}  // namespace cohort::core
