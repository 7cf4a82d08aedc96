/// The overview's matrix: rows are hosts, columns are services, a cell is a member.
#pragma once

#include <QAbstractTableModel>

#include "console/models/cell.h"
#include "console/models/plant_state.h"

namespace cohort::console {

/// The mark of a service's member at a site, from what the plant reports and what was commanded.
CellMark memberMark(const PlantState& state, const QString& service, int site);
/// "member", "oldest member (rank 0)" and so on.
QString markWord(CellMark mark);

class ServiceMatrix : public QAbstractTableModel {
  Q_OBJECT

 public:
  using QAbstractTableModel::QAbstractTableModel;

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation,
                      int role = Qt::DisplayRole) const override;

  /// Ensures: cells whose mark differs are announced; a changed plant resets the model.
  void setState(const PlantStatePtr& state);
  /// Shows only hosts with something that is not normal. Ensures: hidden hosts are counted.
  void setOnlyAbnormal(bool only);
  void setFilter(const QString& words);

  int hostCount() const;
  int shownCount() const { return int(shown_.size()); }
  QString serviceAt(int column) const;
  int siteAt(int row) const { return shown_.value(row); }

 private:
  QList<int> rowsToShow() const;
  bool abnormal(int site) const;
  void refreshRows();

  PlantStatePtr state_ = std::make_shared<const PlantState>();
  QList<int> shown_;  ///< sites, in rows
  bool onlyAbnormal_ = false;
  QString filter_;
};

}  // namespace cohort::console
