#include "platform/sim/network.h"

#include <algorithm>
#include <utility>

#include "platform/base/assert.h"
#include "platform/sim/decide.h"
#include "platform/sim/frame_kind.h"

namespace cohort::sim {

namespace {

constexpr core::Channel kAllChannels[] = {core::Channel::kControl, core::Channel::kData,
                                          core::Channel::kTransfer};

enum What : std::uint64_t { kDelay, kLoss, kTail, kConnect, kRetry, kClose, kSuffix };

constexpr Duration kRetransmission = millis(200);
constexpr Duration kTailMost = millis(150);

}  // namespace

void Network::add_site(SiteId site) {
  for (const auto& [other, host] : hosts_) {
    for (const core::Channel channel : kAllChannels) {
      Line& fresh = lines_[{std::min(site, other), std::max(site, other), channel}];
      fresh.sites[0] = std::min(site, other);
      fresh.sites[1] = std::max(site, other);
      fresh.channel = channel;
    }
  }
  hosts_[site] = Host::kSilent;
}

Network::Line& Network::line(SiteId a, SiteId b, core::Channel channel) {
  auto found = lines_.find({std::min(a, b), std::max(a, b), channel});
  COHORT_ASSERT(found != lines_.end(), "the core names only sites of the plant, never its own");
  return found->second;
}

std::uint64_t Network::decide_for(const Line& line, std::uint64_t what, std::uint64_t which) const {
  return decide(seed_, {line.sites[0].value, line.sites[1].value,
                        static_cast<std::uint64_t>(line.channel), line.session, what, which});
}

bool Network::blocked(const Line& line, int from) const {
  return impeded_.blocked.contains({line.sites[from], line.sites[1 - from]});
}

void Network::start(SiteId site) {
  hosts_[site] = Host::kListening;
  for (auto& [key, line] : lines_) {
    if (line.sites[0] != site && line.sites[1] != site) continue;
    End& own = line.ends[end_of(line, site)];
    own.session = 0;
    own.waiting.clear();
    own.told_gone = false;
    line.ends[1 - end_of(line, site)].told_gone = false;
    plan_attempt(line);
  }
}

void Network::stop(SiteId site, Death how) {
  hosts_[site] = how == Death::kProcess ? Host::kRefusing : Host::kSilent;
  for (auto& [key, line] : lines_) {
    if (line.sites[0] != site && line.sites[1] != site) continue;
    const int own = end_of(line, site);
    lose_suffix(line, 1 - own);
    line.ends[own].session = 0;
    line.ends[own].waiting.clear();
    const std::uint64_t session = line.ends[1 - own].session;
    const Duration notice = how == Death::kProcess
                                ? between(decide_for(line, kClose, line.attempts), {}, millis(20))
                                : seconds(15);
    Line* where = &line;
    queue_.after(notice, [this, where, own, session] { go_down(*where, 1 - own, session); });
    plan_attempt(line);
  }
}

void Network::plan_attempt(Line& line) {
  if (line.attempt_planned) return;
  line.attempt_planned = true;
  const Duration wait =
      millis(1) + exponential(decide_for(line, kRetry, ++line.attempts), millis(60));
  Line* where = &line;
  queue_.after(wait, [this, where] { attempt(*where); });
}

void Network::attempt(Line& line) {
  line.attempt_planned = false;
  const Host hosts[2] = {hosts_[line.sites[0]], hosts_[line.sites[1]]};
  if (hosts[0] != Host::kListening && hosts[1] != Host::kListening) return;
  if (line.ends[0].session != 0 && line.ends[0].session == line.ends[1].session) return;
  if (!blocked(line, 0) && !blocked(line, 1)) {
    if (hosts[0] == Host::kListening && hosts[1] == Host::kListening) return establish(line);
    for (const int end : {0, 1}) {
      if (hosts[end] == Host::kListening && hosts[1 - end] == Host::kRefusing) refuse(line, end);
    }
  }
  plan_attempt(line);
}

void Network::refuse(Line& line, int end) {
  // An end that still believes in the old connection does not connect anew.
  if (line.ends[end].session != 0 || line.ends[end].told_gone) return;
  line.ends[end].told_gone = true;
  sink_(line.sites[end], core::LinkDown{line.sites[1 - end], line.channel, true});
}

void Network::establish(Line& line) {
  const std::uint64_t session = ++line.session;
  for (const int end : {0, 1}) {
    const auto which = static_cast<std::uint64_t>(end);
    const Duration delay =
        options_.base + exponential(decide_for(line, kConnect, which), options_.jitter + millis(1));
    line.ends[end].up_at = queue_.now() + delay;
    Line* where = &line;
    queue_.after(delay, [this, where, end, session] { come_up(*where, end, session); });
  }
}

void Network::come_up(Line& line, int end, std::uint64_t session) {
  if (session != line.session || hosts_[line.sites[end]] != Host::kListening) return;
  End& here = line.ends[end];
  const SiteId peer = line.sites[1 - end];
  if (here.session == session) return;
  if (here.session != 0) sink_(line.sites[end], core::LinkDown{peer, line.channel, false});
  if (hosts_[line.sites[end]] != Host::kListening) return;
  here.session = session;
  here.sent = 0;
  here.received = 0;
  here.last_arrival = Duration{0};
  here.line_free = Duration{0};
  here.waiting.clear();
  here.told_gone = false;
  here.lost_from = UINT64_MAX;
  sink_(line.sites[end], core::LinkUp{peer, line.channel});
  // The other end died, or dropped this session, before this end was up.
  if (hosts_[peer] != Host::kListening || session != line.session) {
    Line* where = &line;
    queue_.after(millis(20), [this, where, end, session] { go_down(*where, end, session); });
  }
}

void Network::go_down(Line& line, int end, std::uint64_t session) {
  End& here = line.ends[end];
  if (session == 0 || here.session != session) return;
  here.session = 0;
  here.waiting.clear();
  sink_(line.sites[end], core::LinkDown{line.sites[1 - end], line.channel, false});
  plan_attempt(line);
}

void Network::send(SiteId from, SiteId to, core::Channel channel, Bytes frame) {
  Line& where = line(from, to, channel);
  const int end = end_of(where, from);
  End& here = where.ends[end];
  if (here.session == 0) return;
  ++frames_;
  const std::uint64_t number = ++here.sent;
  const std::uint64_t which = number * 2 + static_cast<std::uint64_t>(end);
  Duration delay = options_.base + exponential(decide_for(where, kDelay, which), options_.jitter);
  if (unit(decide_for(where, kTail, which)) < options_.tail)
    delay = std::min(delay * 100, kTailMost);
  if (unit(decide_for(where, kLoss, which)) < options_.loss) delay += kRetransmission;
  Duration arrival = std::max(queue_.now() + delay, here.last_arrival + Duration(1));
  if (here.session == where.session) {
    arrival = std::max(arrival, where.ends[1 - end].up_at + Duration(1));
  }
  const auto slow = impeded_.slow.find({from, to});
  if (slow != impeded_.slow.end()) {
    const auto bytes = static_cast<std::int64_t>(frame.size());
    const auto rate = static_cast<std::int64_t>(slow->second);
    here.line_free =
        std::max(here.line_free, queue_.now()) + Duration(bytes * 1'000'000'000 / rate);
    arrival = std::max(arrival, here.line_free);
  }
  here.last_arrival = arrival;
  Line* line_of = &where;
  const std::uint64_t session = here.session;
  if (slow != impeded_.slow.end()) {
    here.crawling.emplace(std::pair(session, number), std::move(frame));
    queue_.at(arrival, [this, line_of, end, session, number] {
      auto crawler = line_of->ends[end].crawling.extract({session, number});
      if (crawler) arrive(*line_of, 1 - end, session, number, std::move(crawler.mapped()));
    });
    return;
  }
  plan_arrival(where, 1 - end, number, std::move(frame), arrival);
}

/// Over the session that the sender has now.
void Network::plan_arrival(Line& line, int end, std::uint64_t number, Bytes frame, Duration at) {
  Line* where = &line;
  const std::uint64_t session = line.ends[1 - end].session;
  queue_.at(at, [this, where, end, session, number, bytes = std::move(frame)]() mutable {
    arrive(*where, end, session, number, std::move(bytes));
  });
}

void Network::arrive(Line& line, int end, std::uint64_t session, std::uint64_t number,
                     Bytes frame) {
  if (line.ends[end].session != session || number >= line.ends[end].lost_from) return;
  line.ends[end].waiting.emplace(number, std::move(frame));
  hand_up(line, end);
}

void Network::hand_up(Line& line, int end) {
  End& here = line.ends[end];
  while (here.session != 0 && !blocked(line, 1 - end)) {
    auto next = here.waiting.find(here.received + 1);
    if (next == here.waiting.end() || held(line, 1 - end, next->second)) return;
    Bytes frame = std::move(next->second);
    here.waiting.erase(next);
    ++here.received;
    sink_(line.sites[end],
          core::FrameReceived{line.sites[1 - end], line.channel, std::move(frame)});
  }
}

/// Of what is on its way to this end, some last part never arrives.
void Network::lose_suffix(Line& line, int end) {
  const End& sender = line.ends[1 - end];
  End& here = line.ends[end];
  if (here.session == 0 || here.session != sender.session || sender.sent <= here.received) return;
  const std::uint64_t under_way = sender.sent - here.received;
  const std::uint64_t decision = decide_for(line, kSuffix, sender.sent);
  here.lost_from = here.received + 1 + decision % (under_way + 1);
}

void Network::close(SiteId from, SiteId to) {
  for (const core::Channel channel : kAllChannels) {
    reset(from, to, channel);
  }
}

void Network::reset(SiteId a, SiteId b, core::Channel channel) {
  Line& where = line(a, b, channel);
  ++resets_;
  for (const int end : {0, 1}) {
    lose_suffix(where, end);
    const std::uint64_t session = where.ends[end].session;
    const Duration notice = between(
        decide_for(where, kClose, resets_ * 2 + static_cast<std::uint64_t>(end)), {}, millis(30));
    Line* line_of = &where;
    queue_.after(notice, [this, line_of, end, session] { go_down(*line_of, end, session); });
  }
}

void Network::block(SiteId from, SiteId to, bool on) {
  if (on) {
    impeded_.blocked.insert({from, to});
    return;
  }
  impeded_.blocked.erase({from, to});
  hand_up_all(from, to);
}

void Network::hand_up_all(SiteId from, SiteId to) {
  for (const core::Channel channel : kAllChannels) {
    Line& where = line(from, to, channel);
    hand_up(where, end_of(where, to));
  }
}

bool Network::held(const Line& line, int from, const Bytes& frame) const {
  const auto found = impeded_.held.find({line.sites[from], line.sites[1 - from]});
  if (found == impeded_.held.end()) return false;
  const std::string kind = frame_kind(frame);
  return std::any_of(found->second.begin(), found->second.end(),
                     [&](const std::string& wanted) { return kind_matches(wanted, kind); });
}

void Network::hold(SiteId from, SiteId to, const std::string& kind, bool on) {
  std::set<std::string>& kinds = impeded_.held[{from, to}];
  if (on) {
    kinds.insert(kind);
    return;
  }
  kinds.erase(kind);
  if (kinds.empty()) impeded_.held.erase({from, to});
  hand_up_all(from, to);
}

void Network::slow(SiteId from, SiteId to, std::uint64_t bytes_a_second) {
  if (bytes_a_second == 0) {
    if (impeded_.slow.erase({from, to}) > 0) catch_up(from, to);
  } else {
    impeded_.slow[{from, to}] = bytes_a_second;
  }
}

bool Network::impeded(SiteId to) const {
  const auto there = [to](const auto& direction) { return direction.second == to; };
  const auto in = [to](const auto& entry) { return entry.first.second == to; };
  return std::any_of(impeded_.blocked.begin(), impeded_.blocked.end(), there) ||
         std::any_of(impeded_.held.begin(), impeded_.held.end(), in) ||
         std::any_of(impeded_.slow.begin(), impeded_.slow.end(), in);
}

/// The line is as fast as before: what is on it arrives now, or as soon as the other end is up.
void Network::catch_up(SiteId from, SiteId to) {
  for (const core::Channel channel : kAllChannels) {
    Line& where = line(from, to, channel);
    const int end = end_of(where, from);
    End& here = where.ends[end];
    here.line_free = Duration{0};
    here.last_arrival = std::min(here.last_arrival, queue_.now());
    for (auto& [key, frame] : std::exchange(here.crawling, {})) {
      const auto& [session, number] = key;
      const End& there = where.ends[1 - end];
      // What comes before that end is up would be lost without any reset.
      const bool too_early =
          session == where.session && session == here.session && session != there.session;
      if (too_early) {
        plan_arrival(where, 1 - end, number, std::move(frame), there.up_at + Duration(1));
      } else {
        arrive(where, 1 - end, session, number, std::move(frame));
      }
    }
  }
}

void Network::half_open(SiteId at, SiteId other) {
  for (const core::Channel channel : kAllChannels) {
    Line& where = line(at, other, channel);
    const int end = end_of(where, at);
    lose_suffix(where, 1 - end);
    go_down(where, end, where.ends[end].session);
  }
}

void Network::calm() {
  options_.loss = 0;
  options_.tail = 0;
  const auto slow = std::exchange(impeded_, {}).slow;
  for (const auto& [direction, rate] : slow) catch_up(direction.first, direction.second);
  for (auto& [key, line] : lines_) {
    for (const int end : {0, 1}) hand_up(line, end);
  }
}

}  // namespace cohort::sim
