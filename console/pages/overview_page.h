/// Is the plant well, and if not, where first?
#pragma once

#include "console/models/news_table.h"
#include "console/models/row_table.h"
#include "console/models/service_matrix.h"
#include "console/pages/page.h"

class QCheckBox;

namespace cohort::console {

class KeyFigures;
class MatrixView;

class OverviewPage : public Page {
  Q_OBJECT

 public:
  explicit OverviewPage(QWidget* parent = nullptr);
  void focusMain() override;

 protected:
  void refresh() override;
  void filterChanged(const QString& text) override;

 private:
  QWidget* makeLeft();
  QWidget* makeRight();
  void openAttention(const QString& id);

  ServiceMatrix matrix_;
  RowTable stations_;
  RowTable attention_;
  NewsTable news_;
  MatrixView* matrixView_ = nullptr;
  DataTable* attentionTable_ = nullptr;
  DataTable* stationTable_ = nullptr;
  DataTable* newsTable_ = nullptr;
  KeyFigures* figures_ = nullptr;
  QLabel* attentionHeading_ = nullptr;
  QCheckBox* onlyAbnormal_ = nullptr;
};

}  // namespace cohort::console
