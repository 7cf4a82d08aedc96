/// A plant in memory for tests of the client library and the tools: real protocols processes of a
/// few sites, links of one millisecond without loss, and real client processes with schedulers of
/// their own, all under virtual time. Loss and delay are the simulator's business.
#pragma once

#include <algorithm>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/base/limits.h"
#include "platform/client/process.h"
#include "platform/client/tooling.h"
#include "platform/core/protocols_process.h"
#include "platform/wire/record_stream.h"

namespace cohort::test {

class Plant;

/// One client process: dies when kill() is called or its site dies.
class App {
 public:
  App(Plant& plant, SiteId site, core::ClientHandle handle, std::string program);

  client::Process& process() { return *process_; }
  task::Scheduler& scheduler() { return scheduler_; }
  ProcessId id() const { return id_; }
  bool alive() const { return process_ != nullptr; }
  /// As SIGSTOP does: nothing runs and nothing is read until it goes on.
  void stop(bool stopped) { stopped_ = stopped; }
  /// False: as if the lease of its site had ended, until it is true again.
  void set_leased(bool leased) { link_.leased = leased; }
  const std::vector<wire::HistoryRecord>& history() const { return history_; }
  void spawn(task::Task<void> root) { scheduler_.spawn(std::move(root)); }
  /// Keeps what the program is made of as long as the process lives.
  template <typename T>
  std::shared_ptr<T> keep(std::shared_ptr<T> part) {
    parts_.push_back(part);
    return part;
  }
  std::vector<std::string> notes(const std::string& text) const {
    std::vector<std::string> found;
    for (const auto& record : history_) {
      if (record.text.starts_with(text)) found.push_back(wire::to_line(record));
    }
    return found;
  }

 private:
  friend class Plant;
  struct Link : wire::ClientLink {
    App* app = nullptr;
    void send(Bytes record) override;
    MonotonicTime now() const override;
    MonotonicTime lease_until() const override { return leased ? lease : MonotonicTime{}; }
    MonotonicTime lease{};  ///< as its daemon has said last
    bool leased = true;
  };
  void die();

  Plant& plant_;
  SiteId site_;
  core::ClientHandle handle_;
  Link link_;
  task::Scheduler scheduler_;
  std::unique_ptr<client::Process> process_;
  std::vector<std::shared_ptr<void>> parts_;
  ProcessId id_;
  std::vector<wire::HistoryRecord> history_;
  bool stopped_ = false;
};

class Plant {
 public:
  explicit Plant(std::uint16_t sites) {
    for (std::uint16_t i = 1; i <= sites; ++i) ids_.push_back(SiteId{i});
    for (std::uint16_t i = 1; i <= sites; ++i) start(i);
    run(seconds(2));
  }
  ~Plant() {
    for (auto& app : apps_) app->die();
  }

  void start(std::uint16_t number) {
    Site& site = sites_[SiteId{number}];
    core::Settings settings;
    settings.self = {SiteId{number}, Incarnation{++site.incarnation}};
    settings.sites = ids_;
    settings.plant = "test";
    settings.seed = number;
    settings.log = site.log;
    site.core = std::make_unique<core::ProtocolsProcess>(std::move(settings));
    site.running = true;
    give(SiteId{number}, core::Start{});
    for (auto& [other, peer] : sites_) {
      if (other == SiteId{number} || !peer.running) continue;
      for (const auto channel :
           {core::Channel::kControl, core::Channel::kData, core::Channel::kTransfer}) {
        give(SiteId{number}, core::LinkUp{other, channel});
        give(other, core::LinkUp{SiteId{number}, channel});
      }
    }
  }

  /// The daemon is killed, and its clients with it.
  void kill_site(std::uint16_t number) {
    Site& site = sites_[SiteId{number}];
    site.running = false;
    site.core.reset();
    for (auto& app : apps_) {
      if (app->site_ == SiteId{number}) app->die();
    }
    std::erase_if(flights_, [&](const Flight& f) { return f.to == SiteId{number}; });
    for (auto& [other, peer] : sites_) {
      if (!peer.running) continue;
      for (const auto channel :
           {core::Channel::kControl, core::Channel::kData, core::Channel::kTransfer}) {
        give(other, core::LinkDown{SiteId{number}, channel, true});
      }
    }
  }

  /// The daemon goes on; its clients' links close, as if it had ended them.
  void cut(std::uint16_t number) {
    for (auto& app : apps_) {
      if (app->site_ != SiteId{number}) continue;
      records_.push_back({now_ + millis(1), app.get(), {}, true});
      give(app->site_, core::ClientGone{app->handle_});
    }
  }

  /// Hands the process a record as if its daemon had sent it.
  void give_record(App& app, Bytes record) {
    records_.push_back({now_ + millis(1), &app, std::move(record), false});
  }

  /// Opens a process at the site; `main` may bind entries and connects.
  App& open(std::uint16_t site, std::string program = "test") {
    const core::ClientHandle handle{next_client_++};
    apps_.push_back(std::make_unique<App>(*this, SiteId{site}, handle, std::move(program)));
    apps_.back()->link_.lease = sites_[SiteId{site}].lease;
    give(SiteId{site}, core::ClientOpened{handle, 0});
    return *apps_.back();
  }
  void kill(App& app) {
    if (!app.alive()) return;
    app.die();
    give(app.site_, core::ClientGone{app.handle_});
  }

