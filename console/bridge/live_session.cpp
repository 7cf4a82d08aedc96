#include "console/bridge/live_session.h"

#include <chrono>

#include "console/bridge/plant_reading.h"
#include "platform/task/timeout.h"
#include "services/remote_execution/protocol.h"
#include "services/scheduling/protocol.h"
#include "services/station_service/protocol.h"

namespace cohort::console {

namespace {

constexpr std::uint32_t kBackIssues = 200;
constexpr int kLotPagesAtMost = 100;

qint64 wallMs() {
  return client::Loop::wall_now().ns / 1'000'000;
}

client::Message releaseMessage(const CommandDraft& draft) {
  client::Message change;
  change.set("command", "release").set("product", draft.target.toStdString());
  change.set("count", draft.count);
  return change;
}

client::Message lotMessage(const CommandDraft& draft, const std::string& reason) {
  const char* word = draft.action == CommandAction::kHoldLot     ? "hold"
                     : draft.action == CommandAction::kResumeLot ? "release-hold"
                                                                 : "cancel";
  client::Message change;
  change.set("command", word).set("lot", draft.target.toStdString());
  if (draft.action != CommandAction::kResumeLot) {
    change.set("reason", reason.empty() ? std::string("by the console") : reason);
  }
  return change;
}

/// What a service answered in words for the command's row.
QString answerText(const client::Message& answer) {
  if (answer.has("unix_pid")) {
    return QStringLiteral("unix pid %1").arg(answer.integer("unix_pid"));
  }
  QStringList lots;
  for (const client::Message& lot : answer.list("lots")) lots += textFrom(lot.text("name"));
  return lots.join(QStringLiteral(", "));
}

bool unknownOutcome(Errc code) {
  return code == Errc::kOutcomeUnknown || code == Errc::kTimedOut || code == Errc::kClosed;
}

}  // namespace

LiveSession::LiveSession(client::Host& host, Tell tell)
    : host_(host),
      tell_(std::move(tell)),
      news_(host.process(), "*", kBackIssues,
            [this](const tools::NewsItem& item) { this->tell(newsItemFrom(item)); }),
      sensors_(host, [this](PlantEvent event) { tell_(std::move(event)); }) {
  for (const config::Service& service : host.plant().services) {
    watches_.push_back({service.name, {}, nullptr});
  }
  if (host.plant().sensors) watches_.push_back({sensors::protocol::kGroup, {}, nullptr});
}

void LiveSession::tell(decltype(PlantEvent::body) body) {
  tell_({wallMs(), std::move(body)});
}

task::Task<int> LiveSession::run() {
  const Result<void> connected = co_await host_.process().connect();
  if (!connected) co_return host_.fail(connected.error());
  tell(LinkChange{true, host_.site().number.value, {}});
  tell(ServingChange{host_.process().serving()});
  tell(sitesChangeFrom(host_.process().sites(), {}));
  const Result<client::Message> past = co_await host_.process().inspect("why-left");
  if (past) tell(pastDeparturesFrom(*past));
  subscribe();
  task::Scheduler& scheduler = host_.scheduler();
  scheduler.spawn(watchGroups());
  scheduler.spawn(watchNews());
  scheduler.spawn(pollScheduling());
  scheduler.spawn(pollStationServices());
  scheduler.spawn(sensors_.run());
  co_await host_.until_stopped();
  co_return 0;
}

void LiveSession::subscribe() {
  client::Process& process = host_.process();
  subscriptions_.push_back(process.on_sites(
      [this](const wire::Sites& sites) { tell(sitesChangeFrom(sites.view, sites.departed)); }));
  subscriptions_.push_back(
      process.on_serving([this](bool serving) { tell(ServingChange{serving}); }));
}

void LiveSession::follow(Watch& watch, const client::GroupView& view) {
  watch.group = view.group;
  watch.subscription = host_.process().on_view(
      view.group, [this](const client::ViewChange& change) { tell(groupChangeFrom(change)); });
  host_.process().monitor(view.group);
}

/// A group that failed totally comes back under another address: look-ups are local, so they are
/// repeated for ever, and tell that the daemon still answers.
task::Task<void> LiveSession::watchGroups() {
  while (!host_.stopping()) {
    for (Watch& watch : watches_) {
      const Result<client::GroupView> view = co_await host_.process().look_up(watch.name);
      if (view && view->group != watch.group) follow(watch, *view);
    }
    tell(Heard{});
    co_await host_.scheduler().sleep_for(millis(kPollMs));
  }
}

task::Task<void> LiveSession::watchNews() {
  const Result<void> enrolled = co_await news_.enrol();
  if (!enrolled) host_.log(client::LogLevel::kWarning, enrolled.error().text);
}

task::Task<Result<client::Message>> LiveSession::askScheduling(std::string question,
                                                               std::int64_t offset) {
  client::Message message;
  message.set("question", question).set("offset", offset);
  task::Task<std::optional<Result<client::Message>>> asked =
      task::within(host_.scheduler(),
                   services::scheduling::ask(host_.process(), std::move(message)), seconds(5));
  std::optional<Result<client::Message>> answer = co_await asked;
  if (!answer) co_return make_error(Errc::kTimedOut, "scheduling did not answer");
  co_return std::move(*answer);
}

task::Task<void> LiveSession::pollScheduling() {
  while (!host_.stopping()) {
    const Result<client::Message> report = co_await askScheduling("report", 0);
    const Result<client::Message> stations = co_await askScheduling("stations", 0);
    if (report && stations) {
      Figures figures = figuresFrom(*report, *stations);
      figures.takeovers = takeovers_;
      tell(figures);
    }
    LotTable table;
    for (int page = 0; page < kLotPagesAtMost; ++page) {
      const Result<client::Message> answer = co_await askScheduling("lots", table.lots.size());
      if (!answer) break;
      const QList<Lot> lots = lotsFrom(*answer);
      table.lots += lots;
      if (lots.isEmpty() || table.lots.size() >= answer->integer("total")) {
        tell(table);
        break;
      }
    }
    co_await host_.scheduler().sleep_for(millis(kPollMs));
  }
}

task::Task<void> LiveSession::pollStationServices() {
  while (!host_.stopping()) {
    RequestTable table;
    int takeovers = 0;
    const std::vector<std::string> names = {"emulsion", "processing", "transport"};
    for (const std::string& name : names) {
      client::Message running;
      running.set("question", "running");
      const Result<client::Message> answer =
          co_await services::station_service::ask(host_.process(), name, running);
      if (answer) table.requests += requestsFrom(name, *answer);
      client::Message summary;
      summary.set("question", "summary");
      const Result<client::Message> told =
          co_await services::station_service::ask(host_.process(), name, summary);
      if (told) takeovers += int(told->integer("takeovers"));
    }
    takeovers_ = takeovers;
    tell(table);
    co_await host_.scheduler().sleep_for(millis(kPollMs));
  }
}

void LiveSession::submit(const CommandRecord& record, const CommandDraft& draft) {
  host_.scheduler().spawn(carryOut(record, draft));
}

task::Task<Result<client::Message>> LiveSession::send(CommandDraft draft, std::string reason) {
  namespace remote = services::remote_execution;
  client::Process& process = host_.process();
  const SiteId site{static_cast<std::uint16_t>(draft.site)};
  const std::string service = draft.target.toStdString();
  switch (draft.action) {
    case CommandAction::kStart:
      co_return co_await remote::start(process, site, service);
    case CommandAction::kStop:
      co_return co_await remote::stop(process, site, service);
    case CommandAction::kKill:
      co_return co_await remote::signal(process, site, service, "KILL");
    case CommandAction::kReleaseLots:
      co_return co_await services::scheduling::command(process, releaseMessage(draft));
    case CommandAction::kHoldLot:
    case CommandAction::kResumeLot:
    case CommandAction::kCancelLot:
      break;
  }
  co_return co_await services::scheduling::command(process, lotMessage(draft, reason));
}

task::Task<void> LiveSession::carryOut(CommandRecord record, CommandDraft draft) {
  const Result<client::Message> answer = co_await send(draft, record.reason.toStdString());
  if (answer) {
    // A member's command is done when a view shows it; a lot's when scheduling has applied it.
    record.phase = record.site != 0 ? CommandPhase::kAccepted : CommandPhase::kReported;
    record.answer = answerText(*answer);
  } else {
    record.phase = unknownOutcome(answer.error().code) ? CommandPhase::kOutcomeUnknown
                                                       : CommandPhase::kRejected;
    record.answer = textFrom(answer.error().text);
  }
  tell(CommandChange{record});
}

}  // namespace cohort::console
