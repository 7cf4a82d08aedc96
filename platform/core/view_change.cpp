#include "platform/core/view_change.h"

#include <algorithm>
#include <utility>

#include "platform/base/instrument.h"
#include "platform/base/limits.h"
#include "platform/core/quorum.h"

namespace cohort::core {

using wire::ViewValue;

namespace {
constexpr Duration kTellAgain = millis(500);  ///< how often a suspicion that lasts is told
}  // namespace

std::optional<std::size_t> ViewBasis::rank_of(SiteId site) const {
  for (std::size_t rank = 0; rank < members.size(); ++rank) {
    if (members[rank].site == site) return rank;
  }
  return std::nullopt;
}

bool ViewBasis::holds(SiteLife life) const {
  return std::find(members.begin(), members.end(), life) != members.end();
}

ViewChange::ViewChange(Context& context, Sessions& sessions, FailureDetector& detector,
                       DataPlane& plane, const Settings& settings)
    : context_(context),
      sessions_(sessions),
      detector_(detector),
      plane_(plane),
      first_sites_(settings.sites) {
  if (settings.joins) first_sites_.clear();
  for (SiteId site : first_sites_) basis_.members.push_back({site, {}});
  basis_.plant.hosts = settings.hosts;
  if (settings.hosts.empty()) {
    for (SiteId site : settings.sites) basis_.plant.hosts.push_back({site, {}, {}, false});
  }
  for (const Bytes& bytes : settings.log) {
    if (COHORT_MUTANT("forget_log")) break;
    const auto record = wire::decode_view_log_record(bytes);
    if (!record) {
      context_.fail_stop("the view log is corrupt: " + record.error().text);
      return;
    }
    read(*record);
  }
  // The log keeps the order of writing, so an acceptance for view k+2 never lies there without the
  // commit of k+1 (W17): what is left is at most the instance after the last committed view.
  if (acceptor_.accepted && acceptor_.accepted_view <= basis_.number) acceptor_.accepted.reset();
  if (acceptor_.promised_view < basis_.number) acceptor_.promised = {};
  proposer_.greatest_round = acceptor_.promised.round;
}

void ViewChange::read(const wire::ViewLogRecord& record) {
  log_blank_ = false;
  if (record.kind == wire::ViewLogRecord::Kind::kCommitted) {
    if (record.view <= basis_.number) return;
    const wire::ViewValue& value = record.value;
    basis_ = {record.view, value.members, value.incarnations, value.overrides, value.plant, false};
    return;
  }
  const std::uint64_t instance = record.view - 1;
  if (instance > acceptor_.promised_view || acceptor_.promised < record.ballot) {
    acceptor_.promised = record.ballot;
    acceptor_.promised_view = instance;
  }
  if (record.kind == wire::ViewLogRecord::Kind::kPromised) return;
  if (!acceptor_.accepted || record.view > acceptor_.accepted_view ||
      acceptor_.accepted->ballot < record.ballot) {
    acceptor_.accepted = wire::Acceptance{record.ballot, record.value};
    acceptor_.accepted_view = record.view;
    COHORT_PROBE("log.accepted_value");
  }
}

std::string_view ViewChange::stage() const {
  switch (proposer_.phase) {
    case Phase::kIdle:
      break;
    case Phase::kWedging:
      return basis_.operational ? "wedging" : "forming";
    case Phase::kFetching:
      return "fetching";
    case Phase::kProposing:
      return "proposing";
    case Phase::kLeases:
      return "leases";
  }
  if (!basis_.operational) return "joining";
  if (acceptor_.waiting) return "committed";
  return plane_.frozen() ? "promised" : "member";
}

void ViewChange::send(SiteId site, const wire::PeerFrame& frame) {
  if (site == context_.self.site) {
    loop_back(frame);
  } else {
    sessions_.send(site, Channel::kControl, frame);
  }
}

void ViewChange::loop_back(const wire::PeerFrame& frame) {
  const SiteId self = context_.self.site;
  if (const auto* wedge = std::get_if<wire::Wedge>(&frame)) on_wedge(self, *wedge);
  if (const auto* answer = std::get_if<wire::WedgeAnswer>(&frame)) on_answer(self, *answer);
  if (const auto* refusal = std::get_if<wire::WedgeRefusal>(&frame)) on_refusal(self, *refusal);
  if (const auto* fetch = std::get_if<wire::Fetch>(&frame)) on_fetch(self, *fetch);
  if (const auto* held = std::get_if<wire::Held>(&frame)) on_held(self, *held);
  if (const auto* propose = std::get_if<wire::Propose>(&frame)) on_propose(self, *propose);
  if (const auto* accepted = std::get_if<wire::Accepted>(&frame)) on_accepted(self, *accepted);
  if (const auto* commit = std::get_if<wire::Commit>(&frame)) on_commit(*commit);
  if (const auto* request = std::get_if<wire::PlantRequest>(&frame)) on_plant_request(*request);
}

void ViewChange::on_status(SiteId from, const wire::Status& status) {
  if (status.view > 0) {
    operational_heard_ = context_.now;
    joining_.erase(from);
    return;
  }
  if (basis_.operational) {
    // A host that nobody has added, or that was removed, is told nothing and asked nothing.
    if (basis_.plant.host(from) == nullptr) return;
    if (status.plant_version < basis_.plant.version) {
      sessions_.send_unnumbered(from, Channel::kControl, wire::PlantUpdate{basis_.plant});
    }
  } else {
    tell_former_view(from, status);
  }
  joining_[from] = {status.self, status, context_.now};
}

void ViewChange::on_plant_update(const wire::PlantUpdate& update) {
  if (basis_.operational || update.record.version <= basis_.plant.version) return;
  basis_.plant = update.record;
  context_.effects.push_back(SetHosts{basis_.plant.hosts, basis_.plant.version});
}

void ViewChange::on_plant_request(const wire::PlantRequest& request) {
  if (basis_.operational && request.view == basis_.number) plant_changes_.collect(request);
}

Result<wire::PlantRequestId> ViewChange::change_plant(wire::PlantChange change) {
  if (!basis_.operational) {
    return make_error(Errc::kNotServing, "this site is in no view; ask another one");
  }
  return plant_changes_.submit(context_.self, basis_.plant, std::move(change));
}

void ViewChange::tell_plant_requests() {
  for (const wire::PlantRequest& request : plant_changes_.due(basis_.number, context_.now)) {
    send(coordinator(), request);
  }
}

std::uint64_t ViewChange::founders() const {
  std::uint64_t hash = 0;
  for (SiteId site : first_sites_) hash = mix64(hash ^ site.value);
  return hash;
}

void ViewChange::on_accusation(SiteId from, const wire::Accusation& accusation) {
  if (!basis_.operational || accusation.view != basis_.number) return;
  if (!basis_.holds(accusation.accuser)) return;
  if (from == accusation.accuser.site) detector_.on_told_as_eldest(from, context_.now);
  if (accusation.suspects.empty()) COHORT_PROBE("view.ballot_asked");
  if (accusation.suspects.empty()) ballot_asked_ = true;
  for (const wire::Removal& suspect : accusation.suspects) {
    if (!basis_.holds(suspect.site) || suspect.site == accusation.accuser) continue;
    const Accused accused{suspect, context_.now, context_.now};
    Accused& kept = accusations_.try_emplace({accusation.accuser.site, suspect.site.site}, accused)
                        .first->second;
    kept.told = context_.now;
    kept.what = suspect;
  }
  const SiteId elder = coordinator();
  if (elder != context_.self.site) COHORT_PROBE("view.accusation_forwarded");
  if (elder != context_.self.site) sessions_.send(elder, Channel::kControl, accusation);
}

void ViewChange::tell_suspicions() {
  wire::Accusation accusation{basis_.number, context_.self, {}};
  told_at_ = context_.now;
  for (const SiteLife& member : basis_.members) {
    if (!detector_.suspected(member.site)) continue;
    accusation.suspects.push_back(
        {member, detector_.cause(member.site), detector_.evidence(member.site)});
  }
  const SiteId elder = coordinator();
  if (accusation.suspects.empty() || elder == context_.self.site) return;
  sessions_.send(elder, Channel::kControl, accusation);
}

void ViewChange::ask_for_ballot() {
  if (!plane_.frozen() || proposer_.phase != Phase::kIdle || acceptor_.waiting) return;
  if (context_.now - ballot_asked_at_ < millis(500)) return;
  ballot_asked_at_ = context_.now;
  const SiteId elder = coordinator();
  if (elder == context_.self.site) return;
  sessions_.send(elder, Channel::kControl, wire::Accusation{basis_.number, context_.self, {}});
}

SiteId ViewChange::coordinator() const {
  for (const SiteLife& member : basis_.members) {
    if (member == context_.self || !detector_.suspected(member.site)) return member.site;
  }
  return context_.self.site;
}

void ViewChange::on_leave_request(SiteId from) {
  if (basis_.operational && basis_.rank_of(from)) leavers_.insert(from);
}

void ViewChange::on_dead(SiteId from, const wire::Dead& dead) {
  COHORT_PROBE("view.told_dead");
  // Who goes on with a view that an operator's override outranks has no say.
  if (wire::overrides_before(dead.view) < wire::overrides_before(basis_.number)) return;
  if (leave_at_ != kNever) {
    leave_awaits_.erase(from);
    return;
  }
  if (leaving_) {
    context_.fail_stop("left", true);
    return;
  }
  context_.fail_stop("the others have removed this life", false, dead.greatest);
}

void ViewChange::on_member_status(SiteId from, const wire::Status& status) {
  if (leave_at_ == kNever || !last_commit_) return;
  if (status.view >= last_commit_->value.view) {
    leave_awaits_.erase(from);
  } else if (leave_awaits_.contains(from)) {
    send(from, *last_commit_);
  }
}

void ViewChange::watch_leave() {
  detector_.check(context_.now);
  std::erase_if(leave_awaits_, [this](SiteId site) { return detector_.suspected(site); });
  if (!leave_awaits_.empty() && context_.now < leave_at_) return;
  context_.fail_stop(leave_reason_, true);
}

void ViewChange::forget_old_accusations() {
  // An accuser repeats itself as long as it hears nothing: one that is silent has changed its mind.
  std::erase_if(accusations_, [this](const auto& accusation) {
    return context_.now - accusation.second.told > 4 * kTellAgain;
  });
}

void ViewChange::leave() {
  leaving_ = true;
  leave_asked_ = context_.now;
  if (!basis_.operational || basis_.members.size() == 1) {
    context_.fail_stop("left", true);
    return;
  }
  ask_to_leave();
}

void ViewChange::ask_to_leave() {
  leavers_.insert(context_.self.site);
  for (const SiteLife& member : basis_.members) {
    if (member != context_.self) send(member.site, wire::LeaveRequest{basis_.number});
  }
}

void ViewChange::tick() {
  if (context_.stopped) return;
  if (started_ == MonotonicTime{}) started_ = context_.now;
  if (leave_at_ != kNever) return watch_leave();
  retry_fetching();
  try_install_waiting();
  if (basis_.operational) {
    withdraw_ended_silences();
    const bool news = detector_.check(context_.now);
    if (news || context_.now - told_at_ >= kTellAgain) tell_suspicions();
    forget_old_accusations();
    retry_promise();
    accuse_late_sites();
    tell_plant_requests();
    watch_ballot();
    try_start();
    ask_for_ballot();
  } else {
    watch_ballot();
    tick_forming();
  }
}

void ViewChange::accuse_late_sites() {
  const auto late = plane_.late_sites();
  if (late.empty()) return;
  std::set<SiteId> rest;
  for (const SiteLife& member : basis_.members) {
    if (member == context_.self || !detector_.suspected(member.site)) rest.insert(member.site);
  }
  for (const auto& [rank, reason] : late) rest.erase(basis_.members[rank].site);
  if (!quorum(basis_.members, rest)) {
    // Without the late ones nobody could go on: a ballot among all ends the epoch by its cut.
    COHORT_PROBE("view.all_are_late");
    ballot_asked_ = true;
    return;
  }
  for (const auto& [rank, reason] : late) {
    detector_.accuse(basis_.members[rank].site, wire::RemovalCause::kSlow, reason);
  }
}

MonotonicTime ViewChange::next_deadline() const {
  MonotonicTime next = std::min(leave_at_, acceptor_.fetch_retry);
  if (acceptor_.undecided) next = std::min(next, acceptor_.undecided_until);
  if (proposer_.phase != Phase::kIdle) next = std::min(next, context_.now + millis(10));
  return next;
}

void ViewChange::on_store_done(std::uint64_t token) {
  if (forcing_ && forcing_->first == token) {
    const wire::Commit commit = std::exchange(forcing_, std::nullopt)->second;
    for (const SiteLife& member : commit.value.members) {
      if (member != context_.self) send(member.site, commit);
    }
    on_commit(commit);
    return;
  }
  if (const auto promised = acceptor_.promising.find(token);
      promised != acceptor_.promising.end()) {
    const auto [proposer, answer] = std::move(promised->second);
    acceptor_.promising.erase(promised);
    const bool current =
        acceptor_.promised_view == answer.view && acceptor_.promised == answer.ballot;
    if (current) send(proposer, answer);
    return;
  }
  const auto found = acceptor_.writing.find(token);
  if (found == acceptor_.writing.end()) return;
  const Acceptor::Writing writing = found->second;
  acceptor_.writing.erase(found);
  if (!acceptor_.silenced.empty()) COHORT_PROBE("view.accepted_without_some");
  // W16: a higher promise made while the record was written takes the acceptance back.
  if (acceptor_.promised_view != writing.view || acceptor_.promised != writing.ballot) {
    COHORT_PROBE("view.acceptance_outrun");
    return;
  }
  wire::Accepted accepted{writing.view, writing.ballot, {}};
  for (SiteId site : acceptor_.silenced) {
    const auto echo = detector_.last_echo_to(site);
    if (echo) accepted.last_echo_ago_ns.emplace_back(site, (context_.now - *echo).count());
  }
  send(writing.proposer, accepted);
}

void ViewChange::write(const wire::ViewLogRecord& record, std::uint64_t token) {
  if (!COHORT_MUTANT("blank_for_life")) log_blank_ = false;
  // A committed view makes every earlier record of the log worthless: so the log stays short.
  const bool committed = record.kind == wire::ViewLogRecord::Kind::kCommitted;
  context_.effects.push_back(StoreWrite{token, wire::encode(record), committed});
}

}  // namespace cohort::core
