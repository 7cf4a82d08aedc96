#include "console/pages/key_figures.h"

#include <QGridLayout>
#include <QLabel>

#include "console/models/time_text.h"
#include "console/pages/sparkline.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

enum Figure { kInProcess, kFinished, kCycle, kShort, kRefused, kTakeovers };

QList<double> trendOf(const PlantState& state, double (*value)(const FigurePoint&)) {
  QList<double> values;
  for (const FigurePoint& point : state.trend) {
    // There is no mean before the first lot is finished.
    if (value(point) != 0 || !values.isEmpty()) values.append(value(point));
  }
  return values;
}

}  // namespace

KeyFigures::KeyFigures(QWidget* parent) : QWidget(parent), grid_(new QGridLayout(this)) {
  setAccessibleName(tr("Key figures"));
  grid_->setContentsMargins(0, 0, 0, 0);
  grid_->setHorizontalSpacing(kGap);
  grid_->setVerticalSpacing(0);
  grid_->setColumnStretch(3, 1);
  addLine(tr("Lots in process"), true);
  addLine(tr("Lots finished"), true);
  addLine(tr("Mean cycle time"), true);
  addLine(tr("Short batches"), false);
  addLine(tr("Second starts refused"), false);
  addLine(tr("Takeovers"), false);
}

void KeyFigures::addLine(const QString& name, bool trend) {
  const int row = int(lines_.size());
  auto* label = new QLabel(name, this);
  label->setFixedHeight(kRowHeight);
  Line line{new QLabel(this), new QLabel(this), nullptr};
  line.value->setFont(numberFont());
  line.value->setAlignment(Qt::AlignRight | Qt::AlignVCenter);
  line.value->setAccessibleName(name);
  QPalette palette = line.context->palette();
  palette.setColor(QPalette::WindowText, theme().muted);
  line.context->setPalette(palette);
  grid_->addWidget(label, row, 0);
  grid_->addWidget(line.value, row, 1);
  if (trend) {
    line.trend = new Sparkline(this);
    line.trend->setAccessibleName(tr("Trend of %1").arg(name));
    grid_->addWidget(line.context, row, 2);
    grid_->addWidget(line.trend, row, 3);
  } else {
    grid_->addWidget(line.context, row, 2, 1, 2);
  }
  lines_.append(line);
}

void KeyFigures::setLine(int line, const QString& value, const QString& context, bool stale) {
  lines_.at(line).value->setText(value);
  lines_.at(line).context->setText(context);
  for (QLabel* label : {lines_.at(line).value, lines_.at(line).context}) {
    QPalette palette = label->palette();
    const QColor usual = label == lines_.at(line).value ? theme().text : theme().muted;
    palette.setColor(QPalette::WindowText, stale ? theme().staleInk : usual);
    label->setPalette(palette);
  }
}

void KeyFigures::setState(const PlantState& state, bool stale) {
  const Figures& f = state.figures;
  const QString planned = f.planned > 0 ? tr("of %1 planned").arg(f.planned) : QString();
  setLine(kInProcess, QString::number(f.released - f.finished - f.cancelled),
          f.held > 0 ? tr("%1 held").arg(f.held) : tr("%1 released").arg(f.released), stale);
  setLine(kFinished, QString::number(f.finished), planned, stale);
  setLine(kCycle, f.meanCycleMs > 0 ? plantHoursText(f.meanCycleMs) : QStringLiteral("–"),
          tr("plant time"), stale);
  setLine(kShort, QString::number(f.shortBatches), tr("diffusion runs with fewer lots"), stale);
  setLine(kRefused, QString::number(f.refused), tr("by the stations"), stale);
  setLine(kTakeovers, QString::number(f.takeovers), tr("orders that a cohort finished"), stale);
  lines_.at(kInProcess)
      .trend->setValues(trendOf(state, [](const FigurePoint& p) { return double(p.inProcess); }),
                        stale);
  lines_.at(kFinished).trend->setValues(
      trendOf(state, [](const FigurePoint& p) { return double(p.finished); }), stale);
  lines_.at(kCycle).trend->setValues(
      trendOf(state, [](const FigurePoint& p) { return double(p.meanCycleMs); }), stale);
}

}  // namespace cohort::console
