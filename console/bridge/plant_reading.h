/// Turns the platform's answers into the console's values: pure, no waiting, no Qt objects.
#pragma once

#include "console/models/plant_event.h"
#include "platform/client/process.h"
#include "platform/config/plant_file.h"
#include "platform/tools/news.h"
#include "sensors/protocol.h"

namespace cohort::console {

PlantInfo plantInfoFrom(const config::PlantFile& file, int periodMs);
GroupChange groupChangeFrom(const client::ViewChange& change);
/// `departed` as in wire::Sites; empty for the view at the session's start.
/// From the daemon's answer to "why-left".
PastDepartures pastDeparturesFrom(const wire::Message& answer);
SitesChange sitesChangeFrom(const client::SiteView& view,
                            const std::vector<std::pair<SiteLife, std::string>>& departed);
NewsItem newsItemFrom(const tools::NewsItem& item);

/// Answers of services/scheduling/protocol.h.
LotStage lotStageFrom(const std::string& state);
QList<Lot> lotsFrom(const client::Message& answer);
/// From the report and the list of stations; takeovers come from the station services.
Figures figuresFrom(const client::Message& report, const client::Message& stations);
/// Answers of services/station_service/protocol.h, question "running".
QList<Request> requestsFrom(const std::string& service, const client::Message& answer);

SensorInfo sensorInfoFrom(const sensors::SensorInfo& info);
Sample sampleFrom(const sensors::Reading& reading);

QString textFrom(const std::string& text);

}  // namespace cohort::console
