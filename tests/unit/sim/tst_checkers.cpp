// Goal: each checker objects to the history that breaks its property, and to no right one.
// Method: hand-made histories of two or three processes; each bad one differs from a right one by
// the one thing that its property forbids.
#include "platform/sim/checkers/checker.h"

#include "unit/sim/three_members.h"

namespace cohort::sim::checkers {

namespace {

using wire::Order;
using wire::Safety;

}  // namespace

class TstCheckers : public QObject {
  Q_OBJECT

 private slots:
  void right_history_with_all_primitives_and_a_failure_violates_nothing() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.send(p, 2, {p, q, r}, Order::kTotal);
    story.send(p, 3, {p, q, r}, Order::kGlobal);
    for (ProcessId process : {p, q, r}) {
      for (const std::uint64_t number : {1u, 2u, 3u}) story.deliver(process, p, number, 1);
    }
    story.flush(q, 9);
    lose_r(story);
    story.send(q, 1, {p, q}, Order::kTotal, Safety::kSafe);
    for (ProcessId process : {p, q}) story.deliver(process, q, 1, 2);
    end(story, {p, q});
    must_hold(story);
  }

  void message_lost_whole_with_its_failed_sender_is_no_violation() {
    // r's first message reaches nobody; its second one, which follows it, reaches q (ruling 4).
    Story story = three_members();
    story.send(r, 1, {p, q, r});
    story.send(r, 2, {p, q, r});
    for (ProcessId process : {p, q}) story.deliver(process, r, 2, 1);
    lose_r(story);
    end(story, {p, q});
    must_hold(story);
  }

  void deliveries_of_a_site_in_its_last_view_bind_nobody() {
    // r delivers its own ABCASTs in an order that it alone knows, and is removed (review C2).
    Story story = three_members();
    story.send(p, 1, {p, q, r}, Order::kTotal);
    story.send(q, 1, {p, q, r}, Order::kTotal);
    story.deliver(r, q, 1, 1);
    story.deliver(r, p, 1, 1);
    for (ProcessId process : {p, q}) {
      story.deliver(process, p, 1, 1);
      story.deliver(process, q, 1, 1);
    }
    lose_r(story);
    end(story, {p, q});
    must_hold(story);
  }

  void history_with_a_missing_record_is_not_well_formed() {
    Story story = three_members();
    story.gone(p, r);
    story.records().erase(story.records().begin() + 1);
    must_violate(story, "H1");
  }

  void two_memberships_under_one_number_violate_view_agreement() {
    Story story = three_members();
    story.view(p, 2, {p, q}, {r});
    story.view(q, 2, {q, r}, {p});
    must_violate(story, "V1");
  }

  void passing_to_different_views_violates_view_agreement() {
    Story story = three_members();
    story.view(p, 2, {p, q}, {r});
    story.view(q, 3, {q}, {p, r});
    must_violate(story, "V1");
  }

  void site_view_without_the_own_site_violates_self_inclusion() {
    Story story = three_members();
    story.sites(r, 2, {kSiteA, kSiteB});
    must_violate(story, "V2");
  }

  void delivery_before_the_first_view_violates_self_inclusion() {
    Story story;
    story.begin(p, 1, {kSiteA});
    story.deliver(p, q, 1, 1);
    must_violate(story, "V2");
  }

  void skipped_view_number_violates_local_monotonicity() {
    Story story = three_members();
    story.view(p, 3, {p, q}, {r});
    must_violate(story, "V3");
  }

  void joiner_before_an_older_member_violates_rank() {
    Story story = three_members();
    story.view(p, 2, {q, p, r});
    must_violate(story, "V4");
  }

  void site_before_an_older_one_violates_rank() {
    const SiteLife later{SiteId{4}, Incarnation{1}};
    Story story = three_members();
    story.sites(p, 2, {kSiteA, kSiteB, kSiteC, later});
    QVERIFY(story.judge("V4").empty());
    story.sites(p, 3, {kSiteA, kSiteC, kSiteB, later});
    must_violate(story, "V4");
    Story joined = three_members();
    joined.sites(p, 2, {later, kSiteA, kSiteB, kSiteC});
    must_violate(joined, "V4");
  }

