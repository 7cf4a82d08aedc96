#include "platform/core/cut.h"

#include <QtTest/QtTest>

using namespace cohort;
using core::compute_cut;
using core::Cut;
using wire::EntryReport;
using wire::OrderEntry;
using wire::Report;
using wire::SiteVector;

namespace {

/// A report of a site that has received and done what the vectors say.
Report report(SiteVector received, SiteVector done) {
  Report r;
  r.received = std::move(received);
  r.done = std::move(done);
  return r;
}

EntryReport entry(std::uint32_t origin, std::uint64_t number, wire::SiteSet destinations,
                  SiteVector vector, bool total = false) {
  EntryReport e;
  e.place = {origin, number};
  e.held = true;
  e.total = total;
  e.destinations = destinations;
  e.vector = std::move(vector);
  return e;
}

std::string order_of(const Cut& cut) {
  std::string text;
  for (const OrderEntry& o : cut.order) {
    text += std::to_string(o.origin) + ":" + std::to_string(o.number) + " ";
  }
  return text;
}

}  // namespace

class TstCut : public QObject {
  Q_OBJECT

 private slots:
  void messageThatOneSurvivorHolds_liesInsideAndNamesItsHolder() {
    // Goal: P30. Method: site 2 failed; only site 0 holds 2:1, site 1 is a destination.
    Report a = report({0, 0, 1}, {0, 0, 1});
    a.entries = {entry(2, 1, 0b011, {0, 0, 0})};
    const Report b = report({0, 0, 0}, {0, 0, 0});
    const Cut cut = compute_cut({a, b, std::nullopt});
    QCOMPARE(cut.last, (SiteVector{0, 0, 1}));
    QVERIFY(cut.holes.empty());
    QCOMPARE(cut.holdings.size(), std::size_t{1});
    QCOMPARE(cut.holdings[0].holder, std::uint32_t{0});
  }

  void messageThatNobodyHolds_isAHole() {
    // Goal: ruling 4, holes. Method: site 0 has skips for 2:1 and 2:2; nobody holds either.
    const Report a = report({0, 0, 2}, {0, 0, 2});
    const Report b = report({0, 0, 0}, {0, 0, 0});
    const Cut cut = compute_cut({a, b, std::nullopt});
    QCOMPARE(cut.last, (SiteVector{0, 0, 2}));
    QCOMPARE(cut.holes.size(), std::size_t{2});
  }

  void messageThatDependsOnALostOne_isTrimmed() {
    // Goal: the cut is closed under causality. Method: 3:1 depends on 2:1, which nobody received.
    Report a = report({0, 0, 0, 1}, {0, 0, 0, 0});
    a.entries = {entry(3, 1, 0b001, {0, 0, 1, 0})};
    const Report b = report({0, 0, 0, 0}, {0, 0, 0, 0});
    const Cut cut = compute_cut({a, b, std::nullopt, std::nullopt});
    QCOMPARE(cut.last, (SiteVector{0, 0, 0, 0}));
  }

  void messageBeyondTheKnownOrder_isTrimmed() {
    // Goal: C2: nothing that follows an order which only the dead knew. Method: prefix 3 of 1
    // known.
    Report a = report({0, 0, 1}, {0, 0, 0});
    a.entries = {entry(2, 1, 0b001, {0, 0, 0})};
    a.entries[0].order_prefix = 3;
    const Cut cut = compute_cut({a, report({0, 0, 0}, {0, 0, 0}), std::nullopt});
    QCOMPARE(cut.last, (SiteVector{0, 0, 0}));
  }

