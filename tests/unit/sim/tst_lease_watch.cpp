// Goal: the checkers of V10 and V11 object to a site that acts beside a view without it, and to a
// client of it that acts when others may do so in its place, and to nothing else.
// Method: hand-made runs of three sites.
#include "platform/sim/lease_watch.h"

#include <QtTest>

using namespace cohort;
using sim::LeaseWatch;

namespace {
const SiteLife kA{SiteId{1}, Incarnation{1}};
const SiteLife kB{SiteId{2}, Incarnation{1}};
const SiteLife kC{SiteId{3}, Incarnation{1}};
const ProcessId kOfA = ProcessId::make(kA, 1);
const ProcessId kOfC = ProcessId::make(kC, 1);
}  // namespace

class TstLeaseWatch : public QObject {
  Q_OBJECT

 private slots:
  void membersDeliver_andARemovedOneFallsSilent_violatesNothing() {
    LeaseWatch watch;
    for (SiteLife site : {kA, kB, kC}) {
      watch.on_trace(site, "event=view.installed site=x view=1 members=1.1,2.1,3.1 removed=", {});
    }
    for (SiteLife site : {kA, kB, kC}) watch.on_delivery(site);
    watch.on_install(kA, 2, {kA, kB});
    watch.on_delivery(kA);
    watch.on_delivery(kB);  // it is a member, although it has not installed the view yet
    watch.on_install(kB, 2, {kA, kB});
    QVERIFY(watch.violations().empty());
  }

  void removedSiteDelivers_afterTheFirstInstall_violatesV10() {
    LeaseWatch watch;
    watch.on_install(kA, 1, {kA, kB, kC});
    watch.on_trace(kB, "event=view.installed site=2.1 view=2 members=1.1,2.1", {});
    watch.on_delivery(kC);
    QCOMPARE(watch.violations().size(), std::size_t{1});
    QCOMPARE(watch.violations().front().property, std::string("V10"));
  }

  void clientOfARemovedSite_actsBeforeOthersMay_violatesNothing() {
    LeaseWatch watch;
    watch.on_install(kA, 1, {kA, kB, kC}, {});
    watch.on_install(kA, 2, {kA, kB}, millis(900));
    watch.on_client_act(kOfC, millis(900));
    QVERIFY(watch.violations().empty());
  }

  void clientOfARemovedSite_actsWhenOthersMayAtAnySite_violatesV11() {
    LeaseWatch watch;
    watch.on_install(kA, 1, {kA, kB, kC}, {});
    watch.on_install(kA, 2, {kA, kB}, millis(900));
    watch.on_trace(kB, "event=view.installed site=2.1 view=2 settles_ms=500 members=1.1,2.1",
                   millis(300));
    watch.on_client_act(kOfC, millis(801));
    QCOMPARE(watch.violations().size(), std::size_t{1});
    QCOMPARE(watch.violations().front().property, std::string("V11"));
  }

  void clientOfARemovedSite_actsAfterATakeoverHoweverEarly_violatesV11() {
    LeaseWatch watch;
    watch.on_install(kA, 1, {kA, kB, kC}, {});
    watch.on_install(kA, 2, {kA, kB}, seconds(9));
    watch.on_takeover(kOfA, kOfC);
    watch.on_client_act(kOfC, seconds(1));
    QCOMPARE(watch.violations().size(), std::size_t{1});
    QCOMPARE(watch.violations().front().property, std::string("V11"));
  }

  void memberThatLeftItsGroup_isTakenOverFromAndActsElsewhere_violatesNothing() {
    LeaseWatch watch;
    watch.on_install(kA, 1, {kA, kB, kC}, {});
    watch.on_takeover(kOfA, kOfC);
    watch.on_client_act(kOfC, seconds(1));
    QVERIFY(watch.violations().empty());
  }

  void nextLifeOfARemovedSite_mayDeliver() {
    LeaseWatch watch;
    const SiteLife next{kC.site, Incarnation{2}};
    watch.on_install(kA, 1, {kA, kB, kC});
    watch.on_install(kA, 2, {kA, kB});
    watch.on_install(kA, 3, {kA, kB, next});
    watch.on_delivery(next);
    QVERIFY(watch.violations().empty());
  }
};

QTEST_GUILESS_MAIN(TstLeaseWatch)
#include "tst_lease_watch.moc"
