#include "platform/core/total_order.h"

#include <QtTest/QtTest>
#include <utility>

#include "unit/core/fed_site.h"

using namespace cohort;
using wire::EntryKind;

namespace {

constexpr std::size_t kB = 1;
constexpr std::size_t kD = 2;
constexpr std::size_t kE = 3;
constexpr std::size_t kF = 4;

/// The sequencer, of rank 0, of five sites, fed by hand.
struct Sequencer : core::FedSite {
  Sequencer() : FedSite(5) {}
  void frame(std::size_t origin, EntryKind kind, wire::SiteVector vector,
             wire::Order message_order = wire::Order::kTotal, std::uint64_t epoch = 0) {
    wire::StreamFrame f = next(origin, kind, std::move(vector), kB);
    f.epoch = epoch;
    f.head.order = message_order;
    QVERIFY(multicast.receive(origin, std::move(f)));
  }
  std::string places() {
    std::string text;
    for (const auto& place : order.sequence(multicast)) {
      text += std::string(1, "ABDEF"[place.origin]) + std::to_string(place.number) + " ";
    }
    return text;
  }
};

}  // namespace

class TstTotalOrder : public QObject {
  Q_OBJECT

 private slots:
  void abcast_isPlacedAfterWhatItFollows() {
    // Goal: P26. Method: D1 follows E1, which has not come; it is placed when E1 is.
    Sequencer a;
    a.frame(kD, EntryKind::kHeader, {0, 0, 0, 1, 0});
    QCOMPARE(a.places(), std::string());
    a.frame(kE, EntryKind::kHeader, {0, 0, 0, 0, 0});
    QCOMPARE(a.places(), std::string("E1 D1 "));
  }

  void abcast_waitsForTheAbcastBehindASkip_H5() {
    // Goal: decision 0004. Method: E1 is a CBCAST to B that follows the slow ABCAST F1; D1 follows
    // E1 by its skip. The sequencer sees a skip of E1 and must place F1 before D1.
    Sequencer a;
    a.frame(kE, EntryKind::kSkip, {0, 0, 0, 0, 1});
    a.frame(kD, EntryKind::kHeader, {0, 0, 0, 1, 0});
    QCOMPARE(a.places(), std::string());
    a.frame(kF, EntryKind::kHeader, {0, 0, 0, 0, 0});
    QCOMPARE(a.places(), std::string("F1 D1 "));
  }

  void cbcasts_getNoPlace() {
    // Goal: only ABCASTs are ordered. Method: a CBCAST, then an ABCAST of the same origin.
    Sequencer a;
    a.frame(kB, EntryKind::kMessage, {0, 0, 0, 0, 0}, wire::Order::kCausal);
    a.frame(kB, EntryKind::kMessage, {0, 1, 0, 0, 0});
    QCOMPARE(a.places(), std::string("B2 "));
  }

  void nextEpoch_isPlacedPastAllMarkers() {
    // Goal: epochs are kept apart. Method: B1 of epoch 1 waits for the markers of all five sites.
    Sequencer a;
    for (std::size_t origin : {kB, kD, kE, kF}) {
      a.frame(origin, EntryKind::kMarker, {0, 0, 0, 0, 0});
    }
    a.frame(kB, EntryKind::kHeader, {0, 1, 0, 0, 0}, wire::Order::kTotal, 1);
    QCOMPARE(a.places(), std::string());
    a.multicast.number_marker(0, 0);
    QCOMPARE(a.places(), std::string("B2 "));
  }
};

QTEST_GUILESS_MAIN(TstTotalOrder)
#include "tst_total_order.moc"
