// Goal: a history line says all that its record says, and malformed lines are refused by the key.
// Method: round trips of records of every kind, and of lines that were damaged.
#include "platform/wire/history.h"

#include <QtTest>

#include "platform/base/rng.h"

using namespace cohort;
using namespace cohort::wire;

namespace {

HistoryRecord sample(HistoryKind kind) {
  const SiteLife life{SiteId{2}, Incarnation{7}};
  HistoryRecord record;
  record.kind = kind;
  record.time_ns = -5;
  record.process = ProcessId::make(life, 5);
  record.sequence = 12;
  record.token = 99;
  record.id = {life, 3, 44};
  record.peer = ProcessId::make(life, 6);
  record.order = Order::kTotal;
  record.safety = Safety::kSafe;
  record.group = GroupId::make(4);
  record.view = 8;
  record.entry = 16;
  record.digest = 0xfedcba9876543210ULL;
  record.destinations = {{GroupId::make(4)}, {record.peer, ProcessId{77}}};
  record.members = {record.process, record.peer};
  record.peers = {record.peer};
  record.sites = {life, {SiteId{1}, Incarnation{1}}};
  record.text = "Gruß = 100 %\nnext, \"line\"";
  return record;
}

}  // namespace

class TstHistory : public QObject {
  Q_OBJECT
 private slots:
  void record_ofEveryKind_survivesTheLine() {
    for (int kind = 1; kind <= static_cast<int>(HistoryKind::kAsk); ++kind) {
      const HistoryRecord record = sample(static_cast<HistoryKind>(kind));
      const std::string line = to_line(record);
      QVERIFY(line.find('\n') == std::string::npos);
      const auto parsed = parse_history_line(line);
      QVERIFY2(parsed.has_value(), line.c_str());
      QVERIFY(*parsed == record);
    }
  }

  void record_empty_isShort() {
    QCOMPARE(to_line(HistoryRecord{}), std::string("kind=note"));
    QVERIFY(*parse_history_line("kind=note") == HistoryRecord{});
  }

  void line_unknownKeyOrBadValue_isRefusedByTheKey() {
    for (const char* line : {"kind=note colour=red", "kind=other", "kind=note view=x",
                             "kind=note peer=1.2", "kind=note id=1.2:3", "kind=note text=%4",
                             "kind=note order=none", "kind=note members=2.7/5,,", "time=1"}) {
      const auto parsed = parse_history_line(line);
      QVERIFY2(!parsed.has_value(), line);
      QVERIFY(parsed.error().code == Errc::kMalformed);
    }
    QVERIFY(parse_history_line("kind=note colour=red").error().text.find("colour") !=
            std::string::npos);
  }

  void line_damaged_neverCrashes() {
    const std::string good = to_line(sample(HistoryKind::kDeliver));
    Rng random(5);
    for (int round = 0; round < 20000; ++round) {
      std::string bad = good;
      bad[random.below(bad.size())] = static_cast<char>(random.below(256));
      const auto parsed = parse_history_line(bad);
      if (parsed) QVERIFY(parse_history_line(to_line(*parsed)).has_value());
    }
  }

  void digest_ofKnownBytes_isFnv1a() {
    QCOMPARE(history_digest({}), std::uint64_t{0xcbf29ce484222325ULL});
    const Bytes a = {'a'};
    QCOMPARE(history_digest(a), std::uint64_t{0xaf63dc4c8601ec8cULL});
  }
};

QTEST_GUILESS_MAIN(TstHistory)
#include "tst_history.moc"
