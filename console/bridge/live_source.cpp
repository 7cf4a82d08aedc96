#include "console/bridge/live_source.h"

#include <QDateTime>
#include <QMetaObject>
#include <QUuid>

#include "console/bridge/plant_reading.h"

namespace cohort::console {

namespace {

constexpr int kBatchMs = 100;
constexpr auto kRetry = std::chrono::seconds(2);

qint64 wallMs() {
  return QDateTime::currentMSecsSinceEpoch();
}

}  // namespace

LiveSource::LiveSource(config::PlantFile plant, SiteId site, QObject* parent)
    : PlantSource(parent), plant_(std::move(plant)), site_(site) {
  timer_.setSingleShot(true);
  timer_.setInterval(kBatchMs);
  connect(&timer_, &QTimer::timeout, this, &LiveSource::flush);
}

LiveSource::~LiveSource() {
  thread_.request_stop();
  {
    const std::scoped_lock lock(mutex_);
    if (host_ != nullptr) host_->post([host = host_] { host->request_stop(); });
  }
  wake_.notify_all();
}

void LiveSource::start() {
  put({wallMs(), plantInfoFrom(plant_, kPollMs)});
  thread_ = std::jthread([this](const std::stop_token& stop) { keepSession(stop); });
}

void LiveSource::retry() {
  wake_.notify_all();
}

void LiveSource::put(PlantEvent event) {
  if (!queue_.put(std::move(event))) return;
  QMetaObject::invokeMethod(this, &LiveSource::arm, Qt::QueuedConnection);
}

void LiveSource::arm() {
  if (timer_.isActive()) return;
  armedMs_ = wallMs();
  timer_.start();
}

void LiveSource::flush() {
  lagMs_ = std::max<qint64>(wallMs() - armedMs_ - kBatchMs, 0);
  const QList<PlantEvent> events = queue_.take();
  if (!events.isEmpty()) emit batch(events);
}

void LiveSource::tellLink(bool linked, const std::string& reason) {
  put({wallMs(), LinkChange{linked, site_.value, textFrom(reason)}});
}

void LiveSource::keepSession(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    oneSession(stop);
    std::unique_lock lock(mutex_);
    wake_.wait_for(lock, stop, kRetry, [] { return false; });
  }
}

void LiveSource::oneSession(const std::stop_token& stop) {
  client::HostOptions options;
  options.program = "console";
  options.plant = plant_;
  options.site = site_;
  options.record_history = false;
  options.log_to_file = false;
  options.handle_signals = false;
  Result<std::unique_ptr<client::Host>> host = client::Host::open(std::move(options));
  if (!host) {
    tellLink(false, host.error().text);
    return;
  }
  LiveSession session(**host, [this](PlantEvent event) { put(std::move(event)); });
  {
    const std::scoped_lock lock(mutex_);
    if (stop.stop_requested()) return;
    host_ = host->get();
    session_ = &session;
  }
  (*host)->run(session.run());
  {
    const std::scoped_lock lock(mutex_);
    host_ = nullptr;
    session_ = nullptr;
  }
  tellLink(false, "The session with the daemon ended: it was stopped, or it left the plant.");
}

void LiveSource::submit(const CommandDraft& draft, const QString& user, const QString& reason) {
  CommandRecord record;
  record.id = QUuid::createUuid().toString(QUuid::WithoutBraces);
  record.action = draft.action;
  record.target = draft.target;
  record.site = draft.site;
  record.user = user;
  record.reason = reason;
  record.viewSeen = draft.viewSeen;
  record.sentMs = wallMs();
  const std::scoped_lock lock(mutex_);
  if (session_ == nullptr) {
    record.phase = CommandPhase::kRejected;
    record.answer = tr("Not connected to the plant.");
    put({record.sentMs, CommandChange{record}});
    return;
  }
  put({record.sentMs, CommandChange{record}});
  host_->post([session = session_, record, draft] { session->submit(record, draft); });
}

}  // namespace cohort::console
