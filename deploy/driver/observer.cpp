#include "deploy/driver/observer.h"

#include <fmt/format.h>

#include "services/emulsion/protocol.h"
#include "services/news/protocol.h"
#include "services/processing/protocol.h"
#include "services/scheduling/protocol.h"
#include "services/station_service/protocol.h"
#include "services/transport/protocol.h"

namespace cohort::deploy {
namespace {

namespace scheduling = services::scheduling;
namespace station_service = services::station_service;
namespace news = services::news;

constexpr double kMillisPerHour = 3'600'000.0;
constexpr std::int64_t kPage = 100;  ///< what one answer holds at most (scheduling's protocol)

/// "S3" of a step, "out" of the move that leads out of the plant.
std::string step_text(const client::Message& message) {
  const std::int64_t step = message.integer("step");
  const auto steps = static_cast<std::int64_t>(route().size());
  return step >= 1 && step <= steps ? fmt::format("S{}", step) : std::string("out");
}

std::string lots_text(const client::Message& message) {
  std::string text;
  for (const std::string& name : station_service::lots_of(message)) {
    text += (text.empty() ? "" : "+") + name;
  }
  return text;
}

}  // namespace

task::Task<Result<void>> Observer::watch_news() {
  news_ = std::make_unique<tools::NewsSubscription>(
      process_, "*", 0, [this](const tools::NewsItem& item) { on_news(item); });
  co_return co_await news_->enrol();
}

void Observer::on_news(const tools::NewsItem& item) {
  ++record_.news;
  if (item.subject == news::kRestart) {
    record_.restarts.push_back(
        fmt::format("{} at site {}", item.body.text("service"), item.body.integer("site")));
  } else if (item.subject == news::kRestartAbandoned) {
    record_.problems.push_back(fmt::format("{} at site {} could not be restarted: {}",
                                           item.body.text("service"), item.body.integer("site"),
                                           item.body.text("reason")));
  } else if (item.subject == news::kDrillReached && on_drill) {
    on_drill(item.body.integer("unix_pid"), item.body.integer("site"));
  }
}

task::Task<std::vector<std::string>> Observer::incomplete_services() {
  std::vector<std::string> incomplete;
  for (const config::Service& service : plant_.services) {
    const Result<client::GroupView> view = co_await process_.look_up(service.name);
    const std::size_t members = view ? view->members.size() : 0;
    if (members != service.sites.size()) {
      incomplete.push_back(fmt::format("{} {}/{}", service.name, members, service.sites.size()));
    }
  }
  co_return incomplete;
}

task::Task<bool> Observer::scheduling_is_open() {
  client::Message question;
  question.set("question", "state");
  const Result<client::Message> answer = co_await scheduling::ask(process_, std::move(question));
  co_return answer && answer->flag("open");
}

task::Task<Result<void>> Observer::release_week(std::int64_t lots) {
  client::Message change;
  change.set("command", "release-plan").set("plan", "week").set("lots", lots);
  const Result<client::Message> answer = co_await scheduling::command(process_, std::move(change));
  if (!answer) co_return std::unexpected(answer.error());
  co_return Result<void>();
}

task::Task<Result<void>> Observer::arm_drill(std::string service, std::string phase) {
  co_return co_await station_service::arm_drill(process_, std::move(service), std::move(phase));
}

task::Task<Result<Progress>> Observer::progress() {
  client::Message question;
  question.set("question", "report");
  const Result<client::Message> answer = co_await scheduling::ask(process_, std::move(question));
  if (!answer) co_return std::unexpected(answer.error());
  Progress progress;
  // The report's "planned" are those still to be released.
  progress.released = answer->integer("released");
  progress.planned = answer->integer("planned") + progress.released;
  progress.finished = answer->integer("finished");
  progress.cancelled = answer->integer("cancelled");
  progress.plant_time_ms = answer->integer("plant_time_ms");
  co_return progress;
}

task::Task<Result<void>> Observer::collect() {
  if (Result<void> done = co_await collect_report(); !done) co_return done;
  co_await collect_takeovers();
  co_return co_await collect_lots();
}

task::Task<Result<void>> Observer::collect_report() {
  client::Message question;
  question.set("question", "report");
  const Result<client::Message> answer = co_await scheduling::ask(process_, std::move(question));
  if (!answer) co_return std::unexpected(answer.error());
  record_.released = answer->integer("released");
  record_.planned = answer->integer("planned") + record_.released;
  record_.finished = answer->integer("finished");
  record_.short_batches = answer->integer("short_batches");
  record_.duplicates_refused = answer->integer("duplicates_refused");
  record_.mean_cycle_time_h =
      static_cast<double>(answer->integer("mean_cycle_time_ms")) / kMillisPerHour;
  record_.plant_time_h = static_cast<double>(answer->integer("plant_time_ms")) / kMillisPerHour;
  for (const client::Message& station : answer->list("stations")) {
    record_.stations.push_back(
        {station.text("station"), station.integer("jobs"), station.real("utilisation")});
  }
  co_return Result<void>();
}

task::Task<Result<void>> Observer::collect_lots() {
  std::int64_t total = 1;
  for (std::int64_t offset = 0; offset < total; offset += kPage) {
    client::Message question;
    question.set("question", "lots").set("offset", offset).set("limit", kPage);
    const Result<client::Message> answer = co_await scheduling::ask(process_, std::move(question));
    if (!answer) co_return std::unexpected(answer.error());
    total = answer->integer("total");
    for (const client::Message& entry : answer->list("lots")) {
      Result<LotRecord> lot = co_await collect_lot(entry.text("lot"));
      if (!lot) co_return std::unexpected(lot.error());
      record_.lots.push_back(std::move(*lot));
    }
  }
  co_return Result<void>();
}

task::Task<Result<LotRecord>> Observer::collect_lot(std::string name) {
  client::Message question;
  question.set("question", "lot").set("lot", name);
  const Result<client::Message> answer = co_await scheduling::ask(process_, std::move(question));
  if (!answer) co_return std::unexpected(answer.error());
  LotRecord lot{answer->text("lot"), answer->text("product"), answer->text("state"), {}};
  for (const client::Message& entry : answer->list("history")) {
    lot.history.push_back({step_text(entry), entry.text("station")});
  }
  co_return lot;
}

task::Task<void> Observer::collect_takeovers() {
  for (const char* group :
       {services::emulsion::kGroup, services::processing::kGroup, services::transport::kGroup}) {
    std::int64_t total = 1;
    for (std::int64_t offset = 0; offset < total; offset += kPage) {
      client::Message question;
      question.set("question", "takeovers").set("offset", offset);
      const Result<client::Message> answer =
          co_await station_service::ask(process_, group, std::move(question));
      if (!answer) {
        record_.problems.push_back(
            fmt::format("{} does not tell its takeovers: {}", group, answer.error().text));
        break;
      }
      total = answer->integer("total");
      for (const client::Message& entry : answer->list("takeovers")) {
        record_.takeovers.push_back({group, entry.text("kind"), lots_text(entry), step_text(entry),
                                     entry.integer("view"), entry.integer("from_site"),
                                     entry.integer("to_site")});
      }
    }
  }
}

}  // namespace cohort::deploy
