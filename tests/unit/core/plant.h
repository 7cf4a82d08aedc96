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
#include "platform/core/view_change.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/record_stream.h"

namespace cohort::core::test {

/// The least round of a ballot that forms a view.
inline std::uint64_t first_forming_round() {
  return kFormingRound + 1;
}

/// The events of one kind, in their order.
template <typename Event>
std::vector<Event> all(const std::vector<wire::ClientEvent>& events) {
  std::vector<Event> found;
  for (const auto& event : events) {
    if (const auto* e = std::get_if<Event>(&event)) found.push_back(*e);
  }
  return found;
}

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
    stalled_.erase(SiteId{number});
    ++site.life;
    for (auto& [pair, linked] : links_) {
      if (pair.first == SiteId{number} || pair.second == SiteId{number}) linked = false;
    }
    give(SiteId{number}, Start{});
    join_all();
  }

 public:
  /// The process exits: the others' links close and its host refuses new ones.
  /// The first to notice does so at once, each other one `apart` later than the one before.
  void kill(std::uint16_t number, Duration apart = {}) {
    Site& site = sites_[SiteId{number}];
    site.running = false;
    site.core.reset();
    site.clients.clear();
    Duration after{};
    for (auto& [other, peer] : sites_) {
      if (!peer.running) continue;
      for (Channel channel : {Channel::kControl, Channel::kData, Channel::kTransfer}) {
        const LinkDown down{SiteId{number}, channel, true};
        if (after == Duration{}) {
          give(other, down);
        } else {
          flights_.push_back({now_ + after, other, peer.life, down});
        }
      }
      after += apart;
    }
  }

  /// What lies on the site's disk, oldest first; to be changed only while the site is down.
  std::vector<Bytes>& log(std::uint16_t number) { return sites_[SiteId{number}].log; }
  /// What it holds of a group's durable updates.
  const std::vector<Bytes>& group_log(std::uint16_t number, const std::string& group) {
    return sites_[SiteId{number}].group_logs[group];
  }
  /// From now on nothing that the site writes reaches its disk, and no write is reported done.
  void stall_disk(std::uint16_t number) { stalled_.insert(SiteId{number}); }
  void unstall_disk(std::uint16_t number) { stalled_.erase(SiteId{number}); }

  /// The site's next life is at least its second.
  void has_lived(std::uint16_t number) {
    Site& site = sites_[SiteId{number}];
    site.incarnation = std::max<std::uint16_t>(site.incarnation, 1);
  }
  /// A new disk: the site has forgotten everything, its lives included.
  void replace_disk(std::uint16_t number) {
    log(number).clear();
    sites_[SiteId{number}].incarnation = 0;
  }
  /// Whether some answer to an Inspect contains the text.
  bool says(std::uint16_t number, ClientHandle client, const std::string& text) {
    for (const auto& event : heard(number, client)) {
      const auto* answer = std::get_if<wire::Inspection>(&event);
      if (answer == nullptr) continue;
      const Bytes bytes = answer->answer.encode();
      if (std::string(bytes.begin(), bytes.end()).find(text) != std::string::npos) return true;
    }
    return false;
  }

  /// Whether some ChangeDone says so.
  bool says_done(std::uint16_t number, ClientHandle client, const std::string& text) {
    for (const auto& event : heard(number, client)) {
      const auto* done = std::get_if<wire::ChangeDone>(&event);
      if (done != nullptr && done->text.find(text) != std::string::npos) return true;
    }
    return false;
  }

  void leave(std::uint16_t number) { give(SiteId{number}, Leave{}); }

  /// Frames between the two are lost from now on, without a word to either.
  void cut(std::uint16_t a, std::uint16_t b) {
    cuts_.insert({SiteId{a}, SiteId{b}});
    cuts_.insert({SiteId{b}, SiteId{a}});
  }

  void heal(std::uint16_t a, std::uint16_t b) {
    cuts_.erase({SiteId{a}, SiteId{b}});
    cuts_.erase({SiteId{b}, SiteId{a}});
    if (!running(a) || !running(b)) return;
    // What was lost in silence is sent again over new connections.
    for (Channel channel : {Channel::kControl, Channel::kData, Channel::kTransfer}) {
      give(SiteId{a}, LinkDown{SiteId{b}, channel, false});
      give(SiteId{b}, LinkDown{SiteId{a}, channel, false});
    }
    join(SiteId{a}, SiteId{b});
  }
  /// Only frames from `a` to `b` are lost.
  void cut_one_way(std::uint16_t a, std::uint16_t b) { cuts_.insert({SiteId{a}, SiteId{b}}); }

  /// Opens a client at the site, which says nothing yet.
  ClientHandle open(std::uint16_t number, std::uint32_t user = 0) {
    const ClientHandle handle{next_client_++};
    give(SiteId{number}, ClientOpened{handle, user});
    return handle;
  }
  /// Opens a client at the site and says hello.
  ClientHandle client(std::uint16_t number, std::uint32_t user = 0) {
    const ClientHandle handle = open(number, user);
    ask(number, handle, wire::Hello{wire::kClientProtocolVersion, "test", 1});
    return handle;
  }
  void ask(std::uint16_t number, ClientHandle client, const wire::ClientRequest& request) {
    give(SiteId{number}, ClientFrame{client, wire::framed(wire::encode(request))});
  }

  /// What the site's daemon says of one of its network paths.
  void report_path(std::uint16_t number, PathReport report) {
    give(SiteId{number}, std::move(report));
  }

  /// What the client's link brings at once, whatever it is.
  void bring(std::uint16_t number, ClientHandle client, Bytes records) {
    give(SiteId{number}, ClientFrame{client, std::move(records)});
  }
  /// Frames of the data channel that have left the site so far.
  std::uint64_t data_frames(std::uint16_t number) { return sites_[SiteId{number}].data_frames; }

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
  /// Drops what has been recorded for the test so far, but for each site's last view.
  void forget() {
    for (auto& [id, site] : sites_) {
      site.clients.clear();
      std::vector<std::string> kept;
      for (std::string& trace : site.traces) {
        if (trace.starts_with("event=view.installed")) kept.assign(1, std::move(trace));
      }
      site.traces = std::move(kept);
    }
  }
  const std::vector<std::string>& traces(std::uint16_t number) {
    return sites_[SiteId{number}].traces;
  }
  MonotonicTime now() const { return now_; }
  MonotonicTime lease(std::uint16_t number) { return sites_[SiteId{number}].lease; }
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
    std::map<std::string, std::vector<Bytes>> group_logs;
    std::vector<std::string> traces;
    std::string stop_reason;
    MonotonicTime lease{};  ///< as told to the clients
    std::uint64_t data_frames = 0;
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
      if (frame->channel == Channel::kData) ++site.data_frames;
      if (cuts_.contains({id, frame->site}) || !sites_[frame->site].running) return;
      flights_.push_back({now_ + millis(1), frame->site, sites_[frame->site].life,
                          FrameReceived{id, frame->channel, std::move(*frame).whole()}});
    } else if (auto* record = std::get_if<SendClient>(&effect)) {
      ByteView stream = record->records;
      while (const auto each = wire::take_record(stream)) {
        auto event = wire::decode_client_event(*each);
        COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
        site.clients[record->client].push_back(std::move(*event));
      }
    } else if (auto* close = std::get_if<CloseClient>(&effect)) {
      flights_.push_back({now_ + millis(1), id, site.life, ClientGone{close->client}});
    } else if (auto* write = std::get_if<StoreWrite>(&effect)) {
      if (stalled_.contains(id)) return;
      if (write->replaces) site.log.clear();
      site.log.push_back(std::move(write->record));
      flights_.push_back({now_ + millis(1), id, site.life, StoreDone{write->token}});
    } else if (auto* logged = std::get_if<LogWrite>(&effect)) {
      if (stalled_.contains(id)) return;
      site.group_logs[logged->log].push_back(std::move(logged->record));
      flights_.push_back({now_ + millis(1), id, site.life, LogDone{logged->token}});
    } else if (auto* trace = std::get_if<Trace>(&effect)) {
      site.traces.push_back(std::move(trace->text));
    } else if (auto* stop = std::get_if<FailStop>(&effect)) {
      site.stop_reason = stop->reason;
      site.final = stop->final;
      site.running = false;
      site.incarnation = std::max(site.incarnation, stop->incarnation_above.value);
    } else if (const auto* lease = std::get_if<SetLease>(&effect)) {
      site.lease = lease->until;
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
  std::set<SiteId> stalled_;
  MonotonicTime now_{seconds(1)};
  std::uint64_t next_client_ = 1;
};

}  // namespace cohort::core::test
