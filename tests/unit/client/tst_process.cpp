// Goal: a process sees its groups, sends, flushes, filters and ends as the contract in process.h
// says. Method: real protocols processes and real client processes in memory, under virtual time.
#include "platform/client/process.h"

#include <QtTest>

#include "unit/tools/plant_harness.h"

using namespace cohort;
using client::Delivery;
using client::Message;
using test::App;
using test::Plant;
using Joined = std::optional<Result<client::GroupView>>;

namespace {

constexpr std::uint8_t kEntry = 16;

task::Task<void> connect_and_join(App& app, std::string group, Joined& joined) {
  const auto connected = co_await app.process().connect();
  if (!connected) co_return;
  auto view = co_await app.process().join_group(std::move(group), true);
  joined.emplace(std::move(view));
}

task::Task<void> connect_only(App& app, bool& done) {
  const auto connected = co_await app.process().connect();
  done = connected.has_value();
}

task::Task<void> create(App& app, std::string group, Joined& created) {
  auto view = co_await app.process().create_group(std::move(group));
  created.emplace(std::move(view));
}

task::Task<void> look_up(App& app, std::string group, Joined& found) {
  auto view = co_await app.process().look_up(std::move(group));
  found.emplace(std::move(view));
}

task::Task<void> change(task::Task<Result<void>> work, std::optional<Result<void>>& result) {
  auto outcome = co_await work;
  result.emplace(std::move(outcome));
}

task::Task<void> inspect(App& app, std::string what, std::optional<Result<Message>>& answer) {
  auto result = co_await app.process().inspect(std::move(what));
  answer.emplace(std::move(result));
}

task::Task<void> wait_to_act(App& app, std::optional<bool>& may) {
  const bool result = co_await app.process().until_may_act();
  may.emplace(result);
}

Message numbered(int n) {
  Message message;
  message.set("n", n);
  return message;
}

}  // namespace

class TstProcess : public QObject {
  Q_OBJECT

  std::unique_ptr<Plant> plant_;
  GroupId group_;

  App& join(std::uint16_t site, Joined& joined) {
    App& app = plant_->open(site);
    app.spawn(connect_and_join(app, "g", joined));
    return app;
  }
  bool up(const Joined& joined) {
    return plant_->run_until([&] { return joined.has_value(); }) && joined->has_value();
  }
  /// A member of the group that notes the numbers it is sent.
  App& reading(std::uint16_t site, std::vector<std::int64_t>& got) {
    Joined joined;
    App& app = plant_->open(site);
    app.process().bind_update(kEntry, {}, [&got](const Delivery& d) -> std::optional<Message> {
      got.push_back(d.message.integer("n"));
      return std::nullopt;
    });
    app.spawn(connect_and_join(app, "g", joined));
    COHORT_ASSERT(plant_->run_until([&] { return joined.has_value(); }), "it joins");
    group_ = (*joined)->group;
    return app;
  }
  void send_numbered_to_group(App& sender, int n) {
    client::Destinations to;
    to.groups.push_back(group_);
    const auto sent =
        sender.process().multicast(client::Order::kTotal, std::move(to), kEntry, numbered(n));
    COHORT_ASSERT(sent.has_value(), "there is room");
  }
  App& connected(std::uint16_t site) {
    bool done = false;
    App& app = plant_->open(site);
    app.spawn(connect_only(app, done));
    COHORT_ASSERT(plant_->run_until([&] { return done; }), "the daemon welcomes");
    return app;
  }

 private slots:
  void init() { plant_ = std::make_unique<Plant>(3); }

  void join_returnsTheViewThatListsItLast() {
    Joined first;
    Joined second;
    App& a = join(1, first);
    QVERIFY(up(first));
    App& b = join(2, second);
    QVERIFY(up(second));
    QCOMPARE((*first)->members, std::vector<ProcessId>{a.id()});
    QCOMPARE((*second)->members, (std::vector<ProcessId>{a.id(), b.id()}));
    plant_->run(seconds(1));
    QCOMPARE(a.process().view_of((*first)->group)->members, (*second)->members);
  }

