#include "platform/wire/parts.h"

#include <algorithm>
#include <utility>

namespace cohort::wire {

std::vector<Bytes> encode_in_parts(Multicast multicast, std::size_t part_bytes) {
  std::vector<Bytes> records;
  const Bytes payload = std::move(multicast.payload);
  const auto part = [&](std::size_t at) {
    const ByteView data = ByteView(payload).subspan(at, std::min(payload.size() - at, part_bytes));
    return Bytes(data.begin(), data.end());
  };
  const std::uint64_t token = multicast.token;
  multicast.payload = part(0);
  multicast.rest = payload.size() - multicast.payload.size();
  records.push_back(encode(ClientRequest(std::move(multicast))));
  for (std::size_t at = part_bytes; at < payload.size(); at += part_bytes) {
    records.push_back(encode(ClientRequest(MulticastPart{token, part(at)})));
  }
  return records;
}

Result<std::optional<DeliveryAssembler::Whole>> DeliveryAssembler::add(ClientEvent event,
                                                                       std::size_t record_bytes) {
  if (auto* part = std::get_if<DeliverPart>(&event)) {
    if (!open_ || part->data.empty() || part->data.size() > missing_) {
      return make_error(Errc::kMalformed, "a part of a delivery belongs to none");
    }
    open_->payload.insert(open_->payload.end(), part->data.begin(), part->data.end());
    missing_ -= part->data.size();
    bytes_ += record_bytes;
    if (missing_ > 0) return std::nullopt;
    Whole whole{ClientEvent(std::move(*open_)), bytes_};
    open_.reset();
    return whole;
  }
  auto* deliver = std::get_if<Deliver>(&event);
  if (deliver == nullptr) return Whole{std::move(event), record_bytes};
  if (open_) return make_error(Errc::kMalformed, "a delivery between the parts of another");
  if (deliver->rest == 0) return Whole{std::move(event), record_bytes};
  missing_ = std::exchange(deliver->rest, 0);
  bytes_ = record_bytes;
  deliver->payload.reserve(deliver->payload.size() + missing_);
  open_ = std::move(*deliver);
  return std::nullopt;
}

}  // namespace cohort::wire
