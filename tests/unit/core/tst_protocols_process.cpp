#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/wire/record_stream.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::all;
using core::test::Plant;

namespace {

wire::Multicast message(wire::Order order, GroupId group, std::uint8_t number) {
  wire::Multicast multicast;
  multicast.token = number;
  multicast.order = order;
  multicast.destinations.groups = {group};
  multicast.entry = 16;
  multicast.payload = {number};
  return multicast;
}

std::string payloads(const std::vector<wire::ClientEvent>& events) {
  std::string text;
  for (const auto& deliver : all<wire::Deliver>(events)) {
    text += std::to_string(deliver.payload.at(0)) + " ";
  }
  return text;
}

}  // namespace

class TstProtocolsProcess : public QObject {
  Q_OBJECT

 private:
  /// Three sites in one view, each with one client that is a member of group "g".
  struct Cell {
    Plant plant{3};
    ClientHandle clients[4];
    GroupId group;
    Cell() {
      for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
      plant.run(seconds(3));
      for (std::uint16_t site = 1; site <= 3; ++site) {
        clients[site] = plant.client(site);
        plant.run(millis(50));
        plant.ask(site, clients[site], wire::JoinGroup{1, "g", true, {}});
        plant.run(millis(200));
      }
      const auto done = all<wire::ChangeDone>(plant.heard(1, clients[1]));
      if (!done.empty()) group = done.front().group;
    }
  };

