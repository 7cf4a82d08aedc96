#include "console/pages/history_page.h"

#include <QButtonGroup>
#include <QFileDialog>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSaveFile>
#include <QSplitter>
#include <QStackedWidget>
#include <QVBoxLayout>
#include <cmath>

#include "console/models/sample_table.h"
#include "console/pages/data_table.h"
#include "console/pages/plot_view.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kListWidth = 360;
constexpr int kTwinRows = 5'000;
constexpr qint64 kMinuteMs = 60'000;
constexpr int kLongestOpeningMinutes = 60;

/// As many digits as tell two readings of this size apart.
QString valueText(double value) {
  const double size = std::abs(value);
  const int digits = size < 0.1 ? 5 : size < 10 ? 3 : size < 1'000 ? 2 : 1;
  return QString::number(value, 'f', digits);
}

QList<TableRow> sensorRows(const PlantState& state) {
  QList<TableRow> rows;
  for (const SensorInfo& sensor : state.sensors) {
    Cell name;
    name.text = sensor.name;
    Cell now;
    now.text = QStringLiteral("–");
    const Series* series = findSeries(state, sensor.name);
    if (series != nullptr && !series->samples.isEmpty()) {
      const Sample& last = series->samples.last();
      now.text = valueText(last.value);
      now.sort = last.value;
      if (sensor.low < sensor.high && (last.value < sensor.low || last.value > sensor.high)) {
        name.mark = CellMark::kPriority3;
      }
    }
    Cell unit;
    unit.text = sensor.unit;
    rows.append({sensor.name, {name, now, unit}});
  }
  return rows;
}

}  // namespace

