// Goal: the checkers of the tools and of slow members object to the history that breaks their
// property. Method: as tst_checkers.cpp.
#include "unit/sim/three_members.h"

namespace cohort::sim::checkers {

class TstCheckersTools : public QObject {
  Q_OBJECT

  /// The member acts for p's request when r was the last of `failed` coordinators that failed.
  static void takes_over(Story& story, ProcessId member, std::uint64_t failed) {
    HistoryRecord& act = story.note(member, "cc.act");
    act.id = Story::id(p, 1);
    act.view = failed;
    act.peer = r;
  }

 private slots:
  void reply_from_one_process_twice_violates_group_rpc() {
    Story story = three_members();
    story.note(p, "rpc.begin", 4).view = 3;
    story.note(p, "rpc.return", 4).members = {q, q};
    must_violate(story, "R1");
  }

  void call_that_never_returns_violates_group_rpc() {
    Story story = three_members();
    story.note(p, "rpc.begin", 4).view = 1;
    story.run_over(p);
    must_violate(story, "R1");
  }

  void two_original_coordinators_violate_single_effect() {
    Story story = three_members();
    story.note(p, "cc.act").id = Story::id(r, 1);
    story.note(q, "cc.act").id = Story::id(r, 1);
    must_violate(story, "R2");
  }

  void takeover_without_news_of_a_failure_violates_single_effect() {
    Story story = three_members();
    HistoryRecord& act = story.note(q, "cc.act");
    act.id = Story::id(r, 1);
    act.view = 1;
    act.peer = p;
    must_violate(story, "R2");
  }

  void two_successors_of_one_coordinator_violate_single_effect() {
    Story story = three_members();
    lose_r(story);
    takes_over(story, q, 1);
    must_hold(story);
    takes_over(story, p, 1);
    must_violate(story, "R2");
  }

  void coordinator_that_returned_and_failed_again_has_a_second_successor() {
    Story story = three_members();
    lose_r(story);
    takes_over(story, q, 1);
    takes_over(story, p, 3);
    must_hold(story);
  }

  void result_applied_twice_violates_single_effect() {
    Story story = three_members();
    story.note(p, "cc.apply").id = Story::id(r, 1);
    story.note(p, "cc.apply").id = Story::id(r, 1);
    must_violate(story, "R2");
  }

  void joiner_with_another_state_violates_state_transfer() {
    Story story = three_members();
    story.note(p, "state.at-view", 0, 11).view = 1;
    story.note(q, "state.at-view", 0, 12).view = 1;
    must_violate(story, "X1");
  }

  void copies_that_differ_after_as_many_updates_violate_convergence() {
    Story story = three_members();
    story.note(p, "copy.applied", 3, 11);
    story.note(q, "copy.applied", 3, 12);
    must_violate(story, "D1");
  }

  void slowMember_excludedWhileItReads_isFound() {
    // Goal: F2. Method: it reads again before its end; it does not; its queue was full.
    const auto story_of = [](bool reads_again, const char* why,
                             std::int64_t reading_ns = 2'000'000'000) {
      Story story = three_members();
      story.note(r, "reading.stopped");
      if (reads_again) story.note(r, "reading.again");
      HistoryRecord& last = story.add(r, HistoryKind::kEnd);
      last.text = why;
      last.time_ns += reading_ns;
      end(story, {p, q});
      return story;
    };
    must_violate(story_of(true, "it has read nothing for 10 s"), "F2");
    must_violate(story_of(false, "its queue is full"), "F2");
    QVERIFY(story_of(false, "it has read nothing for 10 s").judge("F2").empty());
    QVERIFY(story_of(true, "it has read nothing for 10 s", 40'000'000).judge("F2").empty());
  }
};

}  // namespace cohort::sim::checkers

QTEST_GUILESS_MAIN(cohort::sim::checkers::TstCheckersTools)
#include "tst_checkers_tools.moc"
