#include "console/pages/marks.h"

#include <QPainter>
#include <QPainterPath>
#include <cmath>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

QRectF square(const QRectF& area, double side) {
  return QRectF(area.center().x() - side / 2, area.center().y() - side / 2, side, side);
}

QPainterPath diamond(const QRectF& box) {
  QPainterPath path;
  path.moveTo(box.center().x(), box.top());
  path.lineTo(box.right(), box.center().y());
  path.lineTo(box.center().x(), box.bottom());
  path.lineTo(box.left(), box.center().y());
  path.closeSubpath();
  return path;
}

QPainterPath triangle(const QRectF& box, bool down) {
  QPainterPath path;
  path.moveTo(box.left(), down ? box.top() : box.bottom());
  path.lineTo(box.right(), down ? box.top() : box.bottom());
  path.lineTo(box.center().x(), down ? box.bottom() : box.top());
  path.closeSubpath();
  return path;
}

struct PriorityLook {
  AlarmColours colours;
  QPainterPath shape;
  QString digit;
  double digitShift = 0;  ///< triangles have their mass off the middle
};

PriorityLook priorityLook(const QRectF& area, CellMark mark) {
  const QRectF box = square(area, kMarkSize);
  PriorityLook look;
  if (mark == CellMark::kPriority1) {
    look.shape.addRect(box.adjusted(1, 1, -1, -1));
    look.colours = theme().high;
    look.digit = QStringLiteral("1");
  } else if (mark == CellMark::kPriority2) {
    look.shape = triangle(box.adjusted(-1, 0, 1, 0), false);
    look.colours = theme().medium;
    look.digit = QStringLiteral("2");
    look.digitShift = 2.5;
  } else {
    look.shape = triangle(box.adjusted(-1, 0, 1, 0), true);
    look.colours = theme().low;
    look.digit = QStringLiteral("3");
    look.digitShift = -2.5;
  }
  return look;
}

void paintPriority(QPainter& painter, const QRectF& area, CellMark mark, CellFrame frame,
                   bool stale) {
  PriorityLook look = priorityLook(area, mark);
  const bool quiet = frame == CellFrame::kSuppressed || stale;
  const bool hollow = frame == CellFrame::kReturned || quiet;
  QColor fill = hollow ? theme().surface : look.colours.fill;
  const QColor line = quiet ? theme().muted : look.colours.border;
  painter.setPen(QPen(line, hollow ? 1.5 : 1));
  painter.setBrush(fill);
  painter.drawPath(look.shape);
  if (frame == CellFrame::kUnacknowledged && !stale) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(look.colours.border, 1));
    painter.drawRect(square(area, kMarkSize + 4));
  }
  QFont font = numberFont();
  font.setPixelSize(10);
  font.setBold(true);
  painter.setFont(font);
  painter.setPen(quiet ? theme().muted : hollow ? theme().text : look.colours.ink);
  painter.drawText(square(area, kMarkSize).translated(0, look.digitShift), Qt::AlignCenter,
                   look.digit);
  if (frame == CellFrame::kSuppressed) {
    painter.setPen(QPen(theme().muted, 1.5));
    const QRectF box = square(area, kMarkSize);
    painter.drawLine(box.bottomLeft(), box.topRight());
  }
}

void paintFailed(QPainter& painter, const QRectF& area, bool stale) {
  const QRectF box = square(area, kMarkSize - 2);
  const AlarmColours& colours = theme().high;
  painter.setPen(QPen(stale ? theme().muted : colours.border, 1));
  painter.setBrush(stale ? theme().surface : colours.fill);
  painter.drawRect(box);
  painter.setPen(QPen(stale ? theme().muted : colours.ink, 2));
  const QRectF inner = box.adjusted(4, 4, -4, -4);
  painter.drawLine(inner.topLeft(), inner.bottomRight());
  painter.drawLine(inner.topRight(), inner.bottomLeft());
}

