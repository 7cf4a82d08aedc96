// Goal: batches, set-ups and test wafer lots follow the model's rules.
// Method: books whose lots are put where the rule is decided; the choice is read.
#include "services/dispatch/rules.h"

#include <QtTest>

#include "services/dispatch/plant_book.h"

using namespace cohort;
using namespace cohort::services::dispatch;

namespace {

/// A book with all stations idle, built by hand.
struct Floor {
  Book book;
  Floor() : book(PlantBook(stations::mini_fab_stations(), Policy::kFifo).book()) {}

  Lot& wait(const std::string& id, Product product, std::uint8_t step, PlantTime since) {
    Lot lot;
    lot.id = id;
    lot.serial = book.active.size() + 1;
    lot.product = product;
    lot.state = LotState::kWaiting;
    lot.step = step;
    lot.since_ms = since;
    return book.active.emplace(id, lot).first->second;
  }
  void expect(Product product) {
    book.plan.push_back({1'000'000, "planned-" + std::to_string(book.plan.size()), product});
  }
  const BookStation& station(const char* name) const { return *book.station(name); }
  std::vector<std::string> lots(const char* name) const {
    const auto choice = choose_job(book, station(name));
    return choice ? choice->lots : std::vector<std::string>{};
  }
};

using Lots = std::vector<std::string>;

void did(Lot& lot, std::uint8_t step, const char* station) {
  lot.history.push_back({step, step, station, 0, 0, false});
}

}  // namespace

class TstDispatchRules : public QObject {
  Q_OBJECT
 private slots:
  void firstStep_threeOfAnyProduct_runLongestWaitingFirst() {
    Floor floor;
    floor.wait("a", Product::kPa, 1, 30);
    floor.wait("b", Product::kPb, 1, 10);
    floor.expect(Product::kPa);
    QVERIFY(floor.lots("Ma").empty());
    floor.wait("c", Product::kTw, 1, 20);
    floor.wait("d", Product::kPa, 1, 40);
    QVERIFY((floor.lots("Ma") == Lots{"b", "c", "a"}));
    QCOMPARE(choose_job(floor.book, floor.station("Ma"))->product, std::string("mixed"));
  }

  void firstStep_twoTestWaferLots_neverShareABatch() {
    Floor floor;
    floor.wait("t1", Product::kTw, 1, 10);
    floor.wait("t2", Product::kTw, 1, 20);
    floor.wait("a", Product::kPa, 1, 30);
    floor.expect(Product::kPa);
    QVERIFY(floor.lots("Ma").empty());
    floor.wait("b", Product::kPa, 1, 40);
    QVERIFY((floor.lots("Ma") == Lots{"t1", "a", "b"}));
  }

  void fifthStep_oneProductOnly_aTestWaferLotMayRide() {
    Floor floor;
    floor.wait("a", Product::kPa, 5, 10);
    floor.wait("b", Product::kPb, 5, 20);
    floor.wait("c", Product::kPa, 5, 30);
    floor.expect(Product::kPa);
    floor.expect(Product::kPb);
    QVERIFY(floor.lots("Ma").empty());
    did(floor.wait("t", Product::kTw, 5, 40), 1, "Mb");
    QVERIFY((floor.lots("Ma") == Lots{"a", "c", "t"}));
    QCOMPARE(choose_job(floor.book, floor.station("Ma"))->product, std::string("Pa"));
    QVERIFY(floor.lots("Mb").empty());  // the rider has been there
  }

  void implant_testWaferLot_goesToTheOtherMachine() {
    Floor floor;
    did(floor.wait("t", Product::kTw, 4, 10), 2, "Mc");
    QVERIFY(floor.lots("Mc").empty());
    QVERIFY((floor.lots("Md") == Lots{"t"}));
    did(floor.wait("a", Product::kPa, 4, 20), 2, "Mc");
    QVERIFY((floor.lots("Mc") == Lots{"a"}));
  }

  void uniqueMachine_isOpenToTestWaferLotsTwice() {
    Floor floor;
    floor.book.stations.erase(floor.book.stations.begin() + 3);  // Md
    did(floor.wait("t", Product::kTw, 4, 10), 2, "Mc");
    QVERIFY((floor.lots("Mc") == Lots{"t"}));
  }

