/// News in posting order; what never arrived is a row of its own.
#pragma once

#include "console/models/list_model.h"
#include "console/models/plant_state.h"
#include "console/models/time_text.h"

namespace cohort::console {

class NewsTable : public ListModel<NewsRow> {
 public:
  explicit NewsTable(QObject* parent = nullptr);
  /// Ensures: all rows are announced as changed where the zone is another one.
  void setZone(Zone zone);

 protected:
  QString idOf(const NewsRow& row) const override;
  Cell cellOf(const NewsRow& row, int column) const override;

 private:
  Zone zone_ = Zone::kUtc;
};

/// A field's name and value in words: plant times are told as such.
std::pair<QString, QString> newsField(const QString& name, const QString& value);
/// One line of a posting's fields: "emulsion: order 41, lots W-007 W-009, from 1.1/4 to 2.1/4".
QString newsSummary(const NewsRow& row);

}  // namespace cohort::console
