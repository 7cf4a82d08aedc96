/// Folds events into the plant's state. Single-threaded; the published states are immutable.
#pragma once

#include "console/models/plant_event.h"

namespace cohort::console {

/// What the console keeps of things that grow; older ones are dropped first.
inline constexpr int kNewsKept = 10'000;
inline constexpr int kViewsKept = 500;  ///< of one group
inline constexpr int kFailuresKept = 2'000;
inline constexpr int kCommandsKept = 1'000;
inline constexpr int kTrendKept = 3'600;
inline constexpr int kSamplesKept = 200'000;  ///< of one sensor

class StateBuilder {
 public:
  explicit StateBuilder(bool recorded) { state_.recorded = recorded; }

  /// Ensures: sequence grows by one (by more for a gap).
  void apply(const PlantEvent& event);

  /// The state after all events so far; never changes once handed out. Costs a shallow copy.
  PlantStatePtr publish() const { return std::make_shared<const PlantState>(state_); }

 private:
  void on(const Heard&, qint64 atMs);
  void on(const PlantInfo& info, qint64 atMs);
  void on(const LinkChange& change, qint64 atMs);
  void on(const ServingChange& change, qint64 atMs);
  void on(const SitesChange& change, qint64 atMs);
  void on(const PastDepartures& past, qint64 atMs);
  void on(const GroupChange& change, qint64 atMs);
  void on(const NewsItem& item, qint64 atMs);
  void on(const LotTable& table, qint64 atMs);
  void on(const Figures& figures, qint64 atMs);
  void on(const RequestTable& table, qint64 atMs);
  void on(const SensorCatalogue& catalogue, qint64 atMs);
  void on(const SampleBlock& block, qint64 atMs);
  void on(const CommandChange& change, qint64 atMs);
  void on(const Acknowledgement& acknowledgement, qint64 atMs);
  void on(const EventGap& gap, qint64 atMs);
  void on(const Mark& mark, qint64 atMs);

  PlantState state_;
};

/// The site in a process's text form "2.7/5"; 0 where it has none.
int siteOfProcess(const QString& process);

}  // namespace cohort::console
