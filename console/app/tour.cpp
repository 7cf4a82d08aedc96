#include "console/app/tour.h"

#include <QApplication>
#include <QDir>
#include <QPainter>
#include <QPixmap>

#include "console/bridge/recorded_source.h"
#include "console/pages/command_dialog.h"
#include "console/pages/failures_page.h"
#include "console/pages/history_page.h"
#include "console/pages/lots_page.h"
#include "console/pages/main_window.h"
#include "console/pages/preferences.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr qint64 kStaleAfterMs = 8'000;
constexpr qint64 kOfflineForMs = 72'000;

const QList<QSize>& sizes() {
  static const QList<QSize> kSizes = {QSize(1366, 768), QSize(1920, 1080)};
  return kSizes;
}

/// Lets layouts and paints settle; two rounds, since a layout may ask for another.
void settle() {
  for (int round = 0; round < 3; ++round) {
    QApplication::sendPostedEvents();
    QApplication::processEvents();
  }
}

QPixmap pictureOf(MainWindow& window, QWidget* dialog) {
  QPixmap picture = window.grab();
  if (dialog == nullptr) return picture;
  const QPixmap over = dialog->grab();
  QPainter painter(&picture);
  painter.setPen(QPen(theme().border, 2));
  const QRect place(
      QPoint((picture.width() - over.width()) / 2, (picture.height() - over.height()) / 2),
      over.size());
  painter.drawPixmap(place, over);
  painter.drawRect(place.adjusted(-1, -1, 1, 1));
  return picture;
}

class Tour {
 public:
  Tour(MainWindow& window, Preferences& preferences, QString folder)
      : window_(window), preferences_(preferences), folder_(std::move(folder)) {}

  TourResult result() const { return result_; }

  /// Every theme and size of what the window shows now.
  void take(const QString& name, QWidget* dialog = nullptr) {
    for (const bool dark : {false, true}) {
      preferences_.setDark(dark);
      for (const QSize& size : sizes()) {
        window_.resize(size);
        settle();
        window_.tick();
        settle();
        const QString file = QStringLiteral("%1-%2-%3x%4.png")
                                 .arg(name, dark ? QStringLiteral("dark") : QStringLiteral("light"))
                                 .arg(size.width())
                                 .arg(size.height());
        save(pictureOf(window_, dialog), file);
      }
    }
    preferences_.setDark(false);
  }

  void screens(const QString& state, const QStringList& names) {
    for (const QString& screen : names) {
      window_.goTo(screen);
      settle();
      take(QStringLiteral("%1-%2").arg(screen, state));
    }
  }

  /// What is behind a tab, a key or a dialog.
  void depths() {
    window_.goTo(QStringLiteral("lots"));
    qobject_cast<LotsPage*>(window_.page(QStringLiteral("lots")))->toggleTwin();
    take(QStringLiteral("lots-table"));
    window_.goTo(QStringLiteral("history"));
    auto* history = qobject_cast<HistoryPage*>(window_.page(QStringLiteral("history")));
    history->toggleTwin();
    take(QStringLiteral("history-table"));
    history->toggleTwin();
    window_.goTo(QStringLiteral("failures"));
    auto* failures = qobject_cast<FailuresPage*>(window_.page(QStringLiteral("failures")));
    failures->toggleFold();
    take(QStringLiteral("failures-unfolded"));
    failures->show(FailureScope::kHistory);
    take(QStringLiteral("failures-history"));
    failures->show(FailureScope::kStanding);
    dialog();
  }

 private:
  void dialog() {
    const PlantState& state = *window_.snapshot().state;
    if (state.groups.isEmpty() || state.plant.services.isEmpty()) return;
    const GroupState* group = findGroup(state, state.plant.services.last().name);
    if (group == nullptr || group->members.isEmpty()) return;
    window_.goTo(QStringLiteral("groups"), group->name);
    CommandDraft draft;
    draft.action = CommandAction::kStop;
    draft.target = group->name;
    draft.site = group->members.last().site;
    draft.viewSeen = group->view;
    CommandDialog* question = window_.confirm(draft);
    settle();
    take(QStringLiteral("groups-stop-dialog"), question);
    question->reject();
    settle();
  }

  void save(const QPixmap& picture, const QString& file) {
    if (!result_.fault.isEmpty()) return;
    if (picture.save(QDir(folder_).filePath(file), "PNG")) {
      ++result_.pictures;
    } else {
      result_.fault = QApplication::translate("Tour", "cannot write %1 in %2").arg(file, folder_);
    }
  }

  MainWindow& window_;
  Preferences& preferences_;
  QString folder_;
  TourResult result_;
};

void openWindow(MainWindow& window, const QString& folder) {
  QDir().mkpath(folder);
  window.resize(sizes().first());
  window.show();
  settle();
}

}  // namespace

TourResult tourScreens(MainWindow& window, Preferences& preferences, const QString& folder,
                       const QString& state, const QStringList& screens) {
  openWindow(window, folder);
  Tour tour(window, preferences, folder);
  tour.screens(state, screens);
  tour.depths();
  return tour.result();
}

TourResult tourRecording(MainWindow& window, RecordedSource& source, Preferences& preferences,
                         const QString& folder) {
  openWindow(window, folder);
  Tour tour(window, preferences, folder);
  const QStringList main = {QStringLiteral("overview"), QStringLiteral("groups"),
                            QStringLiteral("failures")};
  if (source.playTo(QStringLiteral("calm"))) tour.screens(QStringLiteral("calm"), main);
  if (!source.playTo(QStringLiteral("live"))) source.playToEnd();
  tour.screens(QStringLiteral("live"), window.screens());
  tour.depths();
  source.advance(kStaleAfterMs);
  window.tick();
  tour.screens(QStringLiteral("stale"), main);
  if (source.playTo(QStringLiteral("blocked"))) tour.screens(QStringLiteral("blocked"), main);
  if (source.playTo(QStringLiteral("offline"))) {
    source.advance(kOfflineForMs);
    window.tick();
    tour.screens(QStringLiteral("offline"), window.screens());
  }
  return tour.result();
}

}  // namespace cohort::console
