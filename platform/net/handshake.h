/// The first frame of every connection between sites, and its answer (docs/formats/frame.md).
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::net {

/// The version of everything that sites say to each other; both ends must have the same.
inline constexpr std::uint32_t kWireVersion = 1;

/// The connections of a pair of sites; the numbers are those of core::Channel.
enum class Channel : std::uint8_t { kControl = 0, kData = 1, kTransfer = 2 };

/// What a connection is for: a channel, or only the word "I listen now" of a site that has started
/// to one that connects to it.
enum class Purpose : std::uint8_t { kControl = 0, kData = 1, kTransfer = 2, kKnock = 3 };

struct Handshake {
  std::uint32_t version = kWireVersion;
  std::string plant;
  std::uint64_t settings_hash = 0;  ///< of what must be the same at all sites
  SiteId site;                      ///< who connects
  Purpose purpose = Purpose::kControl;
};

struct HandshakeAnswer {
  Errc code = Errc::kOk;
  std::string text;  ///< why it was refused
};

Bytes encode(const Handshake& handshake);
Bytes encode(const HandshakeAnswer& answer);
/// Errors: kMalformed: not our protocol, or damaged.
Result<Handshake> decode_handshake(ByteView bytes);
Result<HandshakeAnswer> decode_handshake_answer(ByteView bytes);

/// Whether `theirs` may talk to us, who would have sent `ours`. Errors: kVersion, kRefused with
/// what differs and what to do.
Result<void> check(const Handshake& theirs, const Handshake& ours);

}  // namespace cohort::net
