#include "tests/bench/core_plant.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "platform/base/assert.h"

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
  give(site, core::ClientOpened{handle, 0});
  ask(site, handle, wire::Hello{wire::kClientProtocolVersion, "bench", 1});
  return handle;
}

void CorePlant::ask(std::uint16_t site, core::ClientHandle client,
                    const wire::ClientRequest& request) {
  give(site, core::ClientFrame{client, wire::encode(request)});
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
  for (const auto& [number, site] : sites_) next = std::min(next, site.deadline);
  COHORT_ASSERT(next != kNever, "a plant always has heartbeats to send");
  return next;
}

/// Goes to the next moment at which something happens, and lets it happen.
void CorePlant::advance() {
  now_ = std::max(now_, next_event());
  while (!flights_.empty() && flights_.front().at <= now_) {
    const Flight flight = std::move(flights_.front());
    flights_.pop_front();
    give(flight.to, flight.input);
  }
  for (auto& [number, site] : sites_) {
    if (site.deadline <= now_) give(number, core::Tick{});
  }
}

void CorePlant::give(std::uint16_t number, const core::Input& input) {
  Site& site = sites_.at(number);
  ++counters_.steps;
  core::Effects effects = site.core->step(input, now_);
  site.deadline = site.core->next_deadline();
  for (core::Effect& effect : effects) carry_out(number, effect);
}

void CorePlant::carry_out(std::uint16_t number, core::Effect& effect) {
  if (auto* frame = std::get_if<core::SendFrame>(&effect)) {
    ++counters_.frames;
    counters_.frame_bytes += frame->frame.size();
    flights_.push_back(
        {now_ + hop_, frame->site.value,
         core::FrameReceived{SiteId{number}, frame->channel, std::move(frame->frame)}});
  } else if (auto* record = std::get_if<core::SendClient>(&effect)) {
    consume(number, *record);
    take_record(*record);
  } else if (auto* write = std::get_if<core::StoreWrite>(&effect)) {
    flights_.push_back({now_ + hop_, number, core::StoreDone{write->token}});
  } else if (auto* trace = std::get_if<core::Trace>(&effect)) {
    const auto at = trace->text.find(" members=");
    if (number != 1 || !trace->text.starts_with("event=view.installed")) return;
    const std::string members = trace->text.substr(at + 9);
    view_size_ = static_cast<std::size_t>(std::count(members.begin(), members.end(), '.'));
  } else {
    // Connections to new hosts are not made here: the hosts stay as they are.
    COHORT_ASSERT(std::holds_alternative<core::SetHosts>(effect), "nothing goes wrong here");
  }
}

/// As the library does, but rarely: the report is not what is measured.
void CorePlant::consume(std::uint16_t number, const core::SendClient& effect) {
  constexpr std::size_t kReportBytes = 1024 * 1024;
  if (effect.record.empty() || effect.record.front() != kDeliverKind) return;
  std::size_t& bytes = unconsumed_[effect.client];
  bytes += effect.record.size();
  if (bytes < kReportBytes) return;
  const wire::ClientRequest consumed = wire::Consumed{std::exchange(bytes, 0)};
  flights_.push_back(
      {now_ + hop_, number, core::ClientFrame{effect.client, wire::encode(consumed)}});
}

void CorePlant::take_delivery(const core::SendClient& effect) {
  ++counters_.deliveries;
  last_delivery_ = now_;
  if (!on_delivery_ || effect.client != watched_) return;
  const auto event = wire::decode_client_event(effect.record);
  COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
  on_delivery_(std::get<wire::Deliver>(*event));
}

void CorePlant::take_record(core::SendClient& effect) {
  ++counters_.records;
  if (effect.record.empty()) return;
  if (effect.record.front() == kDeliverKind) {
    take_delivery(effect);
    return;
  }
  auto event = wire::decode_client_event(effect.record);
  COHORT_ASSERT(event.has_value(), "the daemon speaks the client protocol");
  if (const auto* done = std::get_if<wire::ChangeDone>(&*event)) {
    COHORT_ASSERT(done->code == Errc::kOk, done->text.c_str());
    joined_[done->token] = done->group;
  }
}

}  // namespace cohort::bench
