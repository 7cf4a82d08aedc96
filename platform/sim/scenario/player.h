/// Runs one scenario: does what its lines say under virtual time, looks at what is expected, ends
/// every fault, waits for the plant to come to rest, and has every checker judge the history.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "platform/sim/faults.h"
#include "platform/sim/run.h"
#include "platform/sim/scenario/observer.h"
#include "platform/sim/scenario/scenario.h"
#include "platform/sim/scenario/script_client.h"

namespace cohort::sim {

struct PlayResult {
  RunResult run;
  /// What was expected and was not so: "FILE:LINE: the line: what is seen".
  std::vector<std::string> failures;
  /// All that was expected held, and exactly the property that the scenario names was violated
  /// (or none, where it names none).
  bool ok(const Scenario& scenario) const;
};

/// Ensures: the same scenario gives the same result, byte for byte.
PlayResult play(const Scenario& scenario,
                const std::function<void(const std::string&)>& trace_sink = {},
                bool keep_history = false);

class Player {
 public:
  Player(const Scenario& scenario, const std::function<void(const std::string&)>& trace_sink);
  ~Player();

  /// Every line, then the end. Once only.
  void run();
  World& world() { return world_; }
  std::vector<std::string>& failures() { return failures_; }
  std::vector<checkers::Violation>& violations() { return violations_; }

 private:
  struct Armed {
    const Step* step = nullptr;
    std::uint64_t seen = 0;  ///< hits of the probe at the last look
    std::uint64_t counted = 0;
  };

  // player.cpp
  void begin_step(const Step& step);
  void perform(const Step& step);
  bool perform_action(const Action& action);
  bool start_process(const Action& action);
  void make_group(const Step& step);
  void expect(const Step& step);
  bool advance(Duration end, const Condition* until);
  void fail(const Step& step, const std::string& what);
  void finish();
  bool come_to_rest();
  std::string unrest();
  std::string unrest_of(SiteId site);

  // triggers.cpp
  void arm(const Step& step);
  void on_step(SiteId site, const core::Input& input, const core::Effects& effects);
  void after_event();
  bool reached(Armed& armed, SiteId site, const core::Input& input, const core::Effects& effects);
  void fire(std::size_t index);

  // conditions.cpp
  bool holds(const Condition& condition);
  bool holds_plainly(const Condition& condition);
  bool holds_for_process(const Condition& condition, const std::string& name);
  bool delivered(const Condition& condition, ProcessId process);
  bool site_view_is(const Condition& condition);
  bool site_is(const Condition& condition);
  std::string seen(const Condition& condition);
  std::string seen_at(const std::string& name);
  ProcessId process_of(const std::string& name) const;

  const Scenario& scenario_;
  World world_;
  Faults faults_;
  Observer observer_;
  Directory directory_;
  std::map<std::string, std::shared_ptr<Actor>> actors_;
  std::vector<Armed> armed_;
  std::vector<std::string> traces_;
  std::vector<std::string> failures_;
  std::vector<checkers::Violation> violations_;
};

}  // namespace cohort::sim
