#include "platform/wire/peer_protocol.h"

#include <QtTest/QtTest>
#include <set>

#include "platform/base/limits.h"
#include "platform/base/rng.h"

using namespace cohort;
using wire::PeerFrame;

namespace {

wire::ViewValue sample_value() {
  wire::ViewValue value;
  value.view = 8;
  value.members = {{SiteId{1}, Incarnation{1}}, {SiteId{3}, Incarnation{2}}};
  value.removed = {{{SiteId{2}, Incarnation{1}}, wire::RemovalCause::kExited, "it has exited"}};
  value.overrides = {{7, "an operator"}};
  value.incarnations = value.members;
  value.cut = {4, 0, 9};
  value.holes = {{2, 7}};
  value.holdings = {{{2, 8}, 0}};
  wire::Change change;
  change.id = {{SiteId{1}, Incarnation{1}}, 5};
  change.kind = wire::ChangeKind::kJoin;
  change.name = "emulsion";
  change.payload = {1, 2, 3};
  value.opening = wire::Opening{2, {change}};
  value.order_base = 3;
  value.order = {{0, 4, 0b101}};
  value.need_table = {SiteId{3}};
  return value;
}

wire::Report sample_report() {
  wire::Report report;
  report.received = {4, 0, 9};
  report.done = {3, 0, 9};
  report.entries = {{{0, 4}, 1, true, true, 0b11, {3, 0, 9}, 2}};
  report.order_floor = 2;
  report.order = {{0, 4, 0b11}};
  report.opening = sample_value().opening;
  report.delivered_epoch = 1;
  report.has_table = false;
  return report;
}

wire::StreamFrame sample_stream(wire::EntryKind kind) {
  wire::StreamFrame frame;
  frame.view = 7;
  frame.epoch = 1;
  frame.number = 12;
  frame.first = kind == wire::EntryKind::kSkip ? 10 : 12;
  frame.kind = kind;
  frame.head.vector = {1, 11, 3};
  frame.head.order_prefix = 5;
  if (kind == wire::EntryKind::kMessage || kind == wire::EntryKind::kHeader) {
    frame.head.order = wire::Order::kTotal;
    frame.head.safety = wire::Safety::kSafe;
    frame.head.destinations.groups = {GroupId::make(4)};
    frame.head.destination_sites = 0b110;
    frame.head.entry = 17;
  }
  if (kind != wire::EntryKind::kMessage) return frame;
  frame.payload = {9, 8, 7};
  frame.transfer = 4;
  frame.before = 98304;
  return frame;
}

std::vector<PeerFrame> samples() {
  const SiteLife life{SiteId{2}, Incarnation{3}};
  const wire::Ballot ballot{4, 1};
  std::vector<PeerFrame> frames;
  frames.emplace_back(wire::SessionHello{life, life, 17, "plant"});
  frames.emplace_back(wire::Dead{life, 9, Incarnation{8}});
  wire::Status status;
  status.self = life;
  status.view = 7;
  status.sent_ns = -5;
  status.echo_ns = 6;
  status.received = {1, 2};
  status.order_received = 3;
  status.delivered_epoch = 4;
  status.slow = {ProcessId::make(life, 3)};
  frames.emplace_back(status);
  frames.emplace_back(wire::Status{
      life, 0, -5, 6, {}, 0, 0, {}, false, 5, {life}, {life}, {{5, "an operator"}}, 17, 4});
  for (auto kind : {wire::EntryKind::kMessage, wire::EntryKind::kHeader, wire::EntryKind::kSkip,
                    wire::EntryKind::kMarker}) {
    frames.emplace_back(wire::StreamBatch{7, 1, {sample_stream(kind)}});
  }
  frames.emplace_back(wire::OrderFrame{7, 4, {{0, 4, 1}, {2, 9, 7}}});
  frames.emplace_back(wire::OpeningFrame{7, *sample_value().opening});
  frames.emplace_back(wire::OpeningRequest{7, 2});
  frames.emplace_back(wire::ChangeRequest{7, sample_value().opening->changes[0]});
  frames.emplace_back(wire::Accusation{7, life, {{life, wire::RemovalCause::kSilent, "silent"}}});
  frames.emplace_back(wire::Wedge{7, ballot, true});
  frames.emplace_back(wire::WedgeAnswer{7, ballot, false, sample_report(),
                                        wire::Acceptance{ballot, sample_value()}});
  frames.emplace_back(wire::WedgeRefusal{7, ballot, ballot});
  frames.emplace_back(wire::Fetch{7, ballot, sample_value()});
  frames.emplace_back(wire::Held{7, ballot});
  frames.emplace_back(wire::Propose{7, ballot, sample_value(), false});
  frames.emplace_back(wire::Accepted{7, ballot, {{SiteId{2}, 12345}}});
  frames.emplace_back(wire::Commit{7, sample_value(), true, 551});
  frames.emplace_back(wire::CommitRequest{7});
  frames.emplace_back(wire::FormerView{sample_value()});
  frames.emplace_back(wire::EntriesRequest{7, {{0, 3}, {2, 4}}});
  frames.emplace_back(wire::Entries{7, {{1, sample_stream(wire::EntryKind::kMessage)}}});
  frames.emplace_back(wire::TableRequest{7});
  frames.emplace_back(wire::TableSnapshot{7, {1, 2, 3}});
  frames.emplace_back(wire::LeaveRequest{7});
  frames.emplace_back(wire::Logged{7, 1, 2, {5, 6}});
  frames.emplace_back(wire::Fragment{7, 3, 49152, 100000, {1, 2, 3}});
  frames.emplace_back(wire::FragmentDrop{7, 3});
  frames.emplace_back(
      wire::EntryPiece{7, 2, 5, 9, {1, 2}, sample_stream(wire::EntryKind::kMessage)});
  frames.emplace_back(wire::Acknowledgement{});
  frames.emplace_back(
      wire::DirectFrame{ProcessId::make(life, 3), ProcessId::make(life, 4), 2, 7, {1, 2}});
  const wire::Host host{SiteId{2}, "beta", {{"127.0.0.2", 7411}, {"::1", 7412}}, true};
  frames.emplace_back(
      wire::PlantRequest{7, {life, 3}, {wire::PlantChangeKind::kAddHost, host, {"lease", 700}}});
  frames.emplace_back(wire::PlantUpdate{{4, {host}, {{"lease", 700}}}});
  return frames;
}

}  // namespace

