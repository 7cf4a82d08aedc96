#include "console/pages/failures_page.h"

#include <QHBoxLayout>
#include <QKeyEvent>
#include <QLabel>
#include <QPushButton>
#include <QTabBar>
#include <QVBoxLayout>

#include "console/models/failure_text.h"
#include "console/pages/data_table.h"
#include "console/pages/theme.h"

namespace cohort::console {

FailuresPage::FailuresPage(QWidget* parent)
    : Page(tr("Failures"), true, parent), failures_(failureColumns()) {
  scopes_ = new QTabBar(this);
  scopes_->setAccessibleName(tr("Which failures"));
  scopes_->setExpanding(false);
  scopes_->setDrawBase(false);
  for (const QString& name : {tr("Standing"), tr("Unacknowledged"), tr("History")}) {
    scopes_->addTab(name);
  }
  connect(scopes_, &QTabBar::currentChanged, this, &FailuresPage::refresh);
  content()->addWidget(scopes_);
  table_ = new DataTable(&failures_, tr("Failures"), this);
  table_->setEmptyText(tr("No failure stands. The tab History lists what was."));
  connect(table_, &DataTable::currentIdChanged, this, &FailuresPage::refreshDetail);
  connect(table_, &DataTable::openRequested, this, &FailuresPage::toggleFold);
  setFilteredTable(table_);
  content()->addWidget(table_, 1);
  content()->addWidget(makeDetail());
}

QWidget* FailuresPage::makeDetail() {
  auto* detail = new QWidget(this);
  auto* box = new QVBoxLayout(detail);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGap);
  title_ = makeHeading({});
  box->addWidget(title_);
  auto* columns = new QHBoxLayout;
  columns->setSpacing(2 * kGap);
  const auto addColumn = [&](const QString& name) {
    auto* column = new QVBoxLayout;
    column->setSpacing(kGap / 2);
    column->addWidget(makeHeading(name));
    auto* text = new QLabel(this);
    text->setAccessibleName(name);
    text->setWordWrap(true);
    text->setAlignment(Qt::AlignTop | Qt::AlignLeft);
    text->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    text->setMinimumHeight(5 * kRowHeight);
    column->addWidget(text, 1);
    columns->addLayout(column, 1);
    return text;
  };
  advice_ = addColumn(tr("What to do"));
  evidence_ = addColumn(tr("Evidence"));
  box->addLayout(columns);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  const auto addButton = [&](const QString& text) {
    auto* button = new QPushButton(text, this);
    button->setFixedHeight(kButtonHeight);
    button->setAutoDefault(false);
    row->addWidget(button);
    return button;
  };
  acknowledge_ = addButton(tr("Acknowledge"));
  fold_ = addButton(tr("Show consequences"));
  goToGroup_ = addButton(tr("Go to group"));
  row->addStretch(1);
  box->addLayout(row);
  connect(acknowledge_, &QPushButton::clicked, this, &FailuresPage::acknowledge);
  connect(fold_, &QPushButton::clicked, this, &FailuresPage::toggleFold);
  connect(goToGroup_, &QPushButton::clicked, this, [this] {
    const Failure* failure = failureOfRow(table_->currentId());
    if (failure != nullptr) emit goTo(QStringLiteral("groups"), failure->service);
  });
  return detail;
}

FailureScope FailuresPage::scope() const {
  return FailureScope(scopes_->currentIndex());
}

const Failure* FailuresPage::failureOfRow(const QString& rowId) const {
  for (const Failure& failure : state().failures) {
    if (failure.id + QLatin1Char(' ') + QString::number(failure.sequence) == rowId) {
      return &failure;
    }
  }
  return nullptr;
}

QStringList FailuresPage::selectedFailures() const {
  QStringList ids;
  for (const QModelIndex& index : table_->selectionModel()->selectedRows()) {
    const Failure* failure = failureOfRow(failures_.idAt(index.row()));
    if (failure != nullptr && inScope(*failure, FailureScope::kUnacknowledged)) {
      ids.append(failure->id);
    }
  }
  return ids;
}

