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
    std::erase_if(gift.before, gone);
    if (!gift.before.empty() || gift.sending) continue;
    start(joiner, gift);
  }
}

void Donor::start(ProcessId joiner, Gift& gift) {
  COHORT_PROBE("transfer.start");
  gift.sending = true;
  tooling_.scheduler().spawn(send(shared_from_this(), joiner, gift));
}

task::Task<void> Donor::send(std::shared_ptr<Donor> donor, ProcessId joiner, Gift gift) {
  const std::uint32_t count = block_count(gift.state->size());
  for (std::uint32_t index = 0; index < count; ++index) {
    const auto current = donor->gifts_.find(joiner);
    if (current == donor->gifts_.end() || current->second.view != gift.view) co_return;
    client::Tooling::Outgoing outgoing;
    outgoing.to.processes.push_back(joiner);
    outgoing.entry = donor->entry_;
    client::Message block;
    block.set("group", gift.group);
    block.set("block", cut_block(*gift.state, gift.view, index).to_message());
    COHORT_PROBE("transfer.block_sent");
    auto sent = co_await donor->tooling_.send_when_room(outgoing, block);
    if (!sent) co_return;  // the session is over, or the joiner has gone
    if (!donor->on_progress_) co_return;
    const StateTransfer::Progress progress{donor->tooling_.id(), joiner, index + 1, count};
    donor->on_progress_(progress);
  }
}

}  // namespace cohort::tools
