// Goal: every order of a small scope is tried, the right code survives all of them, and a bug that
// only some order shows is found.
// Method: scopes small enough to be finished, with and without deliberate bugs.
#include "platform/sim/explore/explorer.h"

#include <QtTest>

#include "platform/base/instrument.h"

namespace cohort::sim {

class TstExplore : public QObject {
  Q_OBJECT

  static Exploration explore_all(const Scope& scope, std::uint64_t states = 100'000) {
    ExploreLimits limits;
    limits.states = states;
    return explore(scope, limits, [](const Exploration&) { return true; });
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
};

}  // namespace cohort::sim

QTEST_GUILESS_MAIN(cohort::sim::TstExplore)
#include "tst_explore.moc"
