/// The plant's hosts and timers as all its sites have agreed on them, and the operators' requests
/// to change them (docs/protocol/hosts.md). Part of the value of every site view, so it is durable,
/// survives a total failure, and a site that joins gets it with its first view.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/wire/codec.h"

namespace cohort::wire {

/// One of the network paths of a host.
struct Endpoint {
  std::string address;  ///< an IPv4 or IPv6 literal
  std::uint16_t port = 0;
  bool operator==(const Endpoint&) const = default;
};

struct Host {
  SiteId site;
  std::string name;                 ///< for people
  std::vector<Endpoint> endpoints;  ///< one or two; each alone carries everything
  bool witness = false;             ///< votes in view changes; hosts no clients and no groups
  bool operator==(const Host&) const = default;
};

/// A timer that differs from its default.
struct TimerSetting {
  std::string name;
  std::int64_t value_ms = 0;
  bool operator==(const TimerSetting&) const = default;
};

struct PlantRecord {
  std::uint64_t version = 0;         ///< 0: what a plant file says, nobody has agreed on it yet
  std::vector<Host> hosts;           ///< by number
  std::vector<TimerSetting> timers;  ///< by name
  bool operator==(const PlantRecord&) const = default;

  const Host* host(SiteId site) const;
};

enum class PlantChangeKind : std::uint8_t {
  kAddHost = 1,
  kRemoveHost = 2,    ///< a live one is excluded with the reason "operator"
  kSetEndpoints = 3,  ///< where the host listens from now on
  kSetTimer = 4,
};

struct PlantChange {
  PlantChangeKind kind = PlantChangeKind::kAddHost;
  Host host;           ///< kRemoveHost: only its site; kSetEndpoints: site and endpoints
  TimerSetting timer;  ///< kSetTimer only
  bool operator==(const PlantChange&) const = default;
};

/// Names a request for the life of the system: the site that took it from its operator.
struct PlantRequestId {
  SiteLife origin;
  std::uint64_t number = 0;  ///< from 1 in each life
  auto operator<=>(const PlantRequestId&) const = default;
};

/// What became of a request, told by the view that decided it.
struct PlantOutcome {
  PlantRequestId id;
  Errc code = Errc::kOk;
  std::string text;  ///< why it was refused
  bool operator==(const PlantOutcome&) const = default;
};

void encode(Encoder& out, const PlantRecord& record);
void encode(Encoder& out, const PlantChange& change);
void encode(Encoder& out, const PlantRequestId& id);
void encode(Encoder& out, const std::vector<PlantOutcome>& outcomes);
PlantRecord decode_plant_record(Decoder& in);
PlantChange decode_plant_change(Decoder& in);
PlantRequestId decode_plant_request_id(Decoder& in);
std::vector<PlantOutcome> decode_plant_outcomes(Decoder& in);

Bytes encode(const PlantChange& change);
Result<PlantChange> decode_plant_change(ByteView bytes);

}  // namespace cohort::wire
