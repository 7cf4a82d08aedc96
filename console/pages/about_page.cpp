#include "console/pages/about_page.h"

#include <QApplication>
#include <QClipboard>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>

#include "console/pages/data_table.h"
#include "console/pages/theme.h"

namespace cohort::console {

AboutPage::AboutPage(QWidget* parent)
    : Page(tr("About"), false, parent),
      facts_({{tr("What"), QStringLiteral("what"), false, 24},
              {tr("Value"), QStringLiteral("value"), false, 60}}) {
  auto* words =
      new QLabel(tr("Cohort controls semiconductor plants on a virtual synchrony platform: "
                    "every site sees the same views, messages and failures in one "
                    "order."),
                 this);
  words->setWordWrap(true);
  content()->addWidget(words);
  table_ = new DataTable(&facts_, tr("Versions and diagnostics"), this);
  content()->addWidget(table_, 1);
  auto* copy = new QPushButton(tr("Copy report"), this);
  copy->setFixedHeight(kButtonHeight);
  copy->setAutoDefault(false);
  connect(copy, &QPushButton::clicked, this, [this] {
    QString text;
    for (int row = 0; row < facts_.rowCount(); ++row) {
      text += facts_.textsAt(row).join(QStringLiteral(": ")) + QLatin1Char('\n');
    }
    QApplication::clipboard()->setText(text);
  });
  content()->addWidget(copy, 0, Qt::AlignLeft);
}

void AboutPage::focusMain() {
  table_->setFocus();
}

void AboutPage::refresh() {
  QList<TableRow> rows;
  const auto add = [&rows](const QString& name, const QString& value) {
    Cell left;
    left.text = name;
    Cell right;
    right.text = value;
    rows.append({name, {left, right}});
  };
  const PlantState& s = state();
  add(tr("Console"), tr("Cohort %1").arg(QApplication::applicationVersion()));
  add(tr("Qt"), QString::fromLatin1(qVersion()));
  add(tr("Plant"), tr("%1 (model %2, clock %3 times real time)")
                       .arg(s.plant.name, s.plant.model)
                       .arg(s.plant.clockFactor));
  add(tr("Source"),
      s.recorded ? tr("a recording") : tr("the daemon of %1").arg(siteName(s, s.atSite)));
  add(tr("Events seen"), QString::number(s.sequence));
  add(tr("Events lost by this console"), QString::number(s.eventsLost));
  add(tr("Site view"), QString::number(s.siteView));
  add(tr("Groups"), QString::number(s.groups.size()));
  add(tr("News kept"), QString::number(s.news.size()));
  add(tr("Last heard"), dateTimeText(s.heardMs, snapshot().zone));
  if (!s.linkReason.isEmpty()) add(tr("Last loss of the link"), s.linkReason);
  facts_.assign(rows);
  facts_.resort();
}

}  // namespace cohort::console
