// Goal: whichever effect of its steps the coordinator of a view change dies behind, and whichever
// of its own one more site dies behind then, the plant comes to rest and nothing that is promised
// is broken. Method: one scripted view change of five sites, played once for every pair (i, j).
#include <QtTest>

#include "platform/sim/scenario/player.h"

using namespace cohort::sim;

namespace {

constexpr int kEffectsOfTheFirst = 40;
constexpr int kEffectsOfTheSecond = 30;

/// Site 5 dies; site 1 dies behind effect `first` from its ballot on, site 2, which takes over,
/// behind effect `second` of its own.
std::string script(int first, int second) {
  return "sites 5\n"
         "network base 500us jitter 100us\n"
         "process p1 at site 1\n"
         "process p2 at site 2\n"
         "process p3 at site 3\n"
         "group X = p1 p2 p3\n"
         "when site 1 sent WEDGE: crash site 1 power after effect " +
         std::to_string(first) +
         " restart after 3s\n"
         "when site 2 received WEDGE: crash site 2 power after effect " +
         std::to_string(second) +
         " restart after 3s\n"
         "p3: abcast X as m1\n"
         "p1: cbcast X as m2\n"
         "crash site 5 restart after 5s\n"
         "run 8s\n"
         "wait rest within 20s\n";
}

}  // namespace

class TstCrashPairs : public QObject {
  Q_OBJECT

 private slots:
  void coordinatorAndSuccessor_dieBehindAnyTwoEffects_plantComesToRest() {
    int both = 0;
    for (int first = 1; first <= kEffectsOfTheFirst; ++first) {
      for (int second = 1; second <= kEffectsOfTheSecond; ++second) {
        const auto scenario = parse_scenario("pair.txt", script(first, second));
        QVERIFY2(scenario, scenario ? "" : scenario.error().text.c_str());
        const PlayResult result = play(*scenario);
        both += result.run.counts.site_crashes >= 3 ? 1 : 0;
        std::string text;
        for (const auto& violation : result.run.violations) text += violation.text + "\n";
        for (const std::string& failure : result.failures) text += failure + "\n";
        const std::string pair = std::to_string(first) + ", " + std::to_string(second) + ": ";
        QVERIFY2(text.empty(), (pair + text).c_str());
      }
    }
    qInfo("both died in %d of %d", both, kEffectsOfTheFirst * kEffectsOfTheSecond);
    QVERIFY(2 * both > kEffectsOfTheFirst * kEffectsOfTheSecond);
  }
};

QTEST_GUILESS_MAIN(TstCrashPairs)
#include "tst_crash_pairs.moc"
