/// Protocols processes of a few sites, joined in memory under virtual time: real core, links
/// without loss, one millisecond a hop. For tests of the core alone; faults are the simulator's
/// business.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/core/protocols_process.h"
#include "platform/wire/client_protocol.h"

namespace cohort::core::test {

class Plant {
 public:
  explicit Plant(std::uint16_t sites) {
    for (std::uint16_t i = 1; i <= sites; ++i) ids_.push_back(SiteId{i});
  }

  /// Starts the next life of the site; links to all running sites come up.
  void start(std::uint16_t number) {
    Site& site = sites_[SiteId{number}];
    Settings settings;
    settings.self = {SiteId{number}, Incarnation{++site.incarnation}};
    settings.sites = ids_;
    settings.plant = "test";
    settings.seed = number;
    settings.log = site.log;
    site.core = std::make_unique<ProtocolsProcess>(std::move(settings));
    site.running = true;
    ++site.life;
    give(SiteId{number}, Start{});
    for (auto& [other, peer] : sites_) {
      if (other != SiteId{number} && peer.running) join(SiteId{number}, other);
    }
  }

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
  ClientHandle client(std::uint16_t number) {
    const ClientHandle handle{next_client_++};
    give(SiteId{number}, ClientOpened{handle, 0});
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
    std::vector<Bytes> log;
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
      site.running = false;
    }
  }

  std::vector<SiteId> ids_;
  std::map<SiteId, Site> sites_;
  std::vector<Flight> flights_;
  std::set<std::pair<SiteId, SiteId>> cuts_;
  MonotonicTime now_{seconds(1)};
  std::uint64_t next_client_ = 1;
};

}  // namespace cohort::core::test
