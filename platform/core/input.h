/// All that can happen to a protocols process. The world outside (Asio, or the simulator) turns
/// every event into one Input and carries out the Effects of the step, in their order.
#pragma once

#include <cstdint>
#include <string>
#include <variant>

#include "platform/base/bytes.h"
#include "platform/base/ids.h"

namespace cohort::core {

/// The connections of a pair of sites; no order holds between them, and each fails by itself.
enum class Channel : std::uint8_t {
  kControl = 0,
  kData = 1,
  kTransfer = 2,  ///< states on their way to a joining member
};
inline constexpr std::size_t kChannels = 3;

/// A client process's connection to its daemon; never reused within one life of the site.
struct ClientHandle {
  std::uint64_t value = 0;
  auto operator<=>(const ClientHandle&) const = default;
};

/// The first input of a life. The incarnation is durable already.
struct Start {};
/// Time has passed: given when next_deadline() is reached, or earlier.
struct Tick {};
/// A connection to the site is up, both ends authenticated.
struct LinkUp {
  SiteId site;
  Channel channel = Channel::kControl;
};
/// The connection is gone; what was sent over it may or may not have arrived.
/// `process_gone`: the other host answered that nobody listens there: that daemon has exited.
struct LinkDown {
  SiteId site;
  Channel channel = Channel::kControl;
  bool process_gone = false;
};
/// A network path to a site came or went, began or ceased to carry the channel: for people only,
/// the protocols go by LinkUp and LinkDown.
struct PathReport {
  SiteId site;
  Channel channel = Channel::kControl;
  std::size_t path = 0;
  bool up = false;
  bool carries = false;
  std::string reason;  ///< why it is not up
};
struct FrameReceived {
  SiteId site;
  Channel channel = Channel::kControl;
  Bytes frame;
};
struct ClientOpened {
  ClientHandle client;
  std::uint32_t user = 0;  ///< the kernel's word, not the client's
};
/// Records of wire/client_protocol.h, each framed (wire/record_stream.h): what came at once.
struct ClientFrame {
  ClientHandle client;
  Bytes records;
};
/// The connection closed: the process has exited, was killed, or was closed by CloseClient.
struct ClientGone {
  ClientHandle client;
};
/// The record with this token is durable.
struct StoreDone {
  std::uint64_t token = 0;
};
/// The LogWrite with this token is durable.
struct LogDone {
  std::uint64_t token = 0;
};
/// An orderly stop: leave the plant, then FailStop with reason "left".
struct Leave {};

using Input = std::variant<Start, Tick, LinkUp, LinkDown, FrameReceived, ClientOpened, ClientFrame,
                           ClientGone, StoreDone, Leave, PathReport, LogDone>;

}  // namespace cohort::core
