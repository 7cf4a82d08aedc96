#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <utility>

#include "platform/sim/frame_kind.h"
#include "platform/sim/scenario/parse.h"

namespace cohort::sim {

namespace {

void parse_delivered(Words& words, Condition& condition) {
  condition.process = words.name("a process (or all)");
  condition.labels.push_back(words.name("a message"));
  while (words.accept("before")) condition.labels.push_back(words.name("a message"));
}

/// "X at p1 = p1 p2": a group's view; "3 = 1 2": the site view of that number.
void parse_view(Words& words, Condition& condition) {
  const std::string what = words.name("a group or the number of a site view");
  const bool number = what.find_first_not_of("0123456789") == std::string::npos;
  if (number) {
    condition.fact = Fact::kSiteView;
    condition.number = std::stoull(what);
  } else {
    condition.fact = Fact::kView;
    condition.labels.push_back(what);
    words.demand("at");
    condition.process = words.name("a process (or all)");
  }
  words.demand("=");
  condition.members = words.names_until({"within", ":", "at"});
  if (number && words.accept("at")) {
    words.demand("site");
    condition.site = words.site();
  }
}

/// "sites = 1 2 3": the newest site view at every process (or at those of one site).
void parse_site_view(Words& words, Condition& condition) {
  words.demand("=");
  condition.members = words.names_until({"within", ":", "at"});
  if (words.accept("at")) {
    words.demand("site");
    condition.site = words.site();
  }
}

void parse_of_site(Words& words, Condition& condition) {
  words.demand("site");
  condition.site = words.site();
  if (condition.fact == Fact::kWhyLeft) condition.labels.push_back(words.name("the words"));
}

void parse_of_process(Words& words, Condition& condition) {
  condition.process = words.name("a process");
  if (condition.fact == Fact::kRefused || condition.fact == Fact::kMember ||
      condition.fact == Fact::kSent) {
    condition.labels.push_back(words.name(condition.fact == Fact::kRefused  ? "the error"
                                          : condition.fact == Fact::kMember ? "a group"
                                                                            : "a message"));
  }
}

void parse_counted(Words& words, Condition& condition) {
  condition.labels.push_back(words.name("what is looked for"));
  condition.number = 1;
  if (words.accept("hit")) {
    condition.number = static_cast<std::uint64_t>(words.integer("the number of hits"));
  }
  if (words.accept("at")) {
    words.demand("site");
    condition.site = words.site();
  }
}

struct FactWord {
  const char* word;
  Fact fact;
  void (*parse)(Words&, Condition&);
};

void parse_nothing(Words&, Condition&) {}
void parse_property(Words& words, Condition& condition) {
  condition.labels.push_back(words.name("a property"));
}

constexpr std::array<FactWord, 18> kFacts{{{"delivered", Fact::kDelivered, parse_delivered},
                                           {"view", Fact::kView, parse_view},
                                           {"sites", Fact::kSiteView, parse_site_view},
                                           {"sent", Fact::kSent, parse_of_process},
                                           {"flushed", Fact::kFlushed, parse_of_process},
                                           {"idle", Fact::kIdle, parse_of_process},
                                           {"refused", Fact::kRefused, parse_of_process},
                                           {"member", Fact::kMember, parse_of_process},
                                           {"gone", Fact::kGone, parse_of_process},
                                           {"stopped", Fact::kStopped, parse_of_site},
                                           {"up", Fact::kUp, parse_of_site},
                                           {"serving", Fact::kServing, parse_of_site},
                                           {"why-left", Fact::kWhyLeft, parse_of_site},
                                           {"probe", Fact::kProbe, parse_counted},
                                           {"trace", Fact::kTrace, parse_counted},
                                           {"violation", Fact::kViolation, parse_property},
                                           {"rest", Fact::kRest, parse_nothing},
                                           {"alive", Fact::kAlive, parse_of_process}}};

}  // namespace

Condition parse_condition(Words& words) {
  Condition condition;
  if (words.accept("no")) {
    words.demand("violation");
    condition.fact = Fact::kViolation;
    condition.negated = true;
    return condition;
  }
  condition.negated = words.accept("not");
  const std::string word = words.take();
  const auto found = std::find_if(kFacts.begin(), kFacts.end(),
                                  [&](const FactWord& fact) { return word == fact.word; });
  if (found == kFacts.end()) {
    std::string allowed = "not, no violation";
    for (const FactWord& fact : kFacts) allowed += std::string(", ") + fact.word;
    words.fail(fmt::format("\"{}\" is nothing that can be expected; there are {}", word, allowed));
    return condition;
  }
  condition.fact = found->fact;
  found->parse(words, condition);
  return condition;
}

Trigger parse_trigger(Words& words) {
  Trigger trigger;
  if (words.accept("probe")) {
    trigger.on = Trigger::On::kProbe;
    trigger.label = words.name("a probe");
  } else if (words.peek() == "site" && (words.peek(2) == "received" || words.peek(2) == "sent")) {
    words.take();
    trigger.site = words.site();
    trigger.on = words.take() == "sent" ? Trigger::On::kSent : Trigger::On::kReceived;
    trigger.label = words.name("a kind of frame");
    const std::vector<std::string> kinds = frame_kinds();
    if (std::find(kinds.begin(), kinds.end(), trigger.label) == kinds.end()) {
      words.fail(fmt::format("\"{}\" is no kind of frame; there are {}", trigger.label,
                             fmt::join(kinds, ", ")));
    }
  } else {
    trigger.condition = parse_condition(words);
    return trigger;
  }
  while (!words.empty() && words.peek() != ":" && !words.failed()) {
    if (words.accept("hit")) {
      trigger.nth = static_cast<std::uint64_t>(words.integer("the number of the hit"));
    } else if (words.accept("at")) {
      words.demand("site");
      trigger.site = words.site();
    } else if (words.accept("from") || words.accept("to")) {
      words.demand("site");
      trigger.peer = words.site();
    } else {
      words.fail(
          fmt::format("after a trigger: \"hit N\", \"at site S\", \"from site S\", "
                      "\"to site S\" or a colon, not \"{}\"",
                      words.peek()));
    }
  }
  return trigger;
}

}  // namespace cohort::sim
