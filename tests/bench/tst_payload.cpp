// Goal: the load generators notice every message that is damaged, missing, repeated or out of
// order, so that a figure of theirs is one of a service that works. Method: streams made by hand.
#include <QtTest>
#include <algorithm>
#include <vector>

#include "tests/bench/payload.h"

using namespace cohort::bench;

namespace {

constexpr std::uint16_t kKind = 2;

Verifier taken(const std::vector<std::uint64_t>& numbers, std::size_t size) {
  PayloadMaker maker(1, size);
  Verifier verifier;
  for (const std::uint64_t number : numbers) verifier.take(maker.make(kKind, number));
  return verifier;
}

}  // namespace

class TstPayload : public QObject {
  Q_OBJECT

 private slots:
  void stream_thatIsWhole_hasNoFault_data() {
    QTest::addColumn<std::size_t>("size");
    constexpr std::size_t kSizes[] = {0, 16, 17, 39, 40, 64, 1000, 65536, 1000000};
    for (const std::size_t size : kSizes) {
      QTest::addRow("%zu bytes", size) << size;
    }
  }
  void stream_thatIsWhole_hasNoFault() {
    QFETCH(std::size_t, size);
    Verifier verifier = taken({0, 1, 2, 3}, size);
    verifier.end(1, 4);
    QCOMPARE(verifier.faults(), 0U);
    QCOMPARE(verifier.messages(), 4U);
    QCOMPARE(verifier.bytes(), 4 * std::max<std::size_t>(size, kHeadBytes));
  }

  void anyFlippedBit_isAFault() {
    PayloadMaker maker(1, 100);
    for (std::size_t bit = 0; bit < 800; ++bit) {
      Bytes damaged = maker.make(kKind, 0);
      damaged[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      PayloadHead head;
      QVERIFY2(!read_payload(damaged, head), qPrintable(QString::number(bit)));
    }
  }
  void cutPayload_isAFault() {
    PayloadMaker maker(1, 100);
    Bytes cut = maker.make(kKind, 0);
    cut.pop_back();
    Verifier verifier;
    verifier.take(cut);
    verifier.take(Bytes(3));
    QCOMPARE(verifier.faults(), 2U);
  }

  void missingMessage_isAFault() { QCOMPARE(taken({0, 1, 3}, 64).faults(), 1U); }
  void repeatedMessage_isAFault() { QCOMPARE(taken({0, 1, 1, 2}, 64).faults(), 1U); }
  void swappedMessages_areFaults() { QVERIFY(taken({0, 2, 1, 3}, 64).faults() > 0); }
  void lastMessageMissing_isAFault() {
    Verifier verifier = taken({0, 1}, 64);
    verifier.end(1, 3);
    QCOMPARE(verifier.faults(), 1U);
  }
  void senderNeverHeard_isAFault() {
    Verifier verifier = taken({0, 1}, 64);
    verifier.end(2, 1);
    QCOMPARE(verifier.faults(), 1U);
  }

  void twoSenders_haveNumbersOfTheirOwn_andAnOrder() {
    PayloadMaker first(1, 64);
    PayloadMaker second(2, 64);
    Verifier one;
    one.take(first.make(kKind, 0));
    one.take(second.make(kKind, 0));
    Verifier other;
    other.take(second.make(kKind, 0));
    other.take(first.make(kKind, 0));
    QCOMPARE(one.faults() + other.faults(), 0U);
    QVERIFY(one.order() != other.order());
    QCOMPARE(taken({0, 1}, 64).order(), taken({0, 1}, 64).order());
  }
};

QTEST_GUILESS_MAIN(TstPayload)
#include "tst_payload.moc"
