#include "console/pages/plot_view.h"

#include <QKeyEvent>
#include <QMouseEvent>
#include <QPainter>
#include <QPainterPath>
#include <QWheelEvent>
#include <algorithm>
#include <cmath>

#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr double kLeft = 64;
constexpr double kRight = 12;
constexpr double kTop = 24;
constexpr double kBottom = 24;
constexpr qint64 kShortestRangeMs = 1'000;
constexpr qint64 kLongestRangeMs = 400LL * 24 * 3'600'000;
constexpr int kMissedBeforeGap = 5;

/// 1, 2 or 5 times a power of ten, so that about `ticks` fit into the span.
double niceStep(double span, int ticks) {
  const double raw = span / ticks;
  const double power = std::pow(10, std::floor(std::log10(raw)));
  for (const double factor : {1.0, 2.0, 5.0}) {
    if (raw <= factor * power) return factor * power;
  }
  return 10 * power;
}

qint64 timeStep(qint64 span) {
  for (const qint64 seconds :
       {1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1'800, 3'600, 7'200, 14'400, 28'800, 86'400}) {
    if (span / (seconds * 1'000) <= 9) return seconds * 1'000;
  }
  return 7 * 86'400'000LL;
}

}  // namespace

PlotView::PlotView(QWidget* parent) : QWidget(parent) {
  setFocusPolicy(Qt::StrongFocus);
  setMouseTracking(true);
  setMinimumHeight(160);
  setAccessibleName(tr("Plot of one sensor"));
  setAccessibleDescription(tr("Key T shows the same samples as a table."));
}

void PlotView::setSeries(const SensorInfo& sensor, const QList<Sample>& samples, bool stale,
                         Zone zone) {
  if (sensor.name != sensor_.name) {
    pyramid_.clear();
    cursors_.clear();
  }
  sensor_ = sensor;
  samples_ = samples;
  stale_ = stale;
  zone_ = zone;
  pyramid_.follow(samples_);
  update();
}

void PlotView::setRange(const TimeRange& range) {
  zooms_.clear();
  range_ = range;
  emit rangeChanged();
  update();
}

void PlotView::followTo(qint64 nowMs) {
  if (zoomed() || range_.toMs == nowMs) return;
  range_ = {nowMs - range_.length(), nowMs};
  emit rangeChanged();
  update();
}

bool PlotView::zoomBack() {
  if (zooms_.isEmpty()) return false;
  range_ = zooms_.takeLast();
  emit rangeChanged();
  update();
  return true;
}

void PlotView::zoom(double factor, qint64 aroundMs) {
  const double before = double(aroundMs - range_.fromMs) * factor;
  const double after = double(range_.toMs - aroundMs) * factor;
  const TimeRange next{aroundMs - qint64(before), aroundMs + qint64(after)};
  if (next.length() < kShortestRangeMs || next.length() > kLongestRangeMs) return;
  zooms_.append(range_);
  range_ = next;
  emit rangeChanged();
  update();
}

void PlotView::dropCursor() {
  if (cursors_.size() == 2) cursors_.clear();
  cursors_.append(pointerMs_ != 0 ? pointerMs_ : range_.fromMs + range_.length() / 2);
  emit cursorsChanged();
  update();
}

QString PlotView::cursorText() const {
  if (cursors_.isEmpty()) return {};
  const QString first = tr("A %1").arg(timeText(cursors_.first(), zone_, true));
  if (cursors_.size() < 2) return tr("%1   (C again drops B)").arg(first);
  const auto [low, high] = std::minmax(cursors_.first(), cursors_.last());
  const auto [from, to] = indexRange(low, high);
  const Extremes between = pyramid_.extremes(from, to);
  QString text = tr("%1   B %2   dt %3 s")
                     .arg(first, timeText(cursors_.last(), zone_, true))
                     .arg(double(high - low) / 1'000, 0, 'f', 1);
  if (between.count > 0) {
    text += tr("   min %1   mean %2   max %3   n %4")
                .arg(between.low, 0, 'f', 2)
                .arg(between.sum / between.count, 0, 'f', 2)
                .arg(between.high, 0, 'f', 2)
                .arg(between.count);
  }
  return text;
}

QRectF PlotView::plotArea() const {
  return QRectF(rect()).adjusted(kLeft, kTop, -kRight, -kBottom);
}

double PlotView::xOf(qint64 ms) const {
  const QRectF area = plotArea();
  return area.left() +
         area.width() * double(ms - range_.fromMs) / double(std::max<qint64>(range_.length(), 1));
}

qint64 PlotView::timeAt(double x) const {
  const QRectF area = plotArea();
  return range_.fromMs + qint64((x - area.left()) / area.width() * double(range_.length()));
}

std::pair<qsizetype, qsizetype> PlotView::indexRange(qint64 fromMs, qint64 toMs) const {
  const auto first = std::lower_bound(samples_.cbegin(), samples_.cend(), fromMs,
                                      [](const Sample& one, qint64 ms) { return one.atMs < ms; });
  const auto last = std::lower_bound(first, samples_.cend(), toMs,
                                     [](const Sample& one, qint64 ms) { return one.atMs < ms; });
  return {first - samples_.cbegin(), last - samples_.cbegin()};
}

PlotView::Scale PlotView::scale() const {
  const auto [first, last] = indexRange(range_.fromMs, range_.toMs);
  const Extremes seen = pyramid_.extremes(first, last);
  double low = seen.count > 0 ? seen.low : 0;
  double high = seen.count > 0 ? seen.high : 1;
  if (sensor_.low < sensor_.high) {
    low = std::min(low, sensor_.low);
    high = std::max(high, sensor_.high);
  }
  if (high - low < 1e-9) {
    low -= 0.5;
    high += 0.5;
  }
  const double margin = (high - low) * 0.08;
  return {low - margin, high + margin};
}

/// Longer silence than this is a gap: some times the usual distance of two samples.
qint64 PlotView::gapLengthMs() const {
  if (samples_.size() < 3) return kLongestRangeMs;
  const qint64 span = samples_.last().atMs - samples_.first().atMs;
  QList<qint64> steps;
  const qsizetype every = std::max<qsizetype>(samples_.size() / 100, 1);
  for (qsizetype at = every; at < samples_.size(); at += every) {
    steps.append((samples_.at(at).atMs - samples_.at(at - every).atMs) / every);
  }
  std::nth_element(steps.begin(), steps.begin() + steps.size() / 2, steps.end());
  return std::max<qint64>(kMissedBeforeGap * steps.at(steps.size() / 2), span / 100'000);
}

void PlotView::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.fillRect(rect(), theme().surface);
  const QRectF area = plotArea();
  const Scale now = scale();
  painter.setFont(textFont());
  painter.setPen(theme().text);
  const QString band = sensor_.low < sensor_.high
                           ? tr("   normal %1 to %2").arg(sensor_.low).arg(sensor_.high)
                           : QString();
  const QString title = sensor_.name.isEmpty()
                            ? tr("Select a sensor.")
                            : tr("%1 in %2%3").arg(sensor_.name, sensor_.unit, band);
  painter.drawText(QRectF(kGap, 0, width() - 2 * kGap, kTop), Qt::AlignVCenter, title);
  painter.setPen(theme().muted);
  painter.drawText(QRectF(kGap, 0, width() - kRight - kGap, kTop),
                   Qt::AlignVCenter | Qt::AlignRight,
                   tr("times in %1").arg(zoneText(range_.toMs, zone_)));
  paintAxes(painter, area, now);
  painter.setClipRect(area);
  paintGaps(painter, area);
  paintSamples(painter, area, now);
  paintCursors(painter, area);
  painter.setClipping(false);
  if (hasFocus()) {
    painter.setBrush(Qt::NoBrush);
    painter.setPen(QPen(theme().focus, 2));
    painter.drawRect(rect().adjusted(1, 1, -1, -1));
  }
}

void PlotView::paintAxes(QPainter& painter, const QRectF& area, const Scale& now) const {
  if (sensor_.low < sensor_.high) {
    painter.fillRect(QRectF(QPointF(area.left(), now.y(sensor_.high, area)),
                            QPointF(area.right(), now.y(sensor_.low, area))),
                     theme().bandFill);
  }
  painter.setFont(numberFont());
  const double step = niceStep(now.high - now.low, 5);
  const int digits = std::max(0, int(std::ceil(-std::log10(step) - 1e-9)));
  for (double value = std::ceil(now.low / step) * step; value <= now.high; value += step) {
    const double y = now.y(value, area);
    painter.setPen(theme().grid);
    painter.drawLine(QPointF(area.left(), y), QPointF(area.right(), y));
    painter.setPen(theme().muted);
    painter.drawText(QRectF(0, y - 10, kLeft - 6, 20), Qt::AlignRight | Qt::AlignVCenter,
                     QString::number(value, 'f', digits));
  }
  const qint64 every = timeStep(range_.length());
  for (qint64 ms = (range_.fromMs / every + 1) * every; ms <= range_.toMs; ms += every) {
    const double x = xOf(ms);
    painter.setPen(theme().grid);
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setPen(theme().muted);
    if (x > area.right() - 24) continue;
    painter.drawText(QRectF(x - 40, area.bottom() + 2, 80, 20), Qt::AlignCenter,
                     axisTimeText(ms, zone_, every < 60'000));
  }
  painter.setPen(theme().border);
  painter.drawRect(area);
}

void PlotView::paintGaps(QPainter& painter, const QRectF& area) const {
  if (samples_.isEmpty()) return;
  const qint64 limit = gapLengthMs();
  const auto hatch = [&](qint64 from, qint64 to, const QString& why) {
    const QRectF gap(QPointF(xOf(from), area.top()), QPointF(xOf(to), area.bottom()));
    if (gap.width() < 3) return;
    painter.fillRect(gap, theme().staleFill);
    paintHatch(painter, gap);
    painter.setFont(textFont());
    painter.setPen(theme().muted);
    if (painter.fontMetrics().horizontalAdvance(why) + kGap > gap.width()) return;
    painter.drawText(gap, Qt::AlignHCenter | Qt::AlignTop, why);
  };
  const QString why = tr("no readings");
  if (samples_.first().atMs > range_.fromMs) hatch(range_.fromMs, samples_.first().atMs, why);
  const auto [first, last] = indexRange(range_.fromMs, range_.toMs);
  for (qsizetype at = std::max<qsizetype>(first, 1); at <= last && at < samples_.size(); ++at) {
    const qint64 from = samples_.at(at - 1).atMs;
    if (samples_.at(at).atMs - from > limit) hatch(from, samples_.at(at).atMs, why);
  }
  if (range_.toMs - samples_.last().atMs > limit) {
    hatch(samples_.last().atMs, range_.toMs, why);
  }
}

void PlotView::paintSamples(QPainter& painter, const QRectF& area, const Scale& now) const {
  const auto [first, last] = indexRange(range_.fromMs, range_.toMs);
  if (double(last - first) < 2 * area.width()) {
    paintPoints(painter, area, now);
    return;
  }
  painter.setPen(QPen(stale_ ? theme().staleInk : theme().trend.at(0), 1));
  for (double x = area.left(); x < area.right(); x += 1) {
    const auto [from, to] = indexRange(timeAt(x), timeAt(x + 1));
    const Extremes column = pyramid_.extremes(from, to);
    if (column.count == 0) continue;
    painter.drawLine(QPointF(x, now.y(column.low, area)), QPointF(x, now.y(column.high, area) - 1));
  }
}

void PlotView::paintPoints(QPainter& painter, const QRectF& area, const Scale& now) const {
  auto [first, last] = indexRange(range_.fromMs, range_.toMs);
  first = std::max<qsizetype>(first - 1, 0);
  last = std::min(last + 1, samples_.size());
  const qint64 limit = gapLengthMs();
  const QColor ink = stale_ ? theme().staleInk : theme().trend.at(0);
  QColor error = ink;
  error.setAlpha(60);
  painter.setRenderHint(QPainter::Antialiasing);
  QPainterPath line;
  for (qsizetype at = first; at < last; ++at) {
    const Sample& sample = samples_.at(at);
    const QPointF point(xOf(sample.atMs), now.y(sample.value, area));
    const double half = std::abs(now.y(sample.value + sample.error, area) - point.y());
    if (half >= 1) {
      painter.setPen(QPen(error, 3));
      painter.drawLine(point - QPointF(0, half), point + QPointF(0, half));
    }
    const bool joined = at > first && sample.atMs - samples_.at(at - 1).atMs <= limit;
    if (joined) {
      line.lineTo(point);
    } else {
      line.moveTo(point);
    }
  }
  painter.setBrush(Qt::NoBrush);
  painter.setPen(QPen(ink, 1.5));
  painter.drawPath(line);
  painter.setRenderHint(QPainter::Antialiasing, false);
}

void PlotView::paintCursors(QPainter& painter, const QRectF& area) const {
  for (int at = 0; at < cursors_.size(); ++at) {
    const double x = xOf(cursors_.at(at));
    painter.setPen(QPen(theme().focus, 1));
    painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()));
    painter.setFont(strongFont());
    painter.drawText(QRectF(x + 3, area.top() + 2, 20, 16), Qt::AlignLeft,
                     at == 0 ? tr("A") : tr("B"));
  }
}

void PlotView::wheelEvent(QWheelEvent* event) {
  zoom(event->angleDelta().y() > 0 ? 0.8 : 1.25, timeAt(event->position().x()));
  event->accept();
}

void PlotView::mousePressEvent(QMouseEvent* event) {
  dragFrom_ = event->position();
}

void PlotView::mouseMoveEvent(QMouseEvent* event) {
  pointerMs_ = timeAt(event->position().x());
  if (!event->buttons().testFlag(Qt::LeftButton)) return;
  const qint64 shift = timeAt(dragFrom_.x()) - pointerMs_;
  if (shift == 0) return;
  if (zooms_.isEmpty()) zooms_.append(range_);
  range_ = {range_.fromMs + shift, range_.toMs + shift};
  dragFrom_ = event->position();
  emit rangeChanged();
  update();
}

void PlotView::mouseReleaseEvent(QMouseEvent*) {
  dragFrom_ = {};
}

void PlotView::keyPressEvent(QKeyEvent* event) {
  const qint64 middle = range_.fromMs + range_.length() / 2;
  switch (event->key()) {
    case Qt::Key_Backspace:
      zoomBack();
      return;
    case Qt::Key_C:
      dropCursor();
      return;
    case Qt::Key_Plus:
      zoom(0.5, middle);
      return;
    case Qt::Key_Minus:
      zoom(2, middle);
      return;
    default:
      QWidget::keyPressEvent(event);
  }
}

}  // namespace cohort::console
