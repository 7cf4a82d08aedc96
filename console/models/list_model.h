/// A SortedIndexModel over a list of values; a derived model names the ids and the cells.
#pragma once

#include "console/models/sorted_index_model.h"

namespace cohort::console {

template <typename Item>
class ListModel : public SortedIndexModel {
 public:
  using SortedIndexModel::SortedIndexModel;

  /// Shows these items. Ensures: only what differs is announced; new rows come last until the next
  /// resort(). Costs nothing where the list is the one shown already.
  void assign(const QList<Item>& items) {
    if (items.isSharedWith(items_)) return;
    QStringList ids;
    ids.reserve(items.size());
    for (const Item& item : items) ids.append(idOf(item));
    const QList<Item> before = items_;
    replaceRows({ids, [&] { items_ = items; },
                 [&](int old, int now) { return before.at(old) == items_.at(now); }});
  }

  const QList<Item>& items() const { return items_; }
  const Item& itemAt(int row) const { return items_.at(sourceRow(row)); }

 protected:
  virtual QString idOf(const Item& item) const = 0;
  virtual Cell cellOf(const Item& item, int column) const = 0;

  int sourceCount() const override { return int(items_.size()); }
  QString sourceId(int source) const override { return idOf(items_.at(source)); }
  Cell cell(int source, int column) const override { return cellOf(items_.at(source), column); }

 private:
  QList<Item> items_;
};

}  // namespace cohort::console
