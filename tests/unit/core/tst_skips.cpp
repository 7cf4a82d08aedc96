// Goal: who answers one site costs the others nothing: skips of what went to one site alone wait
// for the next Status, and nobody ever waits for them (docs/protocol/cbcast.md). Method: four
// sites, one client each; frames that leave a site are counted.
#include <QtTest/QtTest>

#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::Plant;

namespace {

struct Sites {
  Plant plant{4};
  ClientHandle clients[5];
  ProcessId ids[5];

  Sites() {
    for (std::uint16_t site = 1; site <= 4; ++site) plant.start(site);
    plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 4; ++site) clients[site] = plant.client(site);
    plant.run(millis(500));
    for (std::uint16_t site = 1; site <= 4; ++site) {
      for (const auto& event : plant.heard(site, clients[site])) {
        if (const auto* welcome = std::get_if<wire::Welcome>(&event)) ids[site] = welcome->process;
      }
    }
    // Its Status goes with it: the next one is ten milliseconds away.
    send(2, {1}, 1);
  }

  void send(std::uint16_t from, const std::vector<std::uint16_t>& to, std::uint8_t name) {
    wire::Multicast multicast;
    multicast.token = name;
    multicast.order = wire::Order::kCausal;
    for (std::uint16_t site : to) multicast.destinations.processes.push_back(ids[site]);
    multicast.entry = 16;
    multicast.payload = {name};
    plant.ask(from, clients[from], multicast);
  }
  /// How many frames of the data channel leave site 2 for it.
  std::uint64_t frames_for(const std::vector<std::uint16_t>& to, std::uint8_t name) {
    const std::uint64_t before = plant.data_frames(2);
    send(2, to, name);
    return plant.data_frames(2) - before;
  }

  /// What the client of the site was delivered, by name: "1 2 ".
  std::string delivered(std::uint16_t site) {
    std::string text;
    for (const auto& event : plant.heard(site, clients[site])) {
      const auto* deliver = std::get_if<wire::Deliver>(&event);
      if (deliver != nullptr) text += std::to_string(deliver->payload.at(0)) + " ";
    }
    return text;
  }
  bool flushed(std::uint16_t site) {
    for (const auto& event : plant.heard(site, clients[site])) {
      if (std::holds_alternative<wire::FlushDone>(event)) return true;
    }
    return false;
  }
};

}  // namespace

class TstSkips : public QObject {
  Q_OBJECT

 private slots:
  void skips_ofWhatOneSiteGets_waitForTheNextStatus() {
    Sites sites;
    QCOMPARE(sites.frames_for({1}, 2), std::uint64_t{1});
    QCOMPARE(sites.frames_for({1}, 3), std::uint64_t{1});
    const std::uint64_t before = sites.plant.data_frames(2);
    sites.plant.run(millis(5));
    QCOMPARE(sites.plant.data_frames(2), before);
    sites.plant.run(millis(6));
    QVERIFY(sites.plant.data_frames(2) >= before + 2);
    QCOMPARE(sites.delivered(1), std::string("1 2 3 "));
  }

  void skips_leaveAtOnce_whenASecondSiteGetsSomething() {
    // Site 3 may name both numbers in what it sends to anybody.
    Sites sites;
    QCOMPARE(sites.frames_for({1}, 2), std::uint64_t{1});
    QCOMPARE(sites.frames_for({3}, 3), std::uint64_t{3});
    QCOMPARE(sites.frames_for({3}, 4), std::uint64_t{1});
    QCOMPARE(sites.frames_for({1, 3}, 5), std::uint64_t{3});
  }

  void skips_leaveAtOnce_onceTheyStandForMuch() {
    // The window of who answers much must not wait for a Status.
    Sites sites;
    std::uint64_t frames = 0;
    int sent = 0;
    for (; frames <= 1 && sent < 10'000; ++sent) frames = sites.frames_for({1}, 2);
    QCOMPARE(frames, std::uint64_t{3});
    QVERIFY(sent > 100 && sent < 1000);
  }

  void whatDependsOnAnAnswer_waitsForNoSkip() {
    // Site 4 knows nothing of 2, which site 1 had before it sent 3.
    Sites sites;
    sites.send(2, {1}, 2);
    sites.plant.run(millis(2));
    QCOMPARE(sites.delivered(1), std::string("1 2 "));
    sites.send(1, {2, 3, 4}, 3);
    sites.plant.run(millis(2));
    QCOMPARE(sites.delivered(4), std::string("3 "));
  }

  void whatDependsOnASkip_waitsForItsMessage() {
    // Site 3 is no destination of 2, but 3 followed it there. Its frame is faster than that of 2.
    Sites sites;
    sites.plant.run(millis(2));
    sites.plant.cut_one_way(2, 1);
    sites.send(2, {1}, 2);
    sites.send(2, {3}, 3);
    sites.plant.run(millis(2));
    sites.send(3, {1, 4}, 4);
    sites.plant.run(millis(2));
    QCOMPARE(sites.delivered(4), std::string("4 "));
    QCOMPARE(sites.delivered(1), std::string("1 "));
    sites.plant.heal(2, 1);
    sites.plant.run(millis(10));
    QCOMPARE(sites.delivered(1), std::string("1 2 4 "));
  }

  void flush_afterAnAnswer_waitsForNoSkip() {
    Sites sites;
    sites.plant.run(millis(50));
    sites.send(2, {1}, 2);
    sites.send(2, {1}, 3);
    sites.plant.run(millis(2));
    sites.plant.ask(1, sites.clients[1], wire::Flush{9});
    sites.plant.run(millis(1));
    QVERIFY(sites.flushed(1));
  }

  void flush_ofWhoAnswered_endsWithTheNextStatus() {
    Sites sites;
    sites.send(2, {1}, 2);
    sites.plant.ask(2, sites.clients[2], wire::Flush{9});
    sites.plant.run(millis(14));
    QVERIFY(sites.flushed(2));
  }
};

QTEST_GUILESS_MAIN(TstSkips)
#include "tst_skips.moc"
