/// One sensor over time: extremes of every pixel column (no spike is lost at any zoom), the
/// samples' error as a band, gaps as gaps, two cursors with the statistics between them.
///
/// Wheel zooms at the pointer, drag pans, Backspace takes a zoom back, C drops cursor A or B.
#pragma once

#include <QWidget>

#include "console/models/min_max_pyramid.h"
#include "console/models/time_text.h"

namespace cohort::console {

struct TimeRange {
  qint64 fromMs = 0;
  qint64 toMs = 0;
  qint64 length() const { return toMs - fromMs; }
  bool operator==(const TimeRange&) const = default;
};

class PlotView : public QWidget {
  Q_OBJECT

 public:
  explicit PlotView(QWidget* parent = nullptr);

  void setSeries(const SensorInfo& sensor, const QList<Sample>& samples, bool stale, Zone zone);
  /// The range that an operator asked for; ends all zooms.
  void setRange(const TimeRange& range);
  /// Moves a range that was not zoomed along with time.
  void followTo(qint64 nowMs);
  const TimeRange& range() const { return range_; }
  bool zoomed() const { return !zooms_.isEmpty(); }
  /// Returns false where there is no zoom to take back.
  bool zoomBack();
  void zoom(double factor, qint64 aroundMs);
  void dropCursor();
  /// "A 13:12:04.1 UTC  B ...: dt 32 min 6 s  min 15.7  mean 19.9  max 31.0  n 192"; empty without.
  QString cursorText() const;

 signals:
  void rangeChanged();
  void cursorsChanged();

 protected:
  void paintEvent(QPaintEvent* event) override;
  void wheelEvent(QWheelEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  void mouseMoveEvent(QMouseEvent* event) override;
  void mouseReleaseEvent(QMouseEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  struct Scale {
    double low = 0;
    double high = 1;
    double y(double value, const QRectF& area) const {
      return area.bottom() - (value - low) / (high - low) * area.height();
    }
  };
  QRectF plotArea() const;
  double xOf(qint64 ms) const;
  qint64 timeAt(double x) const;
  std::pair<qsizetype, qsizetype> indexRange(qint64 fromMs, qint64 toMs) const;
  Scale scale() const;
  qint64 gapLengthMs() const;
  void paintAxes(QPainter& painter, const QRectF& area, const Scale& scale) const;
  void paintGaps(QPainter& painter, const QRectF& area) const;
  void paintSamples(QPainter& painter, const QRectF& area, const Scale& scale) const;
  void paintPoints(QPainter& painter, const QRectF& area, const Scale& scale) const;
  void paintCursors(QPainter& painter, const QRectF& area) const;

  SensorInfo sensor_;
  QList<Sample> samples_;
  MinMaxPyramid pyramid_;
  TimeRange range_;
  QList<TimeRange> zooms_;  ///< ranges to go back to
  QList<qint64> cursors_;   ///< none, A, or A and B
  qint64 pointerMs_ = 0;
  QPointF dragFrom_;
  bool stale_ = false;
  Zone zone_ = Zone::kUtc;
};

}  // namespace cohort::console
