// Goal: calls collect 0, 1, k or all replies, and end when nobody is left who could reply.
// Method: real processes on a plant in memory; members that reply, refuse, keep silent or die.
#include "platform/tools/group_rpc.h"

#include <QtTest>

#include "plant_harness.h"

using namespace cohort;
using client::Delivery;
using client::Message;
using test::App;
using test::Plant;
using Replies = Result<std::vector<tools::Reply>>;

namespace {

constexpr std::uint8_t kEcho = 20;
constexpr std::uint8_t kNull = 21;
constexpr std::uint8_t kSilent = 22;
constexpr std::uint8_t kAbort = 23;
constexpr std::uint8_t kOrdered = 24;
constexpr std::uint8_t kWithCopies = 25;
constexpr std::uint8_t kCopy = 26;

/// A member of the group "echo".
struct Member {
  explicit Member(App& owner) : app(owner) {
    client::Process& process = app.process();
    process.bind_update(kEcho, {}, [this](const Delivery& request) -> std::optional<Message> {
      Message answer = request.message;
      answer.set("from", app.id());
      return answer;
    });
    process.bind_update(kNull, {}, [this](const Delivery& request) -> std::optional<Message> {
      if (request.view.members.front() == app.id()) return request.message;
      Q_UNUSED(tools::null_reply(app.process(), request));
      return std::nullopt;
    });
    process.bind_update(kSilent, {},
                        [](const Delivery&) -> std::optional<Message> { return std::nullopt; });
    process.bind_update(kAbort, {}, [this](const Delivery& request) -> std::optional<Message> {
      Q_UNUSED(tools::abort_reply(app.process(), request, "not today"));
      return std::nullopt;
    });
    process.bind_update(kOrdered, {client::Order::kTotal},
                        [](const Delivery& d) -> std::optional<Message> { return d.message; });
    process.bind_update(kWithCopies, {}, [this](const Delivery& d) -> std::optional<Message> {
      if (d.view.members.front() != app.id()) return std::nullopt;
      client::Destinations everybody;
      everybody.groups.push_back(d.group);
      Q_UNUSED(tools::reply_with_copies(app.process(), d, d.message, everybody, kCopy));
      return std::nullopt;
    });
    process.bind_update(kCopy, {}, [this](const Delivery& copy) -> std::optional<Message> {
      copies += copy.answers != client::MessageId{} ? 1 : 0;
      return std::nullopt;
    });
  }
  App& app;
  int copies = 0;
  GroupId group;
};

task::Task<void> join(std::shared_ptr<Member> member) {
  auto connected = co_await member->app.process().connect();
  if (!connected) co_return;
  auto view = co_await member->app.process().join_group("echo", true);
  if (view) member->group = view->group;
}

task::Task<void> leave(std::shared_ptr<Member> member) {
  auto left = co_await member->app.process().leave_group(member->group);
  if (left) member->group = {};
}

struct Caller {
  explicit Caller(App& owner) : app(owner) {}
  App& app;
  GroupId group;
  std::optional<Replies> replies;
};

task::Task<void> connect_caller(std::shared_ptr<Caller> caller) {
  auto connected = co_await caller->app.process().connect();
  if (!connected) co_return;
  auto view = co_await caller->app.process().look_up("echo");
  if (view) caller->group = view->group;
}

task::Task<void> ask(std::shared_ptr<Caller> caller, std::uint8_t entry,
                     tools::CallOptions options) {
  Message message;
  message.set("n", 7);
  client::Destinations to;
  to.groups.push_back(caller->group);
  auto replies =
      co_await tools::call(caller->app.process(), std::move(to), entry, message, options);
  caller->replies.emplace(std::move(replies));
}

}  // namespace

class TstGroupRpc : public QObject {
  Q_OBJECT

  std::unique_ptr<Plant> plant_;
  std::vector<std::shared_ptr<Member>> members_;
  std::shared_ptr<Caller> caller_;

  bool ask_and_run(std::uint8_t entry, std::uint32_t want,
                   client::Order order = client::Order::kCausal) {
    start_asking(entry, want, order);
    return plant_->run_until([this] { return caller_->replies.has_value(); });
  }
  void start_asking(std::uint8_t entry, std::uint32_t want,
                    client::Order order = client::Order::kCausal) {
    tools::CallOptions options;
    options.want = want;
    options.order = order;
    caller_->replies.reset();
    caller_->app.spawn(ask(caller_, entry, options));
  }

 private slots:
  void init() {
    plant_ = std::make_unique<Plant>(3);
    members_.clear();
    for (std::uint16_t site = 1; site <= 3; ++site) {
      App& app = plant_->open(site);
      members_.push_back(app.keep(std::make_shared<Member>(app)));
      app.spawn(join(members_.back()));
      QVERIFY(plant_->run_until([this] { return members_.back()->group.valid(); }));
    }
    App& app = plant_->open(2);
    caller_ = app.keep(std::make_shared<Caller>(app));
    app.spawn(connect_caller(caller_));
    QVERIFY(plant_->run_until([this] { return caller_->group.valid(); }));
  }

  void call_wantsSome_getsAsManyFromDifferentMembers() {
    for (const std::uint32_t want : {1u, 2u, 3u}) {
      QVERIFY(ask_and_run(kEcho, want));
      QVERIFY2(caller_->replies->has_value(), "the call succeeds");
      QCOMPARE((**caller_->replies).size(), std::size_t{want});
      for (const auto& reply : **caller_->replies) {
        QCOMPARE(reply.message.integer("n"), 7);
        QVERIFY(reply.message.process("from") == reply.from);
      }
    }
  }

