/// The plant's key figures with what is planned and how they went lately.
#pragma once

#include <QList>
#include <QWidget>

#include "console/models/plant_state.h"

class QLabel;
class QGridLayout;

namespace cohort::console {

class Sparkline;

class KeyFigures : public QWidget {
  Q_OBJECT

 public:
  explicit KeyFigures(QWidget* parent = nullptr);
  void setState(const PlantState& state, bool stale);

 private:
  struct Line {
    QLabel* value;
    QLabel* context;
    Sparkline* trend;
  };
  void addLine(const QString& name, bool trend);
  void setLine(int line, const QString& value, const QString& context, bool stale);

  QGridLayout* grid_;
  QList<Line> lines_;
};

}  // namespace cohort::console
