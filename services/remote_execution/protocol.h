/// Remote execution (paper section 4, figure 1): one member a site starts, stops, signals and lists
/// the site's registered programs. It never restarts anything by itself (services/restart does).
///
/// Every request goes to the member at the site concerned, named as a process; the helpers below
/// find it. Registered are the plant file's services of that site (their program is "cohort-" and
/// the service's name) and, at the site the plant file gives it, "sensors". All of them are started
/// when the member starts and die with it.
#pragma once

#include <cstdint>
#include <string>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/client/process.h"
#include "platform/task/task.h"

namespace cohort::services::remote_execution {

inline constexpr const char* kGroup = "remote-execution";

/// {service, restart} -> {site, service, unix_pid, already}: `already` where it was running.
/// Refused for a service that is not registered at the site, with the names that are. With
/// `restart` (the rule of services/restart) what was stopped on purpose stays stopped: {..,
/// stopped: true}.
inline constexpr std::uint8_t kStartEntry = 16;
/// {service} -> {site, service, unix_pid}: SIGTERM; it stays stopped until it is started by a
/// request without `restart`. Refused where it is not running.
inline constexpr std::uint8_t kStopEntry = 17;
/// {service, signal} -> {site, service, unix_pid}: one of "TERM", "KILL", "STOP", "CONT", "USR2".
inline constexpr std::uint8_t kSignalEntry = 18;
/// {} -> {site, programs}: a list of {service, program, state: "running" | "ended" | "never",
/// unix_pid, starts, exit_code (ended by itself), signal (ended by a signal), started_ns (UTC)}.
inline constexpr std::uint8_t kListEntry = 19;

/// Asks the member at `site`. Errors: kUnknownGroup, kInvalidArgument (no member at that site; the
/// text names the sites that have one), kRefused with the member's reason, and those of call().
task::Task<Result<client::Message>> start(client::Process& process, SiteId site,
                                          std::string service);
/// As start(), by the restart rule: nothing is started that was stopped on purpose.
task::Task<Result<client::Message>> restart(client::Process& process, SiteId site,
                                            std::string service);
task::Task<Result<client::Message>> stop(client::Process& process, SiteId site,
                                         std::string service);
task::Task<Result<client::Message>> signal(client::Process& process, SiteId site,
                                           std::string service, std::string signal_name);
task::Task<Result<client::Message>> list(client::Process& process, SiteId site);

}  // namespace cohort::services::remote_execution
