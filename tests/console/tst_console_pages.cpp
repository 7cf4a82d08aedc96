// Goal: the window is readable and truthful: contrast, states, confirmations, keys, names.
// Method: build the real window offscreen over a recorded plant, act on it, read its widgets.
#include "console/pages/main_window.h"

#include <QAccessible>
#include <QApplication>
#include <QLineEdit>
#include <QPushButton>
#include <QShortcut>
#include <QSignalSpy>
#include <QTableView>
#include <QTest>

#include "console/bridge/recorded_source.h"
#include "console/models/cell.h"
#include "console/pages/command_dialog.h"
#include "console/pages/data_table.h"
#include "console/pages/marks.h"
#include "console/pages/preferences.h"
#include "console/pages/state_banner.h"
#include "console/pages/status_strip.h"
#include "console/pages/theme.h"
#include "console/plant_fixture.h"

#include <QImage>
#include <QPainter>

using namespace cohort::console;
using namespace cohort::console::fixture;

namespace {

struct Pair {
  const char* name;
  QColor ink;
  QColor ground;
  double least;
};

QList<Pair> pairsOf(const Theme& t) {
  return {{"text on surface", t.text, t.surface, 4.5},
          {"text on background", t.text, t.background, 4.5},
          {"muted text on surface", t.muted, t.surface, 4.5},
          {"muted text on background", t.muted, t.background, 4.5},
          {"selected text", t.selectionText, t.selection, 4.5},
          {"glyph on normal equipment", t.normalGlyph, t.normalFill, 4.5},
          {"stale ink on stale fill", t.staleInk, t.staleFill, 4.5},
          {"priority 1 ink", t.high.ink, t.high.fill, 4.5},
          {"priority 2 ink", t.medium.ink, t.medium.fill, 4.5},
          {"priority 3 ink", t.low.ink, t.low.fill, 4.5},
          {"priority 1 as text", t.high.asText, t.surface, 4.5},
          {"priority 2 as text", t.medium.asText, t.surface, 4.5},
          {"priority 1 border on surface", t.high.border, t.surface, 3},
          {"priority 2 border on surface", t.medium.border, t.surface, 3},
          {"priority 3 border on surface", t.low.border, t.surface, 3},
          {"control border on background", t.border, t.background, 3},
          {"control border on surface", t.border, t.surface, 3},
          {"focus ring on background", t.focus, t.background, 3},
          {"trend 1 on surface", t.trend[0], t.surface, 4.5},
          {"trend 2 on surface", t.trend[1], t.surface, 4.5},
          {"trend 3 on surface", t.trend[2], t.surface, 4.5},
          {"trend 4 on surface", t.trend[3], t.surface, 4.5}};
}

QImage drawn(CellMark mark, CellFrame frame) {
  QImage image(24, 24, QImage::Format_ARGB32);
  image.fill(theme().surface);
  QPainter painter(&image);
  paintMark(painter, QRectF(0, 0, 24, 24), mark, frame, false);
  painter.end();
  return image.convertToFormat(QImage::Format_Grayscale8);
}

/// A window over a plant that the test folds by hand; commands are caught.
class Source : public PlantSource {
 public:
  void start() override {}
  void submit(const CommandDraft& draft, const QString&, const QString&) override {
    submitted.append(draft);
  }
  void retry() override {}
  QList<CommandDraft> submitted;
};

struct Bench {
  Bench() : window(&source, &preferences, false, [this] { return now; }) {
    window.resize(1366, 768);
    window.show();
    window.apply(healthy());
  }
  qint64 now = kStartMs + 100;
  Source source;
  Preferences preferences{false};
  MainWindow window;
};

CommandDraft stopOn(int site) {
  CommandDraft draft;
  draft.action = CommandAction::kStop;
  draft.target = QStringLiteral("emulsion");
  draft.site = site;
  draft.viewSeen = 3;
  return draft;
}

}  // namespace

class TstConsolePages : public QObject {
  Q_OBJECT

 private slots:
  void initTestCase() { applyTheme(*qApp, false); }

  void everyPairOfColours_hasItsContrast() {
    for (const Theme& one : {lightTheme(), darkTheme()}) {
      for (const Pair& pair : pairsOf(one)) {
        const double seen = contrast(pair.ink, pair.ground);
        qInfo("%-5s %-30s %5.2f (at least %.1f)", one.dark ? "dark" : "light", pair.name, seen,
              pair.least);
        QVERIFY2(seen >= pair.least, pair.name);
      }
    }
  }

  void marks_differWithoutColour() {
    QList<QImage> images;
    for (int mark = int(CellMark::kNotDeployed); mark <= int(CellMark::kPriority3); ++mark) {
      images.append(drawn(CellMark(mark), CellFrame::kPlain));
    }
    for (const CellFrame frame :
         {CellFrame::kUnacknowledged, CellFrame::kReturned, CellFrame::kSuppressed}) {
      images.append(drawn(CellMark::kPriority2, frame));
    }
    for (int a = 0; a < images.size(); ++a) {
      for (int b = a + 1; b < images.size(); ++b) {
        QVERIFY2(images.at(a) != images.at(b), qPrintable(QStringLiteral("%1 %2").arg(a).arg(b)));
      }
    }
  }

