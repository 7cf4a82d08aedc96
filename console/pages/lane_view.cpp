#include "console/pages/lane_view.h"

#include <QHelpEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QToolTip>
#include <algorithm>
#include <cmath>

#include "console/models/failure_text.h"
#include "console/models/group_rows.h"
#include "console/models/state_builder.h"
#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kLabelWidth = 150;
constexpr int kLaneHeight = 20;
constexpr int kScaleHeight = 20;
constexpr int kColumnsShown = 40;
constexpr int kColumnWidthMax = 90;

}  // namespace

LaneView::LaneView(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Lives of the members over the views"));
  setAccessibleDescription(tr("The tab Views lists the same as a table."));
}

void LaneView::setGroup(const PlantStatePtr& state, const QString& group, bool stale) {
  state_ = state;
  group_ = group;
  stale_ = stale;
  rebuild();
  setMinimumHeight(kScaleHeight + std::clamp(int(lanes_.size()), 3, 8) * kLaneHeight + 4);
  update();
}

void LaneView::setView(quint64 number) {
  picked_ = number;
  update();
}

void LaneView::rebuild() {
  views_.clear();
  lanes_.clear();
  const GroupState* group = findGroup(*state_, group_);
  if (group == nullptr) return;
  views_ = group->history.mid(std::max<qsizetype>(group->history.size() - kColumnsShown, 0));
  for (int column = 0; column < views_.size(); ++column) {
    const ViewRecord& view = views_.at(column);
    for (const QString& process : view.members) {
      const auto known = std::find_if(lanes_.begin(), lanes_.end(),
                                      [&](const Lane& lane) { return lane.process == process; });
      if (known != lanes_.end()) {
        known->last = column;
      } else {
        lanes_.append({process, siteOfProcess(process), column, column, Departure::kNone});
      }
    }
    for (const Departed& gone : view.departed) {
      for (Lane& lane : lanes_) {
        if (lane.process == gone.process) lane.end = gone.why;
      }
    }
  }
}

double LaneView::columnWidth() const {
  const double space = double(width() - kLabelWidth - 24);
  return std::min<double>(kColumnWidthMax, space / double(std::max<qsizetype>(views_.size(), 1)));
}

int LaneView::columnAt(double x) const {
  return views_.isEmpty() ? -1 : int(std::floor((x - kLabelWidth) / columnWidth()));
}

void LaneView::paintLane(QPainter& painter, const Lane& lane, int row) const {
  const double w = columnWidth();
  const double y = kScaleHeight + row * kLaneHeight;
  painter.setPen(stale_ ? theme().staleInk : theme().text);
  painter.setFont(textFont());
  const QString name = tr("%1  %2").arg(lane.process, siteName(*state_, lane.site));
  painter.drawText(QRectF(4, y, kLabelWidth - 8, kLaneHeight), Qt::AlignVCenter,
                   painter.fontMetrics().elidedText(name, Qt::ElideRight, kLabelWidth - 8));
  const QRectF bar(kLabelWidth + lane.first * w, y + 5, (lane.last - lane.first + 1) * w - 2,
                   kLaneHeight - 10);
  painter.setPen(theme().border);
  painter.setBrush(stale_ ? theme().staleFill : theme().normalFill);
  painter.drawRect(bar);
  if (lane.end == Departure::kNone) return;
  const QRectF end(bar.right() + 2, y + 1, kMarkSize, kLaneHeight - 2);
  paintMark(painter, end, lane.end == Departure::kLeft ? CellMark::kStopped : CellMark::kFailed,
            CellFrame::kPlain, stale_);
}

void LaneView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().surface);
  painter.setPen(theme().muted);
  if (views_.isEmpty()) {
    painter.drawText(rect().adjusted(kGap, 0, 0, 0), Qt::AlignVCenter,
                     tr("No view of this group has been seen yet."));
    return;
  }
  const double w = columnWidth();
  painter.drawText(QRectF(4, 0, kLabelWidth - 8, kScaleHeight), Qt::AlignVCenter, tr("View"));
  painter.setFont(numberFont());
  const int every = std::max(1, int(std::ceil(34 / w)));
  for (int column = 0; column < views_.size(); ++column) {
    const QRectF head(kLabelWidth + column * w, 0, w, kScaleHeight);
    if (views_.at(column).number == picked_) {
      painter.fillRect(QRectF(head.left(), 0, w - 1, height()), theme().selection);
    }
    painter.setPen(theme().grid);
    painter.drawLine(QPointF(head.left(), kScaleHeight), QPointF(head.left(), height()));
    painter.setPen(theme().muted);
    if (column % every == 0) {
      painter.drawText(head.adjusted(2, 0, 20, 0), Qt::AlignVCenter,
                       QString::number(views_.at(column).number));
    }
  }
  const int fitting = std::max(1, (height() - kScaleHeight) / kLaneHeight);
  const int from = std::max(0, int(lanes_.size()) - fitting);
  for (int lane = from; lane < lanes_.size(); ++lane) {
    paintLane(painter, lanes_.at(lane), lane - from);
  }
}

void LaneView::mousePressEvent(QMouseEvent* event) {
  const int column = columnAt(event->position().x());
  if (column >= 0 && column < views_.size()) emit viewPicked(views_.at(column).number);
}

bool LaneView::event(QEvent* event) {
  if (event->type() != QEvent::ToolTip) return QWidget::event(event);
  const auto* help = static_cast<QHelpEvent*>(event);
  const int column = columnAt(help->pos().x());
  if (column >= 0 && column < views_.size()) {
    const ViewRecord& view = views_.at(column);
    QToolTip::showText(help->globalPos(),
                       tr("View %1: %2").arg(view.number).arg(viewChangeText(*state_, view)), this);
  }
  return true;
}

}  // namespace cohort::console
