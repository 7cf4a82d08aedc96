// Goal: a whole week of lots goes through the whole plant, each step exactly once, by the rules.
// Method: book, machines and transporter on virtual plant time; every lot's history is audited.
#include "services/planning/offline_plant.h"

#include <QtTest>
#include <map>
#include <set>

using namespace cohort;
using namespace cohort::services;
using namespace cohort::services::planning;
using dispatch::Policy;
using stations::PlantTime;
using stations::Product;

namespace {

double hours(PlantTime time) {
  return static_cast<double>(time) / static_cast<double>(stations::kPlantHour);
}

/// Runs a week and leaves the plant, so that its lots can be looked at.
OfflinePlant run_week(Policy policy) {
  PlanOptions options;
  options.policy = policy;
  OfflinePlant plant(options);
  const auto planned = plant.command(dispatch::ReleasePlan{});
  bool going = planned.has_value() && !planned->refused;
  while (going) {
    const auto went_on = plant.next();
    going = went_on.has_value() && *went_on;
  }
  return plant;
}

struct Job {
  std::string station;
  std::uint8_t step = 0;
  bool short_batch = false;
  std::vector<const dispatch::Lot*> lots;
};

std::map<std::uint64_t, Job> jobs_of(const dispatch::Book& book) {
  std::map<std::uint64_t, Job> jobs;
  for (const auto& [id, lot] : book.past) {
    for (const dispatch::StepRecord& record : lot.history) {
      Job& job = jobs[record.order];
      job.station = record.station;
      job.step = record.step;
      job.short_batch = record.short_batch;
      job.lots.push_back(&lot);
    }
  }
  return jobs;
}

void audit_batch(const Job& job) {
  std::set<Product> products;
  std::size_t riders = 0;
  for (const dispatch::Lot* lot : job.lots) {
    if (lot->product == Product::kTw) ++riders;
    if (lot->product != Product::kTw) products.insert(lot->product);
  }
  QVERIFY(riders <= 1);
  QVERIFY(job.step == 1 || products.size() <= 1);
  QCOMPARE(job.short_batch, job.lots.size() < 3);
}

double steady(const PlanResult& result, const char* station) {
  for (const SteadyShare& share : result.steady) {
    if (share.station == station) return share.utilisation;
  }
  return 0;
}

}  // namespace

class TstOfflinePlant : public QObject {
  Q_OBJECT
 private slots:
  void week_underEveryPolicy_doesEachStepOfEachLotOnce_data() {
    QTest::addColumn<int>("policy");
    for (const Policy policy : {Policy::kFifo, Policy::kLeastSetup, Policy::kLastStepFirst}) {
      QTest::newRow(std::string(dispatch::to_string(policy)).c_str()) << static_cast<int>(policy);
    }
  }
  void week_underEveryPolicy_doesEachStepOfEachLotOnce() {
    QFETCH(int, policy);
    const OfflinePlant plant = run_week(static_cast<Policy>(policy));
    const dispatch::Book& book = plant.book().book();
    QVERIFY(plant.book().empty());
    QCOMPARE(book.past.size(), std::size_t{84});
    for (const auto& [id, lot] : book.past) {
      QCOMPARE(lot.state, dispatch::LotState::kFinished);
      QCOMPARE(lot.history.size(), std::size_t{6});
    }
    for (const auto& [order, job] : jobs_of(book)) {
      if (job.step == 1 || job.step == 5) audit_batch(job);
      if (job.step != 1 && job.step != 5) QCOMPARE(job.lots.size(), std::size_t{1});
    }
    std::uint64_t started = 0;
    for (const auto& [name, machine] : plant.machines()) {
      started += machine.jobs_started();
      QCOMPARE(machine.duplicates_refused(), 0u);
    }
    QCOMPARE(started, book.counters.orders_done);
    QCOMPARE(book.counters.short_batches, book.short_batches.size());
    QVERIFY(book.counters.short_batches <= 4);
  }

  void week_testWaferLots_visitNoMachineTwice() {
    const OfflinePlant plant = run_week(Policy::kFifo);
    for (const char* id : {"TW-001", "TW-002", "TW-003"}) {
      const auto& history = plant.book().book().lot(id)->history;
      QVERIFY(history[0].station != history[4].station);
      QVERIFY(history[1].station != history[3].station);
    }
  }

