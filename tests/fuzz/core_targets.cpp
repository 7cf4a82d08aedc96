// The core: the group table as bytes, and a whole daemon whose clients send what they like.
#include <map>
#include <optional>
#include <set>

#include "fuzz/target.h"
#include "platform/core/group_table.h"
#include "platform/core/protocols_process.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/record_stream.h"

namespace cohort::fuzz {

namespace {

using namespace core;

Target group_table() {
  const auto encode = [](const GroupTable& table) { return table.encode(); };
  return {"group_table",
          [=](ByteView bytes) { round_trip(bytes, GroupTable::decode, encode); },
          {GroupTable{}.encode()}};
}

/// A site alone in its plant, in service, with memory for storage.
class LoneSite {
 public:
  LoneSite() : core_(settings()) {
    give(Start{});
    for (int step = 0; step < 400; ++step) pass(millis(10));
  }

  void pass(Duration time) {
    now_ += time;
    if (core_.next_deadline() <= now_) give(Tick{});
  }

  ClientHandle open() {
    const ClientHandle client{++last_client_};
    open_.insert(client);
    give(ClientOpened{client, 0});
    return client;
  }

  /// Nothing where the daemon has closed it.
  void say(ClientHandle client, const Bytes& record) {
    if (open_.contains(client)) give(ClientFrame{client, wire::framed(record)});
  }
  void end(ClientHandle client) {
    if (open_.erase(client) > 0) give(ClientGone{client});
  }
  bool is_open(ClientHandle client) const { return open_.contains(client); }
  bool stopped() const { return stopped_; }
  std::size_t events() const { return events_; }

 private:
  static Settings settings() {
    Settings settings;
    settings.self = {SiteId{1}, Incarnation{1}};
    settings.sites = {SiteId{1}};
    settings.plant = "fuzz";
    settings.seed = 1;
    return settings;
  }

  void give(const Input& input) {
    if (stopped_) return;
    std::vector<Input> answers;
    for (const Effect& effect : core_.step(input, now_)) {
      if (const auto* write = std::get_if<StoreWrite>(&effect)) {
        answers.push_back(StoreDone{write->token});
      } else if (const auto* close = std::get_if<CloseClient>(&effect)) {
        if (open_.erase(close->client) > 0) answers.push_back(ClientGone{close->client});
      } else if (std::holds_alternative<SendClient>(effect)) {
        ++events_;
      } else if (std::holds_alternative<FailStop>(effect)) {
        stopped_ = true;
      }
    }
    for (const Input& answer : answers) give(answer);
  }

  MonotonicTime now_{};
  ProtocolsProcess core_;
  std::set<ClientHandle> open_;
  std::uint64_t last_client_ = 0;
  bool stopped_ = false;
  std::size_t events_ = 0;
};

/// The bytes are a script: each step is one byte that says who does what, and for a record its
/// length and content.
void play(ByteView script) {
  LoneSite site;
  const ClientHandle good = site.open();
  site.say(good, wire::encode(wire::Hello{wire::kClientProtocolVersion, "good", 1}));
  require(site.events() > 0, "the site does not welcome a client");
  std::vector<ClientHandle> strangers{site.open(), site.open()};
  site.say(strangers[0], wire::encode(wire::Hello{wire::kClientProtocolVersion, "bad", 2}));
  for (std::size_t at = 0; at < script.size();) {
    const std::uint8_t what = script[at++];
    ClientHandle& who = strangers[what & 1U];
    if (!site.is_open(who)) who = site.open();
    if ((what & 6U) == 0) {
      site.pass(millis(what));
    } else if ((what & 6U) == 2) {
      site.end(who);
    } else {
      const std::size_t length = at < script.size() ? script[at++] : 0;
      const ByteView record = script.subspan(at, std::min(length, script.size() - at));
      at += record.size();
      site.say(who, Bytes(record.begin(), record.end()));
    }
  }
  for (int step = 0; step < 20; ++step) site.pass(millis(10));
  require(!site.stopped(), "a client's bytes stopped the site");
  require(site.is_open(good), "a client's bytes closed another client");
  const std::size_t before = site.events();
  site.say(good, wire::encode(wire::Inspect{7, "sites", ""}));
  require(site.events() > before, "the site no longer answers another client");
}

/// A script in which one stranger says each of these requests.
Bytes script_of(const std::vector<wire::ClientRequest>& requests) {
  Bytes script;
  for (const wire::ClientRequest& request : requests) {
    const Bytes record = wire::encode(request);
    if (record.size() > 255) continue;
    script.push_back(4);
    script.push_back(static_cast<std::uint8_t>(record.size()));
    script.insert(script.end(), record.begin(), record.end());
    script.push_back(8);
  }
  return script;
}

template <std::size_t... I>
std::vector<wire::ClientRequest> one_of_each(std::index_sequence<I...>) {
  return {wire::ClientRequest(std::in_place_index<I>)...};
}

Target client_session() {
  const auto each =
      one_of_each(std::make_index_sequence<std::variant_size_v<wire::ClientRequest>>{});
  std::vector<Bytes> seeds{script_of(each)};
  for (const wire::ClientRequest& request : each) seeds.push_back(script_of({request}));
  return {"client_session", play, std::move(seeds)};
}

}  // namespace

void add_core_targets(std::vector<Target>& all) {
  all.push_back(group_table());
  all.push_back(client_session());
}

}  // namespace cohort::fuzz