void FailuresPage::open(const QString& id) {
  const Failure* failure = findFailure(state(), id);
  if (failure != nullptr && !isStanding(*failure)) scopes_->setCurrentIndex(2);
  if (failure != nullptr && !failure->cause.isEmpty()) unfolded_.append(failure->cause);
  refresh();
  for (int row = 0; row < failures_.rowCount(); ++row) {
    const Failure* one = failureOfRow(failures_.idAt(row));
    if (one != nullptr && one->id == id) table_->selectId(failures_.idAt(row));
  }
  focusMain();
}

void FailuresPage::show(FailureScope scope) {
  scopes_->setCurrentIndex(int(scope));
}

void FailuresPage::focusMain() {
  table_->setFocus();
}

bool FailuresPage::escape() {
  if (Page::escape()) return true;
  if (unfolded_.isEmpty()) return false;
  unfolded_.clear();
  refresh();
  return true;
}

void FailuresPage::acknowledge() {
  const QStringList ids = selectedFailures();
  if (!ids.isEmpty()) emit acknowledgeWanted(ids);
}

void FailuresPage::toggleFold() {
  const Failure* failure = failureOfRow(table_->currentId());
  if (failure == nullptr || failure->consequences == 0) return;
  if (!unfolded_.removeOne(failure->id)) unfolded_.append(failure->id);
  refresh();
}

void FailuresPage::keyPressEvent(QKeyEvent* event) {
  const Failure* failure = failureOfRow(table_->currentId());
  const bool foldKey = event->key() == Qt::Key_Right || event->key() == Qt::Key_Left;
  if (failure != nullptr && foldKey &&
      unfolded_.contains(failure->id) == (event->key() == Qt::Key_Left)) {
    toggleFold();
    return;
  }
  Page::keyPressEvent(event);
}

void FailuresPage::refresh() {
  scopes_->setTabText(0, tr("Standing %1").arg(failureCount(state(), FailureScope::kStanding)));
  scopes_->setTabText(
      1, tr("Unacknowledged %1").arg(failureCount(state(), FailureScope::kUnacknowledged)));
  scopes_->setTabText(2, tr("History %1").arg(failureCount(state(), FailureScope::kHistory)));
  failures_.assign(failureRows(state(), scope(), unfolded_, snapshot().zone));
  failures_.resort();
  if (table_->currentId().isEmpty() && failures_.rowCount() > 0) {
    table_->selectId(failures_.idAt(0));
  }
  setCount(failures_.rowCount(), failureCount(state(), scope()));
  refreshDetail();
}

void FailuresPage::refreshDetail() {
  const Failure* failure = failureOfRow(table_->currentId());
  const bool shown = failure != nullptr && failures_.rowCount() > 0;
  title_->setText(
      shown ? tr("%1: %2").arg(failureSource(state(), *failure), failureWhat(state(), *failure))
            : tr("No failure is selected."));
  QStringList steps;
  const QStringList advice = shown ? failureWhatToDo(state(), *failure) : QStringList{};
  for (int at = 0; at < advice.size(); ++at) {
    steps.append(tr("%1  %2").arg(at + 1).arg(advice.at(at)));
  }
  advice_->setText(steps.join(QLatin1Char('\n')));
  evidence_->setText(
      shown ? failureEvidence(state(), *failure, snapshot().zone).join(QLatin1Char('\n'))
            : QString());
  const int count = int(selectedFailures().size());
  acknowledge_->setEnabled(count > 0 && !state().recorded);
  acknowledge_->setText(count > 1 ? tr("Acknowledge %1 selected").arg(count) : tr("Acknowledge"));
  acknowledge_->setToolTip(state().recorded ? tr("This is a recording.")
                           : count == 0     ? tr("Nothing selected is unacknowledged.")
                                            : tr("Key A. Only the selected rows."));
  const int consequences = shown ? failure->consequences : 0;
  fold_->setEnabled(consequences > 0);
  const bool open = shown && unfolded_.contains(failure->id);
  fold_->setText(open ? tr("Fold consequences") : tr("Show consequences (%1)").arg(consequences));
  goToGroup_->setEnabled(shown && !failure->service.isEmpty());
}

}  // namespace cohort::console
