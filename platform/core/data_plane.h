/// One view's messages and epochs at this site: composes streams, order, stability, epochs and the
/// group table, and closes them at the end of the view. Routes and orders; decides nothing itself.
#pragma once

#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "platform/core/agreed_cursor.h"
#include "platform/core/delivery.h"
#include "platform/core/epochs.h"
#include "platform/core/group_table.h"
#include "platform/core/upcalls.h"

namespace cohort::core {

class StateDigest;

class DataPlane {
 public:
  DataPlane(Context& context, Sessions& sessions, Upcalls& upcalls, const FlowLimits& limits);

  // ---- views
  /// Starts a view. The table stays as it is, or is empty (`fresh`), or is awaited (`table` false).
  void install(std::uint64_t view, const std::vector<SiteLife>& members, std::size_t rank);
  void use_fresh_table(std::uint64_t formed_view);
  void await_table() { has_table_ = false; }
  void adopt_table(GroupTable table);
  bool has_table() const { return has_table_; }
  GroupTable& table() { return table_; }
  const GroupTable& table() const { return table_; }
  /// The table that sends go by: with the changes of an epoch that is open and not delivered yet.
  const GroupTable& sending_table() const { return sending_table_; }
  void resubmit_owed();

  // ---- frames of this view, from the member with this rank
  void on_stream(std::size_t rank, wire::StreamFrame frame);
  void on_fragment(std::size_t rank, const wire::Fragment& fragment);
  void on_fragment_drop(std::size_t rank, const wire::FragmentDrop& drop);
  void on_order(std::size_t rank, const wire::OrderFrame& frame);
  void on_opening(const wire::Opening& opening);
  void on_opening_request(std::size_t rank, std::uint64_t epoch);
  void on_change_request(const wire::Change& change);
  void on_status(std::size_t rank, const wire::Status& status);

  // ---- sending
  /// Whether a multicast of that cost may take its number now: asked before the number is given
  /// (H15). A reply waits for no slow member.
  bool may_send(const wire::Multicast& request, std::size_t payload_bytes) const;
  struct Numbered {
    wire::MessageId id;
    std::vector<ProcessId> recipients;
  };
  Numbered send(ProcessId sender, wire::Multicast request);
  /// A large multicast: begin() once there is room, then send() when it is ready.
  FragmentSender& fragments() { return fragments_; }
  const FragmentSender& fragments() const { return fragments_; }
  bool ready(const LargeSend& large) const;
  Numbered send(LargeSend& large);
  Flow& flow() { return flow_; }
  const Flow& flow() const { return flow_; }
  wire::ChangeId submit(wire::Change change);

  // ---- each step
  /// Orders, delivers (where the site may), opens epochs, frees.
  void pump(bool may_deliver);
  /// Durable messages that Upcalls::on_agreed has told of and that are not delivered are told
  /// again.
  void look_ahead_again() { agreed_.begin_again(); }
  /// Sends what was numbered in this step.
  void flush() { multicast_.flush(); }
  /// The same, and the skips that waited: with each Status, so that the numbers become stable.
  void flush_all() { multicast_.flush_all(); }
  /// Sites that hold the epoch up beyond its deadline, with the evidence (sequencer only).
  std::vector<std::pair<std::size_t, std::string>> late_sites() const;
  /// Something that others wait for has changed: a Status should go out in this step.
  bool take_urgent() { return std::exchange(urgent_, false); }

  // ---- closing the view
  void freeze() {
    flush_all();
    frozen_ = true;
  }
  bool frozen() const { return frozen_; }
  wire::Report report() const;
  /// What this site must fetch before it holds the value's cut; nothing where the value does not
  /// list this site.
  std::vector<wire::Holding> lacking(const wire::ViewValue& value) const;
  void add_fetched(std::size_t origin, wire::StreamFrame frame);
  /// True: the entry is whole now.
  bool add_piece(wire::EntryPiece piece);
  std::optional<wire::StreamFrame> frame_of(const wire::StreamPlace& place,
                                            std::size_t for_rank) const;
  /// Delivers everything inside the cut. Requires: lacking(value) is empty.
  void close(const wire::ViewValue& value);

  /// Bytes held of an origin, fragments included (P59).
  std::size_t held_bytes(std::size_t origin) const {
    return multicast_.stream(origin).bytes() + reassembly_.bytes(origin);
  }
  const Multicast& multicast() const { return multicast_; }
  const TotalOrder& order() const { return order_; }
  const Stability& stability() const { return stability_; }
  const Epochs& epochs() const { return epochs_; }

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  Numbered number(ProcessId sender, wire::Multicast request, FragmentSender::Tail tail);
  bool assemble(std::size_t rank, wire::StreamFrame& frame);
  void hurry_where_safe(const std::vector<wire::OrderEntry>& places);
  void look_ahead();
  void deliver_all(const Delivery::Rules& rules);
  void apply_opening();
  void switch_to(const wire::Opening& opening);
  void release_parked();
  void try_open();
  void update_own_stability();
  void free_stable();
  void fill_to_cut(const wire::ViewValue& value);
  wire::SiteSet sites_of(const wire::Destinations& destinations) const;
  std::vector<ProcessId> recipients_of(const wire::Destinations& destinations) const;

  Context& context_;
  Sessions& sessions_;
  Upcalls& upcalls_;
  std::uint64_t view_ = 0;
  std::vector<SiteLife> members_;
  std::size_t rank_ = 0;
  Flow flow_;
  FragmentSender fragments_;
  Reassembly reassembly_;
  Multicast multicast_;
  TotalOrder order_;
  AgreedCursor agreed_;
  Stability stability_;
  Epochs epochs_;
  GroupTable table_;
  GroupTable sending_table_;  ///< the table with the open epoch's changes: where sends go
  bool has_table_ = false;
  std::vector<wire::Opening> unapplied_;  ///< delivered while the table was awaited
  std::map<std::size_t, std::vector<wire::StreamFrame>> parked_;  ///< of an unknown epoch, by rank
  std::map<wire::StreamPlace, wire::StreamFrame> fetched_;
  std::map<wire::StreamPlace, Bytes> pieces_;  ///< of large entries that are being fetched
  bool frozen_ = false;
  bool urgent_ = false;
  bool unfreed_ = false;  ///< something is kept that may be freed without further news
};

}  // namespace cohort::core
