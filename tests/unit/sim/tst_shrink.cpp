// Goal: a failing run becomes a short scenario that fails in the same way.
// Method: a predicate that knows which lines matter; then a real seed with a deliberate bug,
// written down and shrunk until only what the bug needs is left.
#include "platform/sim/scenario/shrink.h"

#include <QtTest>

#include <algorithm>

#include "platform/sim/run.h"
#include "platform/sim/scenario/freeze.h"
#include "platform/sim/scenario/player.h"

namespace cohort::sim {

namespace {

bool does(const Scenario& scenario, const std::string& text) {
  return std::any_of(scenario.steps.begin(), scenario.steps.end(),
                     [&](const Step& step) { return to_text(step.action) == text; });
}

bool violates(const Scenario& scenario, const std::string& property) {
  const PlayResult result = play(scenario);
  return std::any_of(result.run.violations.begin(), result.run.violations.end(),
                     [&](const auto& violation) { return violation.property == property; });
}

}  // namespace

class TstShrink : public QObject {
  Q_OBJECT

 private slots:
  void twoLinesThatMatter_areWhatIsLeft() {
    std::string text = "sites 5\n";
    for (int i = 1; i <= 5; ++i) {
      text += "process p" + std::to_string(i) + " at site " + std::to_string(i) + "\n";
    }
    for (int i = 1; i <= 20; ++i) {
      text += "at " + std::to_string(i * 37) + "ms: p" + std::to_string(1 + i % 5) +
              ": cbcast X Y as m" + std::to_string(i) + " size 500 safe\n";
    }
    text += "at 400ms: crash site 2 power after effect 4\nat 1s: crash site 5\nrun until 9s\n";
    const auto scenario = parse_scenario("test.txt", text);
    QVERIFY(scenario.has_value());
    Shrinker shrinker(
        [](const Scenario& candidate) {
          const bool message =
              std::any_of(candidate.steps.begin(), candidate.steps.end(),
                          [](const Step& step) { return step.action.label == "m7"; });
          return message &&
                 std::any_of(candidate.steps.begin(), candidate.steps.end(), [](const Step& step) {
                   return step.action.verb == Verb::kCrashSite &&
                          step.action.sites.front() == SiteId{2};
                 });
        },
        2000);
    const ShrinkReport report = shrinker.shrink(*scenario);
    QCOMPARE(report.steps_before, std::size_t{28});
    QCOMPARE(report.smallest.steps.size(), std::size_t{3});  // the two, and the end
    QVERIFY(does(report.smallest, "crash site 2"));
    QVERIFY(does(report.smallest, "p3: cbcast X as m7"));
    QCOMPARE(report.smallest.options.sites, std::uint32_t{2});
    QVERIFY(report.smallest.steps.back().time < seconds(1));
  }

  void limitOfTries_isKept() {
    std::uint64_t asked = 0;
    Shrinker shrinker([&](const Scenario&) { return ++asked, true; }, 5);
    const auto scenario = parse_scenario("t", "sites 3\ncrash site 1\ncrash site 2\nrun 1s\n");
    QVERIFY(shrinker.shrink(*scenario).tries <= 5);
    QVERIFY(asked <= 5);
  }

  void seedWithABug_writtenDown_violatesTheSameProperty() {
    RunSettings settings;
    settings.mutant = "skip_order_gap";
    settings.keep_journal = true;
    for (settings.seed = 1; settings.seed < 20; ++settings.seed) {
      const RunResult result = run_seed(settings);
      if (result.violations.empty()) continue;
      const Scenario frozen = freeze(options_of(settings.seed, settings.profile), result.journal,
                                     settings.mutant, "M10");
      const auto again = parse_scenario("again.txt", to_text(frozen));
      QVERIFY2(again.has_value(), again ? "" : again.error().text.c_str());
      if (!violates(*again, "M10")) continue;  // it hung on the moment of some step
      Shrinker shrinker([](const Scenario& candidate) { return violates(candidate, "M10"); }, 300);
      const ShrinkReport report = shrinker.shrink(*again);
      QVERIFY2(report.smallest.steps.size() < 30, to_text(report.smallest).c_str());
      return;
    }
    QFAIL("the bug was not caught, or in no run that was written down");
  }
};

}  // namespace cohort::sim

QTEST_GUILESS_MAIN(cohort::sim::TstShrink)
#include "tst_shrink.moc"
