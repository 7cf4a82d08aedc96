// Goal: the tour writes every picture of the shipped recording, none blank, twice the same.
// Method: run it offscreen into two folders and compare the files.
#include "console/app/tour.h"

#include <QApplication>
#include <QDir>
#include <QFile>
#include <QImage>
#include <QSet>
#include <QTemporaryDir>
#include <QTest>

#include "console/bridge/recorded_source.h"
#include "console/models/recording.h"
#include "console/pages/main_window.h"
#include "console/pages/preferences.h"
#include "console/pages/theme.h"

using namespace cohort::console;

namespace {

TourResult tourInto(const QString& folder, const QList<PlantEvent>& events) {
  Preferences preferences(false);
  RecordedSource source(events);
  MainWindow window(&source, &preferences, true, [&source] { return source.nowMs(); });
  return tourRecording(window, source, preferences, folder);
}

QByteArray contents(const QString& path) {
  QFile file(path);
  return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

}  // namespace

class TstConsoleTour : public QObject {
  Q_OBJECT

 private slots:
  void tour_writesAllPicturesTwiceTheSame() {
    applyTheme(*qApp, false);
    QString wrong;
    const QList<PlantEvent> events = parseRecording(contents(QStringLiteral(DEMO_FILE)), wrong);
    QCOMPARE(wrong, QString());
    QTemporaryDir first;
    QTemporaryDir second;
    const TourResult result = tourInto(first.path(), events);
    QCOMPARE(result.fault, QString());
    tourInto(second.path(), events);
    const QStringList names = QDir(first.path()).entryList({QStringLiteral("*.png")});
    QCOMPARE(names.size(), result.pictures);
    for (const char* name :
         {"overview-live-light-1366x768.png", "groups-live-dark-1920x1080.png",
          "history-offline-dark-1366x768.png", "failures-blocked-light-1920x1080.png",
          "overview-stale-light-1366x768.png"}) {
      QVERIFY2(names.contains(QString::fromLatin1(name)), name);
    }
    for (const QString& name : names) {
      QVERIFY2(contents(first.filePath(name)) == contents(second.filePath(name)), qPrintable(name));
      const QImage image(first.filePath(name));
      QSet<QRgb> colours;
      for (int y = 0; y < image.height(); y += 7) {
        for (int x = 0; x < image.width(); x += 3) colours.insert(image.pixel(x, y));
      }
      QVERIFY2(colours.size() > 12, qPrintable(name));
    }
  }
};

QTEST_MAIN(TstConsoleTour)
#include "tst_console_tour.moc"
