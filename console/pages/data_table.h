/// A table of one of our models, the same on every page: one row height, widths from the columns'
/// usual texts, copy as TSV, words where there are no rows, and rows that do not jump: while the
/// pointer is inside, the order is held.
#pragma once

#include <QTableView>

namespace cohort::console {

class CellDelegate;
class SortedIndexModel;

class DataTable : public QTableView {
  Q_OBJECT

 public:
  /// `spoken`: the table's name for screen readers.
  DataTable(SortedIndexModel* model, const QString& spoken, QWidget* parent = nullptr);

  /// Shown where the model has no rows: what it means and what to do next.
  void setEmptyText(const QString& text);
  void setStale(bool stale);
  /// Sorts again unless the order is held; call at a slow beat.
  void beat();
  void resortNow();

  QString currentId() const;
  /// Returns false where there is no such row.
  bool selectId(const QString& id);
  SortedIndexModel* rows() const { return model_; }
  /// As high as its header and that many rows.
  void setVisibleRows(int rows);
  QSize sizeHint() const override;

 signals:
  void currentIdChanged(const QString& id);
  void openRequested(const QString& id);

 protected:
  void paintEvent(QPaintEvent* event) override;
  void keyPressEvent(QKeyEvent* event) override;
  void currentChanged(const QModelIndex& current, const QModelIndex& previous) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void fitColumns();
  void copySelection() const;

  SortedIndexModel* model_;
  CellDelegate* delegate_;
  QString emptyText_;
  QString wantedId_;  ///< the row that was current before a reset
  bool resetting_ = false;
};

}  // namespace cohort::console
