#include "platform/wire/parts.h"

#include <algorithm>
#include <utility>

namespace cohort::wire {

namespace {

/// `make_part` makes the record of a later part.
template <typename Record, typename Head, typename MakePart>
std::vector<Bytes> cut(Head head, std::size_t part_bytes, const MakePart& make_part) {
  std::vector<Bytes> records;
  if (head.payload.size() <= part_bytes) {
    records.push_back(encode(Record(std::move(head))));
    return records;
  }
  const Bytes payload = std::move(head.payload);
  const auto part = [&](std::size_t at) {
    const std::size_t end = std::min(payload.size(), at + part_bytes);
    return Bytes(payload.begin() + static_cast<std::ptrdiff_t>(at),
                 payload.begin() + static_cast<std::ptrdiff_t>(end));
  };
  head.payload = part(0);
  head.rest = payload.size() - head.payload.size();
  records.push_back(encode(Record(std::move(head))));
  for (std::size_t at = part_bytes; at < payload.size(); at += part_bytes) {
    records.push_back(encode(Record(make_part(part(at)))));
  }
  return records;
}

}  // namespace

std::vector<Bytes> encode_in_parts(Deliver deliver, std::size_t part_bytes) {
  return cut<ClientEvent>(std::move(deliver), part_bytes,
                          [](Bytes data) { return DeliverPart{std::move(data)}; });
}

std::vector<Bytes> encode_in_parts(Multicast multicast, std::size_t part_bytes) {
  const std::uint64_t token = multicast.token;
  return cut<ClientRequest>(std::move(multicast), part_bytes,
                            [token](Bytes data) { return MulticastPart{token, std::move(data)}; });
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
