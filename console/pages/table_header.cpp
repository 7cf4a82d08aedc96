#include "console/pages/table_header.h"

#include <QPainter>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kPadding = 6;
constexpr int kArrow = 10;

void paintArrow(QPainter& painter, const QRect& place, Qt::SortOrder order) {
  const int dy = order == Qt::AscendingOrder ? -3 : 3;
  const QPoint middle = place.center();
  painter.setRenderHint(QPainter::Antialiasing);
  painter.setPen(Qt::NoPen);
  painter.setBrush(theme().text);
  painter.drawPolygon(
      QPolygon({middle + QPoint(-4, -dy), middle + QPoint(4, -dy), middle + QPoint(0, dy)}));
  painter.setRenderHint(QPainter::Antialiasing, false);
}

}  // namespace

void TableHeader::paintSection(QPainter* painter, const QRect& rect, int section) const {
  painter->save();
  painter->fillRect(rect, theme().background);
  painter->setPen(theme().grid);
  painter->drawLine(rect.bottomLeft(), rect.bottomRight());
  painter->drawLine(rect.topRight(), rect.bottomRight());
  QRect area = rect.adjusted(kPadding, 0, -kPadding, 0);
  if (isSortIndicatorShown() && sortIndicatorSection() == section) {
    const QRect place(area.right() - kArrow, area.top(), kArrow, area.height());
    paintArrow(*painter, place, sortIndicatorOrder());
    area.setRight(place.left() - 2);
  }
  const QVariant alignment = model()->headerData(section, Qt::Horizontal, Qt::TextAlignmentRole);
  const QString text = model()->headerData(section, Qt::Horizontal).toString();
  painter->setFont(textFont());
  painter->setPen(theme().muted);
  painter->drawText(area, alignment.toInt(),
                    painter->fontMetrics().elidedText(text, Qt::ElideRight, area.width()));
  painter->restore();
}

}  // namespace cohort::console
