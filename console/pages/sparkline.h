/// A small trend without axes: the last value is a dot, the band is the range that was usual.
#pragma once

#include <QList>
#include <QWidget>

namespace cohort::console {

class Sparkline : public QWidget {
  Q_OBJECT

 public:
  explicit Sparkline(QWidget* parent = nullptr);
  /// Ensures: repaints only where the values differ.
  void setValues(const QList<double>& values, bool stale);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QList<double> values_;
  bool stale_ = false;
};

}  // namespace cohort::console
