// Goal: numbers without gaps, bounded back issues, enrolments from the right item on, and the same
// board after a transfer. Method: the pure board.
#include "services/news/board.h"

#include <QtTest>

#include "platform/tools/news_protocol.h"

using namespace cohort;
using services::news::Board;
using services::news::Item;
using services::news::SubscriptionKey;
namespace protocol = tools::news_protocol;

namespace {

const SubscriptionKey kReader{ProcessId::make({SiteId{1}, Incarnation{1}}, 7), 1};

Item item(const std::string& subject) {
  Item item;
  item.subject = subject;
  item.body = {1, 2, 3};
  return item;
}

}  // namespace

class TstNewsBoard : public QObject {
  Q_OBJECT

 private slots:
  void postings_getNumbersWithoutGaps_andOldOnesGo() {
    Board board;
    for (std::size_t i = 1; i <= protocol::kBackIssues + 1; ++i) {
      QCOMPARE(board.post(item("a.b")).value(), std::uint64_t{i});
    }
    QCOMPARE(board.items().size(), protocol::kBackIssues);
    QCOMPARE(board.items().front().number, std::uint64_t{2});
  }

  void subject_orBodyBeyondItsLimit_isRefusedAndTakesNoNumber() {
    Board board;
    QVERIFY(board.post(item(std::string(protocol::kSubjectBytes, 'x'))).has_value());
    QVERIFY(!board.post(item(std::string(protocol::kSubjectBytes + 1, 'x'))).has_value());
    QVERIFY(!board.post(item("")).has_value());
    QVERIFY(!board.post(item("a.*")).has_value());
    Item large = item("a");
    large.body.resize(protocol::kBodyBytes + 1);
    QVERIFY(!board.post(large).has_value());
    QCOMPARE(board.last_number(), std::uint64_t{1});
  }

  void enrolment_withBackIssues_beginsAtTheLastMatchingOnes() {
    Board board;
    for (const char* subject : {"a.x", "b", "a.y", "a.z"}) {
      QVERIFY(board.post(item(subject)).has_value());
    }
    QCOMPARE(board.subscribe(kReader, "a.*", 2).value(), std::uint64_t{4});
    const std::uint64_t from = board.subscriptions().at(kReader).acknowledged;
    const Item* const first = board.next_after(from, "a.*");
    QVERIFY(first != nullptr);
    QCOMPARE(first->subject, std::string("a.y"));
    QCOMPARE(board.count_between(from, 4, "a.*"), std::size_t{2});
  }

  void acknowledgement_neverGoesBackOrBeyondTheLast() {
    Board board;
    QVERIFY(board.post(item("a")).has_value());
    QVERIFY(board.subscribe(kReader, "*", 1).has_value());
    board.acknowledge(kReader, 99);
    QCOMPARE(board.subscriptions().at(kReader).acknowledged, std::uint64_t{1});
    board.acknowledge(kReader, 0);
    QCOMPARE(board.subscriptions().at(kReader).acknowledged, std::uint64_t{1});
  }

  void subscriber_thatIsGone_hasNoSubscription() {
    Board board;
    QVERIFY(board.subscribe(kReader, "*", 0).has_value());
    board.remove_subscriber(kReader.first);
    QVERIFY(board.subscriptions().empty());
  }

  void board_encodedAndDecoded_isTheSame_andDamageIsRefused() {
    Board board;
    QVERIFY(board.post(item("a.b")).has_value());
    QVERIFY(board.subscribe(kReader, "a.*", 1).has_value());
    const Bytes bytes = board.encode();
    Board copy;
    QVERIFY(copy.decode(bytes).has_value());
    QCOMPARE(copy.encode(), bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      Board damaged;
      QVERIFY(!damaged.decode(ByteView(bytes).first(length)).has_value());
    }
  }
};

QTEST_GUILESS_MAIN(TstNewsBoard)
#include "tst_news_board.moc"