  void week_stations_neverRunTwoJobsAtOnce() {
    const OfflinePlant plant = run_week(Policy::kLeastSetup);
    std::map<std::string, std::map<PlantTime, std::pair<PlantTime, std::uint64_t>>> busy;
    for (const auto& [id, lot] : plant.book().book().past) {
      for (const auto& record : lot.history) {
        busy[record.station][record.started_ms] = {record.completed_ms, record.order};
      }
    }
    for (const auto& [station, jobs] : busy) {
      PlantTime free_from = 0;
      for (const auto& [from, job] : jobs) {
        QVERIFY(from >= free_from);
        free_from = job.first;
      }
    }
  }

  /// MF-1 of the design page: FIFO 41 h and 93.4 % on lithography, last buffer first served 37 h
  /// and 94.0 %, least set-up 34.6 h and 90.7 %, over random starts. Ours releases on an even grid,
  /// so that queues are shorter (27 to 28 h, though it adds seven moves), and a shorter queue
  /// offers least set-up fewer lots to choose among.
  void manyWeeks_againstTheReducedModel_loadLithographyAlike() {
    std::map<Policy, PlanResult> results;
    for (const Policy policy : {Policy::kFifo, Policy::kLeastSetup, Policy::kLastStepFirst}) {
      PlanOptions options;
      options.weeks = 12;
      options.policy = policy;
      options.seed = 1;
      auto result = run_plan(options);
      QVERIFY(result.has_value());
      QCOMPARE(result->report.finished, std::uint64_t{12 * 84});
      const double litho = 100 * steady(*result, "Me");
      const double cycle = hours(result->report.mean_cycle_ms);
      qInfo("%-16s mean cycle %.1f h, lithography %.1f %%, diffusion %.1f / %.1f %%",
            std::string(dispatch::to_string(policy)).c_str(), cycle, litho,
            100 * steady(*result, "Ma"), 100 * steady(*result, "Mb"));
      QVERIFY(litho > 88 && litho < 97);
      QVERIFY(cycle > 24 && cycle < 42);
      // Static capacity: 84 lots of 200 minutes over two machines, three to a batch.
      const double diffusion = 50 * (steady(*result, "Ma") + steady(*result, "Mb"));
      QVERIFY(diffusion > 81 && diffusion < 86);
      results.emplace(policy, std::move(*result));
    }
    QVERIFY(steady(results.at(Policy::kLeastSetup), "Me") <
            steady(results.at(Policy::kFifo), "Me"));
  }

  void sameOptions_sameDigest_anotherSeedAnotherRun() {
    PlanOptions options;
    options.seed = 5;
    const auto first = run_plan(options);
    const auto second = run_plan(options);
    options.seed = 6;
    const auto third = run_plan(options);
    QCOMPARE(first->digest, second->digest);
    QVERIFY(first->digest != third->digest);
    QCOMPARE(third->report.finished, std::uint64_t{84});
  }

  void anyFirstLots_alwaysGetOut() {
    for (std::uint32_t lots = 1; lots <= 84; ++lots) {
      PlanOptions options;
      options.lots_most = lots;
      options.seed = lots % 4;
      options.policy = static_cast<Policy>(lots % 3);
      const auto result = run_plan(options);
      QVERIFY2(result.has_value(), result ? "" : result.error().text.c_str());
      QCOMPARE(result->report.finished, std::uint64_t{lots});
    }
  }

  void plantWithoutATransporter_isRefused() {
    PlanOptions options;
    options.stations.pop_back();
    const auto result = run_plan(options);
    QVERIFY(!result.has_value());
    QCOMPARE(result.error().code, Errc::kInvalidArgument);
  }

  void plantWithMoreMachines_isFaster() {
    PlanOptions options;
    const auto mini = run_plan(options);
    options.stations.push_back({"Mf", stations::StationKind::kLithography});
    const auto larger = run_plan(options);
    QVERIFY(larger.has_value());
    QVERIFY(larger->report.mean_cycle_ms < mini->report.mean_cycle_ms);
  }
};

QTEST_GUILESS_MAIN(TstOfflinePlant)
#include "tst_offline_plant.moc"
