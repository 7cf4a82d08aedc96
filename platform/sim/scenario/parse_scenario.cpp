#include <fmt/format.h>

#include "platform/sim/scenario/parse.h"

namespace cohort::sim {

namespace {

constexpr Duration kWaitMost = seconds(10);  ///< of a `wait` that does not say

bool parse_network(Words& words, Scenario& scenario) {
  NetworkOptions& network = scenario.options.network;
  while (!words.empty() && !words.failed()) {
    if (words.accept("base")) {
      network.base = words.duration("the base delay");
    } else if (words.accept("jitter")) {
      network.jitter = words.duration("the jitter");
    } else if (words.accept("loss")) {
      network.loss = words.share("the loss");
    } else if (words.accept("tail")) {
      network.tail = words.share("the tail");
    } else {
      words.fail(
          fmt::format("a network has base, jitter, loss and tail, not \"{}\"", words.peek()));
    }
  }
  return true;
}

bool parse_sites_line(Words& words, Scenario& scenario) {
  const std::int64_t sites = words.integer("the number of sites");
  if (!words.failed() && (sites < 1 || sites > 64)) words.fail("a plant has 1 to 64 sites");
  scenario.options.sites = static_cast<std::uint32_t>(sites);
  if (words.accept("by")) {
    words.demand("hand");
    scenario.sites_start = false;
  }
  return true;
}

/// True where the line is one that says how the plant is.
bool parse_setting(Words& words, Scenario& scenario) {
  if (words.accept("seed")) {
    scenario.options.seed = static_cast<std::uint64_t>(words.integer("the seed"));
  } else if (words.accept("sites")) {
    parse_sites_line(words, scenario);
  } else if (words.accept("network")) {
    parse_network(words, scenario);
  } else if (words.accept("clients")) {
    words.demand("delay");
    scenario.options.client_delay = words.duration("the clients' delay");
  } else if (words.accept("mutant")) {
    scenario.mutant = words.name("a mutant");
    words.demand("violates");
    scenario.violates = words.name("a property");
  } else if (words.accept("no-rest")) {
    scenario.must_rest = false;
  } else if (words.accept("buggify")) {
    scenario.options.buggify = true;
  } else if (words.accept("witness")) {
    scenario.options.witness = true;
  } else if (words.accept("lenient")) {
    scenario.lenient = true;
  } else {
    return false;
  }
  return true;
}

void parse_expectation(Words& words, Step& step) {
  step.kind = Step::Kind::kExpect;
  step.time = words.take() == "wait" ? kWaitMost : Duration{0};
  step.condition = parse_condition(words);
  if (words.accept("within")) step.time = words.duration("the time");
}

Step parse_step(Words& words, const Scenario& scenario) {
  Step step;
  const std::uint32_t sites = scenario.options.sites;
  if (words.accept("run")) {
    step.kind = words.accept("until") ? Step::Kind::kRunTo : Step::Kind::kRun;
    step.time = words.duration("the time");
  } else if (words.peek() == "expect" || words.peek() == "wait") {
    parse_expectation(words, step);
  } else if (words.peek(1) != ":" && (words.peek() == "at" || words.peek() == "after")) {
    step.kind = words.take() == "at" ? Step::Kind::kAt : Step::Kind::kAfter;
    step.time = words.duration("the time");
    words.demand(":");
    step.action = parse_action(words, sites);
  } else if (words.accept("when")) {
    step.kind = Step::Kind::kWhen;
    step.trigger = parse_trigger(words);
    words.demand(":");
    step.action = parse_action(words, sites);
  } else if (words.accept("group")) {
    step.kind = Step::Kind::kGroup;
    step.group = words.name("a group");
    words.demand("=");
    step.processes = words.names_until({});
    if (step.processes.empty()) words.fail("a group needs a process");
  } else {
    step.action = parse_action(words, sites);
  }
  return step;
}

}  // namespace

Result<Scenario> parse_scenario(std::string file, std::string_view text) {
  Scenario scenario;
  scenario.file = std::move(file);
  scenario.options.seed = 1;
  scenario.options.network = {};
  scenario.options.client_delay = Duration(100'000);
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    Words words(line);
    if (words.empty() && !words.failed()) {
      if (scenario.steps.empty() && line.starts_with("#")) scenario.comment.emplace_back(line);
      continue;
    }
    const bool setting = scenario.steps.empty() && parse_setting(words, scenario);
    if (!setting) {
      Step step = parse_step(words, scenario);
      step.line = number;
      step.text = line.substr(line.find_first_not_of(" \t"));
      scenario.steps.push_back(std::move(step));
    }
    words.end();
    if (words.failed()) {
      return make_error(Errc::kMalformed,
                        fmt::format("{}:{}: {}", scenario.file, number, words.error()));
    }
  }
  return scenario;
}

std::string to_text(const Scenario& scenario) {
  std::string text;
  for (const std::string& line : scenario.comment) text += line + "\n";
  const Options& options = scenario.options;
  text += fmt::format("seed {}\nsites {}{}\n", options.seed, options.sites,
                      scenario.sites_start ? "" : " by hand");
  text += fmt::format("network base {} jitter {} loss {} tail {}\n", to_text(options.network.base),
                      to_text(options.network.jitter), options.network.loss, options.network.tail);
  text += "clients delay " + to_text(options.client_delay) + "\n";
  if (!scenario.mutant.empty()) {
    text += fmt::format("mutant {} violates {}\n", scenario.mutant, scenario.violates);
  }
  if (!scenario.must_rest) text += "no-rest\n";
  if (options.buggify) text += "buggify\n";
  if (options.witness) text += "witness\n";
  if (scenario.lenient) text += "lenient\n";
  text += "\n";
  for (const Step& step : scenario.steps) {
    if (step.kind == Step::Kind::kDo)
      text += to_text(step.action);
    else if (step.kind == Step::Kind::kAt)
      text += "at " + to_text(step.time) + ": " + to_text(step.action);
    else if (step.kind == Step::Kind::kAfter)
      text += "after " + to_text(step.time) + ": " + to_text(step.action);
    else if (step.kind == Step::Kind::kRun)
      text += "run " + to_text(step.time);
    else if (step.kind == Step::Kind::kRunTo)
      text += "run until " + to_text(step.time);
    else
      text += step.text;
    text += "\n";
  }
  return text;
}

}  // namespace cohort::sim
