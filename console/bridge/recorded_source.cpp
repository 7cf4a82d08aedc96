#include "console/bridge/recorded_source.h"

namespace cohort::console {

namespace {

constexpr int kStepMs = 100;

}  // namespace

RecordedSource::RecordedSource(QList<PlantEvent> events, QObject* parent)
    : PlantSource(parent), events_(std::move(events)) {
  if (!events_.isEmpty()) nowMs_ = events_.first().atMs;
  timer_.setInterval(kStepMs);
  connect(&timer_, &QTimer::timeout, this, &RecordedSource::step);
}

void RecordedSource::start() {
  timer_.start();
}

void RecordedSource::submit(const CommandDraft& draft, const QString& user, const QString& reason) {
  CommandRecord record;
  record.id = QStringLiteral("recorded %1").arg(++refused_);
  record.action = draft.action;
  record.phase = CommandPhase::kRejected;
  record.target = draft.target;
  record.site = draft.site;
  record.user = user;
  record.reason = reason;
  record.sentMs = nowMs_;
  record.answer = tr("This is a recording: there is no plant to command.");
  emit batch({PlantEvent{nowMs_, CommandChange{record}}});
}

void RecordedSource::tell(qsizetype until) {
  const QList<PlantEvent> events = events_.mid(next_, until - next_);
  next_ = until;
  if (events.isEmpty()) return;
  nowMs_ = std::max(nowMs_, events.last().atMs);
  emit batch(events);
}

bool RecordedSource::playTo(const QString& mark) {
  for (qsizetype at = next_; at < events_.size(); ++at) {
    const auto* one = std::get_if<Mark>(&events_.at(at).body);
    if (one == nullptr || one->name != mark) continue;
    tell(at + 1);
    return true;
  }
  return false;
}

void RecordedSource::playToEnd() {
  tell(events_.size());
}

void RecordedSource::step() {
  nowMs_ += kStepMs;
  qsizetype until = next_;
  while (until < events_.size() && events_.at(until).atMs <= nowMs_) ++until;
  tell(until);
}

}  // namespace cohort::console
