/// Protocols processes of a few sites, joined in memory under virtual time: real core, links
/// without loss, one millisecond a hop. For tests of the core alone; faults are the simulator's
/// business.
#pragma once

#include <algorithm>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "platform/core/protocols_process.h"
#include "platform/wire/client_protocol.h"

namespace cohort::core::test {

class Plant {
 public:
  explicit Plant(std::uint16_t sites) {
    for (std::uint16_t i = 1; i <= sites; ++i) founders_.push_back(SiteId{i});
    ids_ = founders_;
  }

  /// Starts the next life of the site; links to all running sites that know it come up.
  void start(std::uint16_t number) {
    Settings settings;
    settings.sites = founders_;
    for (SiteId id : founders_) settings.hosts.push_back(host(id.value));
    begin(number, std::move(settings));
  }

  /// Starts a site that an operator has added; it knows one site of the plant.
  void start_joiner(std::uint16_t number, std::uint16_t known) {
    Settings settings;
    settings.joins = true;
    settings.sites = {SiteId{number}, SiteId{known}};
    settings.hosts = {host(number), host(known)};
    if (std::find(ids_.begin(), ids_.end(), SiteId{number}) == ids_.end()) {
      ids_.push_back(SiteId{number});
    }
    begin(number, std::move(settings));
  }

  /// Starts a site whose plant file lists other sites than those of the rest.
  void start_as_founder(std::uint16_t number, const std::vector<std::uint16_t>& listed) {
    Settings settings;
    for (std::uint16_t each : listed) {
      settings.sites.push_back(SiteId{each});
      settings.hosts.push_back(host(each));
    }
    begin(number, std::move(settings));
  }

  wire::Host host(std::uint16_t number) const {
    return {SiteId{number},
            "site-" + std::to_string(number),
            {{"127.0.0." + std::to_string(number), 7401}},
            witnesses.contains(number)};
  }
  /// Founders that are witnesses; set before start().
  std::set<std::uint16_t> witnesses;

 private:
  void begin(std::uint16_t number, Settings settings) {
    Site& site = sites_[SiteId{number}];
    settings.self = {SiteId{number}, Incarnation{++site.incarnation}};
    settings.operators = {0};
    site.knows.clear();
    for (const wire::Host& each : settings.hosts) site.knows.insert(each.site);
    settings.plant = "test";
    settings.seed = number;
    settings.log = site.log;
    site.core = std::make_unique<ProtocolsProcess>(std::move(settings));
    site.running = true;
    ++site.life;
    for (auto& [pair, linked] : links_) {
      if (pair.first == SiteId{number} || pair.second == SiteId{number}) linked = false;
    }
    give(SiteId{number}, Start{});
    join_all();
  }

 public:
  /// The process exits: the others' links close and its host refuses new ones.
  void kill(std::uint16_t number) {
    Site& site = sites_[SiteId{number}];
    site.running = false;
    site.core.reset();
    site.clients.clear();
    for (auto& [other, peer] : sites_) {
      if (!peer.running) continue;
      for (Channel channel : {Channel::kControl, Channel::kData, Channel::kTransfer}) {
        give(other, LinkDown{SiteId{number}, channel, true});
      }
    }
  }

  void leave(std::uint16_t number) { give(SiteId{number}, Leave{}); }

  /// Frames between the two are lost from now on, without a word to either.
  void cut(std::uint16_t a, std::uint16_t b) {
    cuts_.insert({SiteId{a}, SiteId{b}});
    cuts_.insert({SiteId{b}, SiteId{a}});
  }

  /// Opens a client at the site and says hello.
  ClientHandle client(std::uint16_t number, std::uint32_t user = 0) {
    const ClientHandle handle{next_client_++};
    give(SiteId{number}, ClientOpened{handle, user});
    ask(number, handle, wire::Hello{wire::kClientProtocolVersion, "test", 1});
    return handle;
  }
  void ask(std::uint16_t number, ClientHandle client, const wire::ClientRequest& request) {
    give(SiteId{number}, ClientFrame{client, wire::encode(request)});
  }

  /// The client's process exits.
  void close_client(std::uint16_t number, ClientHandle client) {
    give(SiteId{number}, ClientGone{client});
  }

  void run(Duration duration) {
    const MonotonicTime end = now_ + duration;
    while (now_ < end) {
      now_ += millis(1);
      if (std::exchange(links_changed_, false)) join_all();
      deliver_due();
      for (SiteId id : ids_) {
        Site& site = sites_[id];
        if (site.running && site.core->next_deadline() <= now_) give(id, Tick{});
      }
    }
  }

