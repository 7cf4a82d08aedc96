/// What a running command may use.
#pragma once

#include <string>
#include <string_view>

#include "platform/base/time.h"
#include "platform/client/adapters/host.h"
#include "platform/task/task.h"
#include "services/cli/exit_code.h"
#include "services/cli/printer.h"

namespace cohort::cli {

/// Copied into each command; what it points to outlives the command.
struct Context {
  client::Host* host = nullptr;
  Printer* printer = nullptr;
  bool json = false;

  client::Process& process() const { return host->process(); }
  const config::PlantFile& plant() const { return host->plant(); }
  /// For lists that grow while they are shown.
  void line(std::string_view text) const { printer->line(text); }
};

/// Prints the error; the exit code that goes with it. `changes`: the command changes the plant.
Exit failed(const Context& context, const Error& error, bool changes);
/// The same for an answer of a service: where its group does not exist, says that it does not run.
Exit failed_at(const Context& context, std::string_view service, const Error& error, bool changes);

}  // namespace cohort::cli
