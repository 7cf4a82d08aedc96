/// The protocols process of one site (paper section 4.1): a pure state machine. Same settings, same
/// inputs at the same times, same effects: no socket, file, thread, clock or hidden random inside.
///
/// Single-threaded. The composing class only routes: each protocol lives in a file of its own.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/core/effect.h"
#include "platform/core/flow_limits.h"
#include "platform/core/held.h"
#include "platform/core/input.h"
#include "platform/wire/plant_record.h"

namespace cohort::core {

class StateDigest;

/// What a site is told at its start; the same list of sites at all of them on a first start.
struct Settings {
  SiteLife self;              ///< the incarnation has been made durable before
  std::vector<SiteId> sites;  ///< the plant's first sites: who may form the first view
  std::string plant;          ///< the plant's name; sites of another plant are refused
  std::uint64_t seed = 0;     ///< for back-off times
  FlowLimits flow;            ///< what may queue; the same at all sites
  std::vector<Bytes> log;     ///< records that earlier lives wrote by StoreWrite, oldest first
  /// The hosts as the plant file has them; empty: `sites`, without addresses. They count until a
  /// view has been formed.
  std::vector<wire::Host> hosts;
  /// The site joins a running plant: it never forms a first view, whatever `sites` says.
  bool joins = false;
  std::vector<std::uint32_t> operators;  ///< users (as the kernel names them) that may change it
};

/// The plant record of the last view in a log, or nothing where there is none. Pure.
std::optional<wire::PlantRecord> recorded_plant(const std::vector<Bytes>& log);

class ProtocolsProcess {
 public:
  explicit ProtocolsProcess(Settings settings);
  ~ProtocolsProcess();
  ProtocolsProcess(const ProtocolsProcess&) = delete;
  ProtocolsProcess& operator=(const ProtocolsProcess&) = delete;

  /// One input, at a time that never goes back. The first is Start. After FailStop: no more steps.
  /// Ensures: M1 to M12, V1 to V9 of docs/guarantees.md, together with the other sites.
  /// Errors: none; bad frames and records close their link or client. Blocks: never.
  Effects step(const Input& input, MonotonicTime now);
  /// The same for several inputs, taken in their order at one moment: what they cause together is
  /// numbered, ordered, delivered and sent once, after the last of them. What a busy site does.
  Effects step(std::span<const Input> inputs, MonotonicTime now);

  /// When to give a Tick at the latest.
  MonotonicTime next_deadline() const;

  /// What is held now. Ensures: F1 of docs/guarantees.md.
  Held held() const;

  /// What this one holds that decides what it will do (state_digest.h).
  void add_to(StateDigest& digest) const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace cohort::core
