// Goal: the book does what it is told, refuses the rest with reasons, and counts a result once.
// Method: commands at told plant times; every state and event of the table; random commands.
#include "services/dispatch/plant_book.h"

#include <QtTest>

#include "platform/base/rng.h"
#include "services/dispatch/limits.h"
#include "services/dispatch/report.h"
#include "stations/mini_fab.h"

using namespace cohort;
using namespace cohort::services::dispatch;

namespace {

constexpr PlantTime minutes(std::int64_t count) {
  return count * stations::kPlantMinute;
}

PlantBook empty_book() {
  return PlantBook(stations::mini_fab_stations(), Policy::kFifo);
}

OrderDone done_at(std::uint64_t order, PlantTime from, PlantTime to) {
  return {order, from, to, 0};
}

/// Does what the orders say, each in no time, until nothing is left to do at this moment.
void work_off(PlantBook& book, PlantTime at) {
  while (!book.book().orders.empty()) {
    const std::uint64_t order = book.book().orders.begin()->first;
    QVERIFY(!book.apply(done_at(order, at, at), at).refused);
  }
}

const Lot& lot_of(const PlantBook& book, const std::string& id) {
  return *book.book().lot(id);
}

}  // namespace

class TstPlantBook : public QObject {
  Q_OBJECT
 private slots:
  void stateTable_everyPair_isLegalOrEmpty() {
    std::size_t legal = 0;
    for (std::size_t state = 0; state < kLotStates; ++state) {
      for (std::size_t event = 0; event < kLotEvents; ++event) {
        const auto next = next_state(static_cast<LotState>(state), static_cast<LotEvent>(event));
        if (!next) continue;
        ++legal;
        QVERIFY(!is_over(static_cast<LotState>(state)));
      }
    }
    QCOMPARE(legal, std::size_t{17});
  }

  void lot_releasedAlone_goesThroughAllSixStepsInShortBatches() {
    PlantBook book = empty_book();
    const Applied applied = book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    QVERIFY(!applied.refused);
    QVERIFY((applied.released == std::vector<std::string>{"Pa-001"}));
    QCOMPARE(applied.orders.size(), std::size_t{1});
    QCOMPARE(applied.orders[0].kind, OrderKind::kMove);
    QCOMPARE(applied.orders[0].to, Area::kC1);
    work_off(book, minutes(5));
    const Lot& lot = lot_of(book, "Pa-001");
    QCOMPARE(lot.state, LotState::kFinished);
    QCOMPARE(lot.history.size(), std::size_t{6});
    QCOMPARE(book.book().counters.short_batches, 2u);
    QCOMPARE(book.book().counters.orders_done, 13u);
    QVERIFY(book.empty());
  }

