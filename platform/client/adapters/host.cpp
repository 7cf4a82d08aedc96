#include "platform/client/adapters/host.h"

#include <fmt/format.h>
#include <unistd.h>

#include <utility>

#include "platform/base/heap_trim.h"
#include "platform/client/adapters/history_file.h"
#include "platform/client/tooling.h"
#include "platform/net/runtime.h"
#include "platform/net/unix_client_link.h"
#include "platform/task/event.h"

namespace cohort::client {

namespace {
/// How long a main may take to end after it was asked to.
constexpr Duration kStopGrace = seconds(2);
/// So many bytes from the daemon count as one input of HeapTrim.
constexpr std::size_t kInputBytes = 1024;
}  // namespace

struct Host::Parts {
  explicit Parts(HostOptions given) : options(std::move(given)) {}

  void start_recording();
  void end_recording();
  void watch_link();
  void count_traffic(std::size_t bytes);
  void look_at_heap();
  void stop(std::string_view why);
  void finish(int code);
  static task::Task<void> drive(Parts* parts, task::Task<int> main);

  HostOptions options;
  std::unique_ptr<LogFile> log;
  std::unique_ptr<HistoryFile> history;
  Loop loop;
  std::unique_ptr<net::UnixClientLink> link;
  task::Event stopped{loop.scheduler()};
  std::unique_ptr<Process> process;
  std::unique_ptr<net::Alarm> grace;
  HeapTrim heap{release_free_memory};
  net::Alarm heap_look{loop.runtime(), [this] { look_at_heap(); }};
  std::size_t inputs = 0;  ///< since the last look
  bool session_over = false;
  bool finished = false;
  bool recorded = false;  ///< the history has its last record
};

void Host::Parts::start_recording() {
  history = std::make_unique<HistoryFile>(config::history_directory(options.plant, options.site),
                                          options.program);
  history->on_failure = [this](const std::string& why) { log->write(LogLevel::kWarning, why); };
  Tooling(*process).record_history([this](const wire::HistoryRecord& record) {
    if (recorded) return;
    const bool flush_is_due = history->waiting();
    history->add(record);
    if (!flush_is_due && history->waiting()) loop.post([this] { history->flush(); });
  });
}

/// Not before the very end: what ends with the program may still send.
void Host::Parts::end_recording() {
  recorded = true;
  if (history) history->end(stopped.is_set() ? "stopped" : "ended", net::Runtime::now());
}

/// Tells the scheduler the time before each record is handled, and stops when the session ends.
void Host::Parts::watch_link() {
  link->on_record = [this, handle = std::move(link->on_record)](ByteView record) {
    count_traffic(record.size());
    loop.scheduler().run(net::Runtime::now());
    handle(record);
  };
  link->on_closed = [this, handle = std::move(link->on_closed)](std::string reason) {
    session_over = true;
    loop.scheduler().run(net::Runtime::now());
    handle(reason);
    stop("the daemon has gone: " + reason);
  };
}

void Host::Parts::count_traffic(std::size_t bytes) {
  if (inputs == 0 && heap.rests()) heap_look.set_in(seconds(1));
  inputs += 1 + bytes / kInputBytes;
}

void Host::Parts::look_at_heap() {
  heap.after_turn(net::Runtime::now(), std::exchange(inputs, 0));
  if (!heap.rests()) heap_look.set_in(seconds(1));
}

void Host::Parts::stop(std::string_view why) {
  if (stopped.is_set() || finished) return;
  log->write(LogLevel::kInfo, fmt::format("stopping: {}", why));
  stopped.set();
  grace->set_in(kStopGrace);
}

void Host::Parts::finish(int code) {
  if (finished) return;
  finished = true;
  loop.stop(session_over && code == kExitOk ? int{kExitDaemonGone} : code);
}

task::Task<void> Host::Parts::drive(Parts* parts, task::Task<int> main) {
  const int code = co_await std::move(main);
  parts->finish(code);
}

Host::Host(std::unique_ptr<Parts> parts) : parts_(std::move(parts)) {}
Host::~Host() {
  scheduler().drop_tasks();  // they refer to the process
  parts_->end_recording();
}

Result<std::unique_ptr<Host>> Host::open(HostOptions options) {
  auto parts = std::make_unique<Parts>(std::move(options));
  Parts& p = *parts;
  const SiteId site = p.options.site;
  if (!p.options.plant.site(site)) {
    return make_error(Errc::kInvalidArgument, fmt::format("the plant {} has no site {}",
                                                          p.options.plant.plant.name, site.value));
  }
  std::filesystem::path log_path;
  if (p.options.log_to_file) {
    log_path = config::log_directory(p.options.plant, site) / (p.options.program + ".log");
  }
  auto log = LogFile::open(p.options.program, log_path, p.options.verbose);
  if (!log) return std::unexpected(log.error());
  p.log = std::move(*log);
  const auto socket =
      p.options.socket.empty() ? config::socket_path(p.options.plant, site) : p.options.socket;
  auto link = net::UnixClientLink::connect(p.loop.runtime(), socket);
  if (!link) return std::unexpected(link.error());
  p.link = std::move(*link);
  p.process = std::make_unique<Process>(*p.link, p.loop.scheduler(), p.options.program,
                                        static_cast<std::uint64_t>(::getpid()));
  if (p.options.record_history) p.start_recording();
  p.watch_link();
  p.grace = std::make_unique<net::Alarm>(p.loop.runtime(), [&p] { p.finish(kExitOk); });
  if (p.options.handle_signals) {
    p.loop.on_terminate([&p] { p.stop("asked to by a signal"); });
  }
  return std::unique_ptr<Host>(new Host(std::move(parts)));
}

Loop& Host::loop() {
  return parts_->loop;
}
task::Scheduler& Host::scheduler() {
  return parts_->loop.scheduler();
}
Process& Host::process() {
  return *parts_->process;
}
const config::PlantFile& Host::plant() const {
  return parts_->options.plant;
}
const config::Site& Host::site() const {
  return *plant().site(parts_->options.site);
}

void Host::post(std::function<void()> function) {
  parts_->loop.post(std::move(function));
}

task::Task<void> Host::until_stopped() {
  co_await parts_->stopped.wait();
}
bool Host::stopping() const {
  return parts_->stopped.is_set();
}
void Host::request_stop() {
  parts_->stop("asked to by the program");
}

int Host::fail(const Error& error) {
  log(LogLevel::kError, fmt::format("{} ({})", error.text, to_string(error.code)));
  return kExitFailed;
}

void Host::log(LogLevel level, std::string_view text) {
  parts_->log->write(level, text);
}

int Host::run(task::Task<int> main) {
  keep_freed_memory();
  scheduler().spawn(Parts::drive(parts_.get(), std::move(main)));
  return parts_->loop.run();
}

}  // namespace cohort::client
