#include "platform/core/failure_detector.h"

#include <QtTest/QtTest>

#include "platform/base/limits.h"

using namespace cohort;
using core::FailureDetector;

namespace {

const SiteLife kOne{SiteId{1}, Incarnation{1}};
const SiteLife kTwo{SiteId{2}, Incarnation{1}};
const SiteLife kThree{SiteId{3}, Incarnation{1}};

MonotonicTime at(std::int64_t ms) {
  return MonotonicTime{seconds(100)} + millis(ms);
}
std::int64_t ns(MonotonicTime time) {
  return time.time_since_epoch().count();
}

/// Ticks from one moment to another; peers in `heard` echo each heartbeat at once.
void run(FailureDetector& detector, std::int64_t from, std::int64_t to,
         const std::vector<SiteId>& heard) {
  for (std::int64_t ms = from; ms <= to; ms += 100) {
    detector.on_step(at(ms));
    for (SiteId site : heard) detector.on_status(site, ns(at(ms)), ns(at(ms - 1)), at(ms));
  }
}

}  // namespace

class TstFailureDetector : public QObject {
  Q_OBJECT

 private slots:
  void silentSite_isSuspectedAfterItsTime_notBefore() {
    // Goal: P64. Method: a steady peer falls silent; the floor applies.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    run(detector, 0, 5000, {kTwo.site});
    run(detector, 5100, 5500, {});
    QVERIFY(!detector.check(at(5500)));
    run(detector, 5600, 5700, {});
    QVERIFY(detector.check(at(5700)));
    QVERIFY(detector.suspected(kTwo.site));
    QVERIFY(QString::fromStdString(detector.evidence(kTwo.site)).contains("silent for"));
  }

  void siteThatSpeaksButDoesNotEcho_isSuspected() {
    // Goal: one-way loss counts as loss. Method: Status frames arrive, their echo stands still.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    run(detector, 0, 2000, {kTwo.site});
    for (std::int64_t ms = 2100; ms <= 3000; ms += 100) {
      detector.on_step(at(ms));
      detector.on_status(kTwo.site, ns(at(ms)), ns(at(2000)), at(ms));
    }
    QVERIFY(detector.check(at(3000)));
  }

  void ownPause_accusesNobody() {
    // Goal: one's own sleep is nobody's fault. Method: no step for three seconds.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    run(detector, 0, 2000, {kTwo.site});
    detector.on_step(at(5000));
    QVERIFY(!detector.check(at(5000)));
  }

  void unsteadySite_getsMoreTime() {
    // Goal: P66, no tuning. Method: gaps of 100 to 700 ms for a minute, then 900 ms of silence.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    std::int64_t ms = 0;
    for (int i = 0; i < 150; ++i) {
      const std::int64_t gap = i % 2 == 0 ? 100 : 700;
      for (std::int64_t t = 100; t <= gap; t += 100) detector.on_step(at(ms + t));
      ms += gap;
      detector.on_status(kTwo.site, ns(at(ms)), ns(at(ms)), at(ms));
    }
    for (std::int64_t t = ms; t <= ms + 900; t += 100) detector.on_step(at(t));
    QVERIFY(!detector.check(at(ms + 900)));
  }

  void lease_endsWithoutEchoesOfAQuorum() {
    // Goal: ruling 14. Method: three sites; with one peer the lease holds, with none it ends at L.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo, kThree}, at(0));
    run(detector, 0, 1000, {kTwo.site});
    QVERIFY(detector.lease_valid(at(1000)));
    QVERIFY(detector.lease_valid(at(999) + limits::kLease));
    QVERIFY(!detector.lease_valid(at(1000) + limits::kLease));
  }

  void lease_countsFromTheSendingOfWhatWasEchoed_E6() {
    // Goal: run E6 (a). Method: an old echo that waited in a buffer does not prolong the lease.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo, kThree}, at(0));
    detector.on_status(kTwo.site, ns(at(3000)), ns(at(100)), at(3000));
    QVERIFY(!detector.lease_valid(at(3000)));
  }

  void lease_ofTheOldestOfTwo_neverEnds() {
    // Goal: half with the oldest is a quorum. Method: two sites, no echo at all.
    FailureDetector oldest(kOne);
    oldest.install({kOne, kTwo}, at(0));
    QVERIFY(oldest.lease_valid(at(60000)));
    FailureDetector younger(kTwo);
    younger.install({kOne, kTwo}, at(0));
    QVERIFY(!younger.lease_valid(at(60000)));
  }

  void echoRepeated_doesNotProlongTheLeaseThatRestsOnIt() {
    // Goal: E6: what an acceptor must wait for counts from the arrival of what it echoed, so a
    // silent site's lease is over although our heartbeats went on repeating the echo.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    QVERIFY(!detector.last_echo_to(kTwo.site));
    run(detector, 0, 1000, {kTwo.site});
    detector.echo_for(kTwo.site);
    run(detector, 1100, 2000, {});
    detector.echo_for(kTwo.site);
    QCOMPARE(*detector.last_echo_to(kTwo.site), at(1000));
  }

  void silentSiteThatProvesToHaveExited_isCertainlyGone() {
    // Goal: certainty outranks a guess, in the evidence too. Method: silence, then a refusal.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    run(detector, 0, 1000, {kTwo.site});
    run(detector, 1100, 2000, {});
    QVERIFY(detector.check(at(2000)));
    QCOMPARE(detector.cause(kTwo.site), wire::RemovalCause::kSilent);
    detector.on_process_gone(kTwo.site);
    QCOMPARE(detector.cause(kTwo.site), wire::RemovalCause::kExited);
    QCOMPARE(detector.suspected_at(kTwo.site), at(2000));
  }

  void evidence_namesTheAccusersOwnPause() {
    // Goal: corosync#389: who reads why a site left sees whether the accuser slept itself.
    FailureDetector detector(kOne);
    detector.install({kOne, kTwo}, at(0));
    run(detector, 0, 1000, {kTwo.site});
    run(detector, 1900, 3500, {});
    QVERIFY(detector.check(at(3500)));
    const QString evidence = QString::fromStdString(detector.evidence(kTwo.site));
    QVERIFY2(evidence.contains("the accuser itself paused 900 ms"), qPrintable(evidence));
    QVERIFY2(evidence.contains("last heard"), qPrintable(evidence));
  }

  void quorumThatHasExited_isKnownToBeImpossible() {
    // Goal: a blocked site does not wait for the dead. Method: two of three are certainly gone.
    FailureDetector detector(kThree);
    detector.install({kOne, kTwo, kThree}, at(0));
    detector.on_process_gone(kOne.site);
    QVERIFY(detector.quorum_possible());
    detector.on_process_gone(kTwo.site);
    QVERIFY(!detector.quorum_possible());
  }
};

QTEST_GUILESS_MAIN(TstFailureDetector)
#include "tst_failure_detector.moc"
