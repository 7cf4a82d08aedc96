#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/wire/parts.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::all;
using core::test::Plant;

namespace {

Bytes content(std::size_t bytes) {
  Bytes payload(bytes);
  for (std::size_t i = 0; i < bytes; ++i) payload[i] = static_cast<std::uint8_t>(i * 7 + i / 253);
  return payload;
}

/// A client that keeps to the windows of the protocol, as the library does.
struct Sender {
  Plant& plant;
  std::uint16_t site;
  ClientHandle client;
  GroupId group;
  std::uint64_t token = 100;
  std::size_t at = 0;  ///< of the payload: what has been sent

  wire::Multicast head(wire::Order order, const Bytes& payload) {
    wire::Multicast multicast;
    multicast.token = ++token;
    multicast.order = order;
    multicast.destinations.groups = {group};
    multicast.entry = 16;
    const std::size_t first = std::min(payload.size(), limits::kPartBytes);
    multicast.payload.assign(payload.begin(), payload.begin() + static_cast<std::ptrdiff_t>(first));
    multicast.rest = payload.size() - first;
    return multicast;
  }
  std::size_t taken() const {
    std::size_t bytes = 0;
    for (const auto& each : all<wire::PartsTaken>(plant.heard(site, client))) {
      if (each.token == token) bytes += each.bytes;
    }
    return bytes;
  }
  /// The first `bytes` of the payload, in parts; false: no room came in time.
  bool send(wire::Order order, const Bytes& payload, std::size_t bytes) {
    plant.ask(site, client, head(order, payload));
    at = limits::kPartBytes;
    return send_on(payload, bytes);
  }
  bool send_on(const Bytes& payload, std::size_t bytes) {
    while (at < bytes) {
      for (int patience = 0; at > taken() + limits::kUntakenPartsBytes; ++patience) {
        if (patience == 5000) return false;
        plant.run(millis(1));
      }
      const std::size_t length = std::min(limits::kPartBytes, payload.size() - at);
      const auto from = payload.begin() + static_cast<std::ptrdiff_t>(at);
      plant.ask(
          site, client,
          wire::MulticastPart{token, Bytes(from, from + static_cast<std::ptrdiff_t>(length))});
      at += length;
    }
    return true;
  }
  bool send(wire::Order order, const Bytes& payload) {
    return send(order, payload, payload.size());
  }
};

/// The deliveries of a client, put together.
std::vector<wire::Deliver> deliveries(const std::vector<wire::ClientEvent>& events) {
  wire::DeliveryAssembler assembler;
  std::vector<wire::Deliver> found;
  for (const wire::ClientEvent& event : events) {
    auto whole = assembler.add(event, 1);
    if (!whole || !*whole) continue;
    if (auto* deliver = std::get_if<wire::Deliver>(&(*whole)->event)) found.push_back(*deliver);
  }
  return found;
}

/// Three sites, each with one client in group "g".
struct Cell {
  Plant plant{3};
  ClientHandle clients[4];
  GroupId group;
  Cell() {
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      clients[site] = plant.client(site);
      group = join(site, clients[site], "g");
    }
  }
  GroupId join(std::uint16_t site, ClientHandle client, const std::string& name) {
    plant.run(millis(50));
    plant.ask(site, client, wire::JoinGroup{1, name, true, {}});
    plant.run(millis(200));
    const auto done = all<wire::ChangeDone>(plant.heard(site, client));
    return done.empty() ? GroupId{} : done.back().group;
  }
  Sender sender(std::uint16_t site) { return {plant, site, clients[site], group}; }
};

}  // namespace

