/// One question to the fault proxy's control socket.
#pragma once

#include <filesystem>
#include <string>

#include "platform/base/result.h"

namespace cohort::lab {

/// Sends one line, returns the line that comes back. Errors: kIo. Blocks: up to two seconds.
Result<std::string> ask(const std::filesystem::path& socket, const std::string& line);

}  // namespace cohort::lab
