// Goal: a missing member is asked for soon, not too often, and given up visibly.
// Method: the pure plan, told the time and who is there.
#include "services/restart/restart_plan.h"

#include <QtTest>

using namespace cohort;
using services::RestartPlan;

namespace {

constexpr SiteId kOne{1};
constexpr SiteId kTwo{2};
const std::set<SiteId> kBoth{kOne, kTwo};

MonotonicTime at(Duration since_start) {
  return MonotonicTime{} + seconds(100) + since_start;
}

}  // namespace

class TstRestartPlan : public QObject {
  Q_OBJECT

 private slots:
  void place_withoutMember_isDueAfterTheGraceTime() {
    RestartPlan plan({kOne, kTwo});
    plan.observe(kBoth, kBoth, at(Duration{0}));
    QVERIFY(plan.due(at(seconds(1))).empty());
    plan.observe(kBoth, {kOne}, at(seconds(2)));
    QVERIFY(plan.due(at(seconds(2))).empty());
    QCOMPARE(plan.due(at(seconds(2) + RestartPlan::kGrace)), std::vector<SiteId>{kTwo});
    QVERIFY(plan.due(at(seconds(2) + RestartPlan::kGrace)).empty());
  }

  void place_atASiteThatIsDown_waitsForTheSite() {
    RestartPlan plan({kOne, kTwo});
    plan.observe({kOne}, {kOne}, at(Duration{0}));
    QVERIFY(plan.due(at(seconds(60))).empty());
    plan.observe(kBoth, {kOne}, at(seconds(61)));
    QCOMPARE(plan.due(at(seconds(62))), std::vector<SiteId>{kTwo});
  }

  void place_thatIsFilledAgain_isNotDue() {
    RestartPlan plan({kOne});
    plan.observe({kOne}, {}, at(Duration{0}));
    plan.observe({kOne}, {kOne}, at(millis(10)));
    QVERIFY(plan.due(at(seconds(5))).empty());
    QCOMPARE(plan.next_deadline(), kNever);
  }

  void place_thatDiesAgainAndAgain_isGivenUpOnce() {
    RestartPlan plan({kOne});
    std::size_t asked = 0;
    Duration now{0};
    while (now < RestartPlan::kWindow) {
      plan.observe({kOne}, {}, at(now));
      for (const SiteId site : plan.due(at(now))) {
        plan.started(site, at(now));
        ++asked;
        plan.observe({kOne}, {kOne}, at(now));  // it comes up, and dies before the next look
      }
      now += millis(100);
    }
    QCOMPARE(asked, RestartPlan::kStartsInWindow);
    QCOMPARE(plan.newly_abandoned(), std::vector<SiteId>{kOne});
    QVERIFY(plan.newly_abandoned().empty());
    plan.observe({kOne}, {}, at(now + seconds(120)));
    QVERIFY(plan.due(at(now + seconds(125))).empty());
  }

  void place_givenUp_getsAnotherChanceWhenItsSiteComesBack() {
    RestartPlan plan({kOne});
    for (int i = 0; i < 100; ++i) {
      plan.observe({kOne}, {}, at(millis(300) * i));
      for (const SiteId site : plan.due(at(millis(300) * i))) {
        plan.started(site, at(millis(300) * i));
      }
    }
    QCOMPARE(plan.newly_abandoned().size(), std::size_t{1});
    plan.observe({}, {}, at(seconds(40)));
    plan.observe({kOne}, {}, at(seconds(41)));
    QCOMPARE(plan.due(at(seconds(42))), std::vector<SiteId>{kOne});
  }
};

QTEST_GUILESS_MAIN(TstRestartPlan)
#include "tst_restart_plan.moc"