  void lost_member_that_is_not_named_violates_rank() {
    Story story = three_members();
    story.view(p, 2, {p, q});
    must_violate(story, "V4");
  }

  void departures_with_their_causes_are_justified() {
    for (const auto& [cause, ask] : {std::pair{"left", "leave"}, {"group killed", "kill"}}) {
      Story story = three_members();
      story.ask(r, ask);
      story.view(p, 2, {p, q}, {r}, cause);
      end(story, {p, q, r});
      QVERIFY(story.judge("V5").empty());
    }
    for (const char* cause : {"process failed", "made no progress"}) {
      Story story = three_members();
      story.view(p, 2, {p, q}, {r}, cause);
      story.gone(p, r, cause);
      end(story, {p, q});
      QVERIFY(story.judge("V5").empty());
    }
  }

  void departure_without_its_cause_is_not_justified_data() {
    QTest::addColumn<QString>("cause");
    for (const char* cause : {"left", "process failed", "site failed", "group killed",
                              "made no progress", "", "bored"}) {
      QTest::newRow(*cause != 0 ? cause : "none") << cause;
    }
  }
  void departure_without_its_cause_is_not_justified() {
    QFETCH(QString, cause);
    Story in_view = three_members();
    in_view.view(p, 2, {p, q}, {r}, cause.toStdString());
    end(in_view, {p, q, r});
    must_violate(in_view, "V5");
    Story news = three_members();
    news.gone(p, r, cause.toStdString());
    end(news, {p, q, r});
    must_violate(news, "V5");
  }

  void each_of_several_departed_needs_its_own_cause() {
    Story story = three_members();
    story.ask(q, "leave");
    story.view(p, 2, {p}, {q, r}, "left");
    end(story, {p, q, r});
    must_violate(story, "V5");
  }

  void member_that_never_asked_is_not_justified() {
    Story story = three_members();
    std::erase_if(story.records(), [](const HistoryRecord& record) {
      return record.process == q && record.kind == HistoryKind::kAsk;
    });
    for (HistoryRecord& record : story.records()) {
      if (record.process == q && record.sequence > 1) --record.sequence;
    }
    must_violate(story, "V5");
  }

  void site_that_is_removed_without_a_reason_is_not_justified() {
    for (const char* reason : {"", "3.1: ", "3.1: ; 2.1: silent", "13.1: silent", "2.1: silent"}) {
      Story story = three_members();
      story.sites(p, 2, {kSiteA, kSiteB}, reason);
      must_violate(story, "V5");
    }
  }

  void message_after_its_senders_failure_violates_clean_failure() {
    Story story = three_members();
    story.send(r, 1, {p, q, r});
    story.gone(p, r);
    story.deliver(p, r, 1, 1);
    must_violate(story, "V6");
  }

  void failures_in_two_orders_violate_the_order_of_changes() {
    Story story = three_members();
    const ProcessId one = ProcessId::make(kSiteC, 7);
    const ProcessId two = ProcessId::make(kSiteC, 8);
    story.gone(p, one);
    story.gone(p, two);
    story.gone(q, two);
    story.gone(q, one);
    must_violate(story, "V7");
  }

  void site_view_of_a_minority_violates_primary_uniqueness() {
    Story story = three_members();
    story.sites(r, 2, {kSiteC});
    must_violate(story, "V8");
  }

  void site_that_left_in_order_counts_for_the_quorum() {
    Story story = three_members();
    story.sites(r, 2, {kSiteC}, "1.1: it asked to leave; 2.1: silent for 601 ms");
    must_hold(story);
  }

  void site_that_was_silent_does_not_count_for_the_quorum() {
    Story story = three_members();
    story.sites(r, 2, {kSiteC}, to_string(kSiteA) + ": silent for 601 ms");
    must_violate(story, "V8");
  }