  void lastLots_withoutPartners_runInADeclaredShortBatch() {
    Floor floor;
    floor.wait("a", Product::kPa, 5, 10);
    floor.wait("b", Product::kPb, 5, 20);
    const auto choice = choose_job(floor.book, floor.station("Ma"));
    QVERIFY((choice->lots == Lots{"a"}));
    QVERIFY(choice->short_batch);
    floor.wait("c", Product::kPa, 3, 30);  // a partner that will come
    QVERIFY((floor.lots("Ma") == Lots{"b"}));
  }

  void lastLots_heldPartner_isNotWaitedFor() {
    Floor floor;
    floor.wait("a", Product::kPa, 5, 10);
    Lot& held = floor.wait("b", Product::kPa, 3, 20);
    QVERIFY(floor.lots("Ma").empty());
    held.state = LotState::kHeld;
    QVERIFY((floor.lots("Ma") == Lots{"a"}));
  }

  void lastTestWaferLot_waitsForMainsThatCome() {
    Floor floor;
    floor.wait("t", Product::kTw, 5, 10);
    Lot& coming = floor.wait("a", Product::kPb, 4, 20);
    QVERIFY(floor.lots("Ma").empty());
    coming.state = LotState::kFinished;
    QVERIFY((floor.lots("Ma") == Lots{"t"}));
  }

  void fullBatch_goesBeforeAShortOne() {
    Floor floor;
    floor.wait("a", Product::kPb, 5, 10);
    for (const char* id : {"x", "y", "z"}) floor.wait(id, Product::kPa, 1, 50);
    const auto choice = choose_job(floor.book, floor.station("Ma"));
    QVERIFY((choice->lots == Lots{"x", "y", "z"}));
    QVERIFY(!choice->short_batch);
  }

  void lithography_policies_chooseDifferently() {
    Floor floor;
    floor.wait("old", Product::kPb, 3, 10);
    floor.wait("same", Product::kPa, 3, 20);
    floor.wait("late", Product::kPb, 6, 30);
    for (BookStation& station : floor.book.stations) {
      if (station.spec.name == "Me") station.setup = {3, Product::kPa};
    }
    QVERIFY((floor.lots("Me") == Lots{"old"}));
    floor.book.policy = Policy::kLeastSetup;
    QVERIFY((floor.lots("Me") == Lots{"same"}));
    floor.book.policy = Policy::kLastStepFirst;
    QVERIFY((floor.lots("Me") == Lots{"late"}));
  }

  void transporter_longestWaitingLot_isMovedToItsNextArea() {
    Floor floor;
    Lot& lot = floor.wait("a", Product::kPa, 2, 10);
    lot.state = LotState::kAwaitingMove;
    lot.area = Area::kC1;
    Lot& out = floor.wait("b", Product::kPa, stations::kOutLeg, 5);
    out.state = LotState::kAwaitingMove;
    out.area = Area::kC2;
    const auto choice = choose_job(floor.book, floor.station("T1"));
    QVERIFY((choice->lots == Lots{"b"}));
    QCOMPARE(choice->from, Area::kC2);
    QCOMPARE(choice->to, Area::kOut);
  }

  void transporter_oneCarrier_takesUpToThreeThatGoTheSameWay() {
    Floor floor;
    const auto put = [&floor](const char* id, Product product, std::uint8_t step, Area area) {
      Lot& lot = floor.wait(id, product, step, 10);
      lot.state = LotState::kAwaitingMove;
      lot.area = area;
    };
    put("a", Product::kPa, 2, Area::kC1);
    put("b", Product::kPa, 6, Area::kC1);
    put("c", Product::kPb, 2, Area::kC1);
    put("d", Product::kPa, 2, Area::kC1);
    put("e", Product::kPa, 2, Area::kC1);
    QVERIFY((floor.lots("T1") == Lots{"a", "c", "d"}));
    QCOMPARE(choose_job(floor.book, floor.station("T1"))->product, std::string("mixed"));
  }
};

QTEST_GUILESS_MAIN(TstDispatchRules)
#include "tst_dispatch_rules.moc"
