/// The header of a table: flat, aligned with its cells, with the sort arrow after the title.
#pragma once

#include <QHeaderView>

namespace cohort::console {

class TableHeader : public QHeaderView {
  Q_OBJECT

 public:
  explicit TableHeader(QWidget* parent = nullptr) : QHeaderView(Qt::Horizontal, parent) {}

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int section) const override;
};

}  // namespace cohort::console
