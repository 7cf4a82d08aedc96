#include "platform/wire/stream_batch.h"

#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/base/rng.h"

using namespace cohort;
using wire::EntryKind;
using wire::StreamBatch;
using wire::StreamFrame;

namespace {

constexpr std::uint32_t kRank = 1;

StreamFrame frame(EntryKind kind, std::uint64_t number, std::uint64_t first = 0) {
  StreamFrame made;
  made.view = 7;
  made.number = number;
  made.first = first == 0 ? number : first;
  made.kind = kind;
  made.head.vector = {4, number - 1, 9};
  made.head.order_prefix = 3;
  if (kind == EntryKind::kMessage || kind == EntryKind::kHeader) {
    made.head.sender = ProcessId::make({SiteId{2}, Incarnation{1}}, 5);
    made.head.destinations.groups = {GroupId::make(4)};
    made.head.destination_sites = 0b101;
    made.head.entry = 16;
  }
  if (kind == EntryKind::kMessage) made.payload = Bytes(64, static_cast<std::uint8_t>(number));
  return made;
}

Bytes encoded(const StreamBatch& batch) {
  return wire::encode_envelope(1, 1, wire::encode(wire::PeerFrame(batch)));
}

bool same(const StreamFrame& a, const StreamFrame& b) {
  return a.view == b.view && a.epoch == b.epoch && a.number == b.number && a.first == b.first &&
         a.kind == b.kind && a.transfer == b.transfer && a.before == b.before && a.head == b.head &&
         a.payload == b.payload;
}

/// The batch after a journey; asserts that it can be read.
StreamBatch carried(const StreamBatch& batch) {
  auto envelope = wire::decode_envelope(encoded(batch));
  COHORT_ASSERT(envelope.has_value(), "a batch can be read");
  return std::get<StreamBatch>(envelope->frame);
}

}  // namespace

// Goal: a batch brings every number as it was, says once what neighbours share, keeps its limits,
// and no bytes make its decoder do anything but fail.
class TstStreamBatch : public QObject {
  Q_OBJECT

 private slots:
  void numbers_thatDifferInEverything_comeAsTheyWere() {
    StreamBatch batch{7, kRank, {}};
    Rng rng(1);
    std::uint64_t number = 0;
    std::uint64_t epoch = 0;
    for (int i = 0; i < 500; ++i) {
      const auto kind = static_cast<EntryKind>(1 + rng.below(4));
      const std::uint64_t first = number + 1;
      number = first + (kind == EntryKind::kSkip ? rng.below(5) : 0);
      StreamFrame next = frame(kind, number, first);
      if (kind == EntryKind::kMarker) ++epoch;
      next.epoch = epoch;
      if (rng.below(3) == 0) next.head.vector[2] = 10 + rng.below(3);
      if (rng.below(3) == 0) next.head.order_prefix = rng.below(1000);
      if (kind == EntryKind::kMessage && rng.below(3) == 0) next.head.entry = 17;
      if (kind == EntryKind::kMessage && rng.below(5) == 0) next.transfer = next.before = number;
      batch.frames.push_back(next);
    }
    const StreamBatch read = carried(batch);
    QCOMPARE(read.view, batch.view);
    QCOMPARE(read.rank, batch.rank);
    QCOMPARE(read.frames.size(), batch.frames.size());
    for (std::size_t i = 0; i < read.frames.size(); ++i) {
      QVERIFY2(same(read.frames[i], batch.frames[i]), std::to_string(i).c_str());
    }
  }

  void messages_ofOneSender_costTheirPayloadAndThreeBytes() {
    StreamBatch batch{7, kRank, {}};
    for (std::uint64_t number = 1; number <= 100; ++number) {
      batch.frames.push_back(frame(EntryKind::kMessage, number));
    }
    QVERIFY(encoded(batch).size() < 100 * (64 + 3) + 100);
  }

  void numbers_atTheLimit_areReadAndOneAboveIsNot() {
    StreamBatch batch{7, kRank, {}};
    for (std::uint64_t number = 1; number <= limits::kNumbersPerBatch; ++number) {
      batch.frames.push_back(frame(EntryKind::kMarker, number));
    }
    QVERIFY(wire::decode_envelope(encoded(batch)).has_value());
    batch.frames.push_back(frame(EntryKind::kMarker, limits::kNumbersPerBatch + 1));
    QVERIFY(!wire::decode_envelope(encoded(batch)).has_value());
  }

  void encoder_atItsLimits_saysThatNothingFits() {
    wire::StreamBatchEncoder encoder;
    const StreamFrame marker = frame(EntryKind::kMarker, 1);
    for (std::uint64_t number = 1; number <= limits::kNumbersPerBatch; ++number) {
      QVERIFY(encoder.fits(0));
      encoder.add(7, kRank, {number, number, 0, EntryKind::kMarker, 0, 0, {}}, marker.head);
    }
    QVERIFY(!encoder.fits(0));
    QVERIFY(encoder.take().size() <= limits::kFrameBytes);
    QVERIFY(encoder.empty());
    QVERIFY(encoder.fits(limits::kPartBytes));
    const Bytes payload(limits::kPartBytes, 1);
    const StreamFrame message = frame(EntryKind::kMessage, 1);
    encoder.add(7, kRank, {1, 1, 0, EntryKind::kMessage, 0, 0, payload}, message.head);
    QVERIFY(!encoder.fits(limits::kPartBytes));
    QVERIFY(encoder.take().size() < limits::kFrameBytes);
  }

  void bytes_cutOrChangedAnywhere_neverReadBeyondThem() {
    StreamBatch batch{7, kRank, {}};
    for (std::uint64_t number = 1; number <= 4; ++number) {
      batch.frames.push_back(frame(static_cast<EntryKind>(number), number));
    }
    const Bytes good = encoded(batch);
    for (std::size_t length = 0; length < good.size(); ++length) {
      const auto read = wire::decode_envelope(ByteView(good).first(length));
      if (read) QVERIFY(std::get<StreamBatch>(read->frame).frames.size() < batch.frames.size());
    }
    Rng rng(2);
    for (int round = 0; round < 20000; ++round) {
      Bytes bad = good;
      bad[rng.below(bad.size())] ^= static_cast<std::uint8_t>(1 + rng.below(255));
      const auto read = wire::decode_envelope(bad);
      if (!read) QVERIFY(read.error().code == Errc::kMalformed);
    }
  }
};

QTEST_GUILESS_MAIN(TstStreamBatch)
#include "tst_stream_batch.moc"