HistoryPage::HistoryPage(QWidget* parent)
    : Page(tr("History"), true, parent),
      sensors_({{tr("Sensor"), QStringLiteral("sensor"), false, 24},
                {tr("Now"), QStringLiteral("now"), true, 9},
                {tr("Unit"), QStringLiteral("unit"), false, 6}}),
      samples_(sampleColumns(tr("unit"))) {
  content()->addLayout(makeControls());
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(kGap);
  sensorTable_ = new DataTable(&sensors_, tr("Sensors"), splitter);
  sensorTable_->setSelectionMode(QAbstractItemView::SingleSelection);
  sensorTable_->setEmptyText(tr("No sensor is known yet: the sensors' process has not answered."));
  setFilteredTable(sensorTable_);
  connect(sensorTable_, &DataTable::currentIdChanged, this, [this] { refresh(); });
  splitter->addWidget(sensorTable_);
  stack_ = new QStackedWidget(splitter);
  plot_ = new PlotView(stack_);
  sampleTable_ = new DataTable(&samples_, tr("Samples of the sensor"), stack_);
  sampleTable_->setEmptyText(tr("No readings in this range."));
  stack_->addWidget(plot_);
  stack_->addWidget(sampleTable_);
  splitter->addWidget(stack_);
  splitter->setSizes({kListWidth, 10'000});
  splitter->setStretchFactor(0, 0);
  splitter->setStretchFactor(1, 1);
  content()->addWidget(splitter, 1);
  cursors_ = new QLabel(this);
  cursors_->setFont(numberFont());
  cursors_->setFixedHeight(kRowHeight);
  cursors_->setTextInteractionFlags(Qt::TextSelectableByMouse);
  content()->addWidget(cursors_);
  connect(plot_, &PlotView::rangeChanged, this, &HistoryPage::refreshTwin);
  connect(plot_, &PlotView::cursorsChanged, this, &HistoryPage::refreshTwin);
}

QHBoxLayout* HistoryPage::makeControls() {
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  ranges_ = new QButtonGroup(this);
  const QList<std::pair<int, QString>> ranges = {
      {5, tr("5 min")}, {15, tr("15 min")}, {60, tr("1 h")}, {480, tr("8 h")}};
  for (const auto& [minutes, text] : ranges) {
    auto* button = new QPushButton(text, this);
    button->setCheckable(true);
    button->setChecked(minutes == kLongestOpeningMinutes);
    button->setFixedHeight(kButtonHeight);
    button->setAutoDefault(false);
    ranges_->addButton(button, minutes);
    row->addWidget(button);
  }
  connect(ranges_, &QButtonGroup::idClicked, this, [this](int minutes) {
    rangeChosen_ = true;
    plot_->setRange({snapshot().nowMs - minutes * kMinuteMs, snapshot().nowMs});
  });
  shown_ = new QLabel(this);
  shown_->setFont(numberFont());
  row->addWidget(shown_, 1);
  const auto addButton = [&](const QString& text, auto slot) {
    auto* button = new QPushButton(text, this);
    button->setFixedHeight(kButtonHeight);
    button->setAutoDefault(false);
    connect(button, &QPushButton::clicked, this, slot);
    row->addWidget(button);
  };
  addButton(tr("Zoom back (Backspace)"), [this] { plot_->zoomBack(); });
  addButton(tr("Plot / table (T)"), [this] { toggleTwin(); });
  addButton(tr("Save CSV…"), [this] { exportCsv(); });
  return row;
}

SensorInfo HistoryPage::sensor() const {
  for (const SensorInfo& one : state().sensors) {
    if (one.name == sensorTable_->currentId()) return one;
  }
  return {};
}

void HistoryPage::open(const QString& id) {
  sensorTable_->selectId(id);
  focusMain();
}

void HistoryPage::focusMain() {
  sensorTable_->setFocus();
}

bool HistoryPage::escape() {
  return Page::escape() || plot_->zoomBack();
}

void HistoryPage::toggleTwin() {
  stack_->setCurrentIndex(1 - stack_->currentIndex());
  refreshTwin();
}

void HistoryPage::refresh() {
  sensors_.assign(sensorRows(state()));
  setCount(sensors_.rowCount(), sensors_.totalCount());
  if (sensorTable_->currentId().isEmpty() && sensors_.rowCount() > 0) {
    sensorTable_->selectId(sensors_.idAt(0));
    return;  // The selection refreshes.
  }
  const SensorInfo chosen = sensor();
  const Series* series = findSeries(state(), chosen.name);
  if (!rangeChosen_) chooseOpeningRange(series != nullptr ? series->samples : QList<Sample>{});
  plot_->setSeries(chosen, series != nullptr ? series->samples : QList<Sample>{}, stale(),
                   snapshot().zone);
  if (!stale()) plot_->followTo(snapshot().nowMs);
  refreshTwin();
}

// A page that opens on an hour of which two minutes exist shows a gap and a smear.
void HistoryPage::chooseOpeningRange(const QList<Sample>& samples) {
  const int minutes = minutesThatShow(samples, snapshot().nowMs, {5, 15, kLongestOpeningMinutes});
  ranges_->button(minutes)->setChecked(true);
  plot_->setRange({snapshot().nowMs - minutes * kMinuteMs, snapshot().nowMs});
  rangeChosen_ = !samples.isEmpty();
}

void HistoryPage::refreshTwin() {
  const TimeRange& range = plot_->range();
  shown_->setText(
      tr("  %1 to %2")
          .arg(timeText(range.fromMs, snapshot().zone), timeText(range.toMs, snapshot().zone)));
  const QString text = plot_->cursorText();
  cursors_->setText(text.isEmpty() ? tr("Wheel zooms, drag pans, Backspace goes back, C drops "
                                        "cursor A and then B.")
                                   : text);
  if (stack_->currentWidget() != sampleTable_) return;
  const Series* series = findSeries(state(), sensor().name);
  samples_.assign(series == nullptr ? QList<TableRow>{}
                                    : sampleRows(series->samples, range.fromMs, range.toMs,
                                                 snapshot().zone, kTwinRows));
  samples_.resort();
}

void HistoryPage::exportCsv() {
  const Series* series = findSeries(state(), sensor().name);
  if (series == nullptr) return;
  const QString path = QFileDialog::getSaveFileName(this, tr("Save the visible samples"),
                                                    sensor().name + QStringLiteral(".csv"),
                                                    tr("Comma-separated values (*.csv)"));
  if (path.isEmpty()) return;
  QSaveFile file(path);
  const TimeRange& range = plot_->range();
  const QByteArray text =
      samplesAsCsv(sensor(), series->samples, range.fromMs, range.toMs).toUtf8();
  const bool saved =
      file.open(QIODevice::WriteOnly) && file.write(text) == text.size() && file.commit();
  cursors_->setText(saved ? tr("Saved %1").arg(path)
                          : tr("Could not save %1: %2").arg(path, file.errorString()));
}

}  // namespace cohort::console
