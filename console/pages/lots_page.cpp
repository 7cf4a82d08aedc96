#include "console/pages/lots_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "console/models/lot_rows.h"
#include "console/pages/data_table.h"
#include "console/pages/theme.h"

namespace cohort::console {

LotsPage::LotsPage(QWidget* parent) : Page(tr("Lots"), true, parent), lots_(lotColumns()) {
  makeCommands();
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->setAccessibleName(tr("Lots as board or table"));
  table_ = new DataTable(&lots_, tr("Lots"), tabs_);
  table_->setEmptyText(tr("No lot has been released. \"Release…\" brings the first ones in."));
  connect(table_, &DataTable::currentIdChanged, this, &LotsPage::select);
  setFilteredTable(table_);
  tabs_->addTab(makeBoard(), tr("Board"));
  tabs_->addTab(table_, tr("Table"));
  content()->addWidget(tabs_, 1);
}

QWidget* LotsPage::makeBoard() {
  auto* board = new QWidget(this);
  auto* row = new QHBoxLayout(board);
  row->setContentsMargins(0, kGap, 0, 0);
  row->setSpacing(kGap);
  for (const LotStage stage : boardStages()) {
    Stage column{stage, std::make_unique<RowTable>(cardColumns(stage)), nullptr, makeHeading({})};
    column.table = new DataTable(column.cards.get(), tr("Lots %1").arg(stageWord(stage)), board);
    column.table->setSelectionMode(QAbstractItemView::SingleSelection);
    column.table->setEmptyText(tr("none"));
    connect(column.table, &DataTable::currentIdChanged, this, &LotsPage::select);
    auto* box = new QVBoxLayout;
    box->setSpacing(kGap / 2);
    box->addWidget(column.heading);
    box->addWidget(column.table, 1);
    row->addLayout(box, 1);
    stages_.push_back(std::move(column));
  }
  return board;
}

void LotsPage::makeCommands() {
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  figures_ = new QLabel(this);
  row->addWidget(figures_, 1);
  QPushButton* release = addCommandButton(row, tr("Release…"));
  connect(release, &QPushButton::clicked, this, [this] { ask(CommandAction::kReleaseLots); });
  const QList<std::pair<CommandAction, QString>> acts = {
      {CommandAction::kHoldLot, tr("Hold…")},
      {CommandAction::kResumeLot, tr("Resume…")},
      {CommandAction::kCancelLot, tr("Cancel lot…")}};
  for (const auto& [action, text] : acts) {
    QPushButton* button = addCommandButton(row, text);
    connect(button, &QPushButton::clicked, this, [this, act = action] { ask(act); });
    buttons_.append(button);
  }
  content()->addLayout(row);
}

void LotsPage::ask(CommandAction action) {
  CommandDraft draft;
  draft.action = action;
  draft.target = lot_;
  if (action == CommandAction::kReleaseLots) {
    draft.target = state().lots.isEmpty() ? QStringLiteral("Pa") : state().lots.last().product;
  }
  emit commandWanted(draft);
}

void LotsPage::open(const QString& id) {
  if (!id.isEmpty()) {
    tabs_->setCurrentWidget(table_);
    table_->selectId(id);
  }
  focusMain();
}

void LotsPage::focusMain() {
  if (tabs_->currentWidget() == table_) {
    table_->setFocus();
  } else {
    stages_.front().table->setFocus();
  }
}

void LotsPage::toggleTwin() {
  tabs_->setCurrentIndex(1 - tabs_->currentIndex());
  focusMain();
}

void LotsPage::filterChanged(const QString& text) {
  Page::filterChanged(text);
  for (Stage& stage : stages_) stage.cards->setFilter(text);
}

void LotsPage::select(const QString& lot) {
  lot_ = lot;
  refreshCommands();
}

void LotsPage::refresh() {
  lots_.assign(lotRows(state()));
  setCount(lots_.rowCount(), lots_.totalCount());
  for (Stage& stage : stages_) {
    const QList<TableRow> cards = cardRows(state(), stage.stage);
    stage.heading->setText(tr("%1 (%2)").arg(stageWord(stage.stage)).arg(cards.size()));
    stage.cards->assign(cards);
  }
  const Figures& f = state().figures;
  const QString cycle = f.meanCycleMs > 0 ? plantHoursText(f.meanCycleMs) : tr("none finished yet");
  const QString planned = f.planned > 0 ? tr(" of %1 planned").arg(f.planned) : QString();
  figures_->setText(tr("%1 released%2 · %3 finished · mean cycle time %4 · %5")
                        .arg(f.released)
                        .arg(planned)
                        .arg(f.finished)
                        .arg(cycle, plantTimeText(f.plantMs)));
  refreshCommands();
}

void LotsPage::refreshCommands() {
  const auto lot = std::find_if(state().lots.cbegin(), state().lots.cend(),
                                [this](const Lot& one) { return one.name == lot_; });
  QString noHold;
  QString noResume;
  QString noCancel;
  if (lot == state().lots.cend()) {
    noHold = noResume = noCancel = tr("Select a lot first.");
  } else if (lot->stage == LotStage::kFinished || lot->stage == LotStage::kCancelled) {
    noHold = noResume = noCancel = tr("The lot has left the plant.");
  } else if (lot->stage == LotStage::kHeld) {
    noHold = tr("The lot is held already.");
  } else {
    noResume = tr("The lot is not held.");
  }
  buttons_.at(0)->setProperty("refused", noHold);
  buttons_.at(1)->setProperty("refused", noResume);
  buttons_.at(2)->setProperty("refused", noCancel);
  updateCommandButtons();
}

}  // namespace cohort::console