  void two_site_views_of_one_number_violate_primary_uniqueness() {
    Story story = three_members();
    story.sites(p, 2, {kSiteA, kSiteB});
    story.sites(r, 2, {kSiteA, kSiteC});
    must_violate(story, "V8");
  }

  void life_that_comes_back_violates_rebirth() {
    Story story = three_members();
    story.sites(p, 2, {kSiteA, kSiteB});
    story.sites(p, 3, {kSiteA, kSiteB, kSiteC});
    must_violate(story, "V9");
  }

  void second_delivery_violates_integrity() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.deliver(q, p, 1, 1);
    story.deliver(q, p, 1, 1);
    must_violate(story, "M1");
  }

  void delivery_that_nobody_sent_violates_integrity() {
    Story story = three_members();
    story.deliver(q, p, 1, 1);
    must_violate(story, "M1");
  }

  void changed_content_violates_integrity() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.deliver(q, p, 1, 1).digest = 99;
    must_violate(story, "M1");
  }

  void delivery_in_two_views_violates_same_view() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.deliver(q, p, 1, 1);
    story.view(p, 2, {p, q}, {r});
    story.deliver(p, p, 1, 2);
    must_violate(story, "M2");
  }

  void delivery_by_one_of_two_that_pass_on_violates_virtual_synchrony() {
    Story story = three_members();
    story.send(r, 1, {p, q, r});
    story.deliver(p, r, 1, 1);
    lose_r(story);
    must_violate(story, "M3");
  }

  void recipient_that_lives_on_without_it_violates_atomicity() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.deliver(p, p, 1, 1);
    end(story, {p, q, r});
    must_violate(story, "M5");
  }

  void message_lost_after_a_flush_violates_flush() {
    // Only r, which dies with its site, had it; its flush had returned.
    Story story = three_members();
    story.send(r, 1, {p, q, r});
    story.deliver(r, r, 1, 1);
    story.flush(r, 5);
    lose_r(story);
    end(story, {p, q});
    must_violate(story, "M7.flush");
  }

  void safe_message_that_only_the_dead_had_violates_safe() {
    Story story = three_members();
    story.send(r, 1, {p, q, r}, Order::kCausal, Safety::kSafe);
    story.deliver(r, r, 1, 1);
    lose_r(story);
    end(story, {p, q});
    must_violate(story, "M7.safe");
  }

  void two_messages_of_one_sender_against_their_order_violate_fifo() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.send(p, 2, {p, q, r}, Order::kTotal);
    story.deliver(q, p, 2, 1);
    story.deliver(q, p, 1, 1);
    must_violate(story, "M8");
  }

  void answer_before_its_cause_violates_causal_order() {
    Story story = three_members();
    story.send(p, 1, {p, q, r});
    story.deliver(q, p, 1, 1);
    story.send(q, 1, {p, q, r});
    story.deliver(r, q, 1, 1);
    story.deliver(r, p, 1, 1);
    must_violate(story, "M9");
  }

  void two_orders_of_abcasts_violate_total_order() {
    Story story = three_members();
    story.send(p, 1, {p, q, r}, Order::kTotal);
    story.send(q, 1, {p, q, r}, Order::kTotal);
    story.deliver(p, p, 1, 1);
    story.deliver(p, q, 1, 1);
    story.deliver(q, q, 1, 1);
    story.deliver(q, p, 1, 1);
    must_violate(story, "M10");
  }

  void message_on_both_sides_of_a_gbcast_violates_gbcast() {
    Story story = three_members();
    story.send(p, 1, {p, q, r}, Order::kGlobal);
    story.send(q, 1, {p, q, r});
    story.deliver(p, p, 1, 1);
    story.deliver(p, q, 1, 1);
    story.deliver(q, q, 1, 1);
    story.deliver(q, p, 1, 1);
    must_violate(story, "M12");
  }
};

}  // namespace cohort::sim::checkers

QTEST_GUILESS_MAIN(cohort::sim::checkers::TstCheckers)
#include "tst_checkers.moc"
