#include "console/pages/data_table.h"

#include <QApplication>
#include <QClipboard>
#include <QHeaderView>
#include <QKeyEvent>
#include <QPainter>
#include <algorithm>

#include "console/models/sorted_index_model.h"
#include "console/pages/cell_delegate.h"
#include "console/pages/table_header.h"
#include "console/pages/theme.h"

namespace cohort::console {

DataTable::DataTable(SortedIndexModel* model, const QString& spoken, QWidget* parent)
    : QTableView(parent), model_(model), delegate_(new CellDelegate(this)) {
  setAccessibleName(spoken);
  setHorizontalHeader(new TableHeader(this));
  setModel(model);
  setItemDelegate(delegate_);
  setSelectionBehavior(QAbstractItemView::SelectRows);
  setSelectionMode(QAbstractItemView::ExtendedSelection);
  setEditTriggers(QAbstractItemView::NoEditTriggers);
  setShowGrid(false);
  setWordWrap(false);
  setTabKeyNavigation(false);
  setHorizontalScrollMode(QAbstractItemView::ScrollPerPixel);
  setFrameShape(QFrame::StyledPanel);
  verticalHeader()->hide();
  verticalHeader()->setSectionResizeMode(QHeaderView::Fixed);
  verticalHeader()->setDefaultSectionSize(kRowHeight);
  verticalHeader()->setMinimumSectionSize(kRowHeight);
  horizontalHeader()->setHighlightSections(false);
  horizontalHeader()->setMinimumSectionSize(24);
  horizontalHeader()->setSectionsMovable(true);
  horizontalHeader()->setFixedHeight(kRowHeight + 2);
  horizontalHeader()->setSortIndicatorShown(true);
  horizontalHeader()->setSortIndicator(-1, Qt::AscendingOrder);
  horizontalHeader()->setSortIndicatorClearable(true);
  horizontalHeader()->setSectionsClickable(true);
  connect(horizontalHeader(), &QHeaderView::sortIndicatorChanged, model_,
          [this](int column, Qt::SortOrder order) { model_->sort(column, order); });
  connect(model_, &QAbstractItemModel::modelAboutToBeReset, this, [this] {
    wantedId_ = currentId();
    resetting_ = true;
  });
  connect(model_, &QAbstractItemModel::modelReset, this, [this] {
    resetting_ = false;
    if (!wantedId_.isEmpty()) selectId(wantedId_);
  });
  connect(this, &QAbstractItemView::activated, this,
          [this](const QModelIndex& index) { emit openRequested(model_->idAt(index.row())); });
}

void DataTable::setEmptyText(const QString& text) {
  emptyText_ = text;
  viewport()->update();
}

void DataTable::setStale(bool stale) {
  delegate_->setStale(stale);
  viewport()->update();
}

void DataTable::beat() {
  if (!model_->orderIsHeld() || viewport()->underMouse()) return;
  model_->resort();
}

void DataTable::resortNow() {
  model_->resort();
}

QString DataTable::currentId() const {
  return currentIndex().isValid() ? model_->idAt(currentIndex().row()) : QString();
}

bool DataTable::selectId(const QString& id) {
  const int row = model_->rowOf(id);
  if (row < 0) return false;
  setCurrentIndex(model_->index(row, 0));
  selectRow(row);
  return true;
}

void DataTable::setVisibleRows(int rows) {
  const int height = horizontalHeader()->height() + rows * kRowHeight + 2 * frameWidth();
  setMinimumHeight(height);
  setMaximumHeight(height);
}

QSize DataTable::sizeHint() const {
  const QFontMetrics metrics(numberFont());
  int width = 2 * frameWidth();
  for (const Column& column : model_->columns()) {
    width += column.characters * metrics.averageCharWidth() + 14;
  }
  return QSize(width, QTableView::sizeHint().height());
}

/// Columns get what their usual texts need; what is left goes to them by the same shares, and where
/// it is too little all give way alike, so that nothing scrolls sideways.
void DataTable::fitColumns() {
  const QFontMetrics numbers(numberFont());
  const QFontMetrics texts(textFont());
  QList<int> wanted;
  int sum = 0;
  for (const Column& column : model_->columns()) {
    const int usual = column.characters * numbers.averageCharWidth() + 14;
    wanted.append(std::max(usual, texts.horizontalAdvance(column.title) + 18));
    sum += wanted.last();
  }
  const int space = viewport()->width();
  if (sum == 0 || space <= 0) return;
  int stretchable = 0;
  for (int column = 0; column < wanted.size(); ++column) {
    if (!model_->columns().at(column).numeric) stretchable += wanted.at(column);
  }
  const int spare = space - sum;
  int used = 0;
  for (int column = 0; column < wanted.size(); ++column) {
    int width = wanted.at(column);
    const bool numeric = model_->columns().at(column).numeric;
    if (!numeric && stretchable > 0) width += spare * width / stretchable;
    width = std::max(width, 36);
    if (column + 1 == wanted.size()) width = std::max(36, space - used);
    setColumnWidth(column, width);
    used += width;
  }
}

void DataTable::resizeEvent(QResizeEvent* event) {
  QTableView::resizeEvent(event);
  if (event->oldSize().width() != event->size().width()) fitColumns();
}

void DataTable::currentChanged(const QModelIndex& current, const QModelIndex& previous) {
  QTableView::currentChanged(current, previous);
  if (!resetting_ && current.isValid()) emit currentIdChanged(model_->idAt(current.row()));
}

void DataTable::paintEvent(QPaintEvent* event) {
  QTableView::paintEvent(event);
  if (model_->rowCount() > 0 || emptyText_.isEmpty()) return;
  QPainter painter(viewport());
  painter.setPen(theme().muted);
  painter.setFont(textFont());
  const QString text =
      model_->totalCount() > 0 ? tr("Nothing matches the filter. Esc clears it.") : emptyText_;
  painter.drawText(viewport()->rect().adjusted(kGap, kGap, -kGap, -kGap),
                   Qt::AlignTop | Qt::AlignLeft | Qt::TextWordWrap, text);
}

void DataTable::keyPressEvent(QKeyEvent* event) {
  if (event->matches(QKeySequence::Copy)) {
    copySelection();
    return;
  }
  QTableView::keyPressEvent(event);
}

void DataTable::copySelection() const {
  QStringList titles;
  for (const Column& column : model_->columns()) titles.append(column.title);
  QString text = titles.join(QLatin1Char('\t')) + QLatin1Char('\n');
  QModelIndexList selected = selectionModel()->selectedRows();
  std::sort(selected.begin(), selected.end());
  for (const QModelIndex& index : selected) {
    text += model_->textsAt(index.row()).join(QLatin1Char('\t')) + QLatin1Char('\n');
  }
  QApplication::clipboard()->setText(text);
}

}  // namespace cohort::console
