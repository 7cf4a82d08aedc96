/// The events from which a PlantState is folded. Each knows when it was heard; the order of the
/// events is the order in which the platform delivered them to this console.
///
/// State kinds (LotTable, Figures, RequestTable, SensorCatalogue, Heard) may be conflated on their
/// way, the last one wins. All others are history: none of them may be lost silently.
#pragma once

#include <variant>

#include "console/models/plant_state.h"

namespace cohort::console {

struct LinkChange {
  bool linked = false;
  int atSite = 0;
  QString reason;
};
struct ServingChange {
  bool serving = false;
};
struct SitesChange {
  quint64 view = 0;
  QList<std::pair<int, int>> members;       ///< site, incarnation
  QList<std::pair<int, QString>> departed;  ///< site, why
};
struct PastDeparture {
  int site = 0;
  int incarnation = 0;
  quint64 view = 0;  ///< the site view from which it is absent
  QString reason;    ///< in the daemon's words
  bool operator==(const PastDeparture&) const = default;
};
/// What this console's daemon still knows of sites that left before the console came, oldest first.
struct PastDepartures {
  QList<PastDeparture> departures;
};
struct GroupChange {
  QString group;
  QString id;
  quint64 view = 0;
  QStringList members;  ///< processes, oldest first
  QList<std::pair<QString, Departure>> departed;
};
struct NewsItem {
  NewsRow row;
};
struct LotTable {
  QList<Lot> lots;
};
struct RequestTable {
  QList<Request> requests;
};
struct SensorCatalogue {
  QList<SensorInfo> sensors;
};
/// Samples that follow those already known of their sensor.
struct SampleBlock {
  QString sensor;
  QList<Sample> samples;
};
struct CommandChange {
  CommandRecord record;
};
struct Acknowledgement {
  QString failure;
  QString user;
};
/// The console's own queue was full: so many events before this one were dropped.
struct EventGap {
  quint64 count = 0;
};
/// The plant answered something; says nothing else.
struct Heard {};
/// A named place in a recording, for pictures and tests; folds to nothing.
struct Mark {
  QString name;
};

struct PlantEvent {
  qint64 atMs = 0;
  std::variant<Heard, PlantInfo, LinkChange, ServingChange, SitesChange, PastDepartures,
               GroupChange, NewsItem, LotTable, Figures, RequestTable, SensorCatalogue, SampleBlock,
               CommandChange, Acknowledgement, EventGap, Mark>
      body;
};

/// True for the kinds of which only the latest matters.
bool conflatable(const PlantEvent& event);

}  // namespace cohort::console
