// Goal: memory is given back once after a time of traffic, never while it lasts, and never by a
// plant that only has heartbeats. Method: turns at given times; the last test asks the kernel.
#include <sys/resource.h>

#include <QtTest>
#include <fstream>
#include <memory>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/heap_trim.h"
#include "platform/base/limits.h"

using namespace cohort;

namespace {

/// Turns of ten inputs, evenly over so many seconds.
class Turns {
 public:
  explicit Turns(HeapTrim& trim) : trim_(trim) {}
  void pass(std::size_t inputs_a_second, int seconds_long) {
    const std::size_t turns = inputs_a_second / 10;
    for (std::size_t i = 0; i < turns * static_cast<std::size_t>(seconds_long); ++i) {
      now_ += seconds(1) / static_cast<std::int64_t>(turns);
      trim_.after_turn(now_, 10);
    }
  }

 private:
  HeapTrim& trim_;
  MonotonicTime now_{seconds(1)};
};

std::size_t resident_kilobytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t size = 0;
  std::size_t resident = 0;
  file >> size >> resident;
  return resident * 4;
}

/// Of this process, those that needed no disk.
long page_faults() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  return used.ru_minflt;
}

}  // namespace

class TstHeapTrim : public QObject {
  Q_OBJECT

 private slots:
  void traffic_thatEnds_trimsOnce() {
    int trims = 0;
    HeapTrim heap([&trims] { ++trims; });
    Turns turns(heap);
    turns.pass(5000, 5);
    QCOMPARE(trims, 0);
    turns.pass(40, 60);
    QCOMPARE(trims, 1);
  }

  void traffic_thatComesAgain_trimsAgain() {
    int trims = 0;
    HeapTrim heap([&trims] { ++trims; });
    Turns turns(heap);
    for (int i = 0; i < 3; ++i) {
      turns.pass(5000, 3);
      turns.pass(40, 3);
    }
    QCOMPARE(trims, 3);
  }

  void traffic_thatWavers_isLeftAlone() {
    int trims = 0;
    HeapTrim heap([&trims] { ++trims; });
    Turns turns(heap);
    for (int i = 0; i < 10; ++i) {
      turns.pass(5000, 2);
      turns.pass(1000, 2);
    }
    QCOMPARE(trims, 0);
  }

  void heartbeats_ofALargePlant_neverTrim() {
    int trims = 0;
    HeapTrim heap([&trims] { ++trims; });
    Turns turns(heap);
    turns.pass(640, 600);
    QCOMPARE(trims, 0);
  }

  void rests_whereNothingIsToBeGivenBack() {
    HeapTrim heap([] {});
    Turns turns(heap);
    QVERIFY(heap.rests());
    turns.pass(40, 3);
    QVERIFY(heap.rests());
    turns.pass(5000, 3);
    QVERIFY(!heap.rests());
    turns.pass(40, 3);
    QVERIFY(heap.rests());
  }

  void memoryOfALargeMessage_staysUntilItIsGivenBack() {
    // The second time no page of it is fetched anew. Method: the kernel's count of page faults.
    keep_freed_memory();
    const auto use = [] {
      std::vector<Bytes> messages(3, Bytes(limits::kPayloadBytes, 1));
      return messages.back().back();
    };
    const auto faults_of = [&use] {
      const long before = page_faults();
      return use() == 1 ? page_faults() - before : -1;
    };
    const long first = faults_of();
    QVERIFY2(first > 1000, qPrintable(QString::number(first)));
    const long second = faults_of();
    QVERIFY2(second >= 0 && second < first / 10, qPrintable(QString::number(second)));
    release_free_memory();
    const long third = faults_of();
    QVERIFY2(third > first / 2, qPrintable(QString::number(third)));
  }

  void freeMemory_goesBackToTheHost() {
    std::vector<std::unique_ptr<char[]>> blocks;
    for (int i = 0; i < 20000; ++i) {
      blocks.push_back(std::make_unique<char[]>(2000));
      blocks.back()[0] = 'x';
      blocks.back()[1999] = 'x';
    }
    // The last block stays, so that the heap cannot simply shrink from its end.
    blocks.erase(blocks.begin(), blocks.end() - 1);
    const std::size_t before = resident_kilobytes();
    release_free_memory();
    QVERIFY2(resident_kilobytes() + 20'000 < before, qPrintable(QString::number(before)));
  }
};

QTEST_GUILESS_MAIN(TstHeapTrim)
#include "tst_heap_trim.moc"