class TstPeerProtocol : public QObject {
  Q_OBJECT

 private slots:
  void everyFrame_roundTrips() {
    // Goal: decode(encode(x)) == x. Method: one sample a kind, compared by its encoding.
    std::set<std::size_t> kinds;
    for (const PeerFrame& frame : samples()) {
      kinds.insert(frame.index());
      const Bytes bytes = wire::encode_envelope(3, 2, wire::encode(frame));
      const auto decoded = wire::decode_envelope(bytes);
      QVERIFY2(decoded.has_value(), decoded ? "" : decoded.error().text.c_str());
      QCOMPARE(decoded->number, std::uint64_t{3});
      QCOMPARE(decoded->received, std::uint64_t{2});
      QCOMPARE(wire::encode(decoded->frame), wire::encode(frame));
    }
    QCOMPARE(kinds.size(), std::variant_size_v<PeerFrame>);
  }

  void commit_settlingBeyondTheLimit_isRefused() {
    // Goal: a bound of what comes from another site. Method: at the limit and one above.
    const auto decoded = [](std::uint64_t settles_ms) {
      const PeerFrame frame = wire::Commit{7, sample_value(), true, settles_ms};
      return wire::decode_envelope(wire::encode_envelope(3, 2, wire::encode(frame))).has_value();
    };
    QVERIFY(decoded(limits::kSettlesMs));
    QVERIFY(!decoded(limits::kSettlesMs + 1));
  }

  void truncatedFrame_isRefusedAtEveryByte() {
    // Goal: no partial frame. Method: cut each sample after each byte.
    for (const PeerFrame& frame : samples()) {
      const Bytes bytes = wire::encode_envelope(3, 2, wire::encode(frame));
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        QVERIFY(!wire::decode_envelope(ByteView(bytes).first(length)).has_value());
      }
    }
  }

  void changedBytes_neverBreakTheDecoder() {
    // Goal: hostile input. Method: 20,000 samples with some bytes changed; no crash, no hang.
    Rng rng(7);
    const std::vector<PeerFrame> frames = samples();
    int refused = 0;
    for (int i = 0; i < 20000; ++i) {
      Bytes bytes = wire::encode_envelope(3, 2, wire::encode(frames[rng.below(frames.size())]));
      for (std::uint64_t n = 1 + rng.below(4); n > 0; --n) {
        bytes[rng.below(bytes.size())] = static_cast<std::uint8_t>(rng.next());
      }
      refused += wire::decode_envelope(bytes).has_value() ? 0 : 1;
    }
    QVERIFY(refused > 1000);
  }

  void randomBytes_areRefused() {
    // Goal: hostile input. Method: random strings of up to 64 bytes.
    Rng rng(11);
    for (int i = 0; i < 20000; ++i) {
      Bytes bytes(rng.below(64));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(rng.next());
      const auto decoded = wire::decode_envelope(bytes);
      if (decoded) QVERIFY(decoded->frame.index() < std::variant_size_v<PeerFrame>);
    }
  }

  void viewLogRecord_roundTrips() {
    // Goal: what was accepted is read back. Method: one of each kind.
    using Kind = wire::ViewLogRecord::Kind;
    const wire::ViewLogRecord accepted{Kind::kAccepted, 8, {4, 1}, sample_value()};
    const wire::ViewLogRecord committed{Kind::kCommitted, 8, {}, sample_value()};
    const wire::ViewLogRecord promised{Kind::kPromised, 8, {4, 1}, {}};
    for (const auto& record : {accepted, committed, promised}) {
      const auto decoded = wire::decode_view_log_record(wire::encode(record));
      QVERIFY(decoded.has_value());
      QCOMPARE(*decoded, record);
    }
  }
};

QTEST_GUILESS_MAIN(TstPeerProtocol)
#include "tst_peer_protocol.moc"
