/// The first frame of every connection between sites, and its answer (docs/formats/frame.md).
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::net {

/// The versions of everything that sites say to each other that this release speaks, from the
/// oldest to the newest; two ends use the newest that both speak.
inline constexpr std::uint32_t kWireVersionLeast = 5;
inline constexpr std::uint32_t kWireVersionMost = 5;

/// The connections of a pair of sites; the numbers are those of core::Channel.
enum class Channel : std::uint8_t { kControl = 0, kData = 1, kTransfer = 2 };

/// What a connection is for: a channel, or only the word "I listen now" of a site that has started
/// to one that connects to it.
enum class Purpose : std::uint8_t { kControl = 0, kData = 1, kTransfer = 2, kKnock = 3 };

struct Handshake {
  std::uint32_t version_least = kWireVersionLeast;
  std::uint32_t version_most = kWireVersionMost;
  std::string plant;
  std::uint64_t settings_hash = 0;  ///< of what must be the same at all sites; not the hosts
  SiteId site;                      ///< who connects
  Incarnation life;                 ///< which life of it
  Purpose purpose = Purpose::kControl;
  std::uint8_t path = 0;  ///< which of the two hosts' networks: the n-th address of each
};

struct HandshakeAnswer {
  Errc code = Errc::kOk;
  std::string text;           ///< why it was refused
  std::uint32_t version = 0;  ///< what is spoken from here on
  Incarnation life;           ///< of the site that welcomes
};

Bytes encode(const Handshake& handshake);
Bytes encode(const HandshakeAnswer& answer);
/// Errors: kMalformed: not our protocol, or damaged.
Result<Handshake> decode_handshake(ByteView bytes);
Result<HandshakeAnswer> decode_handshake_answer(ByteView bytes);

/// Whether `theirs` may talk to us, who would have sent `ours`. Returns the version to speak.
/// Errors: kVersion, kRefused with what differs and what to do.
Result<std::uint32_t> check(const Handshake& theirs, const Handshake& ours);

}  // namespace cohort::net
