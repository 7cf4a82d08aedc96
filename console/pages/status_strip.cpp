#include "console/pages/status_strip.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPainter>
#include <algorithm>

#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kHeight = 24;
constexpr int kEdge = 12;

}  // namespace

StatusStrip::StatusStrip(QWidget* parent)
    : QWidget(parent),
      state_(new QLabel(this)),
      facts_(new QLabel(this)),
      help_(new QLabel(tr("?  keys"), this)) {
  setFixedHeight(kHeight);
  setAccessibleName(tr("Status"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(kEdge + kGap, 0, kGap, 0);
  row->setSpacing(2 * kGap);
  state_->setFont(strongFont());
  row->addWidget(state_);
  row->addWidget(facts_, 1);
  row->addWidget(help_);
}

QString StatusStrip::stateText() const {
  return state_->text();
}

void StatusStrip::present(const Snapshot& snapshot, qint64 lagMs) {
  const PlantState& state = *snapshot.state;
  shell_ = snapshot.shell;
  QString word = shellWord(shell_);
  if (shell_ == ShellState::kStale) {
    word = tr("%1, last heard %2 ago").arg(word, ageText(snapshot.nowMs - state.heardMs));
  }
  if (state.recorded) word = tr("RECORDING  %1").arg(word);
  state_->setText(word);
  const auto present = std::count_if(state.sites.cbegin(), state.sites.cend(),
                                     [](const SiteState& site) { return site.inView; });
  QString text = tr("event %1   |   site view %2   |   %3/%4 sites   |   through %5")
                     .arg(state.sequence)
                     .arg(state.siteView)
                     .arg(present)
                     .arg(state.plant.sites.size())
                     .arg(siteName(state, state.atSite));
  if (state.eventsLost > 0) text += tr("   |   %1 events lost").arg(state.eventsLost);
  facts_->setText(text);
  facts_->setToolTip(tr("Last batch waited %1 ms for the window").arg(lagMs));
  update();
}

void StatusStrip::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().background);
  painter.setPen(theme().grid);
  painter.drawLine(rect().topLeft(), rect().topRight());
  if (shell_ == ShellState::kLive) return;
  const QRectF edge(0, 0, kEdge, height());
  painter.fillRect(edge, theme().medium.fill);
  paintHatch(painter, edge);
}

}  // namespace cohort::console
