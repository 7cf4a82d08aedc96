// Goal: what is delivered next follows docs/protocol/delivery.md, row by row.
// Method: one site's streams are fed by hand; the order in which its entries are done is compared.
#include "platform/core/delivery.h"

#include <QtTest/QtTest>
#include <algorithm>
#include <utility>

#include "unit/core/fed_site.h"

using namespace cohort;
using core::Delivery;
using core::Stability;
using wire::EntryKind;

namespace {

constexpr std::size_t kA = 0;  // this site
constexpr std::size_t kB = 1;
constexpr std::size_t kC = 2;

/// Site A of three.
struct Site : core::FedSite {
  Stability stability;
  Site() : FedSite(3) { stability.install(3); }
  /// The next numbers of the origin, up to `last`.
  void frame(std::size_t origin, EntryKind kind, wire::SiteVector vector, std::uint64_t last = 0) {
    wire::StreamFrame f = next(origin, kind, std::move(vector), kA);
    f.number = std::max(f.first, last);
    f.head.order = wire::Order::kCausal;
    QVERIFY(multicast.receive(origin, std::move(f)));
  }
  /// All that can be done now: "B1 C1 ".
  std::string deliver(bool closing = false) {
    Delivery delivery(multicast, order, stability);
    std::string text;
    std::size_t origin = 0;
    std::uint64_t number = 0;
    while (delivery.next({0, closing}, origin, number) != Delivery::Step::kBlocked) {
      text += std::string(1, "ABC"[origin]) + std::to_string(number) + " ";
    }
    return text;
  }
};

}  // namespace

class TstDelivery : public QObject {
  Q_OBJECT

 private slots:
  void cbcast_waitsForWhatItMayDependOn() {
    Site a;
    a.frame(kB, EntryKind::kMessage, {0, 0, 1});
    QCOMPARE(a.deliver(), std::string());
    a.frame(kC, EntryKind::kMessage, {0, 0, 0});
    QCOMPARE(a.deliver(), std::string("C1 B1 "));
  }

  void skip_waitsForWhatItsMessageMayDependOn() {
    // Goal: no vector of A's names a number whose causes may be lost with their sites: the cut ends
    // before it, and A would have passed what lies beyond the cut. Method: B1 follows C1, which has
    // not come.
    Site a;
    a.frame(kB, EntryKind::kSkip, {0, 0, 1});
    QCOMPARE(a.deliver(), std::string());
    a.frame(kC, EntryKind::kMessage, {0, 0, 0});
    QCOMPARE(a.deliver(), std::string("C1 B1 "));
  }

  void safeMessage_waitsUntilItsCausesAreHeldToo() {
    // Goal: P32: who holds a SAFE message without its cause could not deliver it if all that have
    // the cause died (M7.safe, swarm seed 2003). Method: B1 follows C1; B is known to hold B1 only,
    // then both.
    Site a;
    a.frame(kC, EntryKind::kMessage, {0, 0, 0});
    wire::StreamFrame safe = a.next(kB, EntryKind::kMessage, {0, 0, 1}, kA);
    safe.head.order = wire::Order::kCausal;
    safe.head.safety = wire::Safety::kSafe;
    safe.head.destination_sites |= wire::site_bit(kB);
    QVERIFY(a.multicast.receive(kB, std::move(safe)));
    a.stability.on_own(kA, {0, 1, 1}, 0, 0);
    wire::Status status;
    status.received = {0, 1, 0};
    a.stability.on_status(kB, status);
    QCOMPARE(a.deliver(), std::string("C1 "));
    status.received = {0, 1, 1};
    a.stability.on_status(kB, status);
    QCOMPARE(a.deliver(), std::string("B1 "));
  }

  void runOfSkips_waitsFromItsFirstNumber() {
    // Goal: only the last of a run has a vector; none of them is passed before that is satisfied.
    Site a;
    a.frame(kB, EntryKind::kSkip, {0, 0, 1}, 3);
    QCOMPARE(a.deliver(), std::string());
    a.frame(kC, EntryKind::kSkip, {0, 0, 0});
    QCOMPARE(a.deliver(), std::string("C1 B1 B2 B3 "));
  }

  void vector_namesWhatOthersMayWaitFor() {
    // Goal: no vector names a CBCAST to this site alone, until something of its origin follows it.
    Site a;
    const auto done = [&a](wire::EntryKind kind, wire::SiteSet sites, wire::Order order) {
      wire::StreamFrame f = a.next(kB, kind, {0, 0, 0}, kA);
      f.head.order = order;
      f.head.destination_sites = sites;
      QVERIFY(a.multicast.receive(kB, std::move(f)));
      a.deliver();
    };
    const wire::SiteSet me = wire::site_bit(kA);
    done(EntryKind::kMessage, me | wire::site_bit(kC), wire::Order::kCausal);
    QCOMPARE(a.multicast.named(), (wire::SiteVector{0, 1, 0}));
    done(EntryKind::kMessage, me, wire::Order::kCausal);
    done(EntryKind::kMessage, me, wire::Order::kCausal);
    QCOMPARE(a.multicast.named(), (wire::SiteVector{0, 1, 0}));
    QCOMPARE(a.multicast.done(), (wire::SiteVector{0, 3, 0}));
    done(EntryKind::kSkip, 0, wire::Order::kCausal);
    QCOMPARE(a.multicast.named(), (wire::SiteVector{0, 4, 0}));
    QVERIFY(a.order.receive(1, {{kB, 5, me}}));
    done(EntryKind::kMessage, me, wire::Order::kTotal);
    QCOMPARE(a.multicast.named(), (wire::SiteVector{0, 5, 0}));
  }

  void marker_waitsForWhatItMayDependOn() {
    Site a;
    a.frame(kB, EntryKind::kMarker, {0, 0, 1});
    QCOMPARE(a.deliver(), std::string());
    a.frame(kC, EntryKind::kMessage, {0, 0, 0});
    QCOMPARE(a.deliver(), std::string("C1 B1 "));
  }

  void skipInsideTheCut_isPassedAtTheEndOfTheView() {
    // Goal: a message for others whose cause is lost, and of which no survivor is a destination,
    // does not keep the view from ending.
    Site a;
    a.frame(kB, EntryKind::kSkip, {0, 0, 1});
    QCOMPARE(a.deliver(), std::string());
    QCOMPARE(a.deliver(true), std::string("B1 "));
  }
};

QTEST_GUILESS_MAIN(TstDelivery)
#include "tst_delivery.moc"
