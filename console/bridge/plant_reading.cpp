#include "console/bridge/plant_reading.h"

#include <algorithm>

#include "services/station_service/protocol.h"

namespace cohort::console {

namespace {

constexpr std::int64_t kNsPerMs = 1'000'000;

QString processText(ProcessId process) {
  return textFrom(to_string(process));
}

/// One value of a message in words; lists of {name} are names.
QString valueText(const wire::Message::Value& value) {
  struct Words {
    QString operator()(bool flag) const {
      return flag ? QStringLiteral("true") : QStringLiteral("false");
    }
    QString operator()(std::int64_t number) const { return QString::number(number); }
    QString operator()(double number) const { return QString::number(number); }
    QString operator()(const std::string& text) const { return textFrom(text); }
    QString operator()(const Bytes& bytes) const {
      return QStringLiteral("%1 bytes").arg(bytes.size());
    }
    QString operator()(ProcessId process) const { return processText(process); }
    QString operator()(GroupId group) const { return textFrom(to_string(group)); }
    QString operator()(const wire::Message& message) const {
      QStringList parts;
      for (const auto& [name, field] : message.fields()) parts += valueText(field);
      return parts.join(QLatin1Char(' '));
    }
    QString operator()(const wire::Message::List& list) const {
      QStringList parts;
      for (const wire::Message& message : list) parts += (*this)(message);
      return parts.join(QStringLiteral(", "));
    }
  };
  return std::visit(Words{}, value);
}

QStringList lotNames(const wire::Message& message) {
  QStringList names;
  for (const std::string& name : services::station_service::lots_of(message)) {
    names += textFrom(name);
  }
  return names;
}

}  // namespace

QString textFrom(const std::string& text) {
  return QString::fromStdString(text);
}

PlantInfo plantInfoFrom(const config::PlantFile& file, int periodMs) {
  PlantInfo info;
  info.name = textFrom(file.plant.name);
  info.model = textFrom(file.plant.model);
  info.clockFactor = file.plant.clock_factor;
  info.periodMs = periodMs;
  for (const config::Site& site : file.sites) {
    info.sites.append({site.number.value, textFrom(site.name),
                       QStringLiteral("%1:%2").arg(textFrom(site.address)).arg(site.port)});
  }
  for (const config::Service& service : file.services) {
    ServiceInfo one{textFrom(service.name), {}, int(service.minimum)};
    for (const SiteId site : service.sites) one.sites.append(site.value);
    info.services.append(one);
  }
  if (file.sensors) {
    info.services.append({QStringLiteral("sensors"), {file.sensors->site.value}, 1});
  }
  return info;
}

GroupChange groupChangeFrom(const client::ViewChange& change) {
  GroupChange result;
  result.group = textFrom(change.view.name);
  result.id = textFrom(to_string(change.view.group));
  result.view = change.view.number;
  for (const ProcessId member : change.view.members) result.members += processText(member);
  for (const auto& [process, why] : change.departed) {
    result.departed.append({processText(process), Departure(int(why))});
  }
  return result;
}

SitesChange sitesChangeFrom(const client::SiteView& view,
                            const std::vector<std::pair<SiteLife, std::string>>& departed) {
  SitesChange result;
  result.view = view.number;
  for (const SiteLife& life : view.members) {
    result.members.append({life.site.value, life.incarnation.value});
  }
  for (const auto& [life, why] : departed) {
    result.departed.append({life.site.value, textFrom(why)});
  }
  return result;
}

PastDepartures pastDeparturesFrom(const wire::Message& answer) {
  PastDepartures result;
  for (const wire::Message& departure : answer.list("departures")) {
    result.departures.append({int(departure.integer("site")), int(departure.integer("incarnation")),
                              quint64(departure.integer("view")),
                              textFrom(departure.text("reason"))});
  }
  return result;
}

NewsItem newsItemFrom(const tools::NewsItem& item) {
  NewsItem result;
  result.row.number = item.number;
  result.row.atMs = item.posted.ns / kNsPerMs;
  result.row.subject = textFrom(item.subject);
  result.row.poster = processText(item.poster);
  for (const auto& [name, value] : item.body.fields()) {
    result.row.fields.append({textFrom(name), valueText(value)});
  }
  return result;
}

LotStage lotStageFrom(const std::string& state) {
  if (state == "moving" || state == "awaiting-move") return LotStage::kMoving;
  if (state == "processing") return LotStage::kProcessing;
  if (state == "held") return LotStage::kHeld;
  if (state == "finished") return LotStage::kFinished;
  if (state == "cancelled") return LotStage::kCancelled;
  return LotStage::kWaiting;
}

QList<Lot> lotsFrom(const client::Message& answer) {
  QList<Lot> lots;
  for (const wire::Message& row : answer.list("lots")) {
    Lot lot;
    lot.name = textFrom(row.text("lot"));
    lot.product = textFrom(row.text("product"));
    lot.step = int(row.integer("step"));
    lot.stepsDone = int(row.integer("steps_done"));
    lot.stage = lotStageFrom(row.text("state"));
    lot.station = textFrom(row.text("station"));
    lot.area = textFrom(row.text("area"));
    lot.releasedMs = row.integer("released_ms");
    lot.finishedMs = row.integer("finished_ms");
    lot.holdReason = textFrom(row.text("hold_reason"));
    lots.append(lot);
  }
  return lots;
}

Figures figuresFrom(const client::Message& report, const client::Message& stations) {
  Figures figures;
  figures.plantMs = report.integer("plant_time_ms");
  figures.released = int(report.integer("released"));
  figures.finished = int(report.integer("finished"));
  figures.cancelled = int(report.integer("cancelled"));
  figures.held = int(report.integer("held"));
  // Scheduling tells what is still to be released; people compare with the whole plan.
  const std::int64_t ahead = report.integer("planned");
  figures.planned = ahead > 0 ? int(ahead + report.integer("released")) : 0;
  figures.meanCycleMs = report.integer("mean_cycle_time_ms");
  figures.shortBatches = int(report.integer("short_batches"));
  figures.refused = int(report.integer("duplicates_refused"));
  const wire::Message::List used = report.list("stations");
  for (const wire::Message& row : stations.list("stations")) {
    StationState station;
    const std::string name = row.text("station");
    station.name = textFrom(name);
    station.kind = textFrom(row.text("kind"));
    station.area = textFrom(row.text("area"));
    station.state = textFrom(row.text("state"));
    station.step = int(row.integer("step"));
    station.lots = lotNames(row);
    station.product = textFrom(row.text("product"));
    station.sinceMs = row.integer("since_ms");
    station.waiting = int(row.integer("waiting"));
    const auto found = std::find_if(used.begin(), used.end(), [&](const wire::Message& one) {
      return one.text("station") == name;
    });
    if (found != used.end()) {
      station.jobs = int(found->integer("jobs"));
      station.utilisation = found->real("utilisation");
    }
    figures.stations.append(station);
  }
  return figures;
}

QList<Request> requestsFrom(const std::string& service, const client::Message& answer) {
  QList<Request> requests;
  for (const wire::Message& row : answer.list("orders")) {
    Request request;
    request.service = textFrom(service);
    request.order = QString::number(row.integer("order"));
    request.kind = textFrom(row.text("kind"));
    request.station = textFrom(row.text("station"));
    request.step = int(row.integer("step"));
    request.lots = lotNames(row);
    const ProcessId coordinator = row.process("coordinator");
    request.coordinator =
        coordinator.valid() ? processText(coordinator) : textFrom(row.text("coordinator"));
    request.takeovers = int(row.integer("takeovers"));
    requests.append(request);
  }
  return requests;
}

SensorInfo sensorInfoFrom(const sensors::SensorInfo& info) {
  return {textFrom(info.name), textFrom(info.station), textFrom(info.unit), 0, 0};
}

Sample sampleFrom(const sensors::Reading& reading) {
  return {reading.time.ns / kNsPerMs, reading.value, reading.value_error};
}

}  // namespace cohort::console
