// Goal: every order of a small scope is tried, the right code survives all of them, a bug that only
// some order shows is found, and plants are taken for the same exactly where they go on the same.
// Method: scopes small enough to be finished, with and without deliberate bugs; pairs of plants.
#include "platform/sim/explore/explorer.h"

#include <QtTest>

#include <algorithm>
#include <map>
#include <memory>

#include "platform/base/instrument.h"
#include "platform/sim/explore/arena.h"

namespace cohort::sim {

class TstExplore : public QObject {
  Q_OBJECT

  static Exploration explore_all(const Scope& scope, std::uint64_t states = 100'000) {
    ExploreLimits limits;
    limits.states = states;
    return explore(scope, limits, [](const Exploration&) { return true; });
  }

  static Exploration explore_comparing(const Scope& scope) {
    ExploreLimits limits;
    limits.states = 100'000;
    limits.compare_every = 1;
    return explore(scope, limits, [](const Exploration&) { return true; });
  }

  /// A plant of three in which nothing is under way; both multicasts are still to come.
  static std::unique_ptr<SmallPlant> plant() {
    Scope scope;
    scope.cut = true;
    auto made = std::make_unique<SmallPlant>(scope);
    if (!made->prepare()) return nullptr;
    settle(*made);
    return made;
  }
  static bool is_internal(const Choice& choice) {
    return choice.kind == Choice::Kind::kDeliver || choice.kind == Choice::Kind::kStored ||
           choice.kind == Choice::Kind::kLinkDown;
  }
  /// Everything that is under way arrives, in a fixed order.
  static void settle(SmallPlant& plant) {
    for (;;) {
      const std::vector<Choice> next = plant.choices();
      const auto first = std::find_if(next.begin(), next.end(), is_internal);
      if (first == next.end()) return;
      plant.take(*first);
    }
  }
  static Choice choice(Choice::Kind kind, std::uint16_t site, std::uint16_t peer = 0) {
    Choice made;
    made.kind = kind;
    made.site = SiteId{site};
    made.peer = SiteId{peer};
    if (kind == Choice::Kind::kOperation) made.operation = site - 1u;
    return made;
  }

 private slots:
  void cleanup() { instrument::active_mutant().clear(); }

  void plantOfTwo_oneMulticast_everyOrderIsTried() {
    Scope scope;
    scope.sites = 2;
    scope.multicasts = 1;
    scope.crash = false;
    const Exploration result = explore_all(scope);
    QVERIFY(result.violation.empty());
    QVERIFY(result.complete);
    QVERIFY(result.ends >= 1);
    QVERIFY2(result.states > 10, std::to_string(result.states).c_str());
  }

  void sameScope_sameNumberOfStates() {
    Scope scope;
    scope.sites = 2;
    scope.multicasts = 1;
    scope.crash = false;
    QCOMPARE(explore_all(scope).states, explore_all(scope).states);
  }

  void limitOfStates_isKeptAndSaid() {
    Scope scope;
    const Exploration result = explore_all(scope, 50);
    QVERIFY(!result.complete);
    QCOMPARE(result.states, std::uint64_t{50});
  }

