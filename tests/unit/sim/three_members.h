/// The story that most tests of checkers begin with, and what they ask of a verdict.
#pragma once

#include <QtTest>
#include <string>
#include <string_view>
#include <vector>

#include "unit/sim/story.h"

namespace cohort::sim::checkers {

inline const SiteLife kSiteA{SiteId{1}, Incarnation{1}};
inline const SiteLife kSiteB{SiteId{2}, Incarnation{1}};
inline const SiteLife kSiteC{SiteId{3}, Incarnation{1}};
inline const ProcessId p = ProcessId::make(kSiteA, 1);
inline const ProcessId q = ProcessId::make(kSiteB, 1);
inline const ProcessId r = ProcessId::make(kSiteC, 1);

/// Three processes on three sites, all members of the group's view 1.
inline Story three_members() {
  Story story;
  for (ProcessId process : {p, q, r}) {
    story.begin(process, 1, {kSiteA, kSiteB, kSiteC});
    story.ask(process, "join");
    story.view(process, 1, {p, q, r});
  }
  return story;
}

/// Site C is removed; p and q go on in view 2.
inline void lose_r(Story& story) {
  for (ProcessId process : {p, q}) {
    story.gone(process, r);
    story.view(process, 2, {p, q}, {r});
    story.sites(process, 2, {kSiteA, kSiteB}, "3.1: its connections closed");
  }
}

inline void end(Story& story, const std::vector<ProcessId>& processes) {
  for (ProcessId process : processes) story.run_over(process);
}

inline void must_violate(const Story& story, std::string_view property) {
  const std::vector<Violation> violations = story.judge(property);
  QVERIFY2(!violations.empty(), std::string(property).c_str());
  QCOMPARE(violations.front().property, std::string(property));
  QVERIFY(violations.front().witness.size() <= 10);
  QVERIFY(!to_text(violations.front()).empty());
}

inline void must_hold(const Story& story) {
  const std::vector<Violation> violations = story.judge();
  QVERIFY2(violations.empty(), violations.empty() ? "" : to_text(violations.front()).c_str());
}

}  // namespace cohort::sim::checkers
