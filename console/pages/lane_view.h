/// One lane a member over a group's last views: when it joined, left, failed. The table of views is
/// its twin for screen readers and export.
#pragma once

#include <QWidget>

#include "console/models/plant_state.h"

namespace cohort::console {

class LaneView : public QWidget {
  Q_OBJECT

 public:
  explicit LaneView(QWidget* parent = nullptr);
  void setGroup(const PlantStatePtr& state, const QString& group, bool stale);
  /// The column of this view is emphasised; 0: none.
  void setView(quint64 number);

 signals:
  void viewPicked(quint64 number);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void mousePressEvent(QMouseEvent* event) override;
  bool event(QEvent* event) override;

 private:
  struct Lane {
    QString process;
    int site = 0;
    int first = 0;  ///< column in which it joined
    int last = 0;   ///< last column in which it was a member
    Departure end = Departure::kNone;
  };
  void rebuild();
  double columnWidth() const;
  int columnAt(double x) const;
  void paintLane(QPainter& painter, const Lane& lane, int row) const;

  PlantStatePtr state_ = std::make_shared<const PlantState>();
  QString group_;
  bool stale_ = false;
  quint64 picked_ = 0;
  QList<ViewRecord> views_;  ///< the last ones, oldest first: one column each
  QList<Lane> lanes_;
};

}  // namespace cohort::console
