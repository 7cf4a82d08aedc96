/// The two halves of a state transfer at one process: what it gives (Donor) and what it receives
/// (the Parts of StateTransfer). Private to platform/tools.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "platform/client/tooling.h"
#include "platform/tools/state_transfer.h"
#include "platform/tools/transfer_image.h"

namespace cohort::tools {

/// The transfers to others that this member can give, each with the state of its cut.
class Donor : public std::enable_shared_from_this<Donor> {
 public:
  Donor(client::Tooling tooling, std::uint8_t entry, std::size_t direct_above,
        std::function<void(StateTransfer::Progress)> on_progress)
      : tooling_(std::move(tooling)),
        entry_(entry),
        direct_above_(direct_above),
        on_progress_(std::move(on_progress)) {}

  struct Gift {
    GroupId group;
    std::uint64_t view = 0;
    std::vector<ProcessId> before;  ///< the members that would send before this one
    std::shared_ptr<const SlicedImage> state;
    bool sending = false;
  };
  void offer(ProcessId joiner, Gift gift);
  /// The joiner has its state, or is gone.
  void end(ProcessId joiner) {
    gifts_.erase(joiner);
    tooling_.look_again();
  }
  /// Nothing has come to the joiner for long: who is to send now is passed over.
  void pass_over(ProcessId joiner, std::uint64_t view);
  /// Drops gifts to those who went, and sends where everybody before this member has gone.
  void on_members(const std::vector<ProcessId>& members);
  void clear() {
    gifts_.clear();
    tooling_.look_again();
  }
  /// The tool is destroyed: nobody is told of progress any more.
  void stop() {
    clear();
    on_progress_ = nullptr;
  }

 private:
  void start(ProcessId joiner, Gift& gift);
  bool still(ProcessId joiner, std::uint64_t view) const;
  static task::Task<void> send(std::shared_ptr<Donor> donor, ProcessId joiner, Gift gift);
  static task::Task<bool> send_block(std::shared_ptr<Donor> donor, ProcessId joiner,
                                     std::uint64_t view, client::Message block, bool directly);

  client::Tooling tooling_;
  std::uint8_t entry_;
  std::size_t direct_above_;
  std::function<void(StateTransfer::Progress)> on_progress_;
  std::map<ProcessId, Gift> gifts_;
};

struct StateTransfer::Parts : client::Interceptor, std::enable_shared_from_this<Parts> {
  Parts(client::Process& process_, std::vector<Domain> domain_list)
      : process(process_), tooling(process_), domains(std::move(domain_list)) {}

  /// How far this process is on its way into the group.
  enum class Stage { kOutside, kJoining, kReceiving, kComplete, kFailed };

  client::Process& process;
  client::Tooling tooling;
  std::vector<Domain> domains;
  std::uint8_t entry = 0;
  std::string name;
  GroupId group;
  Stage stage = Stage::kOutside;
  std::set<ProcessId> complete;  ///< the members that have the state, the same at all that have it
  std::shared_ptr<Donor> donor;
  struct Incoming {
    std::uint64_t view = 0;
    std::set<ProcessId> older;       ///< members that may still send
    std::vector<ProcessId> members;  ///< of the last view that has come
    BlockCollector blocks;
    MonotonicTime progress{};  ///< when the last block came
    /// Blocks that came directly before the view that lists this process.
    std::vector<std::pair<ProcessId, Bytes>> early;
  } incoming;
  Error failure;
  client::Process::Subscription interception;

  void before_view(const wire::View& view) override;
  bool holds(const wire::View& view) override;
  bool passes(const wire::Deliver& deliver) override;
  void peek(const wire::ClientEvent& event) override;

  void on_delivery(const client::Delivery& delivery);
  void give(const wire::View& view);
  void offer_to_joiners(const wire::View& view);
  void note_state(std::uint64_t view, std::uint64_t digest) const;
  std::shared_ptr<const SlicedImage> make_image() const;
  void on_direct(ProcessId from, const Bytes& data);
  void take_direct(ProcessId from, const Bytes& data);
  static task::Task<void> watch(std::shared_ptr<Parts> parts, std::uint64_t view);
  void ask_next_donor() const;
  void receive(ProcessId from, TransferBlock block);
  Result<void> decode_image(const std::shared_ptr<const Bytes>& image);
  void fail_later(Error error);
  Error everybody_went() const;
  task::Task<void> others_leave();
  void announce() const;
  void forget_membership();
};

}  // namespace cohort::tools
