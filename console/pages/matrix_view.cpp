#include "console/pages/matrix_view.h"

#include <QHeaderView>
#include <QPainter>
#include <algorithm>

#include "console/models/service_matrix.h"
#include "console/pages/cell_delegate.h"
#include "console/pages/marks.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kMatrixRow = 28;
constexpr int kHeaderHeight = 40;
constexpr int kCellWidthMax = 160;
constexpr int kCellWidthMin = 64;
constexpr int kHostWidth = 92;

/// Headers of the matrix: words of services below their minimum are marked, those of hosts that
/// are gone carry the mark of a failure.
class MatrixHeader : public QHeaderView {
 public:
  using QHeaderView::QHeaderView;

 protected:
  void paintSection(QPainter* painter, const QRect& rect, int section) const override {
    const auto mark = CellMark(model()->headerData(section, orientation(), kMarkRole).toInt());
    const QString text = model()->headerData(section, orientation()).toString();
    painter->save();
    painter->fillRect(rect, theme().background);
    painter->setPen(theme().grid);
    painter->drawLine(rect.bottomLeft(), rect.bottomRight());
    painter->drawLine(rect.topRight(), rect.bottomRight());
    QRect area = rect.adjusted(4, 2, -4, -2);
    if (orientation() == Qt::Vertical) {
      if (mark != CellMark::kNone) {
        const QRect place(area.left(), area.top(), kMarkSize, area.height());
        paintMark(*painter, place, mark, CellFrame::kPlain, false);
        area.setLeft(place.right() + 6);
      }
      painter->setPen(theme().text);
      painter->setFont(textFont());
      painter->drawText(area, Qt::AlignLeft | Qt::AlignVCenter,
                        QFontMetrics(textFont()).elidedText(text, Qt::ElideMiddle, area.width()));
    } else {
      paintService(*painter, area, text, mark);
    }
    painter->restore();
  }

 private:
  static void paintService(QPainter& painter, const QRect& area, const QString& text,
                           CellMark mark) {
    const QStringList lines = text.split(QLatin1Char('\n'));
    const QRect upper(area.left(), area.top(), area.width(), area.height() / 2);
    painter.setPen(theme().text);
    painter.setFont(textFont());
    painter.drawText(
        upper, Qt::AlignLeft | Qt::AlignVCenter,
        QFontMetrics(textFont()).elidedText(lines.value(0), Qt::ElideRight, upper.width()));
    painter.setPen(theme().muted);
    painter.setFont(numberFont());
    const QRect lower = upper.translated(0, upper.height());
    painter.drawText(lower, Qt::AlignLeft | Qt::AlignVCenter, lines.value(1));
    if (mark == CellMark::kNone) return;
    const QRect place(lower.right() - kMarkSize, lower.top(), kMarkSize, lower.height());
    paintMark(painter, place, mark, CellFrame::kPlain, false);
  }
};

}  // namespace

MatrixView::MatrixView(ServiceMatrix* model, QWidget* parent)
    : QTableView(parent), model_(model), delegate_(new CellDelegate(this)) {
  setAccessibleName(tr("Hosts and services"));
  setHorizontalHeader(new MatrixHeader(Qt::Horizontal, this));
  setVerticalHeader(new MatrixHeader(Qt::Vertical, this));
  delegate_->setMarksOnly(true);
  setItemDelegate(delegate_);
  setModel(model);
  setShowGrid(false);
  setSelectionMode(QAbstractItemView::SingleSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setTabKeyNavigation(false);
  setCornerButtonEnabled(false);
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setDefaultSectionSize(kMatrixRow);
  verticalHeader()->setFixedWidth(kHostWidth);
  horizontalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  horizontalHeader()->setFixedHeight(kHeaderHeight);
  connect(this, &QAbstractItemView::activated, this, [this](const QModelIndex& index) {
    emit memberOpened(model_->serviceAt(index.column()), model_->siteAt(index.row()));
  });
  connect(model, &QAbstractItemModel::modelReset, this, &MatrixView::fitColumns);
}

void MatrixView::setStale(bool stale) {
  delegate_->setStale(stale);
  viewport()->update();
}

void MatrixView::fitHeight(int rowsAtMost) {
  const int rows = std::clamp(model_->rowCount(), 1, rowsAtMost);
  setFixedHeight(kHeaderHeight + rows * kMatrixRow + 2 * frameWidth());
}

void MatrixView::fitColumns() {
  const int columns = model_->columnCount();
  if (columns == 0) return;
  const int width = std::clamp(viewport()->width() / columns, kCellWidthMin, kCellWidthMax);
  for (int column = 0; column < columns; ++column) setColumnWidth(column, width);
}

void MatrixView::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  fitColumns();
}

MatrixLegend::MatrixLegend(QWidget* parent) : QWidget(parent) {
  setAccessibleName(tr("Legend of the marks"));
  setFixedHeight(kRowHeight);
}

QSize MatrixLegend::sizeHint() const {
  return QSize(600, kRowHeight);
}

void MatrixLegend::paintEvent(QPaintEvent*) {
  QPainter painter(this);
  painter.setFont(textFont());
  int x = 0;
  const auto word = [&](const QString& text) {
    painter.setPen(theme().muted);
    const int width = painter.fontMetrics().horizontalAdvance(text);
    painter.drawText(QRect(x, 0, width, height()), Qt::AlignVCenter, text);
    x += width + 12;
  };
  for (const CellMark mark : {CellMark::kMember, CellMark::kOldest, CellMark::kStarting,
                              CellMark::kDraining, CellMark::kFailed, CellMark::kStopped}) {
    paintMark(painter, QRectF(x, 0, kMarkSize, height()), mark, CellFrame::kPlain, false);
    x += kMarkSize + 4;
    word(markWord(mark));
  }
  const QRectF hatched(x, 5, kMarkSize, height() - 10);
  painter.fillRect(hatched, theme().staleFill);
  paintHatch(painter, hatched);
  x += kMarkSize + 4;
  word(tr("stale"));
  word(tr("blank: not deployed"));
}

}  // namespace cohort::console
