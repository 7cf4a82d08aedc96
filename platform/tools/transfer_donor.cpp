/// The giving half of state transfer.
#include <algorithm>

#include "platform/base/instrument.h"
#include "platform/tools/transfer_parts.h"

namespace cohort::tools {

void Donor::offer(ProcessId joiner, Gift gift) {
  gifts_[joiner] = std::move(gift);
}

void Donor::on_members(const std::vector<ProcessId>& members) {
  const auto gone = [&members](ProcessId process) {
    return std::find(members.begin(), members.end(), process) == members.end();
  };
  std::erase_if(gifts_, [&](const auto& item) { return gone(item.first); });
  for (auto& [joiner, gift] : gifts_) {
    const std::size_t before = gift.before.size();
    std::erase_if(gift.before, gone);
    if (gift.before.size() < before) COHORT_PROBE("transfer.donor_gone");
    if (!gift.before.empty() || gift.sending) continue;
    start(joiner, gift);
  }
  tooling_.look_again();
}

void Donor::pass_over(ProcessId joiner, std::uint64_t view) {
  const auto found = gifts_.find(joiner);
  if (found == gifts_.end() || found->second.view != view) return;
  Gift& gift = found->second;
  if (gift.before.empty()) return;
  COHORT_PROBE("transfer.donor_passed_over");
  gift.before.erase(gift.before.begin());
  if (gift.before.empty() && !gift.sending) start(joiner, gift);
}

bool Donor::still(ProcessId joiner, std::uint64_t view) const {
  const auto found = gifts_.find(joiner);
  return found != gifts_.end() && found->second.view == view;
}

void Donor::start(ProcessId joiner, Gift& gift) {
  COHORT_PROBE("transfer.start");
  gift.sending = true;
  tooling_.scheduler().spawn(send(shared_from_this(), joiner, gift));
}

task::Task<bool> Donor::send_block(std::shared_ptr<Donor> donor, ProcessId joiner,
                                   std::uint64_t view, client::Message block, bool directly) {
  if (directly) {
    std::function<bool()> stays = [weak = std::weak_ptr(donor), joiner, view] {
      const auto alive = weak.lock();
      return alive && alive->still(joiner, view);
    };
    auto sent = co_await donor->tooling_.send_direct(joiner, donor->entry_, block.encode(),
                                                     std::move(stays));
    co_return sent.has_value();
  }
  client::Tooling::Outgoing outgoing;
  outgoing.to.processes.push_back(joiner);
  outgoing.entry = donor->entry_;
  outgoing.waits_for_slow = false;  // a joiner reads nothing else until it has its state
  auto sent = co_await donor->tooling_.send_when_room(outgoing, std::move(block));
  co_return sent.has_value();
}

task::Task<void> Donor::send(std::shared_ptr<Donor> donor, ProcessId joiner, Gift gift) {
  const std::uint32_t count = block_count(gift.state->size());
  const bool directly = gift.state->size() > donor->direct_above_;
  if (directly) COHORT_PROBE("transfer.directly");
  for (std::uint32_t index = 0; index < count; ++index) {
    if (!donor->still(joiner, gift.view)) {
      COHORT_PROBE("transfer.send_ended");
      co_return;
    }
    client::Message block;
    block.set("group", gift.group);
    block.set("block", cut_block(*gift.state, gift.view, index).to_message());
    COHORT_PROBE("transfer.block_sent");
    const bool sent = co_await send_block(donor, joiner, gift.view, std::move(block), directly);
    if (!sent) co_return;  // the session is over, or the joiner has gone
    if (!donor->on_progress_) co_return;
    const StateTransfer::Progress progress{donor->tooling_.id(), joiner, index + 1, count};
    donor->on_progress_(progress);
  }
}

}  // namespace cohort::tools
