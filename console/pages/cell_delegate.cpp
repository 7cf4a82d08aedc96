#include "console/pages/cell_delegate.h"

#include <QPainter>

#include "console/models/cell.h"
#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kPadding = 6;

QColor backgroundFor(const QStyleOptionViewItem& option, CellMark mark, bool marksOnly,
                     bool stale) {
  if (option.state.testFlag(QStyle::State_Selected)) return theme().selection;
  if (stale) return theme().staleFill;
  const bool deployed = marksOnly && mark != CellMark::kNotDeployed;
  return deployed ? theme().normalFill : theme().surface;
}

}  // namespace

QSize CellDelegate::sizeHint(const QStyleOptionViewItem& option, const QModelIndex& index) const {
  return QSize(QStyledItemDelegate::sizeHint(option, index).width(), kRowHeight);
}

void CellDelegate::paint(QPainter* painter, const QStyleOptionViewItem& option,
                         const QModelIndex& index) const {
  const auto mark = CellMark(index.data(kMarkRole).toInt());
  const auto frame = CellFrame(index.data(kFrameRole).toInt());
  painter->save();
  QRect fill = option.rect;
  if (marksOnly_) {
    painter->fillRect(fill, theme().surface);
    fill.adjust(2, 2, -2, -2);
  }
  painter->fillRect(fill, backgroundFor(option, mark, marksOnly_, stale_));
  if (stale_) paintHatch(*painter, fill);
  QRect area = option.rect.adjusted(kPadding, 0, -kPadding, 0);
  if (marksOnly_) {
    paintMark(*painter, option.rect, mark, frame, stale_);
  } else {
    if (mark != CellMark::kNone) {
      const QRect place(area.left(), area.top(), kMarkSize + 4, area.height());
      paintMark(*painter, place, mark, frame, stale_);
      area.setLeft(place.right() + kPadding);
    }
    paintText(*painter, option, index, area);
  }
  if (option.state.testFlag(QStyle::State_HasFocus)) {
    painter->setPen(QPen(theme().focus, 2));
    painter->setBrush(Qt::NoBrush);
    painter->drawRect(option.rect.adjusted(1, 1, -1, -1));
  }
  painter->restore();
}

void CellDelegate::paintText(QPainter& painter, const QStyleOptionViewItem& option,
                             const QModelIndex& index, QRect area) const {
  // Beside a priority's glyph its digit would be said twice.
  const auto mark = CellMark(index.data(kMarkRole).toInt());
  const QString text = index.data(Qt::DisplayRole).toString();
  if (mark >= CellMark::kPriority1 && mark <= CellMark::kPriority3 && text.size() == 1) return;
  const bool numeric = index.data(kNumericRole).toBool();
  QFont font = numeric ? numberFont() : textFont();
  font.setItalic(index.data(kPendingRole).toBool());
  painter.setFont(font);
  const bool selected = option.state.testFlag(QStyle::State_Selected);
  painter.setPen(stale_ ? theme().staleInk : selected ? theme().selectionText : theme().text);
  const QFontMetrics metrics(font);
  const Qt::Alignment alignment = numeric ? Qt::AlignRight : Qt::AlignLeft;
  painter.drawText(area, int(alignment | Qt::AlignVCenter),
                   metrics.elidedText(text, Qt::ElideRight, area.width()));
}

}  // namespace cohort::console