  void run(Duration duration) {
    const MonotonicTime end = now_ + duration;
    while (now_ < end) {
      now_ += millis(1);
      step();
    }
  }
  /// Runs until the condition holds; false where it does not within the time.
  template <typename Condition>
  bool run_until(Condition condition, Duration patience = seconds(20)) {
    const MonotonicTime end = now_ + patience;
    while (!condition()) {
      if (now_ >= end) return false;
      now_ += millis(1);
      step();
    }
    return true;
  }
  MonotonicTime now() const { return now_; }
  const std::vector<std::string>& traces() const { return traces_; }

 private:
  friend class App;
  struct Site {
    std::unique_ptr<core::ProtocolsProcess> core;
    std::uint16_t incarnation = 0;
    MonotonicTime lease{};
    bool running = false;
    std::vector<Bytes> log;
  };
  struct Flight {
    MonotonicTime at;
    SiteId to;
    std::uint16_t life = 0;
    core::Input input;
  };
  struct Record {
    MonotonicTime at;
    App* app;
    Bytes record;
    bool closes = false;
  };

  void step() {
    deliver_frames();
    for (const SiteId id : ids_) {
      Site& site = sites_[id];
      if (site.running && site.core->next_deadline() <= now_) give(id, core::Tick{});
    }
    deliver_records();
    for (std::size_t i = 0; i < apps_.size(); ++i) {
      if (apps_[i]->alive() && !apps_[i]->stopped_) apps_[i]->scheduler_.run(now_);
    }
  }

  void deliver_frames() {
    std::vector<Flight> flights = std::move(flights_);
    flights_.clear();
    for (Flight& flight : flights) {
      const Site& site = sites_[flight.to];
      if (flight.at > now_) {
        flights_.push_back(std::move(flight));
      } else if (site.running && site.incarnation == flight.life) {
        give(flight.to, flight.input);
      }
    }
  }

  void deliver_records() {
    std::deque<Record> records = std::move(records_);
    records_.clear();
    for (Record& record : records) {
      if (record.at > now_ || record.app->stopped_) {
        records_.push_back(std::move(record));
      } else if (record.app->alive() && record.closes) {
        if (record.app->link_.on_closed) record.app->link_.on_closed("closed by the daemon");
      } else if (record.app->alive() && record.app->link_.on_record) {
        record.app->link_.on_record(record.record);
      }
    }
  }

  void give(SiteId id, const core::Input& input) {
    Site& site = sites_[id];
    if (!site.running) return;
    for (core::Effect& effect : site.core->step(input, now_)) carry_out(id, site, effect);
  }

  App* app_of(core::ClientHandle handle) {
    const auto found = std::find_if(apps_.begin(), apps_.end(),
                                    [&](const auto& app) { return app->handle_ == handle; });
    return found == apps_.end() ? nullptr : found->get();
  }

  void carry_out(SiteId id, Site& site, core::Effect& effect) {
    const MonotonicTime later = now_ + millis(1);
    if (auto* frame = std::get_if<core::SendFrame>(&effect)) {
      flights_.push_back({later, frame->site, sites_[frame->site].incarnation,
                          core::FrameReceived{id, frame->channel, std::move(*frame).whole()}});
    } else if (auto* record = std::get_if<core::SendClient>(&effect)) {
      App* const app = app_of(record->client);
      ByteView stream = record->records;
      while (const auto each = wire::take_record(stream)) {
        if (app) records_.push_back({later, app, Bytes(each->begin(), each->end()), false});
      }
    } else if (auto* close = std::get_if<core::CloseClient>(&effect)) {
      if (App* app = app_of(close->client)) records_.push_back({later, app, {}, true});
      flights_.push_back({later, id, site.incarnation, core::ClientGone{close->client}});
    } else if (auto* write = std::get_if<core::StoreWrite>(&effect)) {
      site.log.push_back(std::move(write->record));
      flights_.push_back({later, id, site.incarnation, core::StoreDone{write->token}});
    } else if (const auto* lease = std::get_if<core::SetLease>(&effect)) {
      site.lease = lease->until;
      for (auto& app : apps_) {
        if (app->site_ == id) app->link_.lease = lease->until;
      }
    } else if (auto* trace = std::get_if<core::Trace>(&effect)) {
      traces_.push_back(std::to_string(id.value) + " " + trace->text);
    } else if (std::get_if<core::FailStop>(&effect) != nullptr) {
      site.running = false;
    }
  }

  std::vector<SiteId> ids_;
  std::map<SiteId, Site> sites_;
  std::vector<Flight> flights_;
  std::deque<Record> records_;
  std::vector<std::unique_ptr<App>> apps_;
  std::vector<std::string> traces_;
  MonotonicTime now_{seconds(1)};
  std::uint64_t next_client_ = 1;
};

inline App::App(Plant& plant, SiteId site, core::ClientHandle handle, std::string program)
    : plant_(plant), site_(site), handle_(handle) {
  link_.app = this;
  scheduler_.run(plant.now());
  process_ = std::make_unique<client::Process>(link_, scheduler_, std::move(program), 1);
  client::Tooling(*process_).record_history([this](const wire::HistoryRecord& record) {
    id_ = record.process;
    history_.push_back(record);
  });
}

inline void App::Link::send(Bytes record) {
  app->plant_.flights_.push_back({app->plant_.now_, app->site_,
                                  app->plant_.sites_[app->site_].incarnation,
                                  core::ClientFrame{app->handle_, wire::framed(record)}});
}

inline MonotonicTime App::Link::now() const {
  return app->plant_.now();
}

inline void App::die() {
  parts_.clear();
  process_.reset();
}

}  // namespace cohort::test
