#include "platform/sim/explore/small_plant.h"

#include <algorithm>
#include <utility>

#include "platform/base/assert.h"
#include "platform/core/state_digest.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/peer_protocol.h"
#include "platform/wire/record_stream.h"

namespace cohort::sim {

namespace {

constexpr core::ClientHandle kClient{1};
/// Without the one for states: no tool runs here that would send one.
constexpr core::Channel kChannels[] = {core::Channel::kControl, core::Channel::kData};
constexpr Duration kPrepareBound = seconds(20);

SiteId site_number(std::uint32_t number) {
  return SiteId{static_cast<std::uint16_t>(number)};
}

Bytes payload_of(std::uint32_t operation) {
  return Bytes{'m', static_cast<std::uint8_t>('1' + operation)};
}

}  // namespace

SmallPlant::SmallPlant(const Scope& scope) : scope_(scope) {
  core::Settings settings;
  settings.plant = "small";
  for (std::uint32_t i = 1; i <= scope_.sites; ++i) settings.sites.push_back(site_number(i));
  for (SiteId site : settings.sites) {
    settings.log = log_after(scope_.cold, site);
    const std::uint16_t life = settings.log.empty() ? 1 : 2;
    settings.self = SiteLife{site, Incarnation{life}};
    settings.seed = site.value;
    Node& node = nodes_[site];
    node.core = std::make_unique<core::ProtocolsProcess>(settings);
    node.tap = std::make_unique<HistoryTap>(recorder_);
  }
}

void SmallPlant::start_daemons() {
  for (auto& [site, node] : nodes_) step(site, core::Start{}, std::nullopt);
  for (auto& [site, node] : nodes_) {
    for (auto& [peer, other] : nodes_) {
      if (peer == site) continue;
      for (const core::Channel channel : kChannels) {
        step(site, core::LinkUp{peer, channel}, std::nullopt);
      }
    }
    step(site, core::ClientOpened{kClient, 1000}, std::nullopt);
    from_client(site, wire::Hello{wire::kClientProtocolVersion, "small", 0}, std::nullopt);
  }
}

bool SmallPlant::prepare() {
  start_daemons();
  if (scope_.cold != ColdStart::kNone) return true;
  std::uint32_t joined = 0;
  const std::uint32_t members = scope_.sites - (scope_.join ? 1 : 0);
  while (now_ < kPrepareBound) {
    const bool all = std::all_of(nodes_.begin(), nodes_.end(), [&](const auto& node) {
      return node.second.sites.size() == scope_.sites;
    });
    const bool last_in = joined == 0 || nodes_.at(site_number(1)).members == joined;
    if (all && joined == members && last_in) return true;
    if (all && joined < members && last_in) join(site_number(++joined), std::nullopt);
    // The first of what may happen, but no operation and no fault.
    const std::vector<Choice> next = choices();
    const auto first = std::find_if(next.begin(), next.end(), [](const Choice& choice) {
      return choice.kind != Choice::Kind::kOperation && choice.kind != Choice::Kind::kCut;
    });
    take(first == next.end() ? Choice{} : *first);
  }
  return false;
}

void SmallPlant::join(SiteId site, const std::optional<std::size_t>& dies_after) {
  wire::JoinGroup request;
  request.token = 100;
  request.name = "X";
  request.create = true;
  from_client(site, request, dies_after);
}

std::vector<Choice> SmallPlant::choices() const {
  std::vector<Choice> all;
  for (const auto& [line, frames] : lines_) {
    const auto& [from, to, channel] = line;
    if (frames.empty() || !open(from, to) || nodes_.at(to).core == nullptr) continue;
    all.push_back({Choice::Kind::kDeliver, to, from, channel, 0, {}});
  }
  for (const auto& [from, to, channel] : down_notices_) {
    if (nodes_.at(to).core == nullptr || !open(from, to)) continue;
    all.push_back({Choice::Kind::kLinkDown, to, from, channel, 0, {}});
  }
  for (const auto& [site, node] : nodes_) {
    if (node.core != nullptr && !node.writing.empty()) {
      all.push_back({Choice::Kind::kStored, site, {}, core::Channel::kControl, 0, {}});
    }
  }
  for (std::uint32_t operation = 0; operation < operations(); ++operation) {
    const SiteId site = site_of(operation);
    if (done_.contains(operation) || nodes_.at(site).core == nullptr) continue;
    all.push_back({Choice::Kind::kOperation, site, {}, core::Channel::kControl, operation, {}});
  }
  if (all.empty()) return {Choice{}};
  if (!scope_.cut || !cut_.empty()) return all;
  for (const auto& [a, node] : nodes_) {
    for (const auto& [b, other] : nodes_) {
      if (a < b && node.core != nullptr && other.core != nullptr) {
        all.push_back({Choice::Kind::kCut, a, b, core::Channel::kControl, 0, {}});
      }
    }
  }
  return all;
}

SiteId SmallPlant::site_of(std::uint32_t operation) const {
  if (operation >= scope_.multicasts) return site_number(scope_.sites);
  return site_number(1 + operation % scope_.sites);
}

void SmallPlant::operate(const Choice& choice) {
  done_.insert(choice.operation);
  // Its process has asked, also where the daemon does nothing any more.
  taken_.deaths |= 1;
  if (choice.operation >= scope_.multicasts) return join(choice.site, choice.dies_after);
  wire::Multicast multicast;
  multicast.token = choice.operation + 1;
  multicast.order = choice.operation % 2 == 0 ? wire::Order::kTotal : wire::Order::kCausal;
  multicast.destinations.groups.push_back(nodes_.at(choice.site).group);
  multicast.entry = 20;
  multicast.payload = payload_of(choice.operation);
  sent_[choice.site].insert(wire::history_digest(multicast.payload));
  from_client(choice.site, multicast, choice.dies_after);
}

Taken SmallPlant::take(const Choice& choice) {
  taken_ = Taken{};
  take_choice(choice);
  // What comes of heartbeats is no step that a death is tried within.
  const std::uint64_t deaths = taken_.deaths;
  if (choice.kind != Choice::Kind::kTime) taken_.may_die = 0;
  if (choice.kind == Choice::Kind::kCut) {
    taken_.may_die = (1u << choice.site.value) | (1u << choice.peer.value);
  }
  deliver_heartbeats();
  taken_.deaths = deaths;
  return taken_;
}

void SmallPlant::take_choice(const Choice& choice) {
  const Line line{choice.peer, choice.site, choice.channel};
  switch (choice.kind) {
    case Choice::Kind::kTime:
      pass_time();
      break;
    case Choice::Kind::kOperation:
      operate(choice);
      break;
    case Choice::Kind::kCut:
      cut_.insert({choice.site, choice.peer});
      break;
    case Choice::Kind::kCrash:
      die(choice.site);
      crashed_ = true;
      break;
    case Choice::Kind::kStored: {
      Node& node = nodes_.at(choice.site);
      const core::StoreDone done{node.writing.front()};
      node.writing.pop_front();
      step(choice.site, done, choice.dies_after);
      break;
    }
    case Choice::Kind::kLinkDown:
      down_notices_.erase(line);
      lines_[line].clear();  // what had not arrived never will
      step(choice.site, core::LinkDown{choice.peer, choice.channel, true}, choice.dies_after);
      break;
    case Choice::Kind::kDeliver: {
      core::FrameReceived frame{choice.peer, choice.channel, std::move(lines_[line].front().bytes)};
      lines_[line].pop_front();
      step(choice.site, frame, choice.dies_after);
      break;
    }
  }
}

void SmallPlant::deliver_heartbeats() {
  for (bool any = true; any;) {
    any = false;
    for (auto& [line, frames] : lines_) {
      const auto& [from, to, channel] = line;
      if (frames.empty() || !frames.front().heartbeat) continue;
      if (!open(from, to) || nodes_.at(to).core == nullptr) continue;
      core::FrameReceived frame{from, channel, std::move(frames.front().bytes)};
      frames.pop_front();
      step(to, frame, std::nullopt);
      any = true;
    }
  }
}

void SmallPlant::pass_time() {
  MonotonicTime next = kNever;
  for (const auto& [site, node] : nodes_) {
    if (node.core != nullptr) next = std::min(next, node.core->next_deadline());
  }
  if (next == kNever) return;
  now_ = std::max(now_ + Duration(1), next.time_since_epoch());
  for (auto& [site, node] : nodes_) {
    node.held.reset();
    if (node.core == nullptr) continue;
    taken_.may_die |= 1u << site.value;
    if (node.core->next_deadline().time_since_epoch() <= now_) {
      step(site, core::Tick{}, std::nullopt);
    }
  }
}

void SmallPlant::step(SiteId site, const core::Input& input,
                      const std::optional<std::size_t>& dies_after) {
  Node& node = nodes_.at(site);
  if (node.core == nullptr) return;
  taken_.may_die |= 1u << site.value;
  node.held.reset();
  core::Effects effects = node.core->step(input, MonotonicTime(now_));
  COHORT_ASSERT(effects.size() < 64, "a step of a small plant has few effects");
  for (std::size_t i = 0; i < effects.size(); ++i) {
    if (dies_after == i) break;
    const std::uint64_t before = taken_.effects;
    carry_out(site, effects[i]);
    if (taken_.effects != before) taken_.deaths |= std::uint64_t{2} << i;
    if (node.core == nullptr) return;
  }
  if (!dies_after) return;
  die(site);
  crashed_ = true;
}

void SmallPlant::carry_out(SiteId site, core::Effect& effect) {
  if (auto* frame = std::get_if<core::SendFrame>(&effect)) {
    put_on_line(site, *frame);
  } else if (const auto* record = std::get_if<core::SendClient>(&effect)) {
    ByteView records = record->records;
    while (const auto each = wire::take_record(records)) {
      to_client(site, Bytes(each->begin(), each->end()));
    }
  } else if (const auto* write = std::get_if<core::StoreWrite>(&effect)) {
    nodes_.at(site).writing.push_back(write->token);
  } else if (std::holds_alternative<core::FailStop>(effect)) {
    die(site);
    taken_.effects = mix64(taken_.effects + 1);
  }
}

void SmallPlant::put_on_line(SiteId site, core::SendFrame& frame) {
  if (nodes_.at(frame.site).core == nullptr) return;
  Bytes bytes = std::move(frame).whole();
  const auto envelope = wire::decode_envelope(bytes);
  COHORT_ASSERT(envelope.has_value(), "a daemon sends only frames that decode");
  core::StateDigest digest{MonotonicTime(now_)};
  digest.add(envelope->number != 0, envelope->frame);
  const bool heartbeat = std::holds_alternative<wire::Status>(envelope->frame);
  taken_.effects = mix64(taken_.effects ^ digest.value()) + frame.site.value;
  lines_[{site, frame.site, frame.channel}].push_back(
      {std::move(bytes), digest.value(), heartbeat});
}

/// The daemon is gone, and with it its process; its peers learn of it when that is chosen, and lose
/// what has not arrived by then.
void SmallPlant::die(SiteId site) {
  Node& node = nodes_.at(site);
  node.core.reset();
  node.held.reset();
  node.writing.clear();
  for (auto& [line, frames] : lines_) {
    if (std::get<1>(line) == site) frames.clear();
  }
  std::erase_if(down_notices_, [site](const Line& line) { return std::get<1>(line) == site; });
  for (const auto& [peer, other] : nodes_) {
    if (peer == site || other.core == nullptr) continue;
    for (const core::Channel channel : kChannels) down_notices_.insert({site, peer, channel});
  }
}

void SmallPlant::from_client(SiteId site, const wire::ClientRequest& request,
                             const std::optional<std::size_t>& dies_after) {
  Node& node = nodes_.at(site);
  node.tap->request(request, now_);
  note_history(node);
  step(site, core::ClientFrame{kClient, wire::framed(wire::encode(request))}, dies_after);
}

/// Digests what has just been recorded of the node's process.
void SmallPlant::note_history(Node& node) {
  for (; noted_ < recorder_.records.size(); ++noted_) {
    wire::HistoryRecord record = recorder_.records[noted_];
    record.time_ns = 0;
    // Why a site has gone, in words, is for people; checkers look there for who asked to leave, and
    // nobody leaves a small plant.
    if (record.kind == wire::HistoryKind::kSites) record.text.clear();
    node.seen.add(std::string_view(wire::to_line(record)));
  }
}

void SmallPlant::to_client(SiteId site, const Bytes& record) {
  Node& node = nodes_.at(site);
  auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon sends only records that decode");
  node.tap->event(*event, now_);
  note_history(node);
  taken_.effects = mix64(taken_.effects ^ node.seen.value()) + site.value;
  if (const auto* welcome = std::get_if<wire::Welcome>(&*event)) {
    node.sites = welcome->sites.members;
    node.sites_seen = welcome->sites.number;
  } else if (const auto* sites = std::get_if<wire::Sites>(&*event)) {
    node.sites = sites->view.members;
    node.sites_seen = sites->view.number;
  } else if (const auto* view = std::get_if<wire::View>(&*event)) {
    node.members = view->view.members.size();
    node.group = view->view.group;
  } else if (const auto* deliver = std::get_if<wire::Deliver>(&*event)) {
    node.delivered.insert(wire::history_digest(deliver->payload));
  }
}

/// The sites that can be expected to go on together: those that live, without the younger end of a
/// link that is cut.
std::vector<SiteId> SmallPlant::fellowship() const {
  std::vector<SiteId> sites;
  for (const auto& [site, node] : nodes_) {
    if (node.core == nullptr) continue;
    const bool heard = std::all_of(sites.begin(), sites.end(),
                                   [&, id = site](SiteId other) { return open(other, id); });
    if (heard) sites.push_back(site);
  }
  return sites;
}

std::string SmallPlant::unrest() const {
  const std::vector<SiteId> fellows = fellowship();
  // Two of three are needed; less has to wait, and there is nothing to come to.
  if (2 * fellows.size() <= scope_.sites) return "";
  for (SiteId site : fellows) {
    const Node& node = nodes_.at(site);
    const std::string name = "site " + std::to_string(site.value);
    if (node.sites.size() != fellows.size()) return name + " sees other sites";
    for (SiteId sender : fellows) {
      const auto sent = sent_.find(sender);
      if (sent == sent_.end() || node.members == 0) continue;
      for (const std::uint64_t message : sent->second) {
        if (!node.delivered.contains(message)) return name + " lacks a message";
      }
    }
  }
  return "";
}

bool SmallPlant::owes_progress() const {
  if (scope_.cold != ColdStart::kNone) return !crashed_ && cut_.empty();
  return !crashed_ || cut_.empty();
}

bool SmallPlant::at_goal() const {
  // Who is left may still form what it should not.
  if (scope_.cold != ColdStart::kNone && !owes_progress()) return false;
  return unrest().empty();
}

const std::vector<wire::HistoryRecord>& SmallPlant::finish() {
  const std::vector<SiteId> fellows = fellowship();
  if (2 * fellows.size() > scope_.sites) {
    for (SiteId site : fellows) nodes_.at(site).tap->end("run over", now_);
  }
  return recorder_.records;
}

}  // namespace cohort::sim
