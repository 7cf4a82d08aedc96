#include "console/pages/state_banner.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <QPushButton>

#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kHeight = 36;
constexpr int kEdge = 12;

}  // namespace

StateBanner::StateBanner(QWidget* parent)
    : QWidget(parent), label_(new QLabel(this)), retry_(new QPushButton(tr("Retry now"), this)) {
  setFixedHeight(kHeight);
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kEdge + kGap, 0, kGap, 0);
  row->setSpacing(kGap);
  label_->setFont(strongFont());
  label_->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  row->addWidget(label_, 1);
  retry_->setFixedHeight(kButtonHeight);
  retry_->setAutoDefault(false);
  row->addWidget(retry_);
  connect(retry_, &QPushButton::clicked, this, &StateBanner::retryRequested);
}

QString StateBanner::text() const {
  return label_->text();
}

void StateBanner::present(const Snapshot& snapshot) {
  const PlantState& state = *snapshot.state;
  shell_ = snapshot.shell;
  setVisible(shell_ != ShellState::kLive);
  retry_->setVisible(shell_ == ShellState::kOffline && !state.recorded);
  const auto since = [&](qint64 ms) {
    return tr("%1 (%2)").arg(timeText(ms, snapshot.zone), ageText(snapshot.nowMs - ms));
  };
  QString text;
  switch (shell_) {
    case ShellState::kLive:
      break;
    case ShellState::kStale:
      text =
          tr("STALE: nothing heard since %1. Values may have changed.").arg(since(state.heardMs));
      break;
    case ShellState::kOffline:
      text = state.siteView == 0
                 ? tr("NOT CONNECTED: waiting for the site's daemon. %1").arg(state.linkReason)
                 : tr("NOT CONNECTED since %1. Plant as of event %2. Commands are disabled. %3")
                       .arg(since(state.linkChangedMs))
                       .arg(state.sequence)
                       .arg(state.linkReason);
      break;
    case ShellState::kBlocked:
      text = tr("BLOCKED since %1: %2 has no quorum and cannot make progress. A partition or the "
                "loss of most sites is suspected.")
                 .arg(since(state.servingChangedMs), siteName(state, state.atSite));
      break;
  }
  label_->setText(text);
  label_->setToolTip(text);
  setAccessibleName(text);
  update();
}

void StateBanner::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().staleFill);
  const QRectF edge(0, 0, kEdge, height());
  if (shell_ == ShellState::kStale) {
    // Stale is no alarm of the plant: hatched, without an alarm's fill.
    paintHatch(painter, edge);
    painter.fillRect(QRectF(0, 0, 4, height()), theme().muted);
  } else {
    painter.fillRect(edge, shell_ == ShellState::kBlocked ? theme().high.fill : theme().muted);
  }
  painter.setPen(theme().border);
  painter.drawLine(rect().bottomLeft(), rect().bottomRight());
}

}  // namespace cohort::console
