// What the parts of one view's messages hold (state_digest.h).
#include "platform/core/data_plane.h"
#include "platform/core/durable_log.h"
#include "platform/core/state_digest.h"

namespace cohort::core {

void Stream::add_to(StateDigest& digest) const {
  digest.add(floor_, done_, named_, entries_);
}

void Stability::add_to(StateDigest& digest) const {
  digest.add(sites_, changed_);
}

void TotalOrder::add_to(StateDigest& digest) const {
  digest.add(floor_, passed_, order_, cursor_, cursor_epoch_, markers_passed_);
}

void AgreedCursor::add_to(StateDigest& digest) const {
  digest.add(reached_, wanted_, place_);
}

void Epochs::add_to(StateDigest& digest) const {
  digest.add(sending_, delivered_, opening_, markers_, owed_, next_change_, collected_,
             collected_up_to_, opened_at_);
}

void GroupTable::add_to(StateDigest& digest) const {
  digest.add(groups_, last_changes_, next_group_);  // the names are those of the groups
}

/// What is gathered has left at the end of each step, but for skips that wait.
void Multicast::add_to(StateDigest& digest) const {
  digest.add(view_, members_, rank_, streams_, waiting_);
  for (const Gathered& gathered : gathered_) digest.add(gathered.skip.first, gathered.skip.last);
}

void FragmentSender::add_to(StateDigest& digest) const {
  digest.add(view_, under_way_, next_transfer_);
}

void Reassembly::add_to(StateDigest& digest) const {
  digest.add(origins_);
}

/// How fast a site acknowledges counts only where it has moved the limit from its floor.
void Flow::add_to(StateDigest& digest) const {
  digest.add(members_, rank_, congested_, own_slow_, slow_);
  for (const Link& link : links_) {
    digest.add(link.allowed);
    if (link.allowed != limits_.unacked_floor) digest.add(link);
  }
  for (const Told& told : told_) digest.add(told.site, told.slow);
}

void DataPlane::add_to(StateDigest& digest) const {
  digest.add(view_, members_, rank_, flow_, fragments_, reassembly_, multicast_, order_, agreed_,
             stability_, epochs_);
  digest.add(table_, sending_table_, has_table_, unapplied_, parked_, fetched_, pieces_, frozen_,
             urgent_, unfreed_);
}

/// What follows a write is known by its order among the writes.
void DurableLog::add_to(StateDigest& digest) const {
  digest.add(view_, members_, rank_, told_, delivered_epoch_, marking_, marked_, waiting_,
             beginning_, writing_.size(), ahead_, table_awaited_, news_for_);
}

}  // namespace cohort::core