  void create_nameIsTaken_isRefused() {
    Joined first;
    join(1, first);
    QVERIFY(up(first));
    App& other = connected(2);
    Joined created;
    other.spawn(create(other, "g", created));
    QVERIFY(plant_->run_until([&] { return created.has_value(); }));
    QVERIFY(created->error().code == Errc::kAlreadyExists);
  }

  void lookUp_knownAndUnknown_answers() {
    Joined first;
    App& member = join(1, first);
    QVERIFY(up(first));
    App& other = connected(3);
    Joined found;
    other.spawn(look_up(other, "g", found));
    QVERIFY(up(found));
    QCOMPARE((*found)->members, std::vector<ProcessId>{member.id()});
    Joined missing;
    other.spawn(look_up(other, "nothing", missing));
    QVERIFY(plant_->run_until([&] { return missing.has_value(); }));
    QVERIFY(missing->error().code == Errc::kUnknownGroup);
  }

  void multicast_filterSaysNo_entryDoesNotSeeIt() {
    App& app = plant_->open(1);
    std::vector<std::int64_t> seen;
    app.process().bind_update(kEntry, {}, [&](const Delivery& d) -> std::optional<Message> {
      seen.push_back(d.message.integer("n"));
      return std::nullopt;
    });
    app.process().add_filter([](const Delivery& d) { return d.message.integer("n") != 2; });
    Joined joined;
    app.spawn(connect_and_join(app, "g", joined));
    QVERIFY(up(joined));
    for (int n = 1; n <= 3; ++n) {
      client::Destinations to;
      to.groups.push_back((*joined)->group);
      QVERIFY(app.process().multicast(client::Order::kCausal, to, kEntry, numbered(n)));
    }
    plant_->run(seconds(1));
    QCOMPARE(seen, (std::vector<std::int64_t>{1, 3}));
  }

  void multicast_weakerThanOwnEntryWants_isRefusedAtTheSender() {
    App& app = plant_->open(1);
    app.process().bind_update(
        kEntry, {client::Order::kTotal},
        [](const Delivery&) -> std::optional<Message> { return std::nullopt; });
    Joined joined;
    app.spawn(connect_and_join(app, "g", joined));
    QVERIFY(up(joined));
    client::Destinations to;
    to.groups.push_back((*joined)->group);
    const auto weak = app.process().multicast(client::Order::kCausal, to, kEntry, numbered(1));
    QVERIFY(weak.error().code == Errc::kRefused);
    QVERIFY(app.process().multicast(client::Order::kTotal, to, kEntry, numbered(1)));
  }

  void multicast_destinationsAreWrong_isRefused() {
    App& app = connected(1);
    const auto nobody = app.process().multicast(client::Order::kCausal, {}, kEntry, numbered(1));
    QVERIFY(nobody.error().code == Errc::kInvalidArgument);
    client::Destinations two;
    two.groups = {GroupId::make(1), GroupId::make(2)};
    const auto global = app.process().multicast(client::Order::kGlobal, two, kEntry, numbered(1));
    QVERIFY(global.error().code == Errc::kInvalidArgument);
  }

  void multicasts_waitForTheirNumber_stopAtTheLimitAndGoOnLater() {
    Joined joined;
    App& app = join(1, joined);
    QVERIFY(up(joined));
    client::Destinations to;
    to.groups.push_back((*joined)->group);
    Message large;
    large.set("data", Bytes(limits::kPartBytes - 100, 1));
    std::size_t bytes = 0;
    Result<void> sent = Result<void>{};
    for (int n = 0; n < 1000 && sent; ++n) {
      sent = app.process().multicast(client::Order::kTotal, to, 99, large);
      if (sent) bytes += limits::kPartBytes;
    }
    QVERIFY(!sent.has_value());
    QVERIFY(sent.error().code == Errc::kLimit);
    QVERIFY(bytes <= limits::kUnnumberedBytesPerClient);
    QVERIFY(bytes >= limits::kUnnumberedBytesPerClient / 4);
    plant_->run(seconds(2));
    QVERIFY(app.process().multicast(client::Order::kTotal, to, 99, large).has_value());
  }