void paintSuspected(QPainter& painter, const QRectF& area, bool stale) {
  const AlarmColours& colours = theme().medium;
  painter.setPen(QPen(stale ? theme().muted : colours.border, 1));
  painter.setBrush(stale ? theme().surface : colours.fill);
  painter.drawPath(triangle(square(area, kMarkSize), false));
  QFont font = numberFont();
  font.setPixelSize(10);
  font.setBold(true);
  painter.setFont(font);
  painter.setPen(stale ? theme().muted : colours.ink);
  painter.drawText(square(area, kMarkSize).translated(0, 2.5), Qt::AlignCenter,
                   QStringLiteral("!"));
}

/// Marks of the quiet kind: grey, told apart by shape alone.
void paintQuiet(QPainter& painter, const QRectF& area, CellMark mark, bool stale) {
  const QColor ink = stale ? theme().staleInk : theme().normalGlyph;
  painter.setPen(QPen(ink, 1.5));
  painter.setBrush(Qt::NoBrush);
  switch (mark) {
    case CellMark::kMember:
      painter.setBrush(ink);
      painter.drawEllipse(square(area, 5));
      break;
    case CellMark::kOldest:
      painter.drawPath(diamond(square(area, 13)));
      painter.setBrush(ink);
      painter.drawEllipse(square(area, 3));
      break;
    case CellMark::kStarting:
      painter.drawArc(square(area, 12), 30 * 16, 300 * 16);
      painter.drawLine(area.center(), area.center() - QPointF(0, 6));
      break;
    case CellMark::kDraining:
      painter.drawArc(square(area, 13), 110 * 16, 140 * 16);
      painter.drawArc(square(area, 13), -70 * 16, 140 * 16);
      break;
    case CellMark::kStopped:
      painter.drawEllipse(square(area, 12));
      painter.drawLine(area.center() - QPointF(3, 0), area.center() + QPointF(3, 0));
      break;
    case CellMark::kEvent:
      painter.setPen(QPen(theme().muted, 1.5));
      painter.drawEllipse(square(area, 7));
      break;
    case CellMark::kFirstOut:
      painter.setBrush(ink);
      painter.drawPath(triangle(square(area, 9), true));
      break;
    case CellMark::kConsequence:
      painter.setPen(QPen(theme().muted, 1.5));
      painter.drawLine(area.center() - QPointF(4, 5), area.center() + QPointF(-4, 3));
      painter.drawLine(area.center() + QPointF(-4, 3), area.center() + QPointF(4, 3));
      break;
    case CellMark::kNone:
    case CellMark::kNotDeployed:
    case CellMark::kSuspected:
    case CellMark::kFailed:
    case CellMark::kPriority1:
    case CellMark::kPriority2:
    case CellMark::kPriority3:
      break;
  }
}

}  // namespace

void paintMark(QPainter& painter, const QRectF& area, CellMark mark, CellFrame frame, bool stale) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  if (mark == CellMark::kPriority1 || mark == CellMark::kPriority2 ||
      mark == CellMark::kPriority3) {
    paintPriority(painter, area, mark, frame, stale);
  } else if (mark == CellMark::kFailed) {
    paintFailed(painter, area, stale);
  } else if (mark == CellMark::kSuspected) {
    paintSuspected(painter, area, stale);
  } else {
    paintQuiet(painter, area, mark, stale);
  }
  painter.restore();
}

void paintHatch(QPainter& painter, const QRectF& area) {
  painter.save();
  painter.setClipRect(area);
  QColor line = theme().muted;
  line.setAlpha(70);
  painter.setPen(QPen(line, 1));
  const double step = 12;
  // Lines start at multiples of the step of the whole widget, so that cells join without seams.
  const double from = std::floor((area.left() - area.bottom()) / step) * step;
  for (double c = from; c < area.right(); c += step) {
    painter.drawLine(QPointF(c + area.top(), area.top()),
                     QPointF(c + area.bottom(), area.bottom()));
  }
  painter.restore();
}

}  // namespace cohort::console