  /// What the client has been told so far, in order.
  std::vector<wire::ClientEvent>& heard(std::uint16_t number, ClientHandle client) {
    return sites_[SiteId{number}].clients[client];
  }
  const std::vector<std::string>& traces(std::uint16_t number) {
    return sites_[SiteId{number}].traces;
  }
  bool running(std::uint16_t number) { return sites_[SiteId{number}].running; }
  /// It has stopped and does not come back by itself.
  bool stopped_for_good(std::uint16_t number) { return sites_[SiteId{number}].final; }
  std::string stop_reason(std::uint16_t number) { return sites_[SiteId{number}].stop_reason; }
  std::string last_view(std::uint16_t number) {
    std::string last;
    for (const std::string& trace : traces(number)) {
      const auto at = trace.find(" members=");
      if (trace.starts_with("event=view.installed")) last = trace.substr(at + 9);
    }
    return last;
  }

 private:
  struct Site {
    std::unique_ptr<ProtocolsProcess> core;
    std::uint16_t incarnation = 0;
    std::uint64_t life = 0;
    bool running = false;
    bool final = false;
    std::vector<Bytes> log;
    std::set<SiteId> knows;  ///< whom it has links to, itself included
    std::vector<std::string> traces;
    std::string stop_reason;
    std::map<ClientHandle, std::vector<wire::ClientEvent>> clients;
  };
  struct Flight {
    MonotonicTime at;
    SiteId to;
    std::uint64_t life = 0;
    Input input;
  };

  /// Links between those who run and know each other come up.
  void join_all() {
    for (auto& [a, site_a] : sites_) {
      for (auto& [b, site_b] : sites_) {
        if (!(a < b) || !site_a.running || !site_b.running) continue;
        if (!site_a.knows.contains(b) || !site_b.knows.contains(a)) continue;
        if (!std::exchange(links_[{a, b}], true)) join(a, b);
      }
    }
  }

  void join(SiteId a, SiteId b) {
    for (Channel channel : {Channel::kControl, Channel::kData, Channel::kTransfer}) {
      give(a, LinkUp{b, channel});
      give(b, LinkUp{a, channel});
    }
  }

  void deliver_due() {
    std::vector<Flight> flights = std::move(flights_);
    flights_.clear();
    for (Flight& flight : flights) {
      if (flight.at > now_) {
        flights_.push_back(std::move(flight));
      } else if (sites_[flight.to].running && sites_[flight.to].life == flight.life) {
        give(flight.to, flight.input);
      }
    }
  }

  void give(SiteId id, const Input& input) {
    Site& site = sites_[id];
    if (!site.running) return;
    for (Effect& effect : site.core->step(input, now_)) carry_out(id, site, effect);
  }

  void carry_out(SiteId id, Site& site, Effect& effect) {
    if (auto* frame = std::get_if<SendFrame>(&effect)) {
      if (cuts_.contains({id, frame->site}) || !sites_[frame->site].running) return;
      flights_.push_back({now_ + millis(1), frame->site, sites_[frame->site].life,
                          FrameReceived{id, frame->channel, std::move(frame->frame)}});
    } else if (auto* record = std::get_if<SendClient>(&effect)) {
      auto event = wire::decode_client_event(record->record);
      COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
      site.clients[record->client].push_back(std::move(*event));
    } else if (auto* close = std::get_if<CloseClient>(&effect)) {
      flights_.push_back({now_ + millis(1), id, site.life, ClientGone{close->client}});
    } else if (auto* write = std::get_if<StoreWrite>(&effect)) {
      if (write->replaces) site.log.clear();
      site.log.push_back(std::move(write->record));
      flights_.push_back({now_ + millis(1), id, site.life, StoreDone{write->token}});
    } else if (auto* trace = std::get_if<Trace>(&effect)) {
      site.traces.push_back(std::move(trace->text));
    } else if (auto* stop = std::get_if<FailStop>(&effect)) {
      site.stop_reason = stop->reason;
      site.final = stop->final;
      site.running = false;
    } else if (auto* hosts = std::get_if<SetHosts>(&effect)) {
      site.knows.clear();
      for (const wire::Host& each : hosts->hosts) site.knows.insert(each.site);
      links_changed_ = true;
    }
  }

  std::vector<SiteId> founders_;
  std::vector<SiteId> ids_;
  std::map<std::pair<SiteId, SiteId>, bool> links_;
  bool links_changed_ = false;
  std::map<SiteId, Site> sites_;
  std::vector<Flight> flights_;
  std::set<std::pair<SiteId, SiteId>> cuts_;
  MonotonicTime now_{seconds(1)};
  std::uint64_t next_client_ = 1;
};

}  // namespace cohort::core::test