  void payload_atTheLimit_isDelivered_oneAboveIsRefused_data() {
    QTest::addColumn<bool>("global");
    QTest::newRow("CBCAST") << false;
    QTest::newRow("GBCAST") << true;
  }
  void payload_atTheLimit_isDelivered_oneAboveIsRefused() {
    // Goal: the limits of a payload hold at the edge. Method: the longest message, a byte more.
    QFETCH(bool, global);
    Joined joined;
    App& app = join(1, joined);
    QVERIFY(up(joined));
    client::Destinations to;
    to.groups.push_back((*joined)->group);
    const auto order = global ? client::Order::kGlobal : client::Order::kCausal;
    const std::size_t limit = global ? limits::kGlobalPayloadBytes : limits::kPayloadBytes;
    Message message;
    message.set("data", Bytes(limit - 100, 1));
    const std::size_t over = 1 + message.encode().size() - (limit - 100);
    message.set("data", Bytes(limit - over + 1, 1));
    const auto refused = app.process().multicast(order, to, kEntry, message);
    QVERIFY(!refused.has_value() && refused.error().code == Errc::kLimit);
    message.set("data", Bytes(limit - over, 1));
    QVERIFY(app.process().multicast(order, to, kEntry, message).has_value());
    std::size_t delivered = 0;
    const auto count = [&] {
      delivered = 0;
      for (const auto& record : app.history()) {
        delivered += record.kind == wire::HistoryKind::kDeliver ? 1 : 0;
      }
      return delivered == 1;
    };
    QVERIFY(plant_->run_until(count));
  }

  void smallMulticasts_behindALargeOne_keepTheirOrder() {
    // Goal: one FIFO a process (E15). Method: small, large, small; order of the deliveries.
    Joined joined;
    App& app = join(1, joined);
    QVERIFY(up(joined));
    client::Destinations to;
    to.groups.push_back((*joined)->group);
    std::vector<std::uint64_t> sent;
    for (const std::size_t bytes : {10UL, 1'500'000UL, 20UL}) {
      Message message;
      message.set("data", Bytes(bytes, 2));
      QVERIFY(app.process().multicast(client::Order::kTotal, to, kEntry, message).has_value());
    }
    std::vector<std::uint64_t> digests;
    const auto three = [&] {
      digests.clear();
      sent.clear();
      for (const auto& record : app.history()) {
        if (record.kind == wire::HistoryKind::kDeliver) digests.push_back(record.digest);
        if (record.kind == wire::HistoryKind::kSend) sent.push_back(record.digest);
      }
      return digests.size() == 3;
    };
    QVERIFY(plant_->run_until(three));
    QVERIFY(digests == sent);
  }

  void multicast_beforeTheWelcome_isRefused() {
    App& app = plant_->open(1);
    client::Destinations to;
    to.groups.push_back(GroupId::make(1));
    const auto sent = app.process().multicast(client::Order::kCausal, to, kEntry, numbered(1));
    QVERIFY(sent.error().code == Errc::kClosed);
  }

  void flush_afterSends_returns() {
    Joined first;
    Joined second;
    App& a = join(1, first);
    QVERIFY(up(first));
    join(2, second);
    QVERIFY(up(second));
    client::Destinations to;
    to.groups.push_back((*first)->group);
    QVERIFY(a.process().multicast(client::Order::kTotal, to, 99, numbered(1)));
    std::optional<Result<void>> flushed;
    a.spawn(change(a.process().flush(), flushed));
    QVERIFY(plant_->run_until([&] { return flushed.has_value(); }));
    QVERIFY(flushed->has_value());
  }

  void monitor_ofAnotherGroup_toldOfItsViews() {
    Joined first;
    App& member = join(1, first);
    QVERIFY(up(first));
    App& watcher = connected(3);
    std::vector<std::size_t> sizes;
    const auto watch = watcher.process().on_view(
        (*first)->group, [&](const auto& change) { sizes.push_back(change.view.members.size()); });
    watcher.process().monitor((*first)->group);
    Joined second;
    join(2, second);
    QVERIFY(up(second));
    plant_->kill(member);
    plant_->run(seconds(1));
    QCOMPARE(sizes, (std::vector<std::size_t>{1, 2, 1}));
  }

