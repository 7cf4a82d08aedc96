#include "console/pages/sparkline.h"

#include <QPainter>
#include <QPolygonF>
#include <algorithm>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

/// The middle four fifths of the values: what was usual in the time shown.
std::pair<double, double> usualRange(QList<double> values) {
  std::sort(values.begin(), values.end());
  return {values.at(values.size() / 10), values.at(values.size() - 1 - values.size() / 10)};
}

}  // namespace

Sparkline::Sparkline(QWidget* parent) : QWidget(parent) {
  setMinimumSize(80, kRowHeight);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

void Sparkline::setValues(const QList<double>& values, bool stale) {
  if (values == values_ && stale == stale_) return;
  values_ = values;
  stale_ = stale;
  update();
}

void Sparkline::paintEvent(QPaintEvent*) {
  if (values_.size() < 2) return;
  QPainter painter(this);
  const QRectF area = QRectF(rect()).adjusted(1, 4, -5, -4);
  const auto [low, high] = std::minmax_element(values_.cbegin(), values_.cend());
  const double span = *high - *low;
  const auto y = [&](double value) {
    return span == 0 ? area.center().y() : area.bottom() - (value - *low) / span * area.height();
  };
  const auto [usualLow, usualHigh] = usualRange(values_);
  const double top = y(usualHigh) - 2;
  painter.fillRect(QRectF(area.left(), top, area.width(), y(usualLow) + 2 - top), theme().bandFill);
  painter.setRenderHint(QPainter::Antialiasing);
  QPolygonF line;
  for (qsizetype at = 0; at < values_.size(); ++at) {
    const double x = area.left() + area.width() * double(at) / double(values_.size() - 1);
    line.append(QPointF(x, y(values_.at(at))));
  }
  const QColor ink = stale_ ? theme().staleInk : theme().trend.at(0);
  painter.setPen(QPen(ink, 1.5));
  painter.drawPolyline(line);
  painter.setBrush(ink);
  painter.drawEllipse(line.last(), 2, 2);
}

}  // namespace cohort::console
