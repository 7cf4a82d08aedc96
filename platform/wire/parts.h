/// Large payloads on a link between a client and its daemon: cut into records of at most
/// limits::kPartBytes of payload each, and put together again (docs/formats/client-protocol.md).
#pragma once

#include <optional>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/wire/client_protocol.h"

namespace cohort::wire {

/// The records of one multicast, in their order: a Multicast and, above `part_bytes`,
/// MulticastParts. Requires: multicast.payload is the whole payload, multicast.rest is 0;
/// part_bytes is 1 to limits::kPartBytes.
std::vector<Bytes> encode_in_parts(Multicast multicast, std::size_t part_bytes);

/// Puts the deliveries among a daemon's records together; all other records pass through.
class DeliveryAssembler {
 public:
  struct Whole {
    ClientEvent event;      ///< a Deliver has its whole payload, and `rest` 0
    std::size_t bytes = 0;  ///< the lengths of the records that it came in
  };
  /// Nothing where parts are still missing. Errors: kMalformed (a part of nothing, a delivery
  /// between the parts of another).
  Result<std::optional<Whole>> add(ClientEvent event, std::size_t record_bytes);

 private:
  std::optional<Deliver> open_;
  std::uint64_t missing_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace cohort::wire
