/// Routes each frame from another site to the protocol that it belongs to, by its kind, its view
/// and its sender's rank; keeps frames of the next view until it is installed (H7). Decides nothing
/// else.
#pragma once

#include <functional>
#include <map>
#include <vector>

#include "platform/core/data_plane.h"
#include "platform/core/durable_log.h"
#include "platform/core/failure_detector.h"
#include "platform/core/sessions.h"
#include "platform/core/view_change.h"

namespace cohort::core {

class StateDigest;

class Router {
 public:
  Router(Context& context, Sessions& sessions, FailureDetector& detector, DataPlane& plane,
         ViewChange& views, DurableLog& durable)
      : context_(context),
        sessions_(sessions),
        detector_(detector),
        plane_(plane),
        views_(views),
        durable_(durable) {}

  void on_frame(const FrameReceived& received);
  /// After an install: hands on what was kept for this view.
  void release();
  /// The group table at the start of the present view, for sites that joined with it.
  void keep_table(Bytes table) { table_at_start_ = std::move(table); }
  /// Asks the next member for the group table, where this site awaits it.
  void ask_for_table();
  /// Bytes of a process for one of this site's; set by the composer.
  std::function<void(const wire::DirectFrame&)> on_direct;
  /// A Status to one site; `view` 0 while this life is no member.
  /// `acknowledges`: what came over the data channel as well.
  void send_status(SiteId site, bool acknowledges);

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  void route(SiteId from, wire::PeerFrame frame);
  void on_table_request(SiteId from, const wire::TableRequest& request);
  void on_table_snapshot(const wire::TableSnapshot& snapshot);
  void on_batch(std::size_t rank, wire::StreamBatch& batch);
  void on_status(SiteId from, const wire::Status& status);
  void on_new_life(SiteId from);
  bool is_over(SiteLife life) const;
  bool basis_holds(SiteId from) const;
  wire::Dead dead_of(SiteLife life) const;
  void tell_dead(SiteId from, SiteLife life);
  /// True: the frame is of the present view and from one of its members, whose rank is given.
  template <typename Frame>
  bool present(SiteId from, Frame& frame, std::size_t& rank);
  void park(SiteId from, wire::PeerFrame frame);
  void ask_for_commit(SiteId from);

  Context& context_;
  Sessions& sessions_;
  FailureDetector& detector_;
  DataPlane& plane_;
  ViewChange& views_;
  DurableLog& durable_;
  std::vector<std::pair<SiteId, wire::PeerFrame>> parked_;
  Bytes table_at_start_;
  std::map<SiteId, MonotonicTime> commit_asked_;
  std::size_t table_turn_ = 0;
};

}  // namespace cohort::core
