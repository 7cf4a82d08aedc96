#include "services/dispatch/command.h"

#include "platform/wire/codec.h"
#include "services/dispatch/limits.h"

namespace cohort::services::dispatch {
namespace {

using wire::Decoder;
using wire::Encoder;

void put(Encoder& out, const ReleaseLots& release) {
  out.text(release.product);
  out.varint(release.count);
  out.text(release.lot);
}
void put(Encoder& out, const ReleasePlan& plan) {
  out.text(plan.plan);
  out.varint(plan.lots_most);
  out.zigzag(plan.from_ms);
  out.varint(plan.seed);
}
void put(Encoder& out, const HoldLot& hold) {
  out.text(hold.lot);
  out.text(hold.reason);
}
void put(Encoder& out, const ReleaseHold& release) {
  out.text(release.lot);
}
void put(Encoder& out, const CancelLot& cancel) {
  out.text(cancel.lot);
  out.text(cancel.reason);
}
void put(Encoder& out, const SetPolicy& set) {
  out.text(set.policy);
}
void put(Encoder& out, const OrderStarted& started) {
  out.varint(started.order);
}
void put(Encoder& out, const OrderDone& done) {
  out.varint(done.order);
  out.zigzag(done.started_ms);
  out.zigzag(done.completed_ms);
  out.varint(done.duplicates_refused);
}
void put(Encoder& out, const OrderFailed& failed) {
  out.varint(failed.order);
  out.boolean(failed.never_started);
  out.text(failed.reason);
}
void put(Encoder&, const Tick&) {}

std::uint32_t small(Decoder& in) {
  const std::uint64_t value = in.varint();
  if (value > UINT32_MAX) in.fail("a count beyond 32 bits");
  return static_cast<std::uint32_t>(value);
}
std::string name(Decoder& in) {
  return in.text(limits::kNameBytes);
}
std::string reason(Decoder& in) {
  return in.text(limits::kReasonBytes);
}

OrderDone order_done(Decoder& in) {
  OrderDone done;
  done.order = in.varint();
  done.started_ms = in.zigzag();
  done.completed_ms = in.zigzag();
  done.duplicates_refused = small(in);
  return done;
}

/// Braced initialisers are evaluated from left to right, as the fields were written.
Command take(Decoder& in, std::uint8_t kind) {
  switch (kind) {
    case 0:
      return ReleaseLots{name(in), small(in), name(in)};
    case 1:
      return ReleasePlan{name(in), small(in), in.zigzag(), in.varint()};
    case 2:
      return HoldLot{name(in), reason(in)};
    case 3:
      return ReleaseHold{name(in)};
    case 4:
      return CancelLot{name(in), reason(in)};
    case 5:
      return SetPolicy{name(in)};
    case 6:
      return OrderStarted{in.varint()};
    case 7:
      return order_done(in);
    case 8:
      return OrderFailed{in.varint(), in.boolean(), reason(in)};
    case 9:
      return Tick{};
    default:
      in.fail("an unknown command");
      return Tick{};
  }
}

}  // namespace

Bytes encode_command(const Command& command) {
  Encoder out;
  out.u8(static_cast<std::uint8_t>(command.index()));
  std::visit([&out](const auto& part) { put(out, part); }, command);
  return out.take();
}

Result<Command> decode_command(ByteView bytes) {
  Decoder in(bytes);
  const std::uint8_t kind = in.u8();
  Command command = take(in, kind);
  if (auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return command;
}

}  // namespace cohort::services::dispatch
