/// A table whose rows were made ready as texts and marks; for tables of up to some thousand rows.
#pragma once

#include "console/models/list_model.h"

namespace cohort::console {

struct TableRow {
  QString id;
  QList<Cell> cells;
  bool operator==(const TableRow&) const = default;
};

class RowTable : public ListModel<TableRow> {
 public:
  using ListModel<TableRow>::ListModel;

 protected:
  QString idOf(const TableRow& row) const override { return row.id; }
  Cell cellOf(const TableRow& row, int column) const override { return row.cells.value(column); }
};

}  // namespace cohort::console