  void call_wantsAll_getsOneFromEveryRecipient() {
    QVERIFY(ask_and_run(kEcho, tools::kAll));
    QCOMPARE((**caller_->replies).size(), 3u);
  }

  void replyToOneself_isCountedWithoutAMessage_data() {
    QTest::addColumn<int>("entry");
    QTest::addColumn<std::size_t>("replies");
    QTest::newRow("replies") << int{kEcho} << std::size_t{3};
    QTest::newRow("null replies") << int{kNull} << std::size_t{1};
    QTest::newRow("abort") << int{kAbort} << std::size_t{0};
  }
  void replyToOneself_isCountedWithoutAMessage() {
    // A member calls its own group: of itself it sends the request only, the others their answers.
    QFETCH(int, entry);
    QFETCH(std::size_t, replies);
    App& app = members_[1]->app;
    const auto caller = app.keep(std::make_shared<Caller>(app));
    caller->group = members_[1]->group;
    const auto sends = [this](std::size_t member) {
      const auto& history = members_[member]->app.history();
      return std::count_if(history.begin(), history.end(), [](const auto& record) {
        return record.kind == wire::HistoryKind::kSend;
      });
    };
    const auto before = sends(1);
    const auto before_other = sends(2);
    tools::CallOptions options;
    options.want = tools::kAll;
    app.spawn(ask(caller, static_cast<std::uint8_t>(entry), options));
    QVERIFY(plant_->run_until([&] { return caller->replies.has_value(); }));
    QCOMPARE(caller->replies->has_value(), replies > 0);
    if (replies > 0) QCOMPARE((**caller->replies).size(), replies);
    QCOMPARE(sends(1), before + 1);
    QVERIFY(plant_->run_until([&] { return sends(2) == before_other + 1; }));
  }

  void call_wantsNone_returnsWhenNumbered() {
    QVERIFY(ask_and_run(kEcho, 0));
    QVERIFY((**caller_->replies).empty());
  }

  void call_membersSendNullReplies_endsWithTheReplyThatCame() {
    QVERIFY(ask_and_run(kNull, tools::kAll));
    QCOMPARE((**caller_->replies).size(), 1u);
    QVERIFY((**caller_->replies)[0].from == members_[0]->app.id());
  }

  void call_memberAborts_isRefusedWithItsText() {
    QVERIFY(ask_and_run(kAbort, 1));
    QVERIFY(!caller_->replies->has_value());
    QVERIFY(caller_->replies->error().code == Errc::kRefused);
    QCOMPARE(caller_->replies->error().text, std::string("not today"));
  }

  void call_nobodyReplies_timesOut() {
    QVERIFY(!ask_and_run(kSilent, 1));
    QVERIFY(plant_->run_until([this] { return caller_->replies.has_value(); }, seconds(15)));
    QVERIFY(caller_->replies->error().code == Errc::kTimedOut);
  }

  void call_everyRecipientDies_endsWithNoReplyPossible() {
    start_asking(kSilent, 1);
    plant_->run(millis(50));
    QVERIFY(!caller_->replies);
    for (const auto& member : members_) plant_->kill(member->app);
    QVERIFY(plant_->run_until([this] { return caller_->replies.has_value(); }));
    QVERIFY(caller_->replies->error().code == Errc::kNoReplyPossible);
  }

  void call_recipientsSiteDies_doesNotWaitForIt() {
    start_asking(kSilent, tools::kAll);
    plant_->run(millis(50));
    plant_->kill_site(3);
    plant_->run(millis(1500));
    for (const std::size_t i : {0u, 1u}) plant_->kill(members_[i]->app);
    QVERIFY(plant_->run_until([this] { return caller_->replies.has_value(); }));
    QVERIFY(caller_->replies->error().code == Errc::kNoReplyPossible);
  }

  void call_recipientLeftBeforeItsSiteDied_doesNotWaitForIt() {
    start_asking(kSilent, tools::kAll);
    plant_->run(millis(50));
    members_[2]->app.spawn(leave(members_[2]));
    QVERIFY(plant_->run_until([this] { return !members_[2]->group.valid(); }));
    plant_->kill_site(3);
    plant_->run(millis(1500));
    for (const std::size_t i : {0u, 1u}) plant_->kill(members_[i]->app);
    QVERIFY(plant_->run_until([this] { return caller_->replies.has_value(); }));
    QVERIFY(caller_->replies->error().code == Errc::kNoReplyPossible);
  }

  void call_weakerThanTheEntryWants_isRefused() {
    QVERIFY(ask_and_run(kOrdered, 1, client::Order::kCausal));
    QVERIFY(caller_->replies->error().code == Errc::kRefused);
    QVERIFY(ask_and_run(kOrdered, 1, client::Order::kTotal));
    QVERIFY(caller_->replies->has_value());
  }

  void call_entryIsUnknown_isRefused() {
    QVERIFY(ask_and_run(99, 1));
    QVERIFY(caller_->replies->error().code == Errc::kRefused);
  }

  void replyWithCopies_oneReplies_copiesReachEveryMember() {
    QVERIFY(ask_and_run(kWithCopies, 1));
    QVERIFY(caller_->replies->has_value());
    plant_->run(millis(50));
    for (const auto& member : members_) QCOMPARE(member->copies, 1);
  }

  void multicast_tooLong_isRefusedWithTheLimit() {
    Message message;
    message.set("data", Bytes(limits::kPayloadBytes, 1));
    client::Destinations to;
    to.groups.push_back(caller_->group);
    const auto sent = caller_->app.process().multicast(client::Order::kCausal, to, kEcho, message);
    QVERIFY(!sent);
    QVERIFY(sent.error().code == Errc::kLimit);
  }
};

QTEST_GUILESS_MAIN(TstGroupRpc)
#include "tst_group_rpc.moc"
