/// What the `cohort` command tells its caller by its exit code; stable, listed in --help.
#pragma once

#include <cstdint>

#include "platform/base/result.h"

namespace cohort::cli {

enum class Exit : std::uint8_t {
  kOk = 0,
  kRefused = 1,      ///< the plant refused, or it failed; the message says why
  kUsage = 2,        ///< wrong options or plant file; nothing was asked
  kUnreachable = 3,  ///< no site of the plant, or not the wanted service, can be reached
  kUnknown = 4,      ///< a change was sent and no answer came: ask before doing it again
};

/// The exit code for an error. `changes`: the command changes the plant, so that after the request
/// has left nobody knows whether it was done.
Exit exit_of(Errc code, bool changes);

}  // namespace cohort::cli