  void leave_byAMember_endsItsViews() {
    Joined first;
    Joined second;
    App& a = join(1, first);
    QVERIFY(up(first));
    App& b = join(2, second);
    QVERIFY(up(second));
    std::optional<Result<void>> left;
    b.spawn(change(b.process().leave_group((*first)->group), left));
    QVERIFY(plant_->run_until([&] { return left.has_value(); }));
    plant_->run(seconds(1));
    QVERIFY(b.process().view_of((*first)->group) == nullptr);
    QCOMPARE(a.process().view_of((*first)->group)->members, std::vector<ProcessId>{a.id()});
  }

  void killGroup_everyMember_isClosed() {
    Joined first;
    Joined second;
    App& a = join(1, first);
    QVERIFY(up(first));
    App& b = join(2, second);
    QVERIFY(up(second));
    App& killer = connected(3);
    std::string why;
    const auto watch = b.process().on_closed([&](const std::string& reason) { why = reason; });
    std::optional<Result<void>> killed;
    killer.spawn(change(killer.process().kill_group((*first)->group), killed));
    QVERIFY(plant_->run_until([&] { return a.process().closed() && b.process().closed(); }));
    QVERIFY(!why.empty());
  }

  void failures_areToldOnceEach() {
    Joined first;
    App& a = join(1, first);
    QVERIFY(up(first));
    App& watcher = connected(2);
    std::vector<ProcessId> gone;
    std::vector<std::size_t> sites;
    const auto one =
        watcher.process().on_process_gone([&](ProcessId p, auto) { gone.push_back(p); });
    const auto two = watcher.process().on_sites(
        [&](const wire::Sites& s) { sites.push_back(s.view.members.size()); });
    const ProcessId id = a.id();
    plant_->kill(a);
    plant_->run(seconds(1));
    QCOMPARE(gone, std::vector<ProcessId>{id});
    plant_->kill_site(3);
    QVERIFY(plant_->run_until([&] { return !sites.empty(); }));
    QCOMPARE(sites, std::vector<std::size_t>{2});
    QCOMPARE(watcher.process().sites().members.size(), 2u);
  }

  // V11, run E7 (a): what the daemon had let through in time is read too late.
  void delivery_readAfterTheLease_isHandledOnlyWhenItIsBack() {
    std::vector<std::int64_t> got;
    App& reader = reading(2, got);
    App& sender = reading(1, got);
    reader.set_leased(false);
    send_numbered_to_group(sender, 7);
    plant_->run(seconds(3));
    QCOMPARE(got, std::vector<std::int64_t>{7});  // the sender's own copy
    QVERIFY(!reader.process().may_act());
    QVERIFY(reader.process().lease_left() == Duration{0});
    reader.set_leased(true);
    QVERIFY(plant_->run_until([&] { return got.size() == 2; }, millis(50)));
    QVERIFY(reader.process().may_act());
    QVERIFY(reader.process().lease_left() > millis(100));
  }

  void deliveries_heldForTheLease_areHandledInTheirOrder() {
    std::vector<std::int64_t> got;
    std::vector<std::int64_t> own;
    App& reader = reading(2, got);
    App& sender = reading(1, own);
    reader.set_leased(false);
    for (int n = 1; n <= 5; ++n) send_numbered_to_group(sender, n);
    plant_->run(seconds(1));
    reader.set_leased(true);
    send_numbered_to_group(sender, 6);
    QVERIFY(plant_->run_until([&] { return got.size() == 6; }));
    QCOMPARE(got, (std::vector<std::int64_t>{1, 2, 3, 4, 5, 6}));
  }

  void delivery_heldWhenTheSessionEnds_isNeverHandled() {
    std::vector<std::int64_t> got;
    std::vector<std::int64_t> own;
    App& reader = reading(2, got);
    App& sender = reading(1, own);
    reader.set_leased(false);
    send_numbered_to_group(sender, 7);
    plant_->run(seconds(1));
    plant_->cut(2);
    plant_->run(millis(100));
    reader.set_leased(true);
    plant_->run(seconds(1));
    QVERIFY(got.empty());
    QVERIFY(!reader.process().may_act());
  }