  void result_ofAnOrderThatIsOver_countsOnce() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    book.apply(done_at(1, 0, minutes(6)), minutes(6));
    const auto before = book.book();
    const Applied again = book.apply(done_at(1, 0, minutes(6)), minutes(6));
    QVERIFY(again.repeated);
    QVERIFY(!again.refused);
    QCOMPARE(book.book().counters.results_repeated, 1u);
    QCOMPARE(book.book().counters.orders_done, before.counters.orders_done);
    QVERIFY(book.book().active == before.active);
    const Applied unknown = book.apply(done_at(999, 0, 1), minutes(6));
    QCOMPARE(unknown.refused->code, Errc::kInvalidArgument);
    QVERIFY(book.apply(done_at(2, 9, 8), minutes(6)).refused.has_value());
  }

  void orderStarted_once_showsProcessing() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pb", 1, "hot"}, 0);
    book.apply(done_at(1, 0, 1), 1);
    QCOMPARE(lot_of(book, "hot").state, LotState::kReserved);
    book.apply(OrderStarted{2}, 2);
    QCOMPARE(lot_of(book, "hot").state, LotState::kProcessing);
    QVERIFY(book.apply(OrderStarted{2}, 3).repeated);
    QCOMPARE(lot_of(book, "hot").state, LotState::kProcessing);
  }

  void orderFailed_neverStarted_waitsAndIsOrderedAgainAfterThePause() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    const Applied failed = book.apply(OrderFailed{1, true, "no link"}, 10);
    QVERIFY(failed.orders.empty());
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kAwaitingMove);
    QCOMPARE(book.next_tick().value(), 10 + limits::kRetryPause);
    const Applied retried = book.apply(Tick{}, *book.next_tick());
    QCOMPARE(retried.orders.size(), std::size_t{1});
    QCOMPARE(retried.orders[0].id, 2u);
  }

  void orderFailed_outcomeUnknown_holdsTheLots() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    book.apply(done_at(1, 0, 1), 1);
    const Applied failed = book.apply(OrderFailed{2, false, "station lost"}, 2);
    QVERIFY((failed.held == std::vector<std::string>{"Pa-001"}));
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kHeld);
    QVERIFY(lot_of(book, "Pa-001").hold_reason.find("station lost") != std::string::npos);
    book.apply(ReleaseHold{"Pa-001"}, limits::kRetryPause + 3);
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kReserved);
  }

  void orderFailed_afterItStarted_isNeverTakenAsNothing() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    book.apply(done_at(1, 0, 1), 1);
    book.apply(OrderStarted{2}, 2);
    book.apply(OrderFailed{2, true, "says nothing happened"}, 3);
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kHeld);
  }

  void hold_duringAnOrder_takesEffectWhenItIsOver() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    QVERIFY(!book.apply(HoldLot{"Pa-001", "look at it"}, 1).refused);
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kMoving);
    const Applied moved = book.apply(done_at(1, 0, 5), 5);
    QVERIFY((moved.held == std::vector<std::string>{"Pa-001"}));
    QVERIFY(moved.orders.empty());
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kHeld);
    const Applied released = book.apply(ReleaseHold{"Pa-001"}, 6);
    QCOMPARE(released.orders.size(), std::size_t{1});
    work_off(book, 7);
    QCOMPARE(lot_of(book, "Pa-001").state, LotState::kFinished);
  }

  void commands_illegal_areRefusedWithTheReason() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, "L1"}, 0);
    const auto code = [&book](const Command& command) {
      const Applied applied = book.apply(command, 0);
      return applied.refused ? applied.refused->code : Errc::kOk;
    };
    QCOMPARE(code(ReleaseLots{"Px", 1, ""}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseLots{"Pa", 0, ""}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseLots{"Pa", limits::kLotsPerRelease + 1, ""}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseLots{"Pa", 2, "name"}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseLots{"Pa", 1, "bad name"}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseLots{"Pa", 1, "L1"}), Errc::kAlreadyExists);
    QCOMPARE(code(ReleasePlan{"month", 0, 0, 0}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleasePlan{"week", 0, limits::kPlanAhead + 1, 0}), Errc::kLimit);
    QCOMPARE(code(HoldLot{"nobody", "why"}), Errc::kInvalidArgument);
    QCOMPARE(code(HoldLot{"L1", ""}), Errc::kInvalidArgument);
    QCOMPARE(code(ReleaseHold{"L1"}), Errc::kRefused);
    QCOMPARE(code(CancelLot{"L1", "it moves"}), Errc::kRefused);
    QCOMPARE(code(SetPolicy{"random"}), Errc::kInvalidArgument);
    QCOMPARE(code(HoldLot{"L1", "why"}), Errc::kOk);
    QCOMPARE(code(HoldLot{"L1", "why"}), Errc::kRefused);
    QCOMPARE(code(ReleaseLots{"Pa", limits::kLotsPerRelease, ""}), Errc::kOk);
    work_off(book, 1);
    QCOMPARE(code(ReleaseHold{"Pa-001"}), Errc::kRefused);  // finished
    QCOMPARE(code(CancelLot{"L1", "enough"}), Errc::kOk);
    QCOMPARE(lot_of(book, "L1").state, LotState::kCancelled);
    QCOMPARE(code(CancelLot{"L1", "enough"}), Errc::kRefused);
  }

  void lots_atTheLimit_areTakenAndOneMoreIsRefused() {
    PlantBook book = empty_book();
    for (std::size_t lots = 0; lots < limits::kLotsActive; lots += limits::kLotsPerRelease) {
      QVERIFY(!book.apply(ReleaseLots{"Pa", limits::kLotsPerRelease, ""}, 0).refused);
    }
    const auto before = book.book().active;
    QCOMPARE(before.size(), limits::kLotsActive);
    const Applied one_more = book.apply(ReleaseLots{"Pa", 1, ""}, 0);
    QCOMPARE(one_more.refused->code, Errc::kLimit);
    QCOMPARE(book.apply(ReleasePlan{}, 0).refused->code, Errc::kLimit);
    QVERIFY(book.book().active == before);
    const auto transferred = PlantBook::decode(book.encode());
    QVERIFY(transferred.has_value());
    QCOMPARE(transferred->digest(), book.digest());
  }

  void plan_ofAWeek_releasesEvenlyAndNamesDoNotClash() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"TW", 1, "TW-001"}, 0);
    QCOMPARE(book.apply(ReleasePlan{}, 0).planned, stations::kWeekLots);
    QCOMPARE(book.book().counters.lots_released, 2u);
    QCOMPARE(book.next_tick().value(), minutes(120));
    std::array<std::uint32_t, 3> of_product{};
    std::vector<PlantTime> tw_times;
    for (const PlannedLot& planned : book.book().plan) {
      ++of_product.at(static_cast<std::size_t>(planned.product));
      if (planned.product == Product::kTw) tw_times.push_back(planned.at_ms);
      QVERIFY(planned.lot != "TW-001");
    }
    QCOMPARE(of_product[1], stations::kWeekPb);
    QCOMPARE(of_product[2], stations::kWeekTw);
    QVERIFY(tw_times[1] - tw_times[0] > 50 * stations::kPlantHour);
    QVERIFY(tw_times[2] - tw_times[1] > 50 * stations::kPlantHour);
    const std::string last = book.book().plan.back().lot;
    QVERIFY(!book.apply(CancelLot{last, "not needed"}, 0).refused);
    QCOMPARE(book.book().plan.size(), std::size_t{82});
  }

  void time_before_theBooks_isTakenAsTheBooks() {
    PlantBook book = empty_book();
    book.apply(ReleaseLots{"Pa", 1, ""}, 1'000);
    book.apply(ReleaseLots{"Pa", 1, ""}, 10);
    QCOMPARE(lot_of(book, "Pa-002").released_ms, 1'000);
  }

  void why_everyState_isTold() {
    PlantBook book = empty_book();
    book.apply(ReleasePlan{}, 0);
    const auto words = [&book](const std::string& id) {
      return QString::fromStdString(why(book.book(), lot_of(book, id)));
    };
    const std::string first = book.book().active.begin()->first;
    QVERIFY(words(first).contains("is moved from Source to C1 by T1"));
    book.apply(done_at(1, 0, minutes(6)), minutes(6));
    QVERIFY2(words(first).contains("waits for a batch of 3: 1 waiting, 83 more expected"),
             qPrintable(words(first)));
    book.apply(HoldLot{first, "dust"}, minutes(7));
    QVERIFY(words(first).contains("is on hold since 0 d 00:07: dust"));
    book.apply(CancelLot{first, "scrapped"}, minutes(8));
    QVERIFY(words(first).contains("was cancelled at 0 d 00:08: scrapped"));
  }

  void commands_random_keepTheInvariantsAndTheDigest() {
    for (std::uint64_t seed = 1; seed <= 25; ++seed) {
      PlantBook left = empty_book();
      PlantBook right = empty_book();
      Rng random(seed);
      PlantTime now = 0;
      std::size_t refused = 0;
      for (int round = 0; round < 600; ++round) {
        now += static_cast<PlantTime>(random.below(minutes(40)));
        const Command command = random_command(random, left.book(), now);
        const auto sent = decode_command(encode_command(command));
        QVERIFY(sent.has_value());
        if (left.apply(command, now).refused) ++refused;
        right.apply(*sent, now);
        const auto sound = check_invariants(left.book());
        QVERIFY2(sound.has_value(), sound ? "" : sound.error().text.c_str());
        if (round == 300) {
          auto transferred = PlantBook::decode(right.encode());
          QVERIFY(transferred.has_value());
          right = std::move(*transferred);
        }
      }
      QCOMPARE(left.digest(), right.digest());
      QVERIFY(left.book() == right.book());
      QVERIFY(refused > 10);
      QVERIFY(left.book().counters.orders_done > 100);
    }
  }

  void bytes_truncatedOrDamaged_areRefused() {
    PlantBook book = empty_book();
    book.apply(ReleasePlan{}, 0);
    for (PlantTime at = 0; at < minutes(3'000); at += minutes(60)) {
      book.apply(Tick{}, at);
      if (!book.book().orders.empty()) {
        book.apply(done_at(book.book().orders.begin()->first, at, at), at);
      }
    }
    const Bytes whole = book.encode();
    for (std::size_t size = 0; size < whole.size(); size += 7) {
      QVERIFY(!PlantBook::decode(ByteView(whole.data(), size)).has_value());
    }
    Rng random(3);
    for (int round = 0; round < 2'000; ++round) {
      Bytes damaged = whole;
      damaged[random.below(damaged.size())] ^= static_cast<std::uint8_t>(1 + random.below(255));
      const auto decoded = PlantBook::decode(damaged);
      if (decoded) QVERIFY(check_invariants(decoded->book()).has_value());
    }
  }

 private:
  static std::string random_lot(Rng& random, const Book& book) {
    if (book.active.empty() || random.chance(0.1)) return "nobody";
    auto it = book.active.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random.below(book.active.size())));
    return it->first;
  }
  static std::uint64_t random_order(Rng& random, const Book& book) {
    if (book.orders.empty() || random.chance(0.1)) return random.below(200);
    auto it = book.orders.begin();
    std::advance(it, static_cast<std::ptrdiff_t>(random.below(book.orders.size())));
    return it->first;
  }
  static Command random_command(Rng& random, const Book& book, PlantTime now) {
    static const std::array<const char*, 4> products{"Pa", "Pb", "TW", "Px"};
    switch (random.below(16)) {
      case 0:
        return HoldLot{random_lot(random, book), "because"};
      case 1:
        return ReleaseHold{random_lot(random, book)};
      case 2:
        return CancelLot{random_lot(random, book), "because"};
      case 3:
        return SetPolicy{random.chance(0.5) ? "least-setup" : "last-step-first"};
      case 4:
      case 5:
        return ReleaseLots{products[random.below(4)], static_cast<std::uint32_t>(random.below(3)),
                           ""};
      case 6:
        return OrderFailed{random_order(random, book), random.chance(0.7), "failed"};
      case 7:
        return OrderStarted{random_order(random, book)};
      case 8:
        return Tick{};
      default:
        return done_at(random_order(random, book),
                       std::max<PlantTime>(0, now - static_cast<PlantTime>(random.below(1'000))),
                       now);
    }
  }
};

QTEST_GUILESS_MAIN(TstPlantBook)
#include "tst_plant_book.moc"
