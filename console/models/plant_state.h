/// What the console knows of the plant after some number of events: plain values, shared when
/// copied, so that a published state never changes under a reader.
///
/// Built only by StateBuilder; live and recorded plants go through the same fold, so that a replay
/// cannot look different from the real thing. Wall times are UTC milliseconds since 1970; plant
/// times are milliseconds since the plant's start on the plant's own (faster) clock.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>
#include <memory>
#include <utility>

namespace cohort::console {

struct SiteInfo {
  int number = 0;
  QString name;
  QString address;
  bool operator==(const SiteInfo&) const = default;
};

struct ServiceInfo {
  QString name;      ///< also the name of its group
  QList<int> sites;  ///< where one member each is deployed
  int minimum = 0;   ///< below this many members the service is in danger
  bool operator==(const ServiceInfo&) const = default;
};

struct PlantInfo {
  QString name;
  QString model;
  double clockFactor = 1;
  int periodMs = 1000;  ///< how often a healthy plant is heard at least
  QList<SiteInfo> sites;
  QList<ServiceInfo> services;
  bool operator==(const PlantInfo&) const = default;
};

/// A site's place in the site view.
struct SiteState {
  int site = 0;
  int incarnation = 0;  ///< of its present or last life; 0: never seen
  bool inView = false;
  qint64 sinceMs = 0;  ///< when it joined, or left
  QString reason;      ///< why it left, in the daemon's words
  bool operator==(const SiteState&) const = default;
};

/// Why a member is no longer there; the numbers are those of the client protocol.
enum class Departure {
  kNone = 0,
  kLeft = 1,
  kProcessFailed = 2,
  kSiteFailed = 3,
  kKilled = 4,
  kSlow = 5
};

struct Member {
  QString process;  ///< "2.7/5": site 2, incarnation 7, counter 5
  int site = 0;
  qint64 sinceMs = 0;     ///< 0: it was a member before this console came
  quint64 sinceView = 0;  ///< likewise
  bool operator==(const Member&) const = default;
};

struct Departed {
  QString process;
  int site = 0;
  Departure why = Departure::kNone;
  qint64 atMs = 0;
  quint64 view = 0;  ///< the view from which it is absent
  bool operator==(const Departed&) const = default;
};

struct ViewRecord {
  quint64 number = 0;
  qint64 atMs = 0;
  quint64 sequence = 0;  ///< of the event that brought it
  QStringList members;   ///< oldest first
  QStringList joined;
  QList<Departed> departed;
  bool operator==(const ViewRecord&) const = default;
};

struct GroupState {
  QString name;
  QString id;
  quint64 view = 0;
  QList<Member> members;      ///< oldest first: the index is the rank
  QList<Departed> missing;    ///< gone and not yet replaced at their site
  QList<ViewRecord> history;  ///< oldest first
  bool operator==(const GroupState&) const = default;
};

struct NewsRow {
  quint64 number = 0;  ///< posting order in the plant
  quint64 gapTo = 0;   ///< not 0: number..gapTo never arrived; nothing else is set
  qint64 atMs = 0;
  QString subject;
  QString poster;
  QList<std::pair<QString, QString>> fields;
  bool operator==(const NewsRow&) const = default;
};

/// Where a lot is, in the words of the board's columns.
enum class LotStage { kWaiting, kMoving, kProcessing, kHeld, kFinished, kCancelled };

struct Lot {
  QString name;
  QString product;
  int step = 0;  ///< 1..6: the step it waits for or is in
  int stepsDone = 0;
  LotStage stage = LotStage::kWaiting;
  QString station;  ///< where it is worked on; empty: at none
  QString area;
  qint64 releasedMs = 0;  ///< plant time
  qint64 finishedMs = 0;  ///< plant time; 0: not finished
  QString holdReason;
  bool operator==(const Lot&) const = default;
};

struct StationState {
  QString name;
  QString kind;
  QString area;
  QString state;  ///< the service's word: idle, busy
  int step = 0;
  QStringList lots;
  QString product;
  qint64 sinceMs = 0;      ///< plant time at which the state began
  int waiting = 0;         ///< lots that wait for it
  int jobs = 0;            ///< done so far
  double utilisation = 0;  ///< share of plant time in use, 0..1
  bool operator==(const StationState&) const = default;
};

/// A computation of a station service that runs now: its coordinator was picked for it alone.
struct Request {
  QString service;
  QString order;
  QString kind;  ///< step or move
  QString station;
  int step = 0;
  QStringList lots;
  QString coordinator;  ///< process
  int takeovers = 0;
  bool operator==(const Request&) const = default;
};

/// The plant's key figures, from the scheduling service's report.
struct Figures {
  qint64 plantMs = 0;  ///< plant time of the report
  int released = 0;
  int finished = 0;
  int cancelled = 0;
  int held = 0;
  int planned = 0;         ///< lots that will be released; 0: open end
  qint64 meanCycleMs = 0;  ///< plant time; 0: none finished yet
  int shortBatches = 0;
  int refused = 0;  ///< duplicate starts refused by stations
  int takeovers = 0;
  QList<StationState> stations;
  bool operator==(const Figures&) const = default;
};

/// One point of the trends that the overview draws.
struct FigurePoint {
  qint64 atMs = 0;
  int inProcess = 0;
  int finished = 0;
  qint64 meanCycleMs = 0;
  bool operator==(const FigurePoint&) const = default;
};

struct SensorInfo {
  QString name;  ///< "litho-1.temperature"
  QString station;
  QString unit;
  double low = 0;  ///< normal band; low == high: none known
  double high = 0;
  bool operator==(const SensorInfo&) const = default;
};

struct Sample {
  qint64 atMs = 0;
  double value = 0;
  double error = 0;  ///< half-width of the value's interval, in the sensor's unit
  bool operator==(const Sample&) const = default;
};

struct Series {
  QString sensor;
  QList<Sample> samples;  ///< ascending times
  bool operator==(const Series&) const = default;
};

enum class CommandAction { kStart, kStop, kKill, kReleaseLots, kHoldLot, kResumeLot, kCancelLot };
enum class CommandPhase { kSent, kAccepted, kReported, kRejected, kOutcomeUnknown };

/// One act of an operator: what was commanded and what the plant reports of it.
struct CommandRecord {
  QString id;
  CommandAction action = CommandAction::kStart;
  CommandPhase phase = CommandPhase::kSent;
  QString target;  ///< service or lot
  int site = 0;    ///< where the member is; 0: not a member command
  QString user;
  QString reason;
  quint64 viewSeen = 0;
  qint64 sentMs = 0;
  qint64 changedMs = 0;
  QString answer;  ///< the service's words
  bool operator==(const CommandRecord&) const = default;
};

enum class FailureKind {
  kSiteFailed,
  kSiteAbsent,  ///< configured, and never seen in a site view by this console
  kMemberFailed,
  kMemberSlow,
  kMemberKilled,
  kBelowMinimum,
  kBlocked
};
enum class AlarmState { kUnacknowledged, kAcknowledged, kReturnedUnacknowledged, kCleared };

/// One failure as an alarm: facts only; its words are made by failure_text.h.
struct Failure {
  QString id;
  FailureKind kind = FailureKind::kMemberFailed;
  AlarmState state = AlarmState::kUnacknowledged;
  int priority = 3;  ///< 1 high, 2 medium, 3 low
  qint64 sinceMs = 0;
  quint64 sequence = 0;  ///< delivery order at this console decides what was first
  QString service;       ///< empty for a site
  QString process;
  int site = 0;
  quint64 view = 0;
  int membersLeft = 0;
  int minimum = 0;
  QString detail;        ///< the daemon's words
  QString cause;         ///< id of the first-out failure that explains this one
  int consequences = 0;  ///< how many others name this one as their cause
  QString acknowledgedBy;
  qint64 acknowledgedMs = 0;
  qint64 clearedMs = 0;
  bool operator==(const Failure&) const = default;
};

struct PlantState {
  quint64 sequence = 0;  ///< events folded so far
  qint64 heardMs = 0;    ///< when the plant was last heard
  bool linked = false;   ///< the session with the site's daemon stands
  qint64 linkChangedMs = 0;
  QString linkReason;
  bool serving = true;  ///< false: the site has no quorum
  qint64 servingChangedMs = 0;
  bool recorded = false;  ///< a recording plays: no commands
  int atSite = 0;         ///< the site whose daemon this console uses
  PlantInfo plant;
  quint64 siteView = 0;
  QList<SiteState> sites;
  QList<GroupState> groups;
  QList<NewsRow> news;
  QList<Lot> lots;
  Figures figures;
  QList<FigurePoint> trend;
  QList<Request> requests;
  QList<SensorInfo> sensors;
  QList<Series> series;
  QList<CommandRecord> commands;
  QList<Failure> failures;
  quint64 eventsLost = 0;  ///< dropped because this console could not keep up
};

using PlantStatePtr = std::shared_ptr<const PlantState>;

/// Null where there is none; the pointer lives as long as the state.
const GroupState* findGroup(const PlantState& state, const QString& name);
const ServiceInfo* findService(const PlantState& state, const QString& name);
const SiteState* findSite(const PlantState& state, int site);
const Series* findSeries(const PlantState& state, const QString& sensor);
const Failure* findFailure(const PlantState& state, const QString& id);
/// The configured name, or "site 3" where the plant file has none.
QString siteName(const PlantState& state, int site);

}  // namespace cohort::console
