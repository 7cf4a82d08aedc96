/// Between scheduling's own types and the messages of the protocols it speaks.
#pragma once

#include <string>

#include "platform/base/result.h"
#include "platform/wire/message.h"
#include "services/dispatch/book.h"
#include "services/dispatch/command.h"
#include "services/station_service/order.h"
#include "stations/mini_fab.h"

namespace cohort::services::scheduling {

/// A command of an operator (protocol.h). Errors: kInvalidArgument, naming the field and what is
/// allowed.
Result<dispatch::Command> command_of(const wire::Message& message);

/// The group that owns a kind of station.
std::string owner_of(stations::StationKind kind);

/// What the owner is asked.
station_service::Order request_of(const dispatch::Order& order, std::string key);

}  // namespace cohort::services::scheduling
