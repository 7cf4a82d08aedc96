#include "console/pages/overview_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QVBoxLayout>

#include "console/models/failure_rows.h"
#include "console/models/lot_rows.h"
#include "console/pages/data_table.h"
#include "console/pages/key_figures.h"
#include "console/pages/matrix_view.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kMatrixRowsAtMost = 20;
constexpr int kNewsShown = 200;

}  // namespace

OverviewPage::OverviewPage(QWidget* parent)
    : Page(tr("Overview"), true, parent),
      stations_(stationColumns()),
      attention_(attentionColumns()) {
  onlyAbnormal_ = new QCheckBox(tr("Only abnormal hosts"), this);
  connect(onlyAbnormal_, &QCheckBox::toggled, this, [this](bool on) {
    matrix_.setOnlyAbnormal(on);
    refresh();
  });
  headerSlot()->addWidget(onlyAbnormal_);
  auto* columns = new QHBoxLayout;
  columns->setSpacing(kGap);
  columns->addWidget(makeLeft(), 1);
  columns->addWidget(makeRight());
  content()->addLayout(columns, 1);
}

QWidget* OverviewPage::makeLeft() {
  auto* left = new QWidget(this);
  auto* box = new QVBoxLayout(left);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGap / 2);
  matrixView_ = new MatrixView(&matrix_, left);
  connect(matrixView_, &MatrixView::memberOpened, this,
          [this](const QString& service, int) { emit goTo(QStringLiteral("groups"), service); });
  box->addWidget(matrixView_);
  box->addWidget(new MatrixLegend(left));
  box->addWidget(makeHeading(tr("Stations")));
  stationTable_ = new DataTable(&stations_, tr("Stations"), left);
  stationTable_->setEmptyText(
      tr("No station is known yet: the scheduling service has not answered."));
  box->addWidget(stationTable_);
  box->addWidget(makeHeading(tr("Latest news")));
  newsTable_ = new DataTable(&news_, tr("Latest news"), left);
  newsTable_->setEmptyText(tr("Nothing was posted since this console came."));
  connect(newsTable_, &DataTable::openRequested, this,
          [this](const QString& id) { emit goTo(QStringLiteral("news"), id); });
  box->addWidget(newsTable_, 1);
  return left;
}

QWidget* OverviewPage::makeRight() {
  auto* right = new QWidget(this);
  right->setFixedWidth(kSidePanelWidth);
  auto* box = new QVBoxLayout(right);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGap / 2);
  attentionHeading_ = makeHeading(tr("Needs attention"));
  box->addWidget(attentionHeading_);
  attentionTable_ = new DataTable(&attention_, tr("Needs attention"), right);
  attentionTable_->setEmptyText(tr("Nothing needs attention."));
  connect(attentionTable_, &DataTable::openRequested, this, &OverviewPage::openAttention);
  box->addWidget(attentionTable_, 1);
  box->addWidget(makeHeading(tr("Flow")));
  figures_ = new KeyFigures(right);
  box->addWidget(figures_);
  return right;
}

void OverviewPage::focusMain() {
  matrixView_->setFocus();
  if (!matrixView_->currentIndex().isValid() && matrix_.rowCount() > 0) {
    matrixView_->setCurrentIndex(matrix_.index(0, 0));
  }
}

void OverviewPage::openAttention(const QString& id) {
  const QString kind = id.section(QLatin1Char(' '), 0, 0);
  const QString rest = id.section(QLatin1Char(' '), 1);
  if (kind == QStringLiteral("failure")) emit goTo(QStringLiteral("failures"), rest);
  if (kind == QStringLiteral("lot")) emit goTo(QStringLiteral("lots"), rest);
  if (kind == QStringLiteral("command")) emit goTo(QStringLiteral("groups"), QString());
}

void OverviewPage::filterChanged(const QString& text) {
  matrix_.setFilter(text);
  refresh();
}

void OverviewPage::refresh() {
  matrix_.setState(snapshot().state);
  matrixView_->setStale(stale());
  matrixView_->fitHeight(kMatrixRowsAtMost);
  setCount(matrix_.shownCount(), matrix_.hostCount());
  const QList<TableRow> attention = attentionRows(state(), snapshot().zone, snapshot().nowMs);
  attentionHeading_->setText(tr("Needs attention (%1)").arg(attention.size()));
  attention_.assign(attention);
  attention_.resort();
  stations_.assign(stationRows(state()));
  stationTable_->setVisibleRows(std::max(2, int(stations_.items().size())));
  QList<NewsRow> latest =
      state().news.mid(std::max<qsizetype>(state().news.size() - kNewsShown, 0));
  std::reverse(latest.begin(), latest.end());
  news_.setZone(snapshot().zone);
  news_.assign(latest);
  news_.resort();
  figures_->setState(state(), stale());
}

}  // namespace cohort::console
