// Goal: what the console shows of failures, views, commands and news follows from the events alone.
// Method: fold short histories of a small plant and look at the state.
#include "console/models/state_builder.h"

#include <QtTest/QTest>

#include "console/models/command_text.h"
#include "console/models/failure_rows.h"
#include "console/models/failure_text.h"
#include "console/models/recording.h"
#include "console/models/service_matrix.h"
#include "console/models/shell_state.h"
#include "console/plant_fixture.h"

using namespace cohort::console;
using namespace cohort::console::fixture;

class TstConsoleFold : public QObject {
  Q_OBJECT

 private slots:
  void healthyPlant_needsNoAttention() {
    const PlantStatePtr state = fold(healthy());
    QVERIFY(attentionRows(*state, Zone::kUtc, kStartMs + 10).isEmpty());
    QCOMPARE(memberMark(*state, QStringLiteral("emulsion"), 1), CellMark::kOldest);
    QCOMPARE(memberMark(*state, QStringLiteral("emulsion"), 3), CellMark::kMember);
  }

  void memberFailed_isAlarmUntilReplaced() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1")},
                               {{QStringLiteral("2.1/1"), Departure::kProcessFailed}}));
    PlantStatePtr state = fold(events);
    QCOMPARE(state->failures.size(), 1);
    QCOMPARE(state->failures.first().priority, 2);
    QCOMPARE(memberMark(*state, QStringLiteral("emulsion"), 2), CellMark::kFailed);
    events += heardAt(
        20, view(5, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1"), QStringLiteral("2.1/2")}));
    state = fold(events);
    QCOMPARE(state->failures.first().state, AlarmState::kReturnedUnacknowledged);
    events += heardAt(30, Acknowledgement{state->failures.first().id, QStringLiteral("rivera")});
    state = fold(events);
    QCOMPARE(state->failures.first().state, AlarmState::kCleared);
    QCOMPARE(state->failures.first().acknowledgedBy, QStringLiteral("rivera"));
  }

  void siteFailed_isFirstOutOfItsMembers() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("2.1/1")},
                               {{QStringLiteral("3.1/1"), Departure::kSiteFailed}}));
    events += heardAt(11, SitesChange{2, {{1, 1}, {2, 1}}, {{3, QStringLiteral("silent")}}});
    const PlantStatePtr state = fold(events);
    QCOMPARE(state->failures.size(), 2);
    const Failure& site = state->failures.at(0);
    QCOMPARE(site.kind, FailureKind::kSiteFailed);
    QCOMPARE(site.consequences, 1);
    QCOMPARE(site.detail, QStringLiteral("silent"));
    QCOMPARE(state->failures.at(1).cause, site.id);
    // Folded: one row, with the count; opened: both.
    QCOMPARE(failureRows(*state, FailureScope::kStanding, {}, Zone::kUtc).size(), 1);
    QCOMPARE(failureRows(*state, FailureScope::kStanding, {site.id}, Zone::kUtc).size(), 2);
    QCOMPARE(failureCount(*state, FailureScope::kStanding), 2);
  }

  void siteBack_clearsItsFailure() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("2.1/1")},
                               {{QStringLiteral("3.1/1"), Departure::kSiteFailed}}));
    events += heardAt(11, SitesChange{2, {{1, 1}, {2, 1}}, {{3, QStringLiteral("silent")}}});
    events += heardAt(20, SitesChange{3, {{1, 1}, {2, 1}, {3, 2}}, {}});
    const PlantStatePtr state = fold(events);
    QCOMPARE(state->failures.at(0).state, AlarmState::kReturnedUnacknowledged);
  }

  void belowMinimum_isNeverFolded() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1")},
                               {{QStringLiteral("2.1/1"), Departure::kProcessFailed},
                                {QStringLiteral("3.1/1"), Departure::kProcessFailed}}));
    const PlantStatePtr state = fold(events);
    const Failure* urgent = mostUrgent(*state);
    QVERIFY(urgent != nullptr);
    QCOMPARE(urgent->kind, FailureKind::kBelowMinimum);
    QCOMPARE(failureRows(*state, FailureScope::kStanding, {}, Zone::kUtc).size(), 3);
  }

  void consoleThatComesLate_seesWhatIsMissing() {
    const QList<PlantEvent> events = {heardAt(0, plant()), heardAt(1, LinkChange{true, 1, {}}),
                                      heardAt(2, SitesChange{4, {{1, 1}, {3, 1}}, {}}),
                                      heardAt(3, view(9, {QStringLiteral("1.1/1")}))};
    PlantStatePtr state = fold(events);
    QCOMPARE(state->failures.size(), 2);
    QCOMPARE(state->failures.at(0).kind, FailureKind::kSiteAbsent);
    QCOMPARE(state->failures.at(0).site, 2);
    QCOMPARE(state->failures.at(1).kind, FailureKind::kBelowMinimum);
    state =
        fold(events + QList<PlantEvent>{heardAt(4, SitesChange{5, {{1, 1}, {2, 7}, {3, 1}}, {}})});
    QVERIFY(!isActive(state->failures.at(0)));
  }

  void consoleThatComesLate_learnsWhatWasAndWhyASiteIsMissing() {
    const PastDepartures past{{{2, 6, 3, QStringLiteral("2.6 closed its connections")},
                               {3, 1, 2, QStringLiteral("3.1 was silent for 700 ms")}}};
    const PlantStatePtr state =
        fold({heardAt(0, plant()), heardAt(1, LinkChange{true, 1, {}}),
              heardAt(2, SitesChange{4, {{1, 1}, {3, 2}}, {}}), heardAt(3, past)});
    QCOMPARE(state->failures.size(), 2);
    const Failure& absent = state->failures.at(0);
    QCOMPARE(absent.kind, FailureKind::kSiteAbsent);
    QVERIFY(isActive(absent));
    QCOMPARE(absent.detail, QStringLiteral("2.6 closed its connections"));
    QCOMPARE(absent.view, 3U);
    const Failure& over = state->failures.at(1);
    QCOMPARE(over.kind, FailureKind::kSiteFailed);
    QCOMPARE(over.site, 3);
    QVERIFY(!isStanding(over));
    QCOMPARE(failureRows(*state, FailureScope::kHistory, {}, Zone::kUtc).size(), 2);
    QCOMPARE(failureRows(*state, FailureScope::kStanding, {}, Zone::kUtc).size(), 1);
    QVERIFY(failureEvidence(*state, over, Zone::kUtc).join(u' ').contains(over.detail));
  }

  void failureSeenHere_isNotToldTwice() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("2.1/1")},
                               {{QStringLiteral("3.1/1"), Departure::kSiteFailed}}));
    events += heardAt(11, SitesChange{2, {{1, 1}, {2, 1}}, {{3, QStringLiteral("silent")}}});
    events += heardAt(12, PastDepartures{{{3, 1, 2, QStringLiteral("silent")}}});
    QCOMPARE(fold(events)->failures.size(), 2);
  }

  void formingGroup_isNoFailure() {
    const QList<PlantEvent> events = {heardAt(0, plant()),
                                      heardAt(1, view(1, {QStringLiteral("1.1/1")}))};
    QVERIFY(fold(events)->failures.isEmpty());
  }

  void memberLeft_isNoFailure() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("2.1/1")},
                               {{QStringLiteral("3.1/1"), Departure::kLeft}}));
    const PlantStatePtr state = fold(events);
    QVERIFY(state->failures.isEmpty());
    QCOMPARE(memberMark(*state, QStringLiteral("emulsion"), 3), CellMark::kStopped);
  }

  void command_isReportedByTheViewAlone() {
    QList<PlantEvent> events = healthy();
    CommandRecord record;
    record.id = QStringLiteral("c1");
    record.action = CommandAction::kStop;
    record.target = QStringLiteral("emulsion");
    record.site = 3;
    record.sentMs = kStartMs + 10;
    events += heardAt(10, CommandChange{record});
    record.phase = CommandPhase::kAccepted;
    events += heardAt(11, CommandChange{record});
    PlantStatePtr state = fold(events);
    QCOMPARE(memberMark(*state, QStringLiteral("emulsion"), 3), CellMark::kDraining);
    QVERIFY(isPending(state->commands.first()));
    events += heardAt(12, view(4, {QStringLiteral("1.1/1"), QStringLiteral("2.1/1")},
                               {{QStringLiteral("3.1/1"), Departure::kProcessFailed}}));
    state = fold(events);
    QCOMPARE(state->commands.first().phase, CommandPhase::kReported);
    QVERIFY(state->failures.isEmpty());
  }

  void startOfAMemberThatRuns_isReportedAtOnce() {
    QList<PlantEvent> events = healthy();
    CommandRecord record;
    record.id = QStringLiteral("c1");
    record.target = QStringLiteral("emulsion");
    record.site = 3;
    events += heardAt(10, CommandChange{record});
    record.phase = CommandPhase::kAccepted;
    events += heardAt(11, CommandChange{record});
    QCOMPARE(fold(events)->commands.first().phase, CommandPhase::kReported);
  }

  void commandWithoutReport_endsAsUnknown() {
    CommandRecord record;
    record.sentMs = kStartMs;
    QVERIFY(commandPhaseWord(record, kStartMs + 1'000).contains(QStringLiteral("sent")));
    QVERIFY(commandPhaseWord(record, kStartMs + 12'000).contains(QStringLiteral("no report")));
    QVERIFY(commandPhaseWord(record, kStartMs + 31'000).contains(QStringLiteral("unknown")));
  }

  void stopBelowMinimum_isSeenBeforeItIsDone() {
    QList<PlantEvent> events = healthy();
    CommandDraft draft;
    draft.action = CommandAction::kStop;
    draft.target = QStringLiteral("emulsion");
    draft.site = 3;
    draft.viewSeen = 3;
    PlantStatePtr state = fold(events);
    QVERIFY(!endangersService(*state, draft));
    QVERIFY(commandConsequence(*state, draft).contains(QStringLiteral("2 of 3 members")));
    QVERIFY(viewMoved(*state, draft).isEmpty());
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1")},
                               {{QStringLiteral("2.1/1"), Departure::kProcessFailed}}));
    state = fold(events);
    QVERIFY(endangersService(*state, draft));
    QVERIFY(viewMoved(*state, draft).contains(QStringLiteral("from 3 to 4")));
  }

  void missingNews_isARowOfItsOwn() {
    NewsRow first;
    first.number = 7;
    NewsRow later;
    later.number = 11;
    const PlantStatePtr state = fold(
        {heardAt(0, NewsItem{first}), heardAt(1, NewsItem{later}), heardAt(2, NewsItem{first})});
    QCOMPARE(state->news.size(), 3);
    QCOMPARE(state->news.at(1).number, quint64(8));
    QCOMPARE(state->news.at(1).gapTo, quint64(10));
  }

  void shell_saysHowTrueItIs() {
    QList<PlantEvent> events = healthy();
    PlantStatePtr state = fold(events);
    QCOMPARE(shellStateOf(*state, kStartMs + 1'000), ShellState::kLive);
    QCOMPARE(shellStateOf(*state, kStartMs + 3'100), ShellState::kStale);
    events += heardAt(1'000, ServingChange{false});
    state = fold(events);
    QCOMPARE(shellStateOf(*state, kStartMs + 1'001), ShellState::kBlocked);
    QVERIFY(!commandsRefused(*state, ShellState::kBlocked).isEmpty());
    events += heardAt(2'000, LinkChange{false, 1, QStringLiteral("gone")});
    events += heardAt(4'000, LinkChange{false, 1, QStringLiteral("refused")});
    state = fold(events);
    QCOMPARE(shellStateOf(*state, kStartMs + 4'001), ShellState::kOffline);
    QCOMPARE(state->linkChangedMs, kStartMs + 2'000);
  }

  void publishedState_neverChanges() {
    StateBuilder builder(false);
    for (const PlantEvent& one : healthy()) builder.apply(one);
    const PlantStatePtr before = builder.publish();
    builder.apply(heardAt(10, view(4, {QStringLiteral("1.1/1")})));
    QCOMPARE(before->groups.first().members.size(), 3);
    QCOMPARE(before->sequence + 1, builder.publish()->sequence);
  }

  void recording_bringsTheSameState() {
    QList<PlantEvent> events = healthy();
    events += heardAt(10, view(4, {QStringLiteral("1.1/1")},
                               {{QStringLiteral("2.1/1"), Departure::kProcessFailed}}));
    events += heardAt(11, SampleBlock{QStringLiteral("Ma.flow"), {{kStartMs, 1.5, 0.1}}});
    Lot lot;
    lot.name = QStringLiteral("W-1");
    lot.product = QStringLiteral("Pa");
    lot.step = 3;
    events += heardAt(12, LotTable{{lot}});
    QByteArray text;
    for (const PlantEvent& one : events) text += toLine(one) + '\n';
    QString wrong;
    const QList<PlantEvent> read = parseRecording(text, wrong);
    QCOMPARE(wrong, QString());
    const PlantStatePtr first = fold(events);
    const PlantStatePtr second = fold(read);
    QCOMPARE(second->sequence, first->sequence);
    QVERIFY(second->groups == first->groups);
    QVERIFY(second->failures == first->failures);
    QVERIFY(second->lots == first->lots);
    QVERIFY(second->series == first->series);
    QVERIFY(second->plant == first->plant);
  }

  void brokenRecording_namesItsLine() {
    QString wrong;
    parseRecording("{\"kind\":\"heard\"}\n{\"kind\":\"nonsense\"}\n", wrong);
    QVERIFY(wrong.contains(QStringLiteral("line 2")));
    QVERIFY(wrong.contains(QStringLiteral("nonsense")));
  }
};

QTEST_GUILESS_MAIN(TstConsoleFold)
#include "tst_console_fold.moc"
