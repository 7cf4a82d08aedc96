// Goal: a scenario means what it says: every line is read and written back alike, what is wrong is
// named with its file and line, expectations fail where they are not so, and runs repeat.
// Method: small texts through the parser, the printer and the player.
#include "platform/sim/scenario/player.h"

#include <QtTest>

#include "platform/sim/frame_kind.h"
#include "platform/sim/partitions.h"

namespace cohort::sim {

namespace {

const char* const kThree =
    "sites 3\n"
    "process p1 at site 1\n"
    "process p2 at site 2\n"
    "process p3 at site 3\n"
    "group X = p1 p2 p3\n";

PlayResult play_text(const std::string& text) {
  const auto scenario = parse_scenario("test.txt", text);
  if (!scenario) return {{}, {scenario.error().text}};
  PlayResult result = play(*scenario);
  if (!result.ok(*scenario) && result.failures.empty()) result.failures.push_back("not ok");
  return result;
}

std::string text_of(const PlayResult& result) {
  std::string text;
  for (const std::string& failure : result.failures) text += failure + "\n";
  for (const auto& violation : result.run.violations) text += violation.text + "\n";
  return text;
}

}  // namespace

class TstScenario : public QObject {
  Q_OBJECT

 private slots:
  void everyAction_isWrittenAndReadBackAlike_data() {
    QTest::addColumn<QString>("line");
    for (const char* line : {"crash site 2",
                             "crash site 1 2 3 power after effect 4 restart after 2s",
                             "start site 2",
                             "pause site 1 for 1500ms",
                             "pause site 1",
                             "resume site 1",
                             "leave site 3",
                             "cut 1-2",
                             "cut 1->2 3->1",
                             "heal 1-2",
                             "heal all",
                             "half-open 1-2",
                             "reset 1-2",
                             "reset 1-2 data",
                             "slow 1->2 1000 bytes a second",
                             "slow 1->2 off",
                             "hold WEDGE-ANSWER on 2->1",
                             "release STREAM on 1-3",
                             "disk 1 stall",
                             "disk 2 slow 30s",
                             "disk 1 ok",
                             "clock 2 drifts -5000",
                             "cpu 3 5ms an input",
                             "cpu 3 off",
                             "process p1 at site 1",
                             "tool t1 at site 2",
                             "crash p1",
                             "p1: create X",
                             "p1: join X",
                             "p1: leave X",
                             "p1: kill X",
                             "p1: lookup X",
                             "p1: monitor X",
                             "p1: cbcast X Y p3 as m1 size 100 safe",
                             "p1: abcast X as m2",
                             "p1: gbcast X as m3",
                             "p1: flush",
                             "p1: hang",
                             "p1: go-on",
                             "p1: garbage 40",
                             "t1: update",
                             "t1: ask-cohort",
                             "t1: ask-all",
                             "t1: leave-and-return"}) {
      QTest::newRow(line) << line;
    }
  }
  void everyAction_isWrittenAndReadBackAlike() {
    QFETCH(QString, line);
    const auto scenario = parse_scenario("test.txt", "sites 3\n" + line.toStdString() + "\n");
    QVERIFY2(scenario.has_value(), scenario ? "" : scenario.error().text.c_str());
    QCOMPARE(scenario->steps.size(), std::size_t{1});
    QCOMPARE(QString::fromStdString(to_text(scenario->steps[0].action)), line);
    const auto again = parse_scenario("again.txt", to_text(*scenario));
    QVERIFY2(again.has_value(), again ? "" : again.error().text.c_str());
    QVERIFY(again->steps[0].action == scenario->steps[0].action);
  }

  void wrongLine_namesFileLineAndWhatIsAllowed_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("part");
    QTest::newRow("verb") << "explode site 1" << "there are crash, start";
    QTest::newRow("frame") << "hold WEGDE on 1->2" << "WEDGE-ANSWER";
    QTest::newRow("fact") << "expect happy p1" << "delivered, view";
    QTest::newRow("time") << "run 5" << "such as 1.5s";
    QTest::newRow("site") << "crash site 9" << "sites 1 to 3 only";
    QTest::newRow("operation") << "p1: shout X" << "cbcast, abcast";
    QTest::newRow("end") << "run 5s more" << "nothing may follow";
    QTest::newRow("label") << "p1: cbcast X" << "\"as\" is expected";
    QTest::newRow("quote") << "expect why-left site 1 \"abc" << "closing quote";
    QTest::newRow("disk") << "disk 1 burns" << "ok, stall, fail";
    QTest::newRow("trigger") << "when probe x often: crash site 1" << "hit N";
  }
  void wrongLine_namesFileLineAndWhatIsAllowed() {
    QFETCH(QString, line);
    QFETCH(QString, part);
    const auto scenario = parse_scenario("some.txt", "sites 3\n\n" + line.toStdString() + "\n");
    QVERIFY(!scenario.has_value());
    const QString error = QString::fromStdString(scenario.error().text);
    QVERIFY2(error.startsWith("some.txt:3: "), qPrintable(error));
    QVERIFY2(error.contains(part), qPrintable(error));
  }

