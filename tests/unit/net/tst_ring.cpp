// Goal: a ring brings every byte once and in order, whatever the sizes; positions that the other
// end scribbles are refused or harmless, never an access outside the ring. Method: both ends in one
// process over plain memory between two guard areas; random portions against a reference; random
// positions.
#include "platform/net/ring.h"

#include <unistd.h>

#include <QtTest>
#include <algorithm>
#include <memory>

#include "platform/base/rng.h"
#include "platform/net/lease_page.h"
#include "platform/net/net_limits.h"
#include "platform/net/ring_memory.h"

using namespace cohort;
using namespace cohort::net;

namespace {

constexpr std::size_t kSize = 256;
constexpr std::size_t kGuard = 1024;
constexpr std::uint8_t kGuardByte = 0xa5;

struct Memory {
  RingHeader header;
  Bytes bytes = Bytes(kSize + 2 * kGuard, kGuardByte);
  RingPlace place() { return {&header, bytes.data() + kGuard, kSize}; }
  bool guards_are_whole() const {
    const auto good = [](std::uint8_t byte) { return byte == kGuardByte; };
    return std::all_of(bytes.begin(), bytes.begin() + kGuard, good) &&
           std::all_of(bytes.end() - kGuard, bytes.end(), good);
  }
};

Bytes numbered(std::size_t count, std::uint8_t first = 0) {
  Bytes bytes(count);
  for (std::size_t i = 0; i < count; ++i) bytes[i] = static_cast<std::uint8_t>(first + i);
  return bytes;
}

}  // namespace

class TstRing : public QObject {
  Q_OBJECT

 private slots:
  void bytes_inRandomPortions_comeOnceAndInOrder() {
    Memory memory;
    RingWriter writer(memory.place());
    RingReader reader(memory.place());
    Rng rng(1);
    Bytes sent;
    Bytes got;
    for (int round = 0; round < 20000; ++round) {
      const Bytes data = numbered(rng.below(2 * kSize), static_cast<std::uint8_t>(sent.size()));
      const auto written = writer.write(data);
      QVERIFY(written.has_value());
      sent.insert(sent.end(), data.begin(),
                  data.begin() + static_cast<std::ptrdiff_t>(written->count));
      QVERIFY(reader.read(got, rng.below(2 * kSize)).has_value());
      if (got.size() > 4096) {
        QVERIFY(std::equal(got.begin(), got.end(), sent.begin()));
        sent.erase(sent.begin(), sent.begin() + static_cast<std::ptrdiff_t>(got.size()));
        got.clear();
      }
    }
    QVERIFY(memory.guards_are_whole());
  }

  void exactlyTheSize_fits_andOneMoreWaits() {
    Memory memory;
    RingWriter writer(memory.place());
    RingReader reader(memory.place());
    QCOMPARE(writer.write(numbered(kSize))->count, kSize);
    QCOMPARE(writer.write(numbered(1))->count, std::size_t{0});
    Bytes got;
    const auto read = reader.read(got, kSize);
    QCOMPARE(read->count, kSize);
    QVERIFY(read->wake_writer);
    QVERIFY(got == numbered(kSize));
    QCOMPARE(writer.write(numbered(1))->count, std::size_t{1});
    QVERIFY(!reader.read(got, kSize)->wake_writer);
  }

  void reader_thatSleeps_isWokenOnceByTheNextWrite() {
    Memory memory;
    RingWriter writer(memory.place());
    RingReader reader(memory.place());
    QVERIFY(!writer.write(numbered(1))->wake_reader);
    QVERIFY(!reader.sleep());  // something is there
    Bytes got;
    QVERIFY(reader.read(got, kSize).has_value());
    QVERIFY(reader.sleep());
    QVERIFY(writer.write(numbered(1))->wake_reader);
    QVERIFY(!writer.write(numbered(1))->wake_reader);
  }

  void writersPosition_scribbled_isRefused() {
    Memory memory;
    RingWriter writer(memory.place());
    RingReader reader(memory.place());
    Bytes got;
    QVERIFY(writer.write(numbered(100)).has_value());
    QVERIFY(reader.read(got, 40).has_value());
    for (const std::uint64_t position :
         {std::uint64_t{0}, std::uint64_t{99}, std::uint64_t{297}, UINT64_MAX, UINT64_MAX - 100}) {
      memory.header.written = position;
      QVERIFY(!reader.read(got, kSize).has_value());
    }
    memory.header.written = 296;  // all that can be there
    QVERIFY(reader.read(got, kSize).has_value());
  }

  void readersPosition_scribbled_isRefused() {
    Memory memory;
    RingWriter writer(memory.place());
    QVERIFY(writer.write(numbered(100)).has_value());
    memory.header.read = 40;
    QVERIFY(writer.write(numbered(10)).has_value());
    for (const std::uint64_t position : {std::uint64_t{39}, std::uint64_t{111}, UINT64_MAX}) {
      memory.header.read = position;
      QVERIFY(!writer.write(numbered(1)).has_value());
    }
  }

  void header_scribbledAtRandom_neverLeavesTheRing() {
    Rng rng(7);
    for (int round = 0; round < 2000; ++round) {
      Memory memory;
      RingWriter writer(memory.place());
      RingReader reader(memory.place());
      Bytes got;
      for (int i = 0; i < 20; ++i) {
        const std::uint64_t wild = rng.below(2) == 0 ? rng.below(1024) : rng.next();
        if (rng.below(2) == 0) memory.header.written = wild;
        if (rng.below(2) == 0) memory.header.read = wild;
        memory.header.size = rng.next();
        const auto written = writer.write(numbered(rng.below(400)));
        const auto read = reader.read(got, rng.below(400));
        if (read) QVERIFY(read->count <= kSize);
        if (written) QVERIFY(written->count <= kSize);
      }
      QVERIFY(memory.guards_are_whole());
    }
  }

  void memory_ofTheDaemon_isSealedAndOfOneSize() {
    auto rings = make_rings();
    QVERIFY(rings.has_value());
    QVERIFY(::ftruncate(rings->to_daemon.get(), 4096) != 0);
    const auto mapping = RingMapping::map(rings->to_daemon.get());
    QVERIFY(mapping.has_value());
    QCOMPARE(mapping->place().header->size, std::uint64_t{kRingBytes});
    QVERIFY(!RingMapping::map(rings->wake_daemon.get()).has_value());
    mapping->place().header->version = kRingVersion + 1;
    QVERIFY(!RingMapping::map(rings->to_daemon.get()).has_value());
  }

  void pageOfTheLease_isSealedReadOnlyAtTheClientAndOfOneVersion() {
    auto made = LeasePage::make();
    QVERIFY(made.has_value());
    auto& [page, descriptor] = *made;
    QVERIFY(::ftruncate(descriptor.get(), 0) != 0);
    const auto reader = LeasePage::map(descriptor.get());
    QVERIFY(reader.has_value());
    QVERIFY(reader->until() == MonotonicTime{});
    page.set(MonotonicTime{seconds(7)});
    QVERIFY(reader->until() == MonotonicTime{seconds(7)});
    auto rings = make_rings();
    QVERIFY(rings.has_value());
    QVERIFY(!LeasePage::map(rings->to_client.get()).has_value());
    QVERIFY(!LeasePage::map(-1).has_value());
  }
};

QTEST_GUILESS_MAIN(TstRing)
#include "tst_ring.moc"
