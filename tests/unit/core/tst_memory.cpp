#include <malloc.h>

#include <QtTest/QtTest>

#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::all;
using core::test::Plant;

namespace {

/// More than this a cycle would be something that nobody ever frees.
constexpr std::size_t kBytesACycle = 32;

/// Everything that comes and goes, once.
struct Cycle {
  Plant& plant;
  GroupId group;

  void member_joins_sends_and(bool leaves) {
    const ClientHandle client = plant.client(2);
    plant.run(millis(5));
    plant.ask(2, client, wire::JoinGroup{1, "g", true, {}});
    plant.run(millis(30));
    const auto joined = all<wire::ChangeDone>(plant.heard(2, client));
    QVERIFY(!joined.empty());
    group = joined.front().group;
    for (const wire::Order order : {wire::Order::kCausal, wire::Order::kTotal}) {
      wire::Multicast multicast;
      multicast.token = 2;
      multicast.order = order;
      multicast.destinations.groups = {group};
      multicast.entry = 16;
      multicast.payload.assign(100, 7);
      plant.ask(2, client, multicast);
    }
    plant.ask(2, client, wire::Flush{3});
    if (leaves) plant.ask(2, client, wire::LeaveGroup{4, group});
    plant.run(millis(30));
    plant.close_client(2, client);
    plant.run(millis(30));
  }

  void group_is_created_and_killed() {
    const ClientHandle client = plant.client(1);
    plant.run(millis(5));
    plant.ask(1, client, wire::CreateGroup{1, "short"});
    plant.run(millis(20));
    const auto created = all<wire::ChangeDone>(plant.heard(1, client));
    QVERIFY(!created.empty());
    plant.ask(1, client, wire::KillGroup{2, created.front().group});
    plant.run(millis(30));
  }

  void site_dies_and_returns() {
    plant.kill(3);
    plant.run(millis(100));
    plant.start(3);
    plant.run(millis(700));
  }

  void all_of_it() {
    member_joins_sends_and(true);
    member_joins_sends_and(false);
    group_is_created_and_killed();
    site_dies_and_returns();
    plant.forget();
  }
};

std::size_t bytes_in_use() {
  return mallinfo2().uordblks;
}

}  // namespace

class TstMemory : public QObject {
  Q_OBJECT

 private slots:
  void manyChangesOfEverything_memoryReturnsToItsBase() {
    // Goal: P62. Method: members join, send, leave and fail, groups come and are killed, a site
    // dies and returns, some hundred times; what is in use afterwards is what was in use before.
    Plant plant(3);
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    Cycle cycle{plant, {}};
    // Everything that is kept for people or for later has reached its limit by then.
    constexpr std::size_t kBefore = 150;
    constexpr std::size_t kAfter = 2000;
    for (std::size_t i = 0; i < kBefore; ++i) cycle.all_of_it();
    const std::size_t base = bytes_in_use();
    for (std::size_t i = 0; i < kAfter; ++i) cycle.all_of_it();
    const std::size_t end = bytes_in_use();
    QCOMPARE(plant.last_view(1), plant.last_view(3));
    qInfo("%zu bytes in use before, %zu after %zu cycles more", base, end, kAfter);
    QVERIFY(end < base + kAfter * kBytesACycle);
  }
};

QTEST_GUILESS_MAIN(TstMemory)
#include "tst_memory.moc"