  void multicast_isDeliveredEverywhere() {
    const PlayResult result = play_text(std::string(kThree) +
                                        "p1: cbcast X as m1\np1: abcast X as m2\n"
                                        "wait delivered all m1 before m2 within 1s\n"
                                        "expect not delivered p1 m3\nexpect no violation\n");
    QVERIFY2(result.failures.empty(), text_of(result).c_str());
    QVERIFY(result.run.violations.empty());
  }

  void expectation_thatIsNotSo_failsWithWhatIsSeen() {
    const PlayResult result =
        play_text(std::string(kThree) + "expect view X at p2 = p1 p2\nexpect delivered p1 m9\n");
    QCOMPARE(result.failures.size(), std::size_t{2});
    QVERIFY2(result.failures[0].starts_with("test.txt:6: expect view X at p2 = p1 p2"),
             result.failures[0].c_str());
    QVERIFY(result.failures[0].find("p1 p2 p3") != std::string::npos);
  }

  void operation_ofNobody_fails() {
    const PlayResult result = play_text("sites 1\np1: flush\n");
    QCOMPARE(result.failures.size(), std::size_t{1});
  }

  void trigger_crashesBetweenTwoEffects() {
    const PlayResult result =
        play_text(std::string(kThree) +
                  "when site 2 received WEDGE: crash site 2 after effect 1 restart after 1s\n"
                  "crash site 3\nwait sites = 1 within 10s\n");
    // Two of three are gone: nobody has a quorum until site 2 is back.
    QVERIFY(!result.failures.empty());
    QVERIFY2(result.run.violations.empty(), text_of(result).c_str());
    QCOMPARE(result.run.counts.triggers, std::uint64_t{1});
    // Site 1 stops by itself: those that its view needs have ended for good.
    QCOMPARE(result.run.counts.site_crashes, std::uint64_t{3});
  }

  void heldFrame_stopsItsConnectionUntilReleased() {
    const PlayResult result = play_text(std::string(kThree) +
                                        "hold MESSAGE on 1->2\np1: cbcast X as m1\n"
                                        "wait delivered p3 m1 within 1s\n"
                                        "expect not delivered p2 m1\n"
                                        "release MESSAGE on 1->2\n"
                                        "wait delivered p2 m1 within 1s\n");
    QVERIFY2(result.failures.empty(), text_of(result).c_str());
  }

  void cutOffSite_stopsServingAndComesBack() {
    const PlayResult result = play_text(std::string(kThree) +
                                        "isolate 3\nwait not serving site 3 within 2s\n"
                                        "wait sites = 1 2 within 10s\nheal all\n"
                                        "wait sites = 1 2 3 within 15s\n");
    QVERIFY2(result.failures.empty(), text_of(result).c_str());
  }

  void failingDisk_stopsTheSite() {
    const PlayResult result =
        play_text(std::string(kThree) +
                  "disk 2 fail\ncrash site 3\nwait stopped site 2 within 10s\n"
                  "disk 2 ok\n");
    QVERIFY2(result.failures.empty(), text_of(result).c_str());
  }

  void sameScenario_sameRun() {
    const std::string text = std::string(kThree) +
                             "p1: abcast X as m1\np2: cbcast X as m2\ncrash site 3 after effect 7 "
                             "restart after 1s\nrun 3s\n";
    const PlayResult first = play_text(text);
    const PlayResult second = play_text(text);
    QVERIFY2(first.failures.empty(), text_of(first).c_str());
    QVERIFY(first.run.digest != 0);
    QCOMPARE(first.run.digest, second.run.digest);
  }

  void frameKinds_areTheNamesOfTheFrames() {
    const std::vector<std::string> kinds = frame_kinds();
    for (const char* kind : {"WEDGE", "WEDGE-ANSWER", "PROPOSE", "COMMIT", "STATUS", "STREAM",
                             "ORDER", "OPENING", "SESSION-HELLO"}) {
      QVERIFY2(std::find(kinds.begin(), kinds.end(), kind) != kinds.end(), kind);
    }
    QVERIFY(kind_matches("STREAM", "SKIP"));
    QVERIFY(!kind_matches("MESSAGE", "SKIP"));
  }

  void partitions_haveTheirShapes() {
    QCOMPARE(cut_apart({{SiteId{1}}, {SiteId{2}, SiteId{3}}}).size(), std::size_t{4});
    QCOMPARE(majorities_ring(5).size(), std::size_t{10});  // 10 pairs, 5 of them kept
    QCOMPARE(bridge(5, SiteId{3}).size(), std::size_t{8});
    QCOMPARE(cut_one_way({SiteId{1}}, {SiteId{2}}, true).front().to, SiteId{1});
  }
};

}  // namespace cohort::sim

QTEST_GUILESS_MAIN(cohort::sim::TstScenario)
#include "tst_scenario.moc"
