#include "platform/wire/parts.h"

#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/wire/record_stream.h"

using namespace cohort;
using wire::ClientEvent;
using wire::Deliver;
using wire::DeliverPart;
using wire::DeliveryAssembler;

namespace {

Deliver delivery(std::size_t bytes) {
  Deliver deliver;
  deliver.id = {{SiteId{1}, Incarnation{1}}, 2, 3};
  deliver.entry = 16;
  for (std::size_t i = 0; i < bytes; ++i) {
    deliver.payload.push_back(static_cast<std::uint8_t>(i * 31 + i / 251));
  }
  return deliver;
}

/// Every record through the assembler; the whole delivery, or nothing.
std::optional<DeliveryAssembler::Whole> assemble(const std::vector<Bytes>& records) {
  DeliveryAssembler assembler;
  std::optional<DeliveryAssembler::Whole> whole;
  for (const Bytes& record : records) {
    if (whole || record.size() > limits::kFrameBytes) return std::nullopt;
    auto event = wire::decode_client_event(record);
    if (!event) return std::nullopt;
    auto added = assembler.add(std::move(*event), record.size());
    if (!added) return std::nullopt;
    whole = std::move(*added);
  }
  return whole;
}

std::vector<Bytes> cut_up(const Deliver& sent) {
  Bytes framed;
  wire::append_delivery(framed, sent, sent.payload, limits::kPartBytes);
  std::vector<Bytes> records;
  ByteView rest = framed;
  while (const auto record = wire::take_record(rest)) {
    records.emplace_back(record->begin(), record->end());
  }
  return records;
}

}  // namespace

class TstParts : public QObject {
  Q_OBJECT
 private slots:
  void delivery_ofAnyLength_comesWhole_data() {
    QTest::addColumn<qulonglong>("bytes");
    QTest::addColumn<qulonglong>("records");
    const qulonglong part = limits::kPartBytes;
    QTest::newRow("empty") << qulonglong{0} << qulonglong{1};
    QTest::newRow("one part") << part << qulonglong{1};
    QTest::newRow("one part and a byte") << part + 1 << qulonglong{2};
    QTest::newRow("two parts") << 2 * part << qulonglong{2};
    QTest::newRow("the limit") << qulonglong{limits::kPayloadBytes} << qulonglong{342};
  }
  void delivery_ofAnyLength_comesWhole() {
    // Goal: the cut and the putting together are each other's inverse. Method: lengths at each
    // edge.
    QFETCH(qulonglong, bytes);
    QFETCH(qulonglong, records);
    const Deliver sent = delivery(bytes);
    const std::vector<Bytes> cut = cut_up(sent);
    QCOMPARE(qulonglong{cut.size()}, records);
    const auto whole = assemble(cut);
    QVERIFY(whole.has_value());
    const auto& got = std::get<Deliver>(whole->event);
    QVERIFY(got.payload == sent.payload);
    QCOMPARE(got.rest, std::uint64_t{0});
    std::size_t lengths = 0;
    for (const Bytes& record : cut) lengths += record.size();
    QCOMPARE(whole->bytes, lengths);
  }

  void part_ofNoDelivery_isRefused() {
    // Goal: garbage is an error, not a crash. Method: a part first; a part that is too long.
    DeliveryAssembler fresh;
    QVERIFY(!fresh.add(DeliverPart{{1}}, 2).has_value());
    DeliveryAssembler open;
    Deliver head = delivery(3);
    head.rest = 2;
    QVERIFY(open.add(head, 10).has_value());
    QVERIFY(!open.add(DeliverPart{{1, 2, 3}}, 5).has_value());
  }

  void delivery_betweenParts_isRefused_otherRecordsPass() {
    // Goal: only the parts of one delivery follow one another. Method: both kinds in between.
    DeliveryAssembler open;
    Deliver head = delivery(3);
    head.rest = 2;
    QVERIFY(open.add(head, 10).has_value());
    const auto other = open.add(wire::FlushDone{4}, 2);
    QVERIFY(other.has_value() && other->has_value());
    QVERIFY(!open.add(delivery(1), 5).has_value());
  }
};

QTEST_GUILESS_MAIN(TstParts)
#include "tst_parts.moc"
