// Goal: between the plant's thread and the window states are conflated, events never are.
// Method: fill the queue from another thread and take what waits.
#include "console/bridge/conflation.h"

#include <QSignalSpy>
#include <QtTest/QTest>
#include <thread>

#include "console/bridge/plant_reading.h"
#include "console/bridge/recorded_source.h"

using namespace cohort::console;

namespace {

PlantEvent news(quint64 number) {
  NewsRow row;
  row.number = number;
  return {0, NewsItem{row}};
}

PlantEvent figures(int finished) {
  Figures one;
  one.finished = finished;
  return {0, one};
}

}  // namespace

class TstConsoleBridge : public QObject {
  Q_OBJECT

 private slots:
  void states_keepOnlyTheLatest() {
    Conflation queue;
    for (int at = 0; at < 1'000; ++at) queue.put(figures(at));
    const QList<PlantEvent> taken = queue.take();
    QCOMPARE(taken.size(), 1);
    QCOMPARE(std::get<Figures>(taken.first().body).finished, 999);
    QVERIFY(queue.take().isEmpty());
  }

  void events_keepTheirOrderAcrossThreads() {
    Conflation queue;
    QList<PlantEvent> taken;
    std::thread writer([&queue] {
      for (quint64 number = 1; number <= 20'000; ++number) {
        queue.put(news(number));
        queue.put(figures(int(number)));
      }
    });
    while (taken.isEmpty() || std::get<NewsItem>(taken.last().body).row.number < quint64(20'000)) {
      for (const PlantEvent& one : queue.take()) {
        if (std::holds_alternative<NewsItem>(one.body)) taken.append(one);
      }
    }
    writer.join();
    QCOMPARE(taken.size(), 20'000);
    for (int at = 0; at < taken.size(); ++at) {
      QCOMPARE(std::get<NewsItem>(taken.at(at).body).row.number, quint64(at + 1));
    }
  }

  void fullQueue_saysHowManyItDropped() {
    Conflation queue;
    for (qsizetype at = 0; at < kEventsQueued; ++at) queue.put(news(quint64(at + 1)));
    QList<PlantEvent> taken = queue.take();
    QCOMPARE(taken.size(), kEventsQueued);
    for (qsizetype at = 0; at < kEventsQueued + 3; ++at) queue.put(news(quint64(at + 1)));
    taken = queue.take();
    QCOMPARE(taken.size(), kEventsQueued + 1);
    QCOMPARE(std::get<EventGap>(taken.last().body).count, quint64(3));
  }

  void reader_isWokenOncePerBatch() {
    Conflation queue;
    QVERIFY(queue.put(news(1)));
    QVERIFY(!queue.put(news(2)));
    queue.take();
    QVERIFY(queue.put(figures(1)));
  }

  void recording_playsToItsMarks() {
    QList<PlantEvent> events = {news(1), {5, Mark{QStringLiteral("here")}}, news(2)};
    RecordedSource source(events);
    QSignalSpy batches(&source, &PlantSource::batch);
    QVERIFY(!source.playTo(QStringLiteral("elsewhere")));
    QVERIFY(source.playTo(QStringLiteral("here")));
    QCOMPARE(batches.size(), 1);
    QCOMPARE(source.nowMs(), qint64(5));
    source.playToEnd();
    QCOMPARE(batches.size(), 2);
  }

  void recording_refusesCommands() {
    RecordedSource source({});
    QSignalSpy batches(&source, &PlantSource::batch);
    source.submit({}, QStringLiteral("rivera"), {});
    const auto told = batches.first().at(0).value<QList<PlantEvent>>();
    QCOMPARE(std::get<CommandChange>(told.first().body).record.phase, CommandPhase::kRejected);
  }

  void lots_areReadFromSchedulingsAnswer() {
    cohort::wire::Message lot;
    lot.set("lot", "W-7").set("product", "Pa").set("state", "held").set("step", 3);
    lot.set("hold_reason", "recipe");
    cohort::wire::Message answer;
    answer.set("total", 1).set("lots", cohort::wire::Message::List{lot});
    const QList<Lot> lots = lotsFrom(answer);
    QCOMPARE(lots.size(), 1);
    QCOMPARE(lots.first().stage, LotStage::kHeld);
    QCOMPARE(lots.first().holdReason, QStringLiteral("recipe"));
  }

  void views_areReadWithTheirDepartures() {
    const auto a = cohort::ProcessId::make({{1}, {1}}, 4);
    const auto b = cohort::ProcessId::make({{2}, {3}}, 5);
    cohort::client::ViewChange change;
    change.view.name = "emulsion";
    change.view.number = 9;
    change.view.members = {a};
    change.departed = {{b, cohort::client::Departure::kSiteFailed}};
    const GroupChange read = groupChangeFrom(change);
    QCOMPARE(read.members, QStringList{QStringLiteral("1.1/4")});
    QCOMPARE(read.departed.first().first, QStringLiteral("2.3/5"));
    QCOMPARE(read.departed.first().second, Departure::kSiteFailed);
  }
};

QTEST_GUILESS_MAIN(TstConsoleBridge)
#include "tst_console_bridge.moc"
