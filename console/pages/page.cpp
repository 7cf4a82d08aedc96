#include "console/pages/page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "console/models/sorted_index_model.h"
#include "console/pages/data_table.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kFilterWidth = 260;
constexpr qint64 kBeatMs = 1'000;

}  // namespace

Page::Page(const QString& title, bool filtered, QWidget* parent)
    : QWidget(parent),
      title_(title),
      content_(new QVBoxLayout(this)),
      headerSlot_(new QHBoxLayout),
      count_(new QLabel(this)),
      fault_(new QLabel(this)) {
  setAccessibleName(title);
  content_->setContentsMargins(kGap, kGap, kGap, kGap);
  content_->setSpacing(kGap);
  auto* header = new QHBoxLayout;
  header->setSpacing(kGap);
  auto* name = new QLabel(title, this);
  name->setFont(titleFont());
  name->setFixedHeight(kButtonHeight);
  header->addWidget(name);
  header->addSpacing(kGap);
  header->addWidget(count_);
  header->addLayout(headerSlot_);
  header->addStretch(1);
  header->addWidget(fault_);
  if (filtered) {
    filter_ = new QLineEdit(this);
    filter_->setPlaceholderText(tr("Filter   /"));
    filter_->setAccessibleName(tr("Filter of %1").arg(title));
    filter_->setToolTip(tr("Words are AND; -word excludes; column:word looks into one column."));
    filter_->setClearButtonEnabled(true);
    filter_->setTextMargins(4, 0, 4, 0);
    filter_->setFixedSize(kFilterWidth, kButtonHeight);
    connect(filter_, &QLineEdit::textChanged, this, &Page::filterChanged);
    header->addWidget(filter_);
  }
  content_->addLayout(header);
}

void Page::present(const Snapshot& snapshot) {
  snapshot_ = snapshot;
  for (DataTable* table : tables()) table->setStale(stale());
  refresh();
  updateCommandButtons();
  if (snapshot.nowMs - lastBeatMs_ < kBeatMs) return;
  lastBeatMs_ = snapshot.nowMs;
  for (DataTable* table : tables()) table->beat();
}

void Page::open(const QString&) {
  focusMain();
}

void Page::focusFilter() {
  if (filter_ == nullptr) return;
  filter_->setFocus(Qt::ShortcutFocusReason);
  filter_->selectAll();
}

bool Page::escape() {
  if (filter_ == nullptr || filter_->text().isEmpty()) return false;
  filter_->clear();
  focusMain();
  return true;
}

void Page::focusNextPane() {
  QList<DataTable*> panes;
  for (DataTable* table : tables()) {
    if (table->isVisible()) panes.append(table);
  }
  if (panes.isEmpty()) return;
  qsizetype at = 0;
  while (at < panes.size() && !panes.at(at)->hasFocus()) ++at;
  panes.at((at + 1) % panes.size())->setFocus(Qt::ShortcutFocusReason);
}

void Page::setFilteredTable(DataTable* table) {
  filteredTable_ = table;
  connect(table->rows(), &SortedIndexModel::summaryChanged, this,
          [this, table] { setCount(table->rows()->rowCount(), table->rows()->totalCount()); });
}

void Page::filterChanged(const QString& text) {
  if (filteredTable_ != nullptr) setFilterFault(filteredTable_->rows()->setFilter(text));
}

void Page::setCount(int shown, int all) {
  count_->setText(shown == all ? tr("%1").arg(all) : tr("%1 of %2").arg(shown).arg(all));
  count_->setFont(numberFont());
}

void Page::setFilterFault(const QString& fault) {
  fault_->setText(fault);
  QPalette palette = fault_->palette();
  palette.setColor(QPalette::WindowText, theme().high.asText);
  fault_->setPalette(palette);
}

QPushButton* Page::addCommandButton(QHBoxLayout* row, const QString& text) {
  auto* button = new QPushButton(text, this);
  button->setFixedHeight(kButtonHeight);
  button->setAutoDefault(false);
  row->addWidget(button);
  commandButtons_.append(button);
  return button;
}

void Page::updateCommandButtons() {
  const QString refused = commandsRefused(state(), snapshot_.shell);
  for (QPushButton* button : commandButtons_) {
    const QVariant own = button->property("refused");
    const QString reason = refused.isEmpty() ? own.toString() : refused;
    button->setEnabled(reason.isEmpty());
    button->setToolTip(reason);
    button->setAccessibleDescription(reason);
  }
}

QLabel* Page::makeHeading(const QString& text) {
  auto* label = new QLabel(text, this);
  label->setFont(strongFont());
  return label;
}

QList<DataTable*> Page::tables() const {
  return findChildren<DataTable*>();
}

}  // namespace cohort::console
