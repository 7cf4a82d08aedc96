#include "platform/base/small_vector.h"

#include <QtTest/QtTest>
#include <vector>

using cohort::SmallVector;

// Goal: a SmallVector is what a std::vector is, below and above its inline elements.
// Method: both get the same changes; their contents are compared.
class TstSmallVector : public QObject {
  Q_OBJECT

 private:
  using Small = SmallVector<int, 4>;

  static std::vector<int> contents(const Small& small) { return {small.begin(), small.end()}; }

 private slots:
  void elements_acrossTheInlineLimit_areKept() {
    Small small;
    std::vector<int> expected;
    for (int i = 0; i < 20; ++i) {
      small.push_back(i);
      expected.push_back(i);
      QCOMPARE(contents(small), expected);
    }
    small.resize(3);
    small.push_back(small[0]);
    QCOMPARE(contents(small), (std::vector<int>{0, 1, 2, 0}));
  }

  void anOwnElement_pushedWhileItGrows_isKept() {
    Small small{1, 2, 3, 4};
    small.push_back(small[1]);
    QCOMPARE(contents(small), (std::vector<int>{1, 2, 3, 4, 2}));
  }

  void copiesAndMoves_areIndependent_data() {
    QTest::addColumn<int>("count");
    for (int count : {0, 1, 4, 5, 40}) QTest::addRow("%d", count) << count;
  }

  void copiesAndMoves_areIndependent() {
    QFETCH(int, count);
    Small small(static_cast<std::size_t>(count), 7);
    Small copy = small;
    copy.push_back(8);
    QCOMPARE(small.size(), static_cast<std::size_t>(count));
    Small moved = std::move(copy);
    QCOMPARE(moved.size(), static_cast<std::size_t>(count) + 1);
    QCOMPARE(moved.back(), 8);
    copy = moved;
    QVERIFY(copy == moved);
    moved = Small{};
    QVERIFY(moved.empty());
    moved.push_back(1);
    QCOMPARE(contents(moved), (std::vector<int>{1}));
    QVERIFY(copy != moved);
  }

  void erase_closesTheGap() {
    Small small{1, 2, 3, 4, 5};
    small.erase(small.begin() + 1);
    QCOMPARE(contents(small), (std::vector<int>{1, 3, 4, 5}));
    QVERIFY((Small{1, 3}) < small);
  }
};

QTEST_GUILESS_MAIN(TstSmallVector)
#include "tst_small_vector.moc"
