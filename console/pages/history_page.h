/// History of sensors: one sensor's readings over a range of time, as a plot or as its table twin.
#pragma once

#include "console/models/row_table.h"
#include "console/pages/page.h"

class QButtonGroup;
class QStackedWidget;

namespace cohort::console {

class PlotView;

class HistoryPage : public Page {
  Q_OBJECT

 public:
  explicit HistoryPage(QWidget* parent = nullptr);
  /// The id is a sensor's name.
  void open(const QString& id) override;
  void focusMain() override;
  bool escape() override;
  /// The plot or its table twin.
  void toggleTwin();
  PlotView* plot() const { return plot_; }

 protected:
  void refresh() override;

 private:
  QHBoxLayout* makeControls();
  void chooseOpeningRange(const QList<Sample>& samples);
  void refreshTwin();
  void exportCsv();
  SensorInfo sensor() const;

  RowTable sensors_;
  RowTable samples_;
  DataTable* sensorTable_ = nullptr;
  DataTable* sampleTable_ = nullptr;
  QStackedWidget* stack_ = nullptr;
  PlotView* plot_ = nullptr;
  QButtonGroup* ranges_ = nullptr;
  QLabel* shown_ = nullptr;
  QLabel* cursors_ = nullptr;
  bool rangeChosen_ = false;  ///< by what there is to show, or by a person
};

}  // namespace cohort::console
