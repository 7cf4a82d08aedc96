#include "console/pages/alarm_strip.h"

#include <QAccessible>
#include <QHBoxLayout>
#include <QPainter>
#include <QPushButton>

#include "console/models/failure_rows.h"
#include "console/models/failure_text.h"
#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kHeight = 32;

}  // namespace

AlarmStrip::AlarmStrip(QWidget* parent)
    : QWidget(parent),
      show_(new QPushButton(tr("Show"), this)),
      acknowledge_(new QPushButton(tr("Acknowledge"), this)) {
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kGap, 3, kGap, 3);
  row->setSpacing(kGap);
  row->addStretch(1);
  for (QPushButton* button : {show_, acknowledge_}) {
    button->setFixedHeight(kButtonHeight);
    button->setAutoDefault(false);
    button->setFocusPolicy(Qt::TabFocus);
    row->addWidget(button);
  }
  connect(show_, &QPushButton::clicked, this, [this] { emit showRequested(failure_); });
  connect(acknowledge_, &QPushButton::clicked, this,
          [this] { emit acknowledgeRequested(failure_); });
}

void AlarmStrip::present(const Snapshot& snapshot) {
  const PlantState& state = *snapshot.state;
  const Failure* worst = mostUrgent(state);
  const int unacknowledged = failureCount(state, FailureScope::kUnacknowledged);
  const int standing = failureCount(state, FailureScope::kStanding);
  stale_ = snapshot.shell != ShellState::kLive;
  const QString before = std::exchange(failure_, worst != nullptr ? worst->id : QString());
  priority_ = worst != nullptr ? worst->priority : 0;
  if (worst != nullptr) {
    const QString first =
        worst->consequences > 0 ? tr("   first-out of %1").arg(worst->consequences + 1) : QString();
    text_ = tr("%1 unack   %2   %3: %4%5")
                .arg(unacknowledged)
                .arg(timeText(worst->sinceMs, snapshot.zone), failureSource(state, *worst),
                     failureWhat(state, *worst), first);
  } else {
    text_ = standing > 0
                ? tr("No unacknowledged failures. Acknowledged and standing: %1").arg(standing)
                : tr("No active failures.");
  }
  setAccessibleName(text_);
  show_->setVisible(standing > 0);
  acknowledge_->setVisible(worst != nullptr);
  acknowledge_->setEnabled(!state.recorded);
  acknowledge_->setToolTip(state.recorded ? tr("This is a recording.") : tr("Only this failure."));
  if (worst != nullptr && worst->priority == 1 && before != failure_) {
    QAccessibleEvent alert(this, QAccessible::Alert);
    QAccessible::updateAccessibility(&alert);
  }
  update();
}

void AlarmStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().background);
  painter.setPen(theme().grid);
  painter.drawLine(rect().bottomLeft(), rect().bottomRight());
  int x = kGap;
  if (priority_ > 0) {
    paintMark(painter, QRectF(x, 0, kMarkSize + 4, height()), priorityMark(priority_),
              CellFrame::kUnacknowledged, stale_);
    x += kMarkSize + 4 + kGap;
  }
  const int right = show_->isVisible() ? show_->x() : width() - kGap;
  painter.setFont(priority_ > 0 ? strongFont() : textFont());
  painter.setPen(priority_ > 0 && !stale_ ? theme().text : theme().muted);
  painter.drawText(QRect(x, 0, right - x - kGap, height()), Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(text_, Qt::ElideRight, right - x - kGap));
}

}  // namespace cohort::console