  void orderTail_followsCausality_W9() {
    // Goal: run W9 of the protocol review. Method: 3:7 ABCAST m1 -> {2,3}; 3:8 CBCAST -> {1}; 1:1
    // ABCAST m2 -> {2} with vector[3] = 8. The tail must put m1 before m2 although 1 < 3.
    Report b = report({0, 1, 0, 8}, {0, 0, 0, 8});
    b.entries = {entry(3, 8, 0b0010, {0, 0, 0, 7}), entry(1, 1, 0b0100, {0, 0, 0, 8}, true)};
    Report c = report({0, 1, 0, 8}, {0, 0, 0, 6});
    c.entries = {entry(3, 7, 0b1100, {0, 0, 0, 6}, true), entry(1, 1, 0b0100, {0, 0, 0, 8}, true)};
    Report d = report({0, 0, 0, 8}, {0, 0, 0, 6});
    d.entries = {entry(3, 7, 0b1100, {0, 0, 0, 6}, true), entry(3, 8, 0b0010, {0, 0, 0, 7})};
    const Cut cut = compute_cut({std::nullopt, b, c, d});
    QCOMPARE(order_of(cut), std::string("3:7 1:1 "));
  }

  void longestKnownPrefix_staysInItsOrder_E11() {
    // Goal: run E11. Method: one survivor has a record m2 < m1 against (rank, number) order.
    Report b = report({0, 1, 1}, {0, 1, 1});
    b.entries = {entry(1, 1, 0b110, {0, 0, 0}, true), entry(2, 1, 0b110, {0, 0, 0}, true)};
    b.order = {{2, 1, 0b110}, {1, 1, 0b110}};
    Report c = report({0, 1, 1}, {0, 0, 0});
    c.entries = b.entries;
    const Cut cut = compute_cut({std::nullopt, b, c});
    QCOMPARE(cut.order_base, std::uint64_t{0});
    QCOMPARE(order_of(cut), std::string("2:1 1:1 "));
  }

  void epochs_areOrderedOneBeforeTheOther() {
    // Goal: all of e before all of e+1 in the tail. Method: 1:1 of epoch 1, 2:1 of epoch 0.
    Report b = report({0, 1, 1}, {0, 0, 0});
    b.entries = {entry(1, 1, 0b110, {0, 0, 0}, true), entry(2, 1, 0b110, {0, 0, 0}, true)};
    b.entries[0].epoch = 1;
    const Cut cut = compute_cut({std::nullopt, b, report({0, 1, 1}, {0, 0, 0})});
    QCOMPARE(order_of(cut), std::string("2:1 1:1 "));
  }

  void latestOpening_isCarriedByTheValue_E10() {
    // Goal: run E10/E11: what one answering member knows is delivered by all.
    Report b = report({0, 0}, {0, 0});
    b.opening = wire::Opening{1, {}};
    const Cut cut = compute_cut({b, report({0, 0}, {0, 0})});
    QVERIFY(cut.opening.has_value());
    QCOMPARE(cut.opening->epoch, std::uint64_t{1});
  }

  void deliveredAbcast_isNotPlacedTwice() {
    // Goal: P18 across a view change. Method: all survivors have it done, its place is freed.
    Report a = report({0, 0, 1}, {0, 0, 1});
    a.entries = {entry(2, 1, 0b011, {0, 0, 0}, true)};
    a.order_floor = 1;
    const Cut cut = compute_cut({a, a, std::nullopt});
    QCOMPARE(order_of(cut), std::string());
    QCOMPARE(cut.order_base, std::uint64_t{1});
  }

  void reportsOfTheWrongShape_areRefused() {
    // Goal: hostile input. Method: a vector too short, more done than received, a rank too large.
    QVERIFY(core::well_formed(report({1, 1}, {1, 0}), 2));
    QVERIFY(!core::well_formed(report({1}, {1}), 2));
    QVERIFY(!core::well_formed(report({1, 1}, {2, 0}), 2));
    Report wrong = report({1, 1}, {1, 0});
    wrong.entries = {entry(2, 1, 1, {0, 0})};
    QVERIFY(!core::well_formed(wrong, 2));
  }
};

QTEST_GUILESS_MAIN(TstCut)
#include "tst_cut.moc"
