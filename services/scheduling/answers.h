/// What operators read of scheduling (protocol.h), from one copy. Pure.
#pragma once

#include "platform/wire/message.h"
#include "services/dispatch/plant_book.h"
#include "services/scheduling/state.h"

namespace cohort::services::scheduling {

/// {error} for a question, or a lot, that does not exist: what is wrong and what is allowed.
wire::Message answer_from(const SchedulingState& state, const wire::Message& question);

/// The answer to a command that was carried out.
wire::Message accepted(const dispatch::Applied& applied);

}  // namespace cohort::services::scheduling
