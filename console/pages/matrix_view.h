/// The view of the service matrix: hosts down, services across, a legend of all marks below.
#pragma once

#include <QTableView>

namespace cohort::console {

class CellDelegate;
class ServiceMatrix;

class MatrixView : public QTableView {
  Q_OBJECT

 public:
  explicit MatrixView(ServiceMatrix* model, QWidget* parent = nullptr);
  void setStale(bool stale);
  /// As high as its rows, up to so many.
  void fitHeight(int rowsAtMost);

 signals:
  void memberOpened(const QString& service, int site);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fitColumns();

  ServiceMatrix* model_;
  CellDelegate* delegate_;
};

/// All marks of the matrix with their words.
class MatrixLegend : public QWidget {
  Q_OBJECT

 public:
  explicit MatrixLegend(QWidget* parent = nullptr);
  QSize sizeHint() const override;

 protected:
  void paintEvent(QPaintEvent* event) override;
};

}  // namespace cohort::console
