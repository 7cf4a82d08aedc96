#include "platform/core/fragments.h"

#include <QtTest/QtTest>

#include "platform/base/limits.h"

using namespace cohort;
using core::FlowLimits;
using core::LargeSend;

namespace {

/// What a sender's half needs, alone at its site: no frame leaves.
struct Half {
  explicit Half(const FlowLimits& limits)
      : context({SiteId{1}, Incarnation{1}}, 1),
        sessions(context, "test"),
        flow(context, sessions, limits),
        sender(sessions, flow),
        reassembly(flow) {
    const std::vector<SiteLife> members{context.self, {SiteId{2}, Incarnation{1}}};
    flow.install(members, 0);
    sender.install(1, members, 0);
    reassembly.install(members.size());
  }
  std::shared_ptr<LargeSend> begin(std::size_t total) {
    auto large = std::make_shared<LargeSend>();
    large->total = total;
    sender.begin(large);
    return large;
  }

  core::Context context;
  core::Sessions sessions;
  core::Flow flow;
  core::FragmentSender sender;
  core::Reassembly reassembly;
};

wire::Fragment fragment(std::uint64_t transfer, std::uint64_t offset, std::size_t bytes) {
  return {1, transfer, offset, 1'000'000, Bytes(bytes, static_cast<std::uint8_t>(transfer))};
}

}  // namespace

class TstFragments : public QObject {
  Q_OBJECT
 private slots:
  void largeSends_upToTheLimit_begin_oneAboveWaits() {
    // Goal: what is under way is bounded in number. Method: one less than the limit, then one more.
    Half half{FlowLimits{}};
    for (std::size_t i = 0; i < limits::kLargeSendsPerOrigin; ++i) {
      QVERIFY(half.sender.room_for(limits::kPartBytes + 1));
      half.begin(limits::kPartBytes + 1);
    }
    QVERIFY(!half.sender.room_for(limits::kPartBytes + 1));
  }

  void largeBytes_upToTheLimit_begin_oneByteAboveWaits() {
    // Goal: what is under way is bounded in bytes. Method: fill to the byte, then one byte more.
    Half half{FlowLimits{}};
    half.begin(limits::kLargeBytesPerOrigin - limits::kPayloadBytes);
    QVERIFY(half.sender.room_for(limits::kPayloadBytes));
    QVERIFY(!half.sender.room_for(limits::kPayloadBytes + 1));
  }

  void largeMessage_beyondAllRoom_beginsWhereNothingIsUnderWay() {
    // Goal: no length is refused for ever (H15). Method: a bound that is smaller than one message.
    FlowLimits limits;
    limits.large = 1000;
    Half half{limits};
    QVERIFY(half.sender.room_for(100'000));
    const auto large = half.begin(100'000);
    QVERIFY(!half.sender.room_for(1));
    half.sender.drop(*large);
    QVERIFY(half.sender.room_for(100'000));
    QCOMPARE(half.sender.bytes(), std::size_t{0});
  }

  void ready_asksForEveryPartAndEveryDestination() {
    // Goal: E9. Method: a message without all parts; complete; for a site that has no fragment.
    Half half{FlowLimits{}};
    const auto large = half.begin(2 * limits::kPartBytes);
    QVERIFY(!half.sender.ready(*large, 0b01));
    large->request.payload.resize(large->total);
    QVERIFY(half.sender.ready(*large, 0b01));
    QVERIFY(!half.sender.ready(*large, 0b11));
    half.sender.pump([](const wire::Destinations&) { return wire::SiteSet{0b11}; });
    QVERIFY(half.sender.ready(*large, 0b11));
    const auto tail = half.sender.take(*large, 0b11);
    QCOMPARE(tail.before, limits::kPartBytes);
    QVERIFY(tail.transfer != 0);
  }

  void fragments_inTheirOrder_makeTheMessage() {
    // Goal: nothing is put together wrongly. Method: in order; a gap; another length than named.
    Half half{FlowLimits{}};
    QVERIFY(half.reassembly.add(1, fragment(7, 0, 100)));
    QVERIFY(half.reassembly.add(1, fragment(8, 0, 50)));
    QVERIFY(half.reassembly.add(1, fragment(7, 100, 100)));
    QVERIFY(!half.reassembly.add(1, fragment(7, 300, 100)));
    QVERIFY(!half.reassembly.take(1, 7, 100).has_value());
    QCOMPARE(half.reassembly.bytes(1), std::size_t{250});
    const auto whole = half.reassembly.take(1, 7, 200);
    QVERIFY(whole.has_value());
    QVERIFY(*whole == Bytes(200, 7));
    half.reassembly.drop(1, 8);
    QCOMPARE(half.reassembly.bytes(1), std::size_t{0});
  }

  void reassembly_atTheLimits_takes_oneAbove_refuses() {
    // Goal: a peer cannot fill this site's memory. Method: number and bytes of one origin.
    Half half{FlowLimits{}};
    for (std::uint64_t i = 1; i <= limits::kLargeSendsPerOrigin; ++i) {
      QVERIFY(half.reassembly.add(1, fragment(i, 0, 10)));
    }
    QVERIFY(!half.reassembly.add(1, fragment(1000, 0, 10)));
    FlowLimits small;
    small.large = 1000;
    small.payload = 500;
    Half other{small};
    QVERIFY(other.reassembly.add(1, fragment(1, 0, 1000)));
    QVERIFY(!other.reassembly.add(1, fragment(1, 1000, 1)));
  }

  void newView_forgetsWhatCame() {
    // Goal: fragments belong to a view. Method: install between two fragments.
    Half half{FlowLimits{}};
    QVERIFY(half.reassembly.add(1, fragment(7, 0, 100)));
    half.reassembly.install(2);
    QVERIFY(!half.reassembly.add(1, fragment(7, 100, 100)));
    QCOMPARE(half.reassembly.bytes(1), std::size_t{0});
  }
};

QTEST_GUILESS_MAIN(TstFragments)
#include "tst_fragments.moc"
