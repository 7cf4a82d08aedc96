/// A table with its own permutation: rows hold still while values change under them, and are sorted
/// again only at the caller's slow beat or at once on an operator's act. No proxy model.
///
/// Invariants: permutation_ holds each shown source row once; inverse by id; persistent indexes
/// follow ids, never positions.
#pragma once

#include <QAbstractTableModel>
#include <QHash>
#include <QList>
#include <QStringList>
#include <functional>

#include "console/models/cell.h"
#include "console/models/table_filter.h"

namespace cohort::console {

struct Column {
  QString title;
  QString key;           ///< for filters: one lower-case word
  bool numeric = false;  ///< right-aligned, in the tabular font
  int characters = 10;   ///< width that fits its usual text
};

class SortedIndexModel : public QAbstractTableModel {
  Q_OBJECT

 public:
  explicit SortedIndexModel(QList<Column> columns, QObject* parent = nullptr);

  int rowCount(const QModelIndex& parent = {}) const override;
  int columnCount(const QModelIndex& parent = {}) const override;
  QVariant data(const QModelIndex& index, int role = Qt::DisplayRole) const override;
  QVariant headerData(int section, Qt::Orientation orientation,
                      int role = Qt::DisplayRole) const override;
  /// At once: an operator asked. Column -1: the source's own order.
  void sort(int column, Qt::SortOrder order = Qt::AscendingOrder) override;

  const QList<Column>& columns() const { return columns_; }
  int sortColumn() const { return sortColumn_; }
  Qt::SortOrder sortOrder() const { return sortOrder_; }
  /// Rows before the filter: the m of "n of m".
  int totalCount() const { return sourceCount(); }

  /// Returns what is wrong with the text (then the last good filter stays), or nothing.
  QString setFilter(const QString& text);

  /// Sorts and filters again now; call at a slow beat. Ensures: selection follows ids.
  void resort();
  /// True where rows stand where a new sort would not put them.
  bool orderIsHeld() const { return stale_; }

  /// The shown row of an id, or -1.
  int rowOf(const QString& id) const;
  QString idAt(int row) const;
  Cell cellAt(int row, int column) const { return cell(permutation_.at(row), column); }
  /// All of a row's texts, for the clipboard.
  QStringList textsAt(int row) const;

 signals:
  /// Counts or the held order changed.
  void summaryChanged();

 protected:
  virtual int sourceCount() const = 0;
  virtual QString sourceId(int source) const = 0;
  virtual Cell cell(int source, int column) const = 0;

  /// The derived class replaces its rows inside `swap`. `same(old, new)` compares the row `old` of
  /// the rows before with `new` of those after; it is called after the swap.
  struct Replacement {
    QStringList ids;  ///< of the new rows, in source order
    std::function<void()> swap;
    std::function<bool(int, int)> same;
  };
  void replaceRows(const Replacement& replacement);
  int sourceRow(int row) const { return permutation_.at(row); }

 private:
  bool accepted(int source) const;
  bool lessThan(int a, int b) const;
  QList<int> sortedRows() const;
  void removeMissing(const QHash<QString, int>& next);
  void announceChanges(const QList<int>& rows);

  QList<Column> columns_;
  QList<int> permutation_;
  QList<QString> ids_;  ///< of the source's rows
  TableFilter filter_;
  int sortColumn_ = -1;
  Qt::SortOrder sortOrder_ = Qt::AscendingOrder;
  bool stale_ = false;
};

}  // namespace cohort::console
