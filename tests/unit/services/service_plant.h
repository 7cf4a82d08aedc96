/// A plant in memory with the real services on it: real protocols processes and tools
/// (unit/tools/plant_harness.h), the Mini-Fab's machines as equipment that outlives every site.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/member/service_member.h"
#include "services/station_service/service.h"
#include "stations/machine.h"
#include "stations/plant_clock.h"
#include "unit/tools/plant_harness.h"

namespace cohort::test {

/// The world's machines on the plant clock; nothing that happens to a site touches them.
class Machines {
 public:
  Machines(Plant& plant, double factor) : plant_(&plant), clock_(WallTime{}, 0, factor) {}

  stations::Machine& add(const std::string& name, stations::StationKind kind) {
    stations::StationSpec spec{name, kind};
    return machines_.emplace(name, stations::Machine(std::move(spec))).first->second;
  }
  stations::Machine& at(const std::string& name) {
    stations::Machine& machine = machines_.at(name);
    machine.advance(plant_now());
    return machine;
  }
  stations::PlantTime plant_now() const {
    return before_ + clock_.at(WallTime{plant_->now().time_since_epoch().count()});
  }
  /// The plant is started anew around the machines, which go on.
  void move_to(Plant& plant) {
    before_ = moved_at_;
    plant_ = &plant;
  }
  /// The old plant is about to go.
  void leave() { moved_at_ = plant_now(); }
  const std::map<std::string, stations::Machine>& all() const { return machines_; }

 private:
  Plant* plant_;
  stations::PlantClock clock_;
  stations::PlantTime before_ = 0;
  stations::PlantTime moved_at_ = 0;
  std::map<std::string, stations::Machine> machines_;
};

/// One process's connection to one machine: a millisecond each way; it dies with the process, what
/// it asked for does not.
class MachineLink : public stations::Equipment {
 public:
  MachineLink(App& app, Machines& machines, std::string name)
      : app_(app), machines_(machines), name_(std::move(name)) {}

  void start(const stations::Job& job,
             std::function<void(Result<stations::StartReply>)> done) override {
    later([this, job, done] {
      stations::StartReply reply = machines_.at(name_).start(job, machines_.plant_now());
      later([reply, done] { done(reply); });
    });
  }
  void query(const std::string& key,
             std::function<void(Result<stations::JobStatus>)> done) override {
    later([this, key, done] {
      stations::JobStatus status = machines_.at(name_).query(key);
      later([status, done] { done(status); });
    });
  }
  std::uint64_t await_completion(const std::string& key,
                                 std::function<void(stations::JobStatus)> done) override {
    later([this, key, done] {
      const stations::JobStatus status = machines_.at(name_).query(key);
      if (status.state == stations::JobState::kCompleted) return done(status);
      await_completion(key, done);
    });
    return ++next_id_;
  }
  void stop_waiting(std::uint64_t) override {}
  std::uint64_t subscribe(std::function<void(const stations::EquipmentEvent&)>) override {
    return ++next_id_;
  }
  void unsubscribe(std::uint64_t) override {}

 private:
  void later(std::function<void()> function) {
    app_.scheduler().call_at(app_.scheduler().now() + millis(1), std::move(function));
  }

  App& app_;
  Machines& machines_;
  std::string name_;
  std::uint64_t next_id_ = 0;
};

/// One member of a service: its process, what it said, the service itself.
template <typename Service>
struct Member {
  App* app = nullptr;
  std::shared_ptr<Service> service;
  std::vector<std::string> said;
  std::optional<Result<void>> started;

  bool up() const { return started && started->has_value(); }
  bool said_something_with(const std::string& part) const {
    for (const std::string& line : said) {
      if (line.find(part) != std::string::npos) return true;
    }
    return false;
  }
};

template <typename Service>
task::Task<void> start_member(std::shared_ptr<Member<Service>> member) {
  Result<void> connected = co_await member->app->process().connect();
  if (connected) connected = co_await member->service->start();
  member->started.emplace(std::move(connected));
}

using services::MemberOptions;

/// Options of a member at the app's site; its words go to `member`.
template <typename Service>
MemberOptions options_of(const std::shared_ptr<Member<Service>>& member, Plant& plant,
                         const std::string& service, std::uint16_t site) {
  MemberOptions options;
  options.service = service;
  options.site = SiteId{site};
  options.unix_pid = site;
  options.wall_now = [&plant] { return WallTime{plant.now().time_since_epoch().count()}; };
  options.log = [weak = std::weak_ptr(member)](std::string_view text) {
    if (const auto known = weak.lock()) known->said.emplace_back(text);
  };
  return options;
}

using StationMember = Member<services::station_service::StationService>;

/// Adds a member of a station service that owns the named machines.
inline std::shared_ptr<StationMember> add_station_member(Plant& plant, Machines& machines,
                                                         std::uint16_t site,
                                                         const std::string& service,
                                                         const std::vector<std::string>& owned,
                                                         bool drills = true) {
  const auto member = std::make_shared<StationMember>();
  member->app = &plant.open(site, service);
  services::station_service::StationService::Options options;
  options.member = options_of(member, plant, service, site);
  options.drills = drills;
  for (const std::string& name : owned) {
    const auto link =
        member->app->keep(std::make_shared<MachineLink>(*member->app, machines, name));
    options.stations[name] = link.get();
  }
  auto made = std::make_shared<services::station_service::StationService>(member->app->process(),
                                                                          std::move(options));
  member->service = member->app->keep(made);
  member->app->spawn(start_member(member));
  return member;
}

}  // namespace cohort::test