  void question_aboutTheDaemon_isAnsweredWithoutALease() {
    std::optional<Result<Message>> answer;
    App& app = connected(1);
    app.set_leased(false);
    app.spawn(inspect(app, "sites", answer));
    QVERIFY(plant_->run_until([&] { return answer.has_value(); }, millis(100)));
    QVERIFY(answer->has_value());
  }

  // V11, run E7 (b): the view comes at once, and takeovers when the dead site's lease must be over.
  void untilMayAct_siteOfAMemberExits_waitsForItsLastPossibleLease() {
    std::vector<std::int64_t> got;
    reading(2, got);
    App& here = reading(1, got);
    const GroupId group = group_;
    const MonotonicTime died = plant_->now();
    plant_->kill_site(2);
    QVERIFY(plant_->run_until([&] {
      const auto* view = here.process().view_of(group);
      return view != nullptr && view->members.size() == 1;
    }));
    QVERIFY(plant_->now() - died <= millis(50));
    std::optional<bool> may;
    here.spawn(wait_to_act(here, may));
    QVERIFY(plant_->run_until([&] { return may.has_value(); }));
    QVERIFY(*may);
    // The last echo to it is at most one heartbeat older than its death.
    QVERIFY(plant_->now() - died >= limits::kLease - limits::kHeartbeatPeriod);
    QVERIFY(plant_->now() - died <= limits::kLease + limits::kLeaseMargin + millis(50));
  }

  void untilMayAct_aMemberAloneDies_returnsAtOnce() {
    std::vector<std::int64_t> got;
    App& other = reading(2, got);
    App& here = reading(1, got);
    plant_->kill(other);
    QVERIFY(plant_->run_until([&] { return here.process().view_of(group_)->members.size() == 1; },
                              millis(50)));
    std::optional<bool> may;
    here.spawn(wait_to_act(here, may));
    QVERIFY(plant_->run_until([&] { return may.has_value(); }, millis(5)));
    QVERIFY(*may);
  }

  void untilMayAct_theSessionEnds_isFalse() {
    std::vector<std::int64_t> got;
    App& here = reading(1, got);
    here.set_leased(false);
    std::optional<bool> may;
    here.spawn(wait_to_act(here, may));
    plant_->run(seconds(1));
    QVERIFY(!may.has_value());
    plant_->cut(1);
    QVERIFY(plant_->run_until([&] { return may.has_value(); }, millis(100)));
    QVERIFY(!*may);
  }

  void subscription_dropped_isToldNoMore() {
    App& watcher = connected(2);
    int told = 0;
    auto watch = watcher.process().on_process_gone([&](auto, auto) { ++told; });
    Joined first;
    App& a = join(1, first);
    QVERIFY(up(first));
    watch.reset();
    plant_->kill(a);
    plant_->run(seconds(1));
    QCOMPARE(told, 0);
  }

  void joiner_diesAtAnyMoment_isNoMemberForEver() {
    Joined first;
    App& member = join(1, first);
    QVERIFY(up(first));
    for (int delay = 0; delay < 40; ++delay) {
      Joined never;
      App& joiner = join(3, never);
      plant_->run(millis(delay));
      plant_->kill(joiner);
      plant_->run(millis(300));
      QCOMPARE(member.process().view_of((*first)->group)->members,
               std::vector<ProcessId>{member.id()});
    }
  }

  void inspect_aboutSites_answers() {
    App& app = connected(1);
    std::optional<Result<Message>> answer;
    app.spawn(inspect(app, "sites", answer));
    QVERIFY(plant_->run_until([&] { return answer.has_value(); }));
    QVERIFY(answer->has_value());
    QVERIFY(!(*answer)->empty());
  }

  void daemon_speaksGarbage_sessionEnds() {
    App& app = connected(1);
    plant_->give_record(app, Bytes{99, 1, 2});
    plant_->run(millis(5));
    QVERIFY(app.process().closed());
    QVERIFY(app.history().back().kind == wire::HistoryKind::kEnd);
  }
};

QTEST_GUILESS_MAIN(TstProcess)
#include "tst_process.moc"
