#include "tests/bench/core_plant.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "platform/base/assert.h"
#include "platform/wire/record_stream.h"

namespace cohort::bench {

namespace {
constexpr Duration kPatience = seconds(120);
/// The first byte of a record of the daemon that delivers a multicast (client-protocol.md).
constexpr std::uint8_t kDeliverKind = 6;
}  // namespace

CorePlant::CorePlant(std::uint16_t sites, Duration hop) : hop_(hop) {
  std::vector<SiteId> ids;
  for (std::uint16_t i = 1; i <= sites; ++i) ids.push_back(SiteId{i});
  for (const SiteId id : ids) {
    core::Settings settings;
    settings.self = {id, Incarnation{1}};
    settings.sites = ids;
    settings.plant = "bench";
    settings.seed = id.value;
    sites_[id.value].core = std::make_unique<core::ProtocolsProcess>(std::move(settings));
    give(id.value, core::Start{});
  }
  for (std::uint16_t a = 1; a <= sites; ++a) {
    for (std::uint16_t b = 1; b <= sites; ++b) {
      if (a == b) continue;
      give(a, core::LinkUp{SiteId{b}, core::Channel::kControl});
      give(a, core::LinkUp{SiteId{b}, core::Channel::kData});
    }
  }
  const MonotonicTime limit = now_ + kPatience;
  while (view_size_ < sites && now_ < limit) advance();
  COHORT_ASSERT(view_size_ == sites, "the sites come together");
  run_for(millis(500));
}

core::ClientHandle CorePlant::open_client(std::uint16_t site) {
  const core::ClientHandle handle{next_client_++};
  sites_.at(site).asked.push_back(core::ClientOpened{handle, 0});
  ask(site, handle, wire::Hello{wire::kClientProtocolVersion, "bench", 1});
  return handle;
}

void CorePlant::ask(std::uint16_t site, core::ClientHandle client,
                    const wire::ClientRequest& request) {
  sites_.at(site).asked.push_back(core::ClientFrame{client, wire::framed(wire::encode(request))});
}

GroupId CorePlant::join(std::uint16_t site, core::ClientHandle client, const std::string& group) {
  const std::uint64_t token = (std::uint64_t{1} << 40) + next_token_++;
  wire::JoinGroup request;
  request.token = token;
  request.name = group;
  request.create = true;
  ask(site, client, request);
  const MonotonicTime limit = now_ + kPatience;
  while (!joined_.contains(token) && now_ < limit) advance();
  COHORT_ASSERT(joined_.contains(token), "a join ends");
  return joined_.at(token);
}

void CorePlant::run_until(MonotonicTime time) {
  while (next_event() <= time) advance();
  now_ = std::max(now_, time);
}

bool CorePlant::run_until_delivered(std::uint64_t deliveries, Duration patience) {
  const MonotonicTime limit = now_ + patience;
  while (counters_.deliveries < deliveries && now_ < limit) advance();
  return counters_.deliveries >= deliveries;
}

MonotonicTime CorePlant::next_event() const {
  MonotonicTime next = flights_.empty() ? kNever : flights_.front().at;
  for (const auto& [number, site] : sites_) {
    next = std::min(next, site.asked.empty() ? site.deadline : now_);
  }
  COHORT_ASSERT(next != kNever, "a plant always has heartbeats to send");
  return next;
}

/// Goes to the next moment at which something happens, and lets it happen.
void CorePlant::advance() {
  now_ = std::max(now_, next_event());
  std::map<std::uint16_t, std::vector<core::Input>> due;
  for (auto& [number, site] : sites_) {
    if (!site.asked.empty()) due[number].swap(site.asked);
  }
  while (!flights_.empty() && flights_.front().at <= now_) {
    due[flights_.front().to].push_back(std::move(flights_.front().input));
    flights_.pop_front();
  }
  for (const auto& [number, inputs] : due) give(number, inputs);
  for (auto& [number, site] : sites_) {
    if (site.deadline <= now_) give(number, core::Tick{});
  }
}

void CorePlant::give(std::uint16_t number, std::span<const core::Input> inputs) {
  Site& site = sites_.at(number);
  ++counters_.steps;
  core::Effects effects = site.core->step(inputs, now_);
  site.deadline = site.core->next_deadline();
  for (core::Effect& effect : effects) carry_out(number, effect);
}

void CorePlant::carry_out(std::uint16_t number, core::Effect& effect) {
  if (auto* frame = std::get_if<core::SendFrame>(&effect)) {
    ++counters_.frames;
    Bytes bytes = std::move(*frame).whole();
    counters_.frame_bytes += bytes.size();
    flights_.push_back({now_ + hop_, frame->site.value,
                        core::FrameReceived{SiteId{number}, frame->channel, std::move(bytes)}});
  } else if (const auto* sent = std::get_if<core::SendClient>(&effect)) {
    ByteView records = sent->records;
    while (const auto record = wire::take_record(records)) {
      consume(number, sent->client, *record);
      take_record(sent->client, *record);
    }
  } else if (auto* write = std::get_if<core::StoreWrite>(&effect)) {
    flights_.push_back({now_ + hop_, number, core::StoreDone{write->token}});
  } else if (auto* trace = std::get_if<core::Trace>(&effect)) {
    const auto at = trace->text.find(" members=");
    if (number != 1 || !trace->text.starts_with("event=view.installed")) return;
    const std::string members = trace->text.substr(at + 9);
    view_size_ = static_cast<std::size_t>(std::count(members.begin(), members.end(), '.'));
  } else {
    // Connections to new hosts are not made here: the hosts stay as they are. And the clients do
    // nothing for which they would need a lease.
    const bool expected = std::holds_alternative<core::SetHosts>(effect) ||
                          std::holds_alternative<core::SetLease>(effect);
    COHORT_ASSERT(expected, "nothing goes wrong here");
  }
}

/// As the library does, but rarely: the report is not what is measured.
void CorePlant::consume(std::uint16_t number, core::ClientHandle client, ByteView record) {
  constexpr std::size_t kReportBytes = 1024 * 1024;
  if (record.empty() || record.front() != kDeliverKind) return;
  std::size_t& bytes = unconsumed_[client];
  bytes += record.size();
  if (bytes < kReportBytes) return;
  const wire::ClientRequest consumed = wire::Consumed{std::exchange(bytes, 0)};
  flights_.push_back(
      {now_ + hop_, number, core::ClientFrame{client, wire::framed(wire::encode(consumed))}});
}

void CorePlant::take_delivery(core::ClientHandle client, ByteView record) {
  ++counters_.deliveries;
  last_delivery_ = now_;
  if (!on_delivery_ || client != watched_) return;
  const auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
  on_delivery_(std::get<wire::Deliver>(*event));
}

void CorePlant::take_record(core::ClientHandle client, ByteView record) {
  ++counters_.records;
  if (record.empty()) return;
  if (record.front() == kDeliverKind) {
    take_delivery(client, record);
    return;
  }
  auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
  if (const auto* done = std::get_if<wire::ChangeDone>(&*event)) {
    COHORT_ASSERT(done->code == Errc::kOk, done->text.c_str());
    joined_[done->token] = done->group;
  }
}

}  // namespace cohort::bench
