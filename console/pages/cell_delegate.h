/// Draws one cell of any of the console's tables: mark, text, selection, focus, stale ink.
#pragma once

#include <QStyledItemDelegate>

namespace cohort::console {

class CellDelegate : public QStyledItemDelegate {
  Q_OBJECT

 public:
  using QStyledItemDelegate::QStyledItemDelegate;

  void paint(QPainter* painter, const QStyleOptionViewItem& option,
             const QModelIndex& index) const override;
  QSize sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const override;

  void setStale(bool stale) { stale_ = stale; }
  /// The mark stands alone in the middle of the cell, on the fill of equipment that is well.
  void setMarksOnly(bool only) { marksOnly_ = only; }

 private:
  void paintText(QPainter& painter, const QStyleOptionViewItem& option, const QModelIndex& index,
                 QRect area) const;

  bool stale_ = false;
  bool marksOnly_ = false;
};

}  // namespace cohort::console