 private slots:
  void sites_startTogether_formOneView() {
    // Goal: a first view forms of all configured sites. Method: three sites, no faults.
    Plant plant(3);
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(plant.last_view(site), std::string("1.1,2.1,3.1"));
    }
  }

  void members_join_seeTheSameViews() {
    // Goal: P12, P13. Method: three joins; the last view is the same at all, oldest first.
    Cell cell;
    for (std::uint16_t site = 1; site <= 3; ++site) {
      const auto views = all<wire::View>(cell.plant.heard(site, cell.clients[site]));
      QVERIFY(!views.empty());
      QCOMPARE(views.back().view.number, std::uint64_t{3});
      QCOMPARE(views.back().view.members.size(), std::size_t{3});
      QCOMPARE(views.back().view.members[0].site().value, std::uint16_t{1});
    }
  }

  void abcasts_fromAllSites_arriveInOneOrder() {
    // Goal: P25. Method: thirty ABCASTs from three sites at once, one order everywhere.
    Cell cell;
    for (std::uint8_t i = 0; i < 10; ++i) {
      for (std::uint8_t site = 1; site <= 3; ++site) {
        const auto number = static_cast<std::uint8_t>(i * 10 + site);
        cell.plant.ask(site, cell.clients[site], message(wire::Order::kTotal, cell.group, number));
      }
      cell.plant.run(millis(1));
    }
    cell.plant.run(millis(200));
    const std::string first = payloads(cell.plant.heard(1, cell.clients[1]));
    QCOMPARE(all<wire::Deliver>(cell.plant.heard(1, cell.clients[1])).size(), std::size_t{30});
    QCOMPARE(payloads(cell.plant.heard(2, cell.clients[2])), first);
    QCOMPARE(payloads(cell.plant.heard(3, cell.clients[3])), first);
  }

  void cbcasts_arriveInSendingOrder() {
    // Goal: P23. Method: twenty CBCASTs of one process arrive in order at all.
    Cell cell;
    for (std::uint8_t i = 1; i <= 20; ++i) {
      cell.plant.ask(2, cell.clients[2], message(wire::Order::kCausal, cell.group, i));
    }
    cell.plant.run(millis(100));
    std::string expected;
    for (int i = 1; i <= 20; ++i) expected += std::to_string(i) + " ";
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(payloads(cell.plant.heard(site, cell.clients[site])), expected);
    }
  }

  void multicasts_thatComeAtOnce_leaveInOneFrameToEachSite() {
    // Goal: what a step numbers goes to a peer together. Method: a hundred in one portion.
    Cell cell;
    Bytes records;
    std::string expected;
    for (std::uint8_t i = 1; i <= 100; ++i) {
      wire::append_record(records, message(wire::Order::kCausal, cell.group, i));
      expected += std::to_string(i) + " ";
    }
    const std::uint64_t before = cell.plant.data_frames(2);
    cell.plant.bring(2, cell.clients[2], records);
    QCOMPARE(cell.plant.data_frames(2), before + 2);
    cell.plant.run(millis(100));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(payloads(cell.plant.heard(site, cell.clients[site])), expected);
    }
  }

  void quietMulticasts_areCountedTogether() {
    // Goal: no Sent, and one Numbered for all. Method: ten at once, then one that asks for its
    // number.
    Cell cell;
    Bytes records;
    for (std::uint8_t i = 1; i <= 10; ++i) {
      wire::Multicast quiet = message(wire::Order::kTotal, cell.group, i);
      quiet.quiet = true;
      wire::append_record(records, quiet);
    }
    cell.plant.bring(2, cell.clients[2], records);
    cell.plant.run(millis(100));
    cell.plant.ask(2, cell.clients[2], message(wire::Order::kTotal, cell.group, 11));
    cell.plant.run(millis(100));
    const auto& heard = cell.plant.heard(2, cell.clients[2]);
    QCOMPARE(all<wire::Sent>(heard).size(), std::size_t{1});
    QCOMPARE(all<wire::Numbered>(heard).size(), std::size_t{1});
    QCOMPARE(all<wire::Numbered>(heard).front().count, std::uint64_t{10});
    QCOMPARE(all<wire::Deliver>(heard).size(), std::size_t{11});
  }

  void records_thatAreWrong_closeTheirClientOnly_data() {
    QTest::addColumn<QByteArray>("bytes");
    const auto add = [](const char* name, const Bytes& bytes) {
      QTest::newRow(name) << QByteArray(reinterpret_cast<const char*>(bytes.data()),
                                        static_cast<qsizetype>(bytes.size()));
    };
    wire::Multicast quiet = message(wire::Order::kGlobal, GroupId::make(1), 1);
    quiet.quiet = true;
    add("quiet GBCAST", wire::framed(wire::encode(wire::ClientRequest(quiet))));
    quiet.order = wire::Order::kCausal;
    quiet.rest = 1;
    add("quiet large multicast", wire::framed(wire::encode(wire::ClientRequest(quiet))));
    Bytes part = wire::framed(wire::encode(wire::ClientRequest(wire::Flush{1})));
    part.pop_back();
    add("part of a record", part);
    add("record beyond the limit", wire::framed(Bytes(limits::kFrameBytes + 1, 1)));
    add("unknown kind", wire::framed(Bytes{250}));
  }

  void records_thatAreWrong_closeTheirClientOnly() {
    // Goal: nothing a client sends hurts others; what it sent before counts. Method: a good
    // multicast and the wrong bytes in one portion.
    QFETCH(QByteArray, bytes);
    Cell cell;
    Bytes records;
    wire::append_record(records, message(wire::Order::kCausal, cell.group, 1));
    records.insert(records.end(), bytes.begin(), bytes.end());
    wire::append_record(records, message(wire::Order::kCausal, cell.group, 2));
    cell.plant.bring(2, cell.clients[2], records);
    cell.plant.run(millis(500));
    const auto& heard = cell.plant.heard(2, cell.clients[2]);
    QCOMPARE(all<wire::Goodbye>(heard).size(), std::size_t{1});
    QVERIFY(std::holds_alternative<wire::Goodbye>(heard.back()));
    for (const std::uint16_t site : {std::uint16_t{1}, std::uint16_t{3}}) {
      QCOMPARE(payloads(cell.plant.heard(site, cell.clients[site])), std::string("1 "));
      const auto views = all<wire::View>(cell.plant.heard(site, cell.clients[site]));
      QCOMPARE(views.back().view.members.size(), std::size_t{2});
    }
  }

  void gbcast_isDeliveredToAllMembers() {
    // Goal: P28. Method: a GBCAST between CBCASTs; order kept for the sender's own.
    Cell cell;
    cell.plant.ask(3, cell.clients[3], message(wire::Order::kCausal, cell.group, 1));
    cell.plant.ask(3, cell.clients[3], message(wire::Order::kGlobal, cell.group, 2));
    cell.plant.ask(3, cell.clients[3], message(wire::Order::kCausal, cell.group, 3));
    cell.plant.run(millis(300));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(payloads(cell.plant.heard(site, cell.clients[site])), std::string("1 2 3 "));
    }
  }

  void safeMulticast_isDelivered_withoutWaitingForAHeartbeat_data() {
    QTest::addColumn<int>("sender");
    QTest::addColumn<int>("order");
    for (const int sender : {1, 2, 3}) {
      QTest::addRow("ABCAST of site %d", sender) << sender << static_cast<int>(wire::Order::kTotal);
      QTest::addRow("CBCAST of site %d", sender)
          << sender << static_cast<int>(wire::Order::kCausal);
    }
  }

  void safeMulticast_isDelivered_withoutWaitingForAHeartbeat() {
    // Goal: P32 has its liveness half, in the time of four frames. Method: SAFE multicasts at
    // every moment between two Status frames, which are 10 ms apart; a frame takes 1 ms.
    QFETCH(int, sender);
    QFETCH(int, order);
    Cell cell;
    std::string expected;
    for (std::uint8_t number = 1; number <= 10; ++number) {
      wire::Multicast safe = message(static_cast<wire::Order>(order), cell.group, number);
      safe.safety = wire::Safety::kSafe;
      const auto from = static_cast<std::uint16_t>(sender);
      cell.plant.run(millis(200 + number));
      cell.plant.ask(from, cell.clients[from], safe);
      cell.plant.run(millis(5));
      expected += std::to_string(number) + " ";
      for (std::uint16_t site = 1; site <= 3; ++site) {
        QCOMPARE(payloads(cell.plant.heard(site, cell.clients[site])), expected);
      }
    }
  }

  void flush_returnsWhenAllHold() {
    // Goal: P33. Method: multicast and flush; FlushDone arrives after the delivery.
    Cell cell;
    cell.plant.ask(1, cell.clients[1], message(wire::Order::kTotal, cell.group, 1));
    cell.plant.ask(1, cell.clients[1], wire::Flush{9});
    cell.plant.run(millis(200));
    const auto done = all<wire::FlushDone>(cell.plant.heard(1, cell.clients[1]));
    QCOMPARE(done.size(), std::size_t{1});
    QCOMPARE(done.front().token, std::uint64_t{9});
  }

  void sequencerDies_othersGoOnInANewView() {
    // Goal: V1, P21, P63. Method: kill rank 0 while ABCASTs fly; survivors agree and go on.
    Cell cell;
    for (std::uint8_t i = 1; i <= 5; ++i) {
      cell.plant.ask(2, cell.clients[2], message(wire::Order::kTotal, cell.group, i));
      cell.plant.ask(3, cell.clients[3],
                     message(wire::Order::kTotal, cell.group, static_cast<std::uint8_t>(i + 50)));
    }
    cell.plant.run(millis(1));
    cell.plant.kill(1);
    cell.plant.run(seconds(3));
    QCOMPARE(cell.plant.last_view(2), std::string("2.1,3.1"));
    QCOMPARE(cell.plant.last_view(3), std::string("2.1,3.1"));
    const std::string at_two = payloads(cell.plant.heard(2, cell.clients[2]));
    QCOMPARE(payloads(cell.plant.heard(3, cell.clients[3])), at_two);
    QCOMPARE(all<wire::Deliver>(cell.plant.heard(2, cell.clients[2])).size(), std::size_t{10});
    const auto views = all<wire::View>(cell.plant.heard(2, cell.clients[2]));
    QCOMPARE(views.back().view.members.size(), std::size_t{2});
    cell.plant.ask(2, cell.clients[2], message(wire::Order::kTotal, cell.group, 99));
    cell.plant.run(millis(200));
    QCOMPARE(payloads(cell.plant.heard(3, cell.clients[3])), at_two + "99 ");
  }

  void killedSite_rejoinsAsANewIncarnation() {
    // Goal: V9, P6. Method: kill and restart a site; it is the youngest member, with life 2.
    Cell cell;
    cell.plant.kill(2);
    cell.plant.run(seconds(2));
    QCOMPARE(cell.plant.last_view(1), std::string("1.1,3.1"));
    cell.plant.start(2);
    cell.plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(cell.plant.last_view(site), std::string("1.1,3.1,2.2"));
    }
    const ClientHandle late = cell.plant.client(2);
    cell.plant.run(millis(50));
    cell.plant.ask(2, late, wire::JoinGroup{1, "g", false, {}});
    cell.plant.run(millis(300));
    const auto views = all<wire::View>(cell.plant.heard(2, late));
    QVERIFY(!views.empty());
    QCOMPARE(views.back().view.members.size(), std::size_t{3});
    QCOMPARE(views.back().view.members.back().life().incarnation.value, std::uint16_t{2});
  }

  void fastRestart_removesTheOldLifeFirst() {
    // Goal: P5, P6. Method: a site restarts before anybody noticed that it died.
    Cell cell;
    cell.plant.kill(3);
    cell.plant.start(3);
    cell.plant.run(seconds(4));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(cell.plant.last_view(site), std::string("1.1,2.1,3.2"));
    }
  }

  void cutOffSite_stopsAndOthersGoOn() {
    // Goal: P4, P9. Method: site 3 loses both links in silence; 1 and 2 go on, 3 does not serve.
    Cell cell;
    cell.plant.cut(1, 3);
    cell.plant.cut(2, 3);
    cell.plant.run(seconds(5));
    QCOMPARE(cell.plant.last_view(1), std::string("1.1,2.1"));
    const auto serving = all<wire::Serving>(cell.plant.heard(3, cell.clients[3]));
    QVERIFY(!serving.empty());
    QCOMPARE(serving.back().serving, false);
  }

  void clientDies_leavesItsGroupsEverywhere() {
    // Goal: P20. Method: a client's connection closes; the others see it leave with the reason.
    Cell cell;
    cell.plant.ask(3, cell.clients[3], wire::Hello{});  // a second hello is a protocol error
    cell.plant.run(millis(300));
    const auto views = all<wire::View>(cell.plant.heard(1, cell.clients[1]));
    QCOMPARE(views.back().view.members.size(), std::size_t{2});
    QCOMPARE(views.back().departed.size(), std::size_t{1});
    QCOMPARE(views.back().departed.front().second, wire::Departure::kProcessFailed);
    QCOMPARE(all<wire::ProcessGone>(cell.plant.heard(2, cell.clients[2])).size(), std::size_t{1});
  }

  void allSitesDie_formAgainFromTheirLogs() {
    // Goal: P10. Method: kill all three, start two: a quorum of the last view forms the next.
    Cell cell;
    for (std::uint16_t site = 1; site <= 3; ++site) cell.plant.kill(site);
    cell.plant.start(2);
    cell.plant.run(seconds(4));
    QCOMPARE(cell.plant.last_view(2), std::string("1.1,2.1,3.1"));
    cell.plant.start(3);
    cell.plant.run(seconds(6));
    QCOMPARE(cell.plant.last_view(2), std::string("2.2,3.2"));
    QCOMPARE(cell.plant.last_view(3), std::string("2.2,3.2"));
  }

  void singleSite_formsItsViewAlone() {
    // Goal: a plant of one site works (its own echo counts). Method: one configured site.
    Plant plant(1);
    plant.start(1);
    plant.run(seconds(3));
    QCOMPARE(plant.last_view(1), std::string("1.1"));
  }

  void leave_removesTheSiteWithItsReason() {
    // Goal: an orderly stop is told as a leave and ends the life. Method: rank 0 leaves three
    // sites.
    Cell cell;
    cell.plant.leave(1);
    cell.plant.run(seconds(2));
    QVERIFY(!cell.plant.running(1));
    QCOMPARE(cell.plant.stop_reason(1), std::string("left"));
    QCOMPARE(cell.plant.last_view(2), std::string("2.1,3.1"));
    QCOMPARE(cell.plant.last_view(3), std::string("2.1,3.1"));
  }
};

QTEST_GUILESS_MAIN(TstProtocolsProcess)
#include "tst_protocols_process.moc"
