#include "services/scheduling/state.h"

#include <fmt/format.h>

#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::services::scheduling {

SchedulingState::SchedulingState(dispatch::PlantBook empty) : book_(std::move(empty)) {}

void SchedulingState::report(ProcessId member, LogPosition stored) {
  if (reports_.size() < limits::kMembersPerGroup) reports_[member] = stored;
}

void SchedulingState::member_gone(ProcessId member) {
  reports_.erase(member);
  if (donor_ == member) elect(ProcessId{});
}

void SchedulingState::elect(ProcessId donor) {
  donor_ = donor;
  offered_.clear();
  parts_taken_ = 0;
}

Result<bool> SchedulingState::offer(ProcessId sender, std::uint64_t part, std::uint64_t parts,
                                    ByteView bytes) {
  if (open_ || adopted_ || sender != donor_ || part != parts_taken_) {
    return make_error(Errc::kRefused, "this part of a log is not awaited");
  }
  if (offered_.size() + bytes.size() > kSnapshotBytes) {
    return make_error(Errc::kLimit, "the offered log is too large");
  }
  offered_.insert(offered_.end(), bytes.begin(), bytes.end());
  ++parts_taken_;
  if (parts_taken_ < parts) return false;
  const Result<void> taken = decode_snapshot(offered_);
  elect(ProcessId{});
  if (!taken) return std::unexpected(taken.error());
  adopted_ = true;
  return true;
}

void SchedulingState::open(WallTime wall, double clock_factor) {
  open_ = true;
  position_.life += 1;
  lives_[book_.book().counters.orders_created + 1] = position_.life;
  if (lives_.size() > kLives) lives_.erase(lives_.begin());
  opened_ = wall;
  opened_at_ms_ = book_.book().now_ms;
  clock_ = stations::PlantClock(opened_, opened_at_ms_, clock_factor);
  reports_.clear();
  elect(ProcessId{});
}

dispatch::Applied SchedulingState::apply(const dispatch::Command& command,
                                         dispatch::PlantTime at_ms) {
  position_.position += 1;
  return book_.apply(command, at_ms);
}

std::string SchedulingState::key_of(std::uint64_t order) const {
  const auto after = lives_.upper_bound(order);
  const std::uint64_t life = after == lives_.begin() ? 0 : std::prev(after)->second;
  return fmt::format("{}-{}", life, order);
}

Bytes SchedulingState::encode_snapshot() const {
  wire::Encoder out;
  out.varint(position_.life);
  out.varint(position_.position);
  out.varint(lives_.size());
  for (const auto& [first, life] : lives_) {
    out.varint(first);
    out.varint(life);
  }
  out.bytes(book_.encode());
  return out.take();
}

Result<void> SchedulingState::decode_snapshot(ByteView bytes) {
  wire::Decoder in(bytes);
  LogPosition position;
  position.life = in.varint();
  position.position = in.varint();
  std::map<std::uint64_t, std::uint64_t> lives;
  const std::size_t count = in.count(kLives);
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint64_t first = in.varint();
    lives[first] = in.varint();
  }
  const ByteView encoded = in.bytes(kSnapshotBytes);
  const Result<void> finished = in.finish();
  if (!finished) return finished;
  Result<dispatch::PlantBook> book = dispatch::PlantBook::decode(encoded);
  if (!book) return std::unexpected(book.error());
  book_ = std::move(*book);
  position_ = position;
  lives_ = std::move(lives);
  return {};
}

Bytes SchedulingState::encode() const {
  wire::Encoder out;
  out.bytes(encode_snapshot());
  out.boolean(open_);
  out.zigzag(opened_.ns);
  out.zigzag(opened_at_ms_);
  out.real(clock_.factor());
  out.varint(reports_.size());
  for (const auto& [member, stored] : reports_) {
    out.process(member);
    out.varint(stored.life);
    out.varint(stored.position);
  }
  out.process(donor_);
  out.bytes(offered_);
  out.varint(parts_taken_);
  out.boolean(adopted_);
  return out.take();
}

Result<void> SchedulingState::decode(ByteView bytes) {
  wire::Decoder in(bytes);
  const ByteView snapshot = in.bytes(kSnapshotBytes);
  SchedulingState next = *this;
  next.open_ = in.boolean();
  next.opened_.ns = in.zigzag();
  next.opened_at_ms_ = in.zigzag();
  const double factor = in.real();
  next.reports_.clear();
  const std::size_t reports = in.count(limits::kMembersPerGroup);
  for (std::size_t i = 0; i < reports; ++i) {
    const ProcessId member = in.process();
    LogPosition stored;
    stored.life = in.varint();
    stored.position = in.varint();
    next.reports_[member] = stored;
  }
  next.donor_ = in.process();
  const ByteView offered = in.bytes(kSnapshotBytes);
  next.offered_.assign(offered.begin(), offered.end());
  next.parts_taken_ = in.varint();
  next.adopted_ = in.boolean();
  if (!(factor > 0) || next.opened_at_ms_ < 0) in.fail("a plant clock runs forward");
  const Result<void> finished = in.finish();
  if (!finished) return finished;
  const Result<void> taken = next.decode_snapshot(snapshot);
  if (!taken) return taken;
  next.clock_ = stations::PlantClock(next.opened_, next.opened_at_ms_, factor);
  *this = std::move(next);
  return {};
}

}  // namespace cohort::services::scheduling
