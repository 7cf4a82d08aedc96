// Goal: a call ends exactly when it must, whatever the order of its number, replies and failures.
// Method: feed the table of calls by hand; payload headers through their encoding, also damaged.
#include "platform/client/calls.h"

#include <QtTest>

using namespace cohort;
using client::Calls;
using client::PayloadHeader;
using client::PayloadKind;

namespace {

ProcessId process(std::uint32_t counter) {
  return ProcessId::make({SiteId{1}, Incarnation{1}}, counter);
}

Result<wire::Sent> sent_to(std::vector<ProcessId> recipients) {
  return wire::Sent{1, Errc::kOk, "", {{SiteId{1}, Incarnation{1}}, 2, 3}, std::move(recipients)};
}

PayloadHeader reply_to(std::uint64_t number, PayloadKind kind = PayloadKind::kReply) {
  return {kind, number, process(9), {}};
}

/// A call whose end is looked at, not awaited.
struct Open {
  explicit Open(std::uint32_t want) : number(calls.next_number()), done(calls.open(number, want)) {}
  void reply(std::uint32_t from, PayloadKind kind = PayloadKind::kReply) {
    wire::Message message;
    message.set("why", "because");
    calls.on_reply(reply_to(number, kind), process(from), message);
  }
  task::Scheduler scheduler;
  Calls calls{scheduler};
  std::uint64_t number;
  Calls::Done done;
};

task::Task<void> take(Calls::Done done, std::optional<client::CallResult>& result) {
  auto value = co_await done.wait();
  result.emplace(std::move(value));
}

client::CallResult result_of(Open& open) {
  std::optional<client::CallResult> result;
  open.scheduler.spawn(take(open.done, result));
  open.scheduler.run(MonotonicTime{});
  return std::move(*result);
}

}  // namespace

class TstCalls : public QObject {
  Q_OBJECT
 private slots:
  void replies_beforeTheNumber_count() {
    Open open(client::kAllReplies);
    open.reply(1);
    QVERIFY(!open.done.is_set());
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    QVERIFY(!open.done.is_set());
    open.reply(2);
    QCOMPARE(result_of(open).replies->size(), 2u);
  }

  void replies_twiceFromOne_countOnce() {
    Open open(2);
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    open.reply(1);
    open.reply(1);
    QVERIFY(!open.done.is_set());
    open.reply(2);
    QVERIFY(open.done.is_set());
    open.reply(2);  // superfluous: nobody waits any more
  }

  void recipients_fail_areNotWaitedFor() {
    Open open(client::kAllReplies);
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    open.reply(1);
    open.calls.on_gone(process(3));
    QVERIFY(!open.done.is_set());
    open.calls.on_gone(process(2));
    QCOMPARE(result_of(open).replies->size(), 1u);
  }

  void nullReplies_fromAll_endWithoutAReply() {
    Open open(1);
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    open.reply(1, PayloadKind::kNullReply);
    open.reply(2, PayloadKind::kNullReply);
    QVERIFY(result_of(open).replies.error().code == Errc::kNoReplyPossible);
  }

  void wantedTwo_onlyOneCan_givesTheOne() {
    Open open(2);
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    open.reply(2);
    open.calls.on_gone(process(1));
    QCOMPARE(result_of(open).replies->size(), 1u);
  }

  void abort_fromOne_endsTheCall() {
    Open open(client::kAllReplies);
    open.calls.on_sent(open.number, sent_to({process(1), process(2)}));
    open.reply(2, PayloadKind::kAbort);
    const auto result = result_of(open);
    QVERIFY(result.replies.error().code == Errc::kRefused);
    QCOMPARE(result.replies.error().text, std::string("because"));
  }

  void recipients_none_endAtOnce() {
    Open open(1);
    open.calls.on_sent(open.number, sent_to({}));
    QVERIFY(result_of(open).replies.error().code == Errc::kNoReplyPossible);
  }

  void reply_ofOneThatIsNoRecipient_counts() {
    Open open(1);
    open.calls.on_sent(open.number, sent_to({process(1)}));
    open.reply(7);
    QVERIFY(result_of(open).replies.has_value());
  }

  void refusalByTheDaemon_endsTheCall() {
    Open open(1);
    open.calls.on_sent(open.number, make_error(Errc::kUnknownGroup, "no such group"));
    QVERIFY(result_of(open).replies.error().code == Errc::kUnknownGroup);
  }

  void session_ends_endsEveryCall() {
    Open open(1);
    open.calls.close("gone");
    QVERIFY(result_of(open).replies.error().code == Errc::kClosed);
  }

  void payload_everyKind_survivesTheWay() {
    wire::Message message;
    message.set("n", 1);
    for (int kind = 0; kind <= 5; ++kind) {
      PayloadHeader header;
      header.kind = static_cast<PayloadKind>(kind);
      if (kind > 0) header.number = 300;
      if (header.is_reply()) {
        header.caller = process(4);
        header.request = {{SiteId{3}, Incarnation{4}}, 5, 6};
      }
      const Bytes bytes = client::encode_payload(header, message);
      QCOMPARE(client::payload_size(header, message), bytes.size());
      const auto decoded = client::decode_payload(bytes);
      QVERIFY(decoded.has_value());
      QVERIFY(decoded->header == header);
      QVERIFY(decoded->message == message);
      for (std::size_t length = 0; length < bytes.size(); ++length) {
        QVERIFY(!client::decode_payload(ByteView(bytes).first(length)).has_value());
      }
    }
    QVERIFY(!client::decode_payload(Bytes{6, 0}).has_value());
  }
};

QTEST_GUILESS_MAIN(TstCalls)
#include "tst_calls.moc"
