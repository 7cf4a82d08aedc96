#include "services/scheduling/requests.h"

#include <fmt/format.h>

#include "services/emulsion/protocol.h"
#include "services/processing/protocol.h"
#include "services/transport/protocol.h"

namespace cohort::services::scheduling {

namespace {

Result<std::uint32_t> count_of(const wire::Message& message, std::string_view field,
                               std::int64_t fallback) {
  const std::int64_t count = message.integer(field, fallback);
  if (count < 0 || count > 1'000'000) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("'{}' is {}; allowed: 0 to 1000000", field, count));
  }
  return static_cast<std::uint32_t>(count);
}

}  // namespace

Result<dispatch::Command> command_of(const wire::Message& message) {
  const std::string name = message.text("command");
  if (name == "release") {
    const Result<std::uint32_t> count = count_of(message, "count", 1);
    if (!count) return std::unexpected(count.error());
    dispatch::ReleaseLots release;
    release.product = message.text("product");
    release.count = *count;
    release.lot = message.text("lot");
    return release;
  }
  if (name == "release-plan") {
    const Result<std::uint32_t> lots = count_of(message, "lots", 0);
    if (!lots) return std::unexpected(lots.error());
    dispatch::ReleasePlan plan;
    plan.plan = message.text("plan", "week");
    plan.lots_most = *lots;
    return plan;
  }
  const std::string lot = message.text("lot");
  if (name == "hold") return dispatch::HoldLot{lot, message.text("reason")};
  if (name == "release-hold") return dispatch::ReleaseHold{lot};
  if (name == "cancel") return dispatch::CancelLot{lot, message.text("reason")};
  if (name == "policy") return dispatch::SetPolicy{message.text("policy")};
  return make_error(Errc::kInvalidArgument,
                    fmt::format("no command '{}'; allowed: release, release-plan, hold, "
                                "release-hold, cancel, policy",
                                name));
}

std::string owner_of(stations::StationKind kind) {
  switch (kind) {
    case stations::StationKind::kLithography:
      return emulsion::kGroup;
    case stations::StationKind::kDiffusion:
    case stations::StationKind::kImplant:
      return processing::kGroup;
    case stations::StationKind::kTransporter:
      return transport::kGroup;
  }
  return processing::kGroup;
}

station_service::Order request_of(const dispatch::Order& order, std::string key) {
  station_service::Order request;
  request.number = order.id;
  request.key = std::move(key);
  request.kind = dispatch::to_string(order.kind);
  request.station = order.station;
  request.step = order.step;
  request.product = order.product;
  request.lots = order.lots;
  if (order.kind == dispatch::OrderKind::kMove) {
    request.from = stations::to_string(order.from);
    request.to = stations::to_string(order.to);
  }
  request.recipe = dispatch::recipe_of(order);
  request.tell_start = order.kind == dispatch::OrderKind::kStep;
  return request;
}

}  // namespace cohort::services::scheduling
