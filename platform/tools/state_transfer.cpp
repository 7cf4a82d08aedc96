#include "platform/tools/state_transfer.h"

#include <algorithm>

#include "platform/base/assert.h"
#include "platform/base/instrument.h"
#include "platform/tools/transfer_parts.h"

namespace cohort::tools {

namespace {

/// How long a joiner whose donors went waits for others like it to leave.
constexpr Duration kOthersLeave = seconds(2);

bool lists(const std::vector<ProcessId>& members, ProcessId process) {
  return std::find(members.begin(), members.end(), process) != members.end();
}

/// Each StateTransfer of a process has an entry of its own.
std::uint8_t next_entry(const client::Tooling& tooling) {
  std::shared_ptr<void>& slot = tooling.shared("state transfer");
  if (!slot) slot = std::make_shared<std::uint8_t>(client::kFirstTransferEntry);
  auto& next = *std::static_pointer_cast<std::uint8_t>(slot);
  COHORT_ASSERT(next <= client::kLastTransferEntry, "a process has at most four state transfers");
  return next++;
}

}  // namespace

std::shared_ptr<const SlicedImage> StateTransfer::Parts::make_image() const {
  auto image = std::make_shared<SlicedImage>(complete, domains.size());
  for (const Domain& domain : domains) {
    if (domain.snapshot) {
      image->add(domain.name, domain.snapshot());
    } else {
      image->add(domain.name, domain.encode());
    }
  }
  return image;
}

void StateTransfer::Parts::note_state(std::uint64_t view, std::uint64_t digest) const {
  wire::HistoryRecord note;
  note.text = "state.at-view";
  note.group = group;
  note.view = view;
  note.digest = digest;
  tooling.note(std::move(note));
}

void StateTransfer::Parts::before_view(const wire::View& view) {
  if (view.view.group != group || stage != Stage::kComplete) return;
  if (!lists(view.view.members, tooling.id())) return forget_membership();
  if (COHORT_MUTANT("transfer_late_by_one")) {
    tooling.scheduler().post([this, view] { give(view); });
  } else {
    give(view);
  }
  for (const auto& [member, why] : view.departed) complete.erase(member);
}

void StateTransfer::Parts::give(const wire::View& view) {
  offer_to_joiners(view);
  donor->on_members(view.view.members);
}

/// Encodes the cut once, for all that join at this view and are younger than this member.
void StateTransfer::Parts::offer_to_joiners(const wire::View& view) {
  std::shared_ptr<const SlicedImage> state;
  std::vector<ProcessId> ready;
  std::vector<ProcessId> receiving;
  bool older_than_joiner = false;
  for (const ProcessId member : view.view.members) {
    if (older_than_joiner && lists(view.joined, member)) {
      if (!state) state = make_image();
      std::vector<ProcessId> senders = ready;
      senders.insert(senders.end(), receiving.begin(), receiving.end());
      if (receiving.size() > 1) COHORT_PROBE("transfer.receiver_offers");
      senders.erase(std::find(senders.begin(), senders.end(), tooling.id()), senders.end());
      donor->offer(member, {group, view.view.number, std::move(senders), state, false});
    }
    older_than_joiner = older_than_joiner || member == tooling.id();
    (complete.contains(member) ? ready : receiving).push_back(member);
  }
  if (!state) return;
  COHORT_PROBE("transfer.encoded");
  tooling.note("transfer.encoded", view.view.number);
  // The digest of what is only to be read later would cost what the snapshot saves.
  if (!state->at_hand() || !tooling.recording()) return;
  const Bytes image = state->read(0, static_cast<std::size_t>(state->size()));
  note_state(view.view.number, wire::history_digest(image));
}

bool StateTransfer::Parts::holds(const wire::View& view) {
  if (stage != Stage::kJoining || view.view.name != name) return false;
  if (!lists(view.joined, tooling.id())) return false;
  group = view.view.group;
  Incoming fresh;
  fresh.early = std::move(incoming.early);
  incoming = std::move(fresh);
  incoming.view = view.view.number;
  for (const ProcessId member : view.view.members) {
    if (member == tooling.id()) break;
    incoming.older.insert(member);
  }
  incoming.members = view.view.members;
  if (incoming.older.empty() && view.view.number == 1) {
    stage = Stage::kComplete;
    complete = {tooling.id()};
    tooling.note("transfer.first", view.view.number);
    return false;
  }
  COHORT_PROBE("transfer.hold");
  if (COHORT_MUTANT("transfer_without_hold")) {
    stage = Stage::kReceiving;
    tooling.note("transfer.begin", view.view.number);
    return false;
  }
  stage = Stage::kReceiving;
  tooling.note("transfer.begin", view.view.number);
  incoming.progress = tooling.scheduler().now();
  tooling.scheduler().spawn(watch(shared_from_this(), incoming.view));
  if (incoming.older.empty()) COHORT_PROBE("transfer.nobody_had_it");
  if (incoming.older.empty()) fail_later(everybody_went());  // at this very view
  // They came before the view did: in another turn, as records are being looked at now.
  tooling.scheduler().post([weak = weak_from_this()] {
    const auto parts = weak.lock();
    if (!parts) return;
    for (const auto& [from, data] : std::exchange(parts->incoming.early, {})) {
      parts->take_direct(from, data);
    }
  });
  return true;
}

/// Blocks may come before the view that lists this process: they are kept, and not taken, so that
/// no more than one window of each donor can come.
void StateTransfer::Parts::on_direct(ProcessId from, const Bytes& data) {
  if (stage == Stage::kJoining || !incoming.early.empty()) {
    COHORT_PROBE("transfer.block_before_view");
    incoming.early.emplace_back(from, data);
    return;
  }
  take_direct(from, data);
}

void StateTransfer::Parts::take_direct(ProcessId from, const Bytes& data) {
  tooling.take_direct(from, entry, data.size());
  if (stage != Stage::kReceiving) return;
  const auto message = client::Message::decode(data);
  if (!message || message->group("group") != group) return;
  receive(from, TransferBlock::from_message(message->message("block")));
}

/// However long a transfer takes, something must come now and then (H13).
task::Task<void> StateTransfer::Parts::watch(std::shared_ptr<Parts> parts, std::uint64_t view) {
  while (parts->stage == Stage::kReceiving && parts->incoming.view == view) {
    const MonotonicTime now = parts->tooling.scheduler().now();
    const MonotonicTime due = parts->incoming.progress + kTransferPatience;
    if (now >= due) {
      parts->ask_next_donor();
      parts->incoming.progress = now;
      continue;
    }
    co_await parts->tooling.scheduler().sleep_for(due - now);
    if (parts->tooling.closed()) co_return;
  }
}

void StateTransfer::Parts::ask_next_donor() const {
  COHORT_PROBE("transfer.asks_next_donor");
  client::Tooling::Outgoing outgoing;
  outgoing.to.groups.push_back(group);
  outgoing.entry = entry;
  outgoing.waits_for_slow = false;  // this process may be the slow one, as it reads nothing
  client::Message message;
  message.set("nothing came at view", incoming.view);
  const auto sent = tooling.send(outgoing, message);
  static_cast<void>(sent);  // fails only where the session is over, or full: asked again later
}

bool StateTransfer::Parts::passes(const wire::Deliver& deliver) {
  return deliver.entry == entry && !deliver.group.valid();
}

void StateTransfer::Parts::peek(const wire::ClientEvent& event) {
  if (stage != Stage::kReceiving) return;
  if (const auto* gone = std::get_if<wire::ProcessGone>(&event)) {
    incoming.older.erase(gone->process);
    incoming.blocks.forget(gone->process);
  } else if (const auto* view = std::get_if<wire::View>(&event)) {
    if (view->view.group != group) return;
    incoming.members = view->view.members;
    std::erase_if(incoming.older,
                  [view](ProcessId process) { return !lists(view->view.members, process); });
  }
  if (!incoming.older.empty()) return;
  COHORT_PROBE("transfer.everybody_went");
  fail_later(everybody_went());
}

Error StateTransfer::Parts::everybody_went() const {
  return {Errc::kTotalFailure, "every member that had the state of '" + name +
                                   "' went before it was transferred: join again"};
}

void StateTransfer::Parts::on_delivery(const client::Delivery& delivery) {
  if (!delivery.group.valid()) {
    if (stage == Stage::kReceiving && delivery.message.group("group") == group) {
      receive(delivery.sender, TransferBlock::from_message(delivery.message.message("block")));
    }
    return;
  }
  if (delivery.group != group || stage != Stage::kComplete) return;
  if (!lists(delivery.view.members, delivery.sender)) return;
  if (const auto view = delivery.message.integer("nothing came at view"); view != 0) {
    return donor->pass_over(delivery.sender, static_cast<std::uint64_t>(view));
  }
  COHORT_PROBE("transfer.announced");
  complete.insert(delivery.sender);
  donor->end(delivery.sender);
}

void StateTransfer::Parts::receive(ProcessId from, TransferBlock block) {
  if (block.view != incoming.view || !incoming.older.contains(from)) {
    COHORT_PROBE("transfer.stale_block");
    return;
  }
  COHORT_PROBE("transfer.block_received");
  incoming.progress = tooling.scheduler().now();
  const std::uint32_t count = block.count;
  auto whole = incoming.blocks.add(from, std::move(block));
  tooling.note("transfer.block", incoming.blocks.received(from), count);
  if (!whole) return;
  const auto image = std::make_shared<const Bytes>(std::move(*whole));
  const std::uint64_t view = incoming.view;
  if (auto decoded = decode_image(image); !decoded) return fail_later(decoded.error());
  COHORT_PROBE("transfer.done");
  tooling.note("transfer.done", view);
  if (tooling.recording()) note_state(view, wire::history_digest(*image));
  stage = Stage::kComplete;
  announce();
  tooling.release();
}

Result<void> StateTransfer::Parts::decode_image(const std::shared_ptr<const Bytes>& image) {
  std::vector<std::string> names;
  for (const Domain& domain : domains) names.push_back(domain.name);
  auto decoded = TransferContents::decode(*image, names);
  if (!decoded) return std::unexpected(decoded.error());
  for (std::size_t i = 0; i < domains.size(); ++i) {
    const ByteView state = decoded->domains[i].second;
    const Domain& domain = domains[i];
    if (auto good = domain.adopt ? domain.adopt(state, image) : domain.decode(state); !good) {
      return good;
    }
  }
  complete = std::move(decoded->complete);
  return {};
}

/// Those who wait for the same lost state leave one after another. Whoever joined again at once
/// would stand behind them as one who waits, and the group would never end: so let them go first.
task::Task<void> StateTransfer::Parts::others_leave() {
  const MonotonicTime patience = tooling.scheduler().now() + kOthersLeave;
  while (tooling.scheduler().now() < patience) {
    const auto view = co_await process.look_up(name);
    if (!view || view->group != group) co_return;
    const bool any =
        std::any_of(incoming.members.begin(), incoming.members.end(),
                    [&](ProcessId p) { return p != tooling.id() && lists(view->members, p); });
    if (!any) co_return;
    COHORT_PROBE("transfer.others_leave_first");
    co_await tooling.scheduler().sleep_for(kOthersLeave / 20);
  }
}

/// In a later turn, as records are being looked at now.
void StateTransfer::Parts::fail_later(Error error) {
  tooling.scheduler().post([weak = weak_from_this(), error = std::move(error)] {
    const auto parts = weak.lock();
    if (!parts || parts->stage != Stage::kReceiving) return;
    parts->tooling.note("transfer.failed", parts->incoming.view);
    parts->stage = Stage::kFailed;
    parts->failure = error;
    parts->tooling.release_without(parts->group);
  });
}

/// Tells all members that this one has the state: a place among the views that is the same at all.
void StateTransfer::Parts::announce() const {
  client::Tooling::Outgoing outgoing;
  outgoing.to.groups.push_back(group);
  outgoing.entry = entry;
  const auto sent = tooling.send(outgoing, client::Message{});
  static_cast<void>(sent);  // fails only where the session is over
}

void StateTransfer::Parts::forget_membership() {
  stage = Stage::kOutside;
  // Its donors' windows are theirs again.
  for (const auto& [from, data] : incoming.early) tooling.take_direct(from, entry, data.size());
  incoming = {};
  complete.clear();
  donor->clear();
}

StateTransfer::StateTransfer(client::Process& process, std::vector<Domain> domains,
                             std::size_t direct_above)
    : parts_(std::make_shared<Parts>(process, std::move(domains))) {
  const std::weak_ptr<Parts> weak = parts_;
  parts_->entry = next_entry(parts_->tooling);
  parts_->donor = std::make_shared<Donor>(parts_->tooling, parts_->entry, direct_above,
                                          [this](const Progress& progress) {
                                            if (on_progress) on_progress(progress);
                                          });
  parts_->tooling.bind_direct(parts_->entry, [weak](ProcessId from, const Bytes& data) {
    if (const auto parts = weak.lock()) parts->on_direct(from, data);
  });
  parts_->interception = parts_->tooling.intercept(*parts_);
  parts_->tooling.bind_update(
      parts_->entry, {},
      [weak](const client::Delivery& delivery) -> std::optional<client::Message> {
        if (const auto parts = weak.lock()) parts->on_delivery(delivery);
        return std::nullopt;
      });
}

StateTransfer::~StateTransfer() {
  parts_->interception.reset();
  parts_->donor->stop();
}

bool StateTransfer::complete() const {
  return parts_->stage == Parts::Stage::kComplete;
}

task::Task<Result<client::GroupView>> StateTransfer::join(std::string group, bool create) {
  const std::shared_ptr<Parts> parts = parts_;
  COHORT_ASSERT(parts->stage == Parts::Stage::kOutside, "a process joins once at a time");
  parts->stage = Parts::Stage::kJoining;
  parts->name = group;
  auto view = co_await parts->process.join_group(std::move(group), create);
  if (parts->stage == Parts::Stage::kFailed) {
    const Error failure = parts->failure;
    auto left = co_await parts->process.leave_group(parts->group);
    static_cast<void>(left);  // where it fails the membership has ended already
    co_await parts->others_leave();
    parts->forget_membership();
    co_return std::unexpected(failure);
  }
  if (!view) parts->forget_membership();
  co_return view;
}

}  // namespace cohort::tools
