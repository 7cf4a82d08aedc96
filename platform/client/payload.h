/// What stands in front of a message in a multicast's payload: the toolkit's header, which daemons
/// carry and do not read (docs/formats/message.md).
#pragma once

#include <cstdint>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/message.h"

namespace cohort::client {

enum class PayloadKind : std::uint8_t {
  kPlain = 0,
  kRequest = 1,    ///< replies are wanted
  kReply = 2,      ///< a reply, perhaps with copies
  kNullReply = 3,  ///< the sender will not reply
  kAbort = 4,      ///< the call is refused; the message's "why" says the reason
  kTagged = 5,     ///< plain, with the sender's own mark
};

struct PayloadHeader {
  PayloadKind kind = PayloadKind::kPlain;
  std::uint64_t number = 0;  ///< kRequest, replies: the caller's call number; kTagged: the tag
  ProcessId caller;          ///< replies only: whose call it is
  wire::MessageId request;   ///< replies only: the request
  bool operator==(const PayloadHeader&) const = default;

  bool is_reply() const {
    return kind == PayloadKind::kReply || kind == PayloadKind::kNullReply ||
           kind == PayloadKind::kAbort;
  }
};

struct Payload {
  PayloadHeader header;
  wire::Message message;
};

/// The length of what encode_payload() makes of them; encodes nothing.
std::size_t payload_size(const PayloadHeader& header, const wire::Message& message);
Bytes encode_payload(const PayloadHeader& header, const wire::Message& message);
/// Errors: kMalformed, kLimit.
Result<Payload> decode_payload(ByteView bytes);

}  // namespace cohort::client
