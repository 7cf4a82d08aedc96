/// cohort-console: the operator console of one plant.
#include <QApplication>
#include <QDateTime>
#include <QFile>
#include <QTimer>
#include <cstdio>

#include "console/app/options.h"
#include "console/app/recorder.h"
#include "console/app/tour.h"
#include "console/bridge/live_source.h"
#include "console/bridge/recorded_source.h"
#include "console/models/recording.h"
#include "console/pages/main_window.h"
#include "console/pages/preferences.h"
#include "console/pages/theme.h"
#include "platform/config/plant_file.h"

namespace {

using namespace cohort::console;

constexpr int kTickMs = 1'000;
/// By then a running plant has answered every question of the bridge.
constexpr int kTourAfterMs = 6'000;

int fail(const QString& text) {
  std::fprintf(stderr, "cohort-console: %s\n", text.toUtf8().constData());
  return 2;
}

/// Without a screen the pictures are drawn offscreen.
void choosePlatform(const Options& options) {
  const bool chosen = !qEnvironmentVariableIsEmpty("QT_QPA_PLATFORM");
  const bool display =
      !qEnvironmentVariableIsEmpty("DISPLAY") || !qEnvironmentVariableIsEmpty("WAYLAND_DISPLAY");
  if (!chosen && (!display || !options.tour.isEmpty())) qputenv("QT_QPA_PLATFORM", "offscreen");
}

QByteArray readScenario(const QString& name, QString& wrong) {
  QFile built(QStringLiteral(":/demo/%1.jsonl").arg(name));
  QFile given(name);
  QFile& file = built.exists() ? built : given;
  if (!file.open(QIODevice::ReadOnly)) {
    wrong = QApplication::translate("Main", "cannot read the recording %1: %2")
                .arg(name, file.errorString());
    return {};
  }
  return file.readAll();
}

int report(const TourResult& result, const QString& folder) {
  if (!result.fault.isEmpty()) return fail(result.fault);
  std::printf("%d pictures in %s\n", result.pictures, folder.toUtf8().constData());
  return 0;
}

int runRecording(QApplication& application, const Options& options, Preferences& preferences) {
  QString wrong;
  const QByteArray text = readScenario(options.demo, wrong);
  QList<PlantEvent> events;
  if (wrong.isEmpty()) events = parseRecording(text, wrong);
  if (!wrong.isEmpty()) return fail(wrong);
  RecordedSource source(events);
  MainWindow window(&source, &preferences, true, [&source] { return source.nowMs(); });
  if (!options.tour.isEmpty()) {
    return report(tourRecording(window, source, preferences, options.tour), options.tour);
  }
  QTimer ticker;
  QObject::connect(&ticker, &QTimer::timeout, &window, &MainWindow::tick);
  ticker.start(kTickMs);
  source.playTo(QStringLiteral("calm"));
  source.start();
  window.show();
  return application.exec();
}

/// Pictures of a live plant, once it has told enough to be looked at.
void tourWhenKnown(MainWindow& window, Preferences& preferences, const QString& folder) {
  QTimer::singleShot(kTourAfterMs, &window, [&window, &preferences, folder] {
    const TourResult result =
        tourScreens(window, preferences, folder, QStringLiteral("live"), window.screens());
    QApplication::exit(report(result, folder));
  });
}

int runPlant(QApplication& application, const Options& options, Preferences& preferences) {
  const auto plant = cohort::config::read_plant_file(options.config.toStdString());
  if (!plant) return fail(QString::fromStdString(plant.error().text));
  const cohort::SiteId site = options.site == 0
                                  ? plant->sites.front().number
                                  : cohort::SiteId{static_cast<std::uint16_t>(options.site)};
  if (plant->site(site) == nullptr) {
    return fail(QApplication::translate("Main", "the plant has no site %1").arg(options.site));
  }
  LiveSource source(*plant, site);
  MainWindow window(&source, &preferences, false,
                    [] { return QDateTime::currentMSecsSinceEpoch(); });
  Recorder recorder;
  if (!options.record.isEmpty()) {
    const QString wrong = recorder.open(options.record);
    if (!wrong.isEmpty()) return fail(wrong);
    QObject::connect(&window, &MainWindow::folded, &recorder, &Recorder::write);
  }
  QTimer ticker;
  QObject::connect(&ticker, &QTimer::timeout, &window, &MainWindow::tick);
  ticker.start(kTickMs);
  source.start();
  if (options.tour.isEmpty()) {
    window.show();
  } else {
    tourWhenKnown(window, preferences, options.tour);
  }
  return application.exec();
}

}  // namespace

int main(int argc, char** argv) {
  Options options;
  if (const auto code = parseOptions(argc, argv, options)) return *code;
  choosePlatform(options);
  QApplication application(argc, argv);
  QApplication::setApplicationName(QStringLiteral("cohort-console"));
  QApplication::setApplicationVersion(QStringLiteral(COHORT_VERSION));
  const bool stored = options.demo.isEmpty() && options.tour.isEmpty();
  Preferences preferences(stored);
  if (options.dark) preferences.setDark(*options.dark);
  applyTheme(application, preferences.dark());
  if (!options.demo.isEmpty()) return runRecording(application, options, preferences);
  return runPlant(application, options, preferences);
}
