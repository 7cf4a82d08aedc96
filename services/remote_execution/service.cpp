#include "services/remote_execution/service.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "platform/tools/group_rpc.h"
#include "services/news/protocol.h"
#include "services/remote_execution/protocol.h"

namespace cohort::services::remote_execution {

namespace {
/// How soon an ended program is noticed.
constexpr Duration kWatchPeriod = millis(50);
/// How soon a lost network path is told.
constexpr Duration kPathPeriod = seconds(2);
}  // namespace

RemoteExecution::RemoteExecution(client::Process& process, MemberOptions options,
                                 std::vector<Registered> programs, ProgramRunner& runner)
    : member_(process, std::move(options), {}), runner_(runner) {
  for (Registered& registered : programs) {
    order_.push_back(registered.service);
    Program program;
    program.registered = std::move(registered);
    programs_.emplace(order_.back(), std::move(program));
  }
  const client::EntryRule any;
  process.bind_task(kStartEntry, any,
                    [this](client::Delivery request) { return answer_start(std::move(request)); });
  process.bind_task(kStopEntry, any,
                    [this](client::Delivery request) { return answer_stop(std::move(request)); });
  process.bind_task(kSignalEntry, any,
                    [this](client::Delivery request) { return answer_signal(std::move(request)); });
  process.bind_task(kListEntry, any,
                    [this](client::Delivery request) { return answer_list(std::move(request)); });
}

task::Task<Result<void>> RemoteExecution::start() {
  const Result<GroupId> joined = co_await member_.join();
  if (!joined) co_return std::unexpected(joined.error());
  for (const std::string& service : order_) {
    const Result<client::Message> started = start_program(programs_.at(service));
    if (!started) member_.log(fmt::format("'{}' not started: {}", service, started.error().text));
  }
  member_.process().scheduler().spawn(watch());
  member_.process().scheduler().spawn(watch_paths());
  co_return Result<void>{};
}

task::Task<void> RemoteExecution::watch_paths() {
  client::Process& process = member_.process();
  while (!process.closed()) {
    Result<client::Message> sites = co_await process.inspect("sites");
    if (sites) {
      sites->set("site", int{member_.options().site.value});
      for (Posting& posting : paths_.look(*sites)) {
        member_.log(posting.first + ": " + posting.second.to_json());
        member_.post(posting.first, std::move(posting.second));
      }
    }
    co_await process.scheduler().sleep_for(kPathPeriod);
  }
}

task::Task<void> RemoteExecution::watch() {
  while (!member_.process().closed()) {
    collect();
    co_await member_.process().scheduler().sleep_for(kWatchPeriod);
  }
}

void RemoteExecution::collect() {
  for (const Ended& ended : runner_.collect_ended()) {
    for (auto& [service, program] : programs_) {
      if (program.unix_pid != ended.unix_pid) continue;
      program.unix_pid = 0;
      program.last_end = ended;
      client::Message body;
      body.set("site", int{member_.options().site.value}).set("program", service);
      body.set("unix_pid", ended.unix_pid);
      if (ended.signal != 0) body.set("signal", ended.signal);
      if (ended.signal == 0) body.set("exit_code", ended.exit_code);
      member_.post(news::kProgramEnded, std::move(body));
      member_.log(fmt::format("'{}' (pid {}) ended: {} {}", service, ended.unix_pid,
                              ended.signal != 0 ? "signal" : "exit code",
                              ended.signal != 0 ? ended.signal : ended.exit_code));
    }
  }
}

Result<RemoteExecution::Program*> RemoteExecution::find(const std::string& service) {
  const auto found = programs_.find(service);
  if (found != programs_.end()) return &found->second;
  return make_error(Errc::kInvalidArgument,
                    fmt::format("site {} has no service '{}'; allowed: {}",
                                member_.options().site.value, service, fmt::join(order_, ", ")));
}

Result<client::Message> RemoteExecution::start_program(Program& program) {
  client::Message answer;
  answer.set("site", int{member_.options().site.value});
  answer.set("service", program.registered.service).set("already", program.unix_pid != 0);
  if (program.unix_pid == 0) {
    const Result<std::uint64_t> pid = runner_.start(program.registered);
    if (!pid) return std::unexpected(pid.error());
    program.unix_pid = *pid;
    program.starts += 1;
    program.stopped = false;
    program.started = member_.options().wall_now();
    client::Message body;
    body.set("site", int{member_.options().site.value});
    body.set("program", program.registered.service).set("unix_pid", *pid);
    member_.post(news::kProgramStarted, std::move(body));
    member_.log(fmt::format("'{}' started as pid {}", program.registered.service, *pid));
  }
  answer.set("unix_pid", program.unix_pid);
  return answer;
}

Result<client::Message> RemoteExecution::signal_program(const std::string& service,
                                                        const std::string& name) {
  const Result<Program*> program = find(service);
  if (!program) return std::unexpected(program.error());
  if ((*program)->unix_pid == 0) {
    return make_error(Errc::kRefused, fmt::format("'{}' does not run at site {}", service,
                                                  member_.options().site.value));
  }
  const Result<void> sent = runner_.signal((*program)->unix_pid, name);
  if (!sent) return std::unexpected(sent.error());
  client::Message answer;
  answer.set("site", int{member_.options().site.value}).set("service", service);
  answer.set("unix_pid", (*program)->unix_pid);
  return answer;
}

void RemoteExecution::answer(const client::Delivery& request,
                             const Result<client::Message>& result) {
  if (request.call == 0) return;
  client::Process& process = member_.process();
  const Result<void> sent = result ? tools::reply(process, request, *result)
                                   : tools::abort_reply(process, request, result.error().text);
  if (!sent) member_.log(fmt::format("reply not sent: {}", sent.error().text));
}

task::Task<void> RemoteExecution::answer_start(client::Delivery request) {
  collect();
  const Result<Program*> program = find(request.message.text("service"));
  if (program && request.message.flag("restart") && (*program)->stopped) {
    client::Message stays;
    stays.set("site", int{member_.options().site.value});
    stays.set("service", (*program)->registered.service).set("stopped", true);
    answer(request, stays);
    co_return;
  }
  Result<client::Message> result =
      program ? start_program(**program) : std::unexpected(program.error());
  answer(request, result);
  co_return;
}

task::Task<void> RemoteExecution::answer_stop(client::Delivery request) {
  collect();
  const Result<client::Message> result = signal_program(request.message.text("service"), "TERM");
  if (result) programs_.at(request.message.text("service")).stopped = true;
  answer(request, result);
  co_return;
}

task::Task<void> RemoteExecution::answer_signal(client::Delivery request) {
  collect();
  answer(request, signal_program(request.message.text("service"), request.message.text("signal")));
  co_return;
}

task::Task<void> RemoteExecution::answer_list(client::Delivery request) {
  collect();
  client::Message::List programs;
  for (const std::string& service : order_) programs.push_back(describe(programs_.at(service)));
  client::Message result;
  result.set("site", int{member_.options().site.value}).set("programs", std::move(programs));
  answer(request, result);
  co_return;
}

client::Message RemoteExecution::describe(const Program& program) const {
  const bool running = program.unix_pid != 0;
  client::Message row;
  row.set("service", program.registered.service).set("program", program.registered.program);
  row.set("state", running ? "running" : program.starts == 0 ? "never" : "ended");
  row.set("starts", std::int64_t{program.starts}).set("started_ns", program.started.ns);
  row.set("unix_pid", running ? program.unix_pid : program.last_end.unix_pid);
  if (!running && program.starts > 0) {
    if (program.last_end.signal != 0) row.set("signal", program.last_end.signal);
    if (program.last_end.signal == 0) row.set("exit_code", program.last_end.exit_code);
  }
  return row;
}

}  // namespace cohort::services::remote_execution