class TstFlowControl : public QObject {
  Q_OBJECT
 private slots:
  void payload_ofAnyLength_reachesAll_data() {
    QTest::addColumn<int>("order");
    QTest::addColumn<qulonglong>("bytes");
    const int total = static_cast<int>(wire::Order::kTotal);
    const int causal = static_cast<int>(wire::Order::kCausal);
    QTest::newRow("one part") << causal << qulonglong{limits::kPartBytes};
    QTest::newRow("one part and a byte") << causal << qulonglong{limits::kPartBytes + 1};
    QTest::newRow("1,000,000 B") << total << qulonglong{1'000'000};
    QTest::newRow("the limit, CBCAST") << causal << qulonglong{limits::kPayloadBytes};
    QTest::newRow("the limit, ABCAST") << total << qulonglong{limits::kPayloadBytes};
  }
  void payload_ofAnyLength_reachesAll() {
    // Goal: messages to 16 MiB. Method: parts from a client, all members compare the whole.
    QFETCH(int, order);
    QFETCH(qulonglong, bytes);
    Cell cell;
    const Bytes payload = content(bytes);
    QVERIFY(cell.sender(2).send(static_cast<wire::Order>(order), payload));
    cell.plant.run(seconds(2));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      const auto got = deliveries(cell.plant.heard(site, cell.clients[site]));
      QCOMPARE(got.size(), std::size_t{1});
      QVERIFY(got.front().payload == payload);
    }
  }

  void unreadBytes_belowAReport_areNoSlowness_data() {
    QTest::addColumn<qulonglong>("bytes");
    QTest::addColumn<bool>("excluded");
    QTest::newRow("below a report") << qulonglong{limits::kConsumedReportBytes - 1024} << false;
    QTest::newRow("more than a report") << qulonglong{limits::kConsumedReportBytes + 1} << true;
  }
  void unreadBytes_belowAReport_areNoSlowness() {
    // Goal: who need not report yet is not taken for one who reads nothing. Method: an old delivery
    // that no report covers, and 15 s later what makes the client slow.
    QFETCH(qulonglong, bytes);
    QFETCH(bool, excluded);
    Cell cell;
    QVERIFY(cell.sender(2).send(wire::Order::kCausal, content(bytes)));
    cell.plant.run(seconds(15));
    QVERIFY(cell.sender(2).send(wire::Order::kCausal, content(limits::kPayloadBytes)));
    cell.plant.run(seconds(2));
    const auto goodbyes = all<wire::Goodbye>(cell.plant.heard(3, cell.clients[3]));
    QCOMPARE(!goodbyes.empty(), excluded);
  }

  void payload_oneAboveTheLimit_closesTheClient() {
    // Goal: the limit is held by the daemon. Method: a head that announces one byte too many.
    Cell cell;
    Sender sender = cell.sender(2);
    wire::Multicast head = sender.head(wire::Order::kCausal, content(limits::kPartBytes + 1));
    head.rest = limits::kPayloadBytes - limits::kPartBytes + 1;
    cell.plant.ask(2, cell.clients[2], head);
    cell.plant.run(millis(100));
    QCOMPARE(all<wire::Goodbye>(cell.plant.heard(2, cell.clients[2])).size(), std::size_t{1});
    QCOMPARE(all<wire::Goodbye>(cell.plant.heard(1, cell.clients[1])).size(), std::size_t{0});
  }

  void smallMessage_ofAnotherProcess_overtakesALargeOne() {
    // Goal: H16, no head-of-line blocking. Method: 8 MiB under way; a small one to another group.
    Cell cell;
    const ClientHandle other_sender = cell.plant.client(2);
    const ClientHandle other_member = cell.plant.client(3);
    const GroupId other = cell.join(3, other_member, "h");
    const Bytes payload = content(8 * 1024 * 1024);
    Sender sender = cell.sender(2);
    QVERIFY(sender.send(wire::Order::kTotal, payload, payload.size() / 2));
    Sender small{cell.plant, 2, other_sender, other};
    QVERIFY(small.send(wire::Order::kTotal, {1}));
    cell.plant.run(millis(20));
    QCOMPARE(deliveries(cell.plant.heard(3, other_member)).size(), std::size_t{1});
    QCOMPARE(deliveries(cell.plant.heard(3, cell.clients[3])).size(), std::size_t{0});
  }

  void senderThatDiesMidway_leavesNothing() {
    // Goal: a message is whole or not at all. Method: the sender dies in the middle; others go on.
    Cell cell;
    const Bytes payload = content(4 * 1024 * 1024);
    QVERIFY(cell.sender(2).send(wire::Order::kCausal, payload, payload.size() / 2));
    cell.plant.close_client(2, cell.clients[2]);
    cell.plant.run(millis(500));
    QVERIFY(cell.sender(1).send(wire::Order::kCausal, content(200'000)));
    cell.plant.run(millis(500));
    const auto got = deliveries(cell.plant.heard(3, cell.clients[3]));
    QCOMPARE(got.size(), std::size_t{1});
    QCOMPARE(got.front().payload.size(), std::size_t{200'000});
    const auto views = all<wire::View>(cell.plant.heard(3, cell.clients[3]));
    QCOMPARE(views.back().view.members.size(), std::size_t{2});
  }

  void senderThatStopsMidway_isExcluded_andItsRoomIsFree() {
    // Goal: half a message keeps nobody's room. Method: it sends nothing more for 10 s; until then
    // it stays, for it may only be slow.
    Cell cell;
    const Bytes payload = content(8 * 1024 * 1024);
    QVERIFY(cell.sender(2).send(wire::Order::kCausal, payload, payload.size() / 2));
    cell.plant.run(limits::kSlowMember - seconds(1));
    QVERIFY(all<wire::Goodbye>(cell.plant.heard(2, cell.clients[2])).empty());
    cell.plant.run(seconds(3));
    const auto goodbyes = all<wire::Goodbye>(cell.plant.heard(2, cell.clients[2]));
    QCOMPARE(goodbyes.size(), std::size_t{1});
    QCOMPARE(goodbyes.front().reason, std::string("it stopped in the middle of a large multicast"));
    QVERIFY(cell.sender(1).send(wire::Order::kCausal, payload));
    cell.plant.run(seconds(1));
    const auto got = deliveries(cell.plant.heard(3, cell.clients[3]));
    QCOMPARE(got.size(), std::size_t{1});
    QVERIFY(got.front().payload == payload);
  }

  void directBytes_beyondWhatWindowsAllow_areDropped() {
    // Goal: nobody fills another one's queue past its window. Method: a client that ignores it.
    Cell cell;
    const ProcessId to = all<wire::Welcome>(cell.plant.heard(3, cell.clients[3])).front().process;
    const std::size_t records = limits::kDirectUntakenBytes / limits::kPartBytes;
    for (std::size_t i = 0; i < records + 3; ++i) {
      cell.plant.ask(2, cell.clients[2], wire::Direct{to, 2, 0, Bytes(limits::kPartBytes, 7)});
      cell.plant.run(millis(20));
    }
    QCOMPARE(all<wire::Direct>(cell.plant.heard(3, cell.clients[3])).size(), records);
    QVERIFY(all<wire::Goodbye>(cell.plant.heard(3, cell.clients[3])).empty());
  }

  void memberThatJoinsMidway_getsAllOfIt() {
    // Goal: E9: the destinations of the epoch of the number. Method: a join while half is under
    // way.
    Plant plant(3);
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    const ClientHandle first = plant.client(1);
    plant.run(millis(50));
    plant.ask(1, first, wire::JoinGroup{1, "g", true, {}});
    plant.run(millis(200));
    const GroupId group = all<wire::ChangeDone>(plant.heard(1, first)).front().group;
    const ClientHandle outside = plant.client(1);
    const ClientHandle joiner = plant.client(3);
    plant.run(millis(50));
    const Bytes payload = content(3 * 1024 * 1024);
    Sender sender{plant, 1, outside, group};
    QVERIFY(sender.send(wire::Order::kCausal, payload, payload.size() / 2));
    plant.ask(3, joiner, wire::JoinGroup{1, "g", false, {}});
    plant.run(millis(300));
    QVERIFY(sender.send_on(payload, payload.size()));
    plant.run(seconds(1));
    for (const auto& [site, client] : {std::pair{1, first}, std::pair{3, joiner}}) {
      const auto got = deliveries(plant.heard(static_cast<std::uint16_t>(site), client));
      QCOMPARE(got.size(), std::size_t{1});
      QVERIFY(got.front().payload == payload);
    }
  }

  void siteThatDiesMidway_largeMessageIsSentAnew() {
    // Goal: E9 at a change of view. Method: a receiver's site is killed; the other gets the whole.
    Cell cell;
    const Bytes payload = content(3 * 1024 * 1024);
    Sender sender = cell.sender(2);
    QVERIFY(sender.send(wire::Order::kTotal, payload, payload.size() / 2));
    cell.plant.kill(3);
    cell.plant.run(seconds(2));
    QVERIFY(sender.send_on(payload, payload.size()));
    cell.plant.run(seconds(1));
    const auto got = deliveries(cell.plant.heard(1, cell.clients[1]));
    QCOMPARE(got.size(), std::size_t{1});
    QVERIFY(got.front().payload == payload);
  }

  void memberThatReadsNothing_stopsItsGroupOnly_andIsExcludedAsSlow() {
    // Goal: ruling 10. Method: site 3's member consumes nothing; others do; another group works on.
    Cell cell;
    const ClientHandle other = cell.plant.client(3);
    const GroupId calm = cell.join(3, other, "calm");
    Sender sender = cell.sender(1);
    const Bytes payload = content(limits::kPartBytes);
    std::size_t sent = 0;
    for (int i = 0; i < 1000; ++i) {
      QVERIFY(sender.send(wire::Order::kCausal, payload));
      cell.plant.run(millis(1));
      for (const std::uint16_t site : {std::uint16_t{1}, std::uint16_t{2}}) {
        cell.plant.ask(site, cell.clients[site], wire::Consumed{limits::kPartBytes + 200});
      }
      sent = all<wire::Sent>(cell.plant.heard(1, cell.clients[1])).size();
      if (i > 500 && static_cast<int>(sent) < i - 10) break;
    }
    const std::size_t bytes = sent * payload.size();
    QVERIFY2(bytes > limits::kClientHighWaterBytes, std::to_string(bytes).c_str());
    QVERIFY2(bytes < limits::kClientHighWaterBytes + limits::kUnstableBytesPerOrigin,
             std::to_string(bytes).c_str());
    Sender free{cell.plant, 2, cell.clients[2], calm};
    QVERIFY(free.send(wire::Order::kTotal, {1}));
    cell.plant.run(millis(50));
    QCOMPARE(deliveries(cell.plant.heard(3, other)).size(), std::size_t{1});
    cell.plant.run(limits::kSlowMember - seconds(1));
    QCOMPARE(all<wire::View>(cell.plant.heard(1, cell.clients[1])).back().view.members.size(),
             std::size_t{3});
    cell.plant.run(seconds(3));
    const wire::View last = all<wire::View>(cell.plant.heard(1, cell.clients[1])).back();
    QCOMPARE(last.view.members.size(), std::size_t{2});
    QVERIFY(last.departed.front().second == wire::Departure::kSlow);
    QVERIFY(all<wire::Sent>(cell.plant.heard(1, cell.clients[1])).size() > sent);
  }

  void memberThatReadsSlowly_isWaitedFor() {
    // Goal: who makes progress stays. Method: above its high water it reads a little each second.
    Cell cell;
    Sender sender = cell.sender(1);
    const Bytes payload = content(limits::kPartBytes);
    for (int i = 0; i < 500; ++i) {
      QVERIFY(sender.send(wire::Order::kCausal, payload));
      cell.plant.run(millis(1));
    }
    for (int second = 0; second < 15; ++second) {
      for (std::uint16_t site = 1; site <= 3; ++site) {
        cell.plant.ask(site, cell.clients[site], wire::Consumed{1});
      }
      cell.plant.run(seconds(1));
    }
    const wire::View last = all<wire::View>(cell.plant.heard(1, cell.clients[1])).back();
    QCOMPARE(last.view.members.size(), std::size_t{3});
  }
};

QTEST_GUILESS_MAIN(TstFlowControl)
#include "tst_flow_control.moc"