  void staleOfflineBlocked_areSaidAcrossTheWindow() {
    Bench bench;
    auto* banner = bench.window.findChild<StateBanner*>();
    auto* status = bench.window.findChild<StatusStrip*>();
    QVERIFY(!banner->isVisible());
    QCOMPARE(status->stateText(), QStringLiteral("LIVE"));
    bench.now = kStartMs + 20'000;
    bench.window.tick();
    QVERIFY(banner->isVisible());
    QVERIFY(banner->text().contains(QStringLiteral("STALE")));
    bench.window.apply({heardAt(20'000, ServingChange{false})});
    QVERIFY(banner->text().contains(QStringLiteral("BLOCKED")));
    bench.window.apply({heardAt(20'001, LinkChange{false, 1, QStringLiteral("gone")})});
    QVERIFY(banner->text().contains(QStringLiteral("NOT CONNECTED")));
    QVERIFY(banner->text().contains(QStringLiteral("UTC")));
  }

  void offlineCommands_areVisibleDisabledAndSayWhy() {
    Bench bench;
    bench.window.apply({heardAt(20, LinkChange{false, 1, QStringLiteral("gone")})});
    bench.window.goTo(QStringLiteral("groups"));
    int found = 0;
    for (const auto* button :
         bench.window.page(QStringLiteral("groups"))->findChildren<QPushButton*>()) {
      if (!button->text().endsWith(QChar(0x2026))) continue;
      ++found;
      QVERIFY(button->isVisible());
      QVERIFY(!button->isEnabled());
      QVERIFY(button->toolTip().contains(QStringLiteral("Not connected")));
    }
    QCOMPARE(found, 3);
  }

  void confirmation_defaultsToCancelAndNamesTheAct() {
    Bench bench;
    CommandDialog* dialog = bench.window.confirm(stopOn(3));
    QVERIFY(dialog->cancelButton()->isDefault());
    QVERIFY(!dialog->confirmButton()->isDefault());
    QCOMPARE(dialog->confirmButton()->text(), QStringLiteral("Stop emulsion on gamma"));
    QTest::keyClick(dialog, Qt::Key_Return);
    QVERIFY(bench.source.submitted.isEmpty());
  }

  void confirmedAct_isSubmittedOnce() {
    Bench bench;
    CommandDialog* dialog = bench.window.confirm(stopOn(3));
    QTest::mouseClick(dialog->confirmButton(), Qt::LeftButton);
    QCOMPARE(bench.source.submitted.size(), 1);
    QCOMPARE(bench.source.submitted.first().site, 3);
    QCOMPARE(bench.source.submitted.first().viewSeen, quint64(3));
  }

  void movedView_isShownAndEndangeringActNeedsTheName() {
    Bench bench;
    bench.window.apply({heardAt(20, view(4, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1")},
                                         {{QStringLiteral("2.1/1"), Departure::kProcessFailed}}))});
    CommandDraft draft = stopOn(3);
    draft.viewSeen = 4;
    CommandDialog* dialog = bench.window.confirm(draft);
    QVERIFY(!dialog->confirmButton()->isEnabled());
    auto* typed = dialog->findChildren<QLineEdit*>().last();
    QTest::keyClicks(typed, QStringLiteral("emulsion"));
    QVERIFY(dialog->confirmButton()->isEnabled());
    bench.window.apply({heardAt(
        30, view(5, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1"), QStringLiteral("2.1/2")}))});
    QCOMPARE(dialog->draft().viewSeen, quint64(5));
    dialog->reject();
  }

  void keys_openTheScreensTheyName() {
    Bench bench;
    QCOMPARE(bench.window.currentScreen(), QStringLiteral("overview"));
    QVERIFY(QTest::qWaitForWindowExposed(&bench.window));
    for (const Binding& one : bench.window.bindings().all()) {
      if (!one.act || one.group != QStringLiteral("Screens")) continue;
      one.act();
      QCOMPARE(bench.window.page(bench.window.currentScreen())->title(), one.what);
    }
    const QString sheet = shortcutSheet(bench.window.bindings());
    for (const Binding& one : bench.window.bindings().all()) {
      QVERIFY2(sheet.contains(one.what.toHtmlEscaped()), qPrintable(one.what));
    }
  }

  void everyShortcut_isOnTheSheet() {
    Bench bench;
    QList<QKeySequence> bound;
    for (const Binding& one : bench.window.bindings().all()) bound.append(one.keys);
    for (const QShortcut* shortcut : bench.window.findChildren<QShortcut*>()) {
      QVERIFY(bound.contains(shortcut->key()));
    }
  }

  void controlsAndTables_haveNames() {
    Bench bench;
    for (const QString& screen : bench.window.screens()) {
      bench.window.goTo(screen);
      for (const auto* table : bench.window.page(screen)->findChildren<QTableView*>()) {
        QVERIFY2(!table->accessibleName().isEmpty(), qPrintable(screen));
      }
      for (const auto* field : bench.window.page(screen)->findChildren<QLineEdit*>()) {
        QVERIFY2(!field->accessibleName().isEmpty(), qPrintable(screen));
      }
    }
    bench.window.goTo(QStringLiteral("groups"));
    DataTable* table = nullptr;
    for (auto* one : bench.window.page(QStringLiteral("groups"))->findChildren<DataTable*>()) {
      if (one->accessibleName() == QStringLiteral("Groups")) table = one;
    }
    QVERIFY(table != nullptr);
    QAccessibleInterface* spoken = QAccessible::queryAccessibleInterface(table);
    QVERIFY(spoken != nullptr && spoken->tableInterface() != nullptr);
    QCOMPARE(spoken->tableInterface()->cellAt(0, 0)->text(QAccessible::Name),
             QStringLiteral("Group: emulsion"));
  }

  void initialFocus_isNoButton() {
    Bench bench;
    QVERIFY(qobject_cast<QPushButton*>(bench.window.focusWidget()) == nullptr);
  }

  void tables_haveOneRowHeight() {
    Bench bench;
    for (const auto* table : bench.window.findChildren<DataTable*>()) {
      if (table->model()->rowCount() > 0) QCOMPARE(table->rowHeight(0), kRowHeight);
    }
  }
};

QTEST_MAIN(TstConsolePages)
#include "tst_console_pages.moc"
