// Goal: the rule of a restart after a total failure (P50, P51) and the records that it reads.
// Method: hand-made logs; the runs W1, E4 of the protocol review among them.
#include "platform/wire/group_log.h"

#include <QtTest/QtTest>

using namespace cohort;
using wire::EpochPlace;
using wire::GroupLogRecord;
using wire::GroupLogSummary;
using Kind = GroupLogRecord::Kind;

namespace {

constexpr SiteId kA{1};
constexpr SiteId kB{2};
constexpr SiteId kC{3};
constexpr SiteId kD{4};
constexpr SiteId kE{5};

GroupLogSummary log(SiteId site, EpochPlace place, std::vector<SiteId> sites,
                    std::uint64_t updates) {
  return {site, {{place, std::move(sites), 0}}, updates, true};
}

Bytes record(Kind kind, bool flag = false) {
  GroupLogRecord record;
  record.kind = kind;
  record.flag = flag;
  record.place = {3, 1};
  record.sites = {kA, kB};
  return wire::encode(record);
}

}  // namespace

class TstGroupLog : public QObject {
  Q_OBJECT

 private slots:
  void records_roundTrip_andGarbageIsRefused() {
    GroupLogRecord update;
    update.kind = Kind::kUpdate;
    update.id = {{kA, Incarnation{2}}, 7, 9};
    update.place = {7, 5};
    update.sender = ProcessId::make({kA, Incarnation{2}}, 1);
    update.entry = 20;
    update.bytes = {1, 2, 3};
    GroupLogRecord marker;
    marker.place = {3, 1};
    marker.sites = {kA, kA, kB};
    GroupLogRecord begin;
    begin.kind = Kind::kBegin;
    begin.flag = true;
    begin.ahead = 2;
    GroupLogRecord checkpoint;
    checkpoint.kind = Kind::kCheckpoint;
    checkpoint.bytes = {9};
    for (const auto& each : {update, marker, begin, checkpoint}) {
      const auto decoded = wire::decode_group_log_record(wire::encode(each));
      QVERIFY(decoded.has_value());
      QCOMPARE(*decoded, each);
    }
    QVERIFY(!wire::decode_group_log_record(Bytes{9}).has_value());
    // Where nothing was written ahead the bytes are those of earlier releases.
    begin.ahead = 0;
    QCOMPARE(wire::encode(begin), (Bytes{3, 1, 0}));
    QVERIFY(!wire::decode_group_log_record(Bytes{}).has_value());
  }

  void summary_countsUpdatesAfterTheLastMarker_andKnowsAGap() {
    const std::vector<Bytes> whole = {record(Kind::kBegin, true), record(Kind::kCheckpoint),
                                      record(Kind::kUpdate),      record(Kind::kMarker),
                                      record(Kind::kUpdate),      record(Kind::kUpdate)};
    const auto summary = wire::summarize(kA, whole);
    QVERIFY(summary.has_value());
    QCOMPARE(summary->updates, std::uint64_t{3});
    QCOMPARE(summary->markers.size(), std::size_t{1});
    QCOMPARE(summary->markers.front().updates_before, std::uint64_t{1});
    QVERIFY(summary->complete);
    std::vector<Bytes> gap = whole;
    gap.push_back(record(Kind::kBegin, true));  // nobody here had logged for a while
    QVERIFY(!wire::summarize(kA, gap)->complete);
    gap.push_back(record(Kind::kCheckpoint, true));  // one part of it only
    QVERIFY(!wire::summarize(kA, gap)->complete);
    gap.push_back(record(Kind::kCheckpoint));
    QVERIFY(wire::summarize(kA, gap)->complete);
    std::vector<Bytes> again = whole;
    again.push_back(record(Kind::kBegin, false));  // a new checkpoint of one who logs already
    QVERIFY(wire::summarize(kA, again)->complete);
  }

  void oneLogOfThree_waits_W1() {
    // Run W1: C alone is "a member of LAST", but the update may lie at A and B.
    const EpochPlace v{1, 1};
    const auto plan = wire::plan_restart({log(kC, v, {kA, kB, kC}, 0)});
    QVERIFY(!plan.ready);
    QCOMPARE(plan.missing.size(), std::size_t{2});
  }

  void moreThanHalf_takesTheLongest() {
    const EpochPlace v{1, 1};
    const auto plan =
        wire::plan_restart({log(kB, v, {kA, kB, kC}, 4), log(kC, v, {kA, kB, kC}, 7)});
    QVERIFY(plan.ready);
    QCOMPARE(*plan.from, kC);
  }

  void lastThatMoved_isNotRestartedFromTheOldMembers_E4() {
    // Run E4: LAST moved to {A,D,E}; B and C, who logged before, and A with a lagging disk are back
    // with one site that has the new marker: they wait for D or E.
    const EpochPlace old_place{1, 1};
    const EpochPlace moved{1, 5};
    const auto plan =
        wire::plan_restart({log(kA, old_place, {kA, kB, kC}, 3),
                            log(kB, old_place, {kA, kB, kC}, 3), log(kC, moved, {kA, kD, kE}, 0)});
    QVERIFY(!plan.ready);
    QCOMPARE(plan.stale.size(), std::size_t{2});
    const auto later =
        wire::plan_restart({log(kB, old_place, {kA, kB, kC}, 3), log(kD, moved, {kA, kD, kE}, 1),
                            log(kE, moved, {kA, kD, kE}, 2)});
    QVERIFY(later.ready);
    QCOMPARE(*later.from, kE);
  }

  void markerThatNeverCameIntoForce_isPassedOver() {
    // A new view's marker reached the disk of A only before the power went: B and C, who log,
    // restart under the marker before it, and A's log, which holds both, counts for that too.
    const EpochPlace before{1, 1};
    const EpochPlace after{2, 0};
    GroupLogSummary a = log(kA, before, {kA, kB, kC}, 5);
    a.markers.push_back({after, {kA, kB, kC}, 5});
    const auto plan =
        wire::plan_restart({a, log(kB, before, {kA, kB, kC}, 4), log(kC, before, {kA, kB, kC}, 3)});
    QVERIFY(plan.ready);
    QCOMPARE(plan.last, before);
    QCOMPARE(*plan.from, kA);
    // With B alone nobody can say whether C holds the newer one.
    const auto early = wire::plan_restart({a, log(kB, before, {kA, kB, kC}, 4)});
    QVERIFY(!early.ready);
    QCOMPARE(early.missing.size(), std::size_t{1});
  }

  void incompleteLog_doesNotCount() {
    const EpochPlace v{1, 1};
    GroupLogSummary gap = log(kB, v, {kA, kB, kC}, 9);
    gap.complete = false;
    QVERIFY(!wire::plan_restart({gap, log(kC, v, {kA, kB, kC}, 1)}).ready);
  }

  void groupThatNobodyLogged_restartsFromNothing() {
    const auto plan = wire::plan_restart({{kA, {}, 0, false}, {kB, {}, 0, false}});
    QVERIFY(plan.ready);
    QVERIFY(!plan.from.has_value());
  }
};

QTEST_GUILESS_MAIN(TstGroupLog)
#include "tst_group_log.moc"