  void bugOfOneOrder_isFoundWithTheChoicesThatLeadThere() {
    Scope scope;
    scope.crash = false;
    QVERIFY(explore_all(scope, 3000).violation.empty());
    instrument::active_mutant() = "skip_causal_check";
    const Exploration result = explore_all(scope, 200'000);
    QVERIFY(!result.violation.empty());
    QVERIFY(!result.path.empty());
  }

  void bugThatNeedsADeathBetweenTwoSends_isFound() {
    Scope scope;
    scope.multicasts = 1;
    instrument::active_mutant() = "skip_hole_exchange";
    const Exploration result = explore_all(scope);
    QVERIFY2(result.violation.starts_with("L1: "), result.violation.c_str());
    QVERIFY2(result.path.size() > 3, std::to_string(result.path.size()).c_str());
  }

  void inputsOfDifferentSites_inEitherOrder_areOneState() {
    const auto one = plant();
    const auto other = plant();
    QCOMPARE(one->fingerprint(), other->fingerprint());
    one->take(choice(Choice::Kind::kOperation, 1));
    one->take(choice(Choice::Kind::kOperation, 2));
    QVERIFY(one->fingerprint() != other->fingerprint());
    other->take(choice(Choice::Kind::kOperation, 2));
    QVERIFY(one->fingerprint() != other->fingerprint());
    other->take(choice(Choice::Kind::kOperation, 1));
    QCOMPARE(one->fingerprint(), other->fingerprint());
  }

  void messagesSeenInAnotherOrder_areAnotherState() {
    const auto one = plant();
    const auto other = plant();
    one->take(choice(Choice::Kind::kOperation, 1));
    settle(*one);
    one->take(choice(Choice::Kind::kOperation, 2));
    settle(*one);
    other->take(choice(Choice::Kind::kOperation, 2));
    settle(*other);
    other->take(choice(Choice::Kind::kOperation, 1));
    settle(*other);
    QVERIFY(one->fingerprint() != other->fingerprint());
    QVERIFY(one->history_fingerprint() != other->history_fingerprint());
  }

  void deathCutAndFrameUnderWay_areOtherStates() {
    const auto plain = plant();
    const auto dead = plant();
    dead->take(choice(Choice::Kind::kCrash, 3));
    const auto cut = plant();
    cut->take(choice(Choice::Kind::kCut, 1, 2));
    const auto other_cut = plant();
    other_cut->take(choice(Choice::Kind::kCut, 1, 3));
    QVERIFY(plain->fingerprint() != dead->fingerprint());
    QVERIFY(plain->fingerprint() != cut->fingerprint());
    QVERIFY(cut->fingerprint() != other_cut->fingerprint());
    plain->take(choice(Choice::Kind::kOperation, 1));
    const std::uint64_t sent = plain->fingerprint();
    const std::vector<Choice> next = plain->choices();
    const auto frame = std::find_if(next.begin(), next.end(), is_internal);
    QVERIFY(frame != next.end());
    plain->take(*frame);
    QVERIFY(plain->fingerprint() != sent);
  }

  /// Site 1 dies within the step in which it sends: each first part of what it lets out is another
  /// state.
  void deathsWithinOneStep_areAllDifferent() {
    const Choice send = choice(Choice::Kind::kOperation, 1);
    const std::uint64_t deaths = plant()->take(send).deaths;
    std::vector<std::uint64_t> seen;
    for (std::size_t after = 0; after < 64; ++after) {
      if ((deaths >> after & 1) == 0) continue;
      const auto one = plant();
      Choice dying = send;
      dying.dies_after = after;
      one->take(dying);
      QVERIFY(!one->lives(SiteId{1}));
      seen.push_back(one->fingerprint());
    }
    QVERIFY(seen.size() > 2);
    std::sort(seen.begin(), seen.end());
    QVERIFY(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
  }

  void statesOfOneFingerprint_goOnInTheSameWay() {
    Scope scope;
    scope.crash = false;
    const Exploration result = explore_comparing(scope);
    QVERIFY2(result.violation.empty(), result.violation.c_str());
    QVERIFY(result.complete);
    QVERIFY(result.compared > 10'000);
  }

  void fingerprintOfHistoriesAlone_isFoundByTheComparison() {
    Scope scope;
    scope.crash = false;
    scope.blind = true;
    const Exploration result = explore_comparing(scope);
    QVERIFY(result.violation.find("one fingerprint") != std::string::npos);
  }

  void arena_putBack_isAsItWasWhenTheCopyWasTaken() {
    Arena::Copy copy;
    std::map<int, std::string>* kept = nullptr;
    {
      Arena::Use arena;
      kept = new std::map<int, std::string>{{1, std::string(20, 'a')}, {2, "b"}};
    }
    copy.take();
    for (int round = 0; round < 3; ++round) {
      {
        Arena::Use arena;
        kept->erase(1);
        for (int i = 10; i < 200; ++i)
          (*kept)[i] = std::string(static_cast<std::size_t>(i) * 40, 'x');
        (*kept)[2] = "changed";
      }
      copy.put_back();
      QCOMPARE(kept->size(), std::size_t{2});
      QCOMPARE(kept->at(1), std::string(20, 'a'));
      QCOMPARE(kept->at(2), std::string("b"));
    }
    delete kept;
    Arena::clear();
  }

  void arena_memoryFromElsewhere_isFreedThereWhileTheArenaIsInUse() {
    auto outside = std::make_unique<std::string>(5000, 'o');
    {
      Arena::Use arena;
      const std::string inside(5000, 'i');
      outside.reset();
      QCOMPARE(inside.size(), std::size_t{5000});
    }
    Arena::clear();
  }
};

}  // namespace cohort::sim

QTEST_GUILESS_MAIN(cohort::sim::TstExplore)
#include "tst_explore.moc"
