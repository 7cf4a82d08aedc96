#include <QtTest/QtTest>

#include "platform/core/durable_log.h"
#include "platform/wire/group_log.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::Plant;

namespace {

/// Three sites, each with a member of group "ledger"; those named keep its log.
struct Ledger {
  Plant plant{3};
  ClientHandle clients[4];
  GroupId group;

  explicit Ledger(const std::vector<std::uint16_t>& loggers) {
    for (std::uint16_t site = 1; site <= 3; ++site) plant.start(site);
    plant.run(seconds(3));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      clients[site] = plant.client(site);
      plant.run(millis(50));
      plant.ask(site, clients[site], wire::JoinGroup{1, "ledger", true, {}});
      plant.run(millis(200));
    }
    group = std::get<wire::ChangeDone>(*find<wire::ChangeDone>(1)).group;
    for (std::uint16_t site : loggers) {
      plant.ask(site, clients[site], wire::BeginLog{2, group});
      plant.run(millis(20));
      plant.ask(site, clients[site], wire::Checkpoint{3, group, false, {7}});
      plant.run(millis(200));
    }
  }

  void update(std::uint16_t site, std::uint64_t token) {
    wire::Multicast multicast;
    multicast.token = token;
    multicast.order = wire::Order::kTotal;
    multicast.safety = wire::Safety::kDurable;
    multicast.destinations.groups = {group};
    multicast.entry = 16;
    multicast.payload = {static_cast<std::uint8_t>(token)};
    plant.ask(site, clients[site], multicast);
  }

  template <typename Event>
  const wire::ClientEvent* find(std::uint16_t site) {
    const wire::ClientEvent* found = nullptr;
    for (const auto& event : plant.heard(site, clients[site])) {
      if (std::holds_alternative<Event>(event)) found = &event;
    }
    return found;
  }
  template <typename Event>
  int count(std::uint16_t site) {
    int found = 0;
    for (const auto& event : plant.heard(site, clients[site])) {
      found += std::holds_alternative<Event>(event) ? 1 : 0;
    }
    return found;
  }
  /// Of the change, or the step of logging, with this token; none: not told yet.
  std::optional<Errc> outcome(std::uint16_t site, std::uint64_t token) {
    for (const auto& event : plant.heard(site, clients[site])) {
      const auto* done = std::get_if<wire::ChangeDone>(&event);
      if (done != nullptr && done->token == token) return done->code;
    }
    return std::nullopt;
  }
  /// Site 3 holds what is sent, but nobody hears that it does: nothing can be safe.
  void silence_the_third() {
    plant.cut_one_way(3, 1);
    plant.cut_one_way(3, 2);
  }
  void heal_the_third() {
    plant.heal(3, 1);
    plant.heal(3, 2);
  }
  std::vector<wire::GroupLogRecord> records(std::uint16_t site) {
    std::vector<wire::GroupLogRecord> all;
    for (const Bytes& bytes : plant.group_log(site, "ledger")) {
      all.push_back(*wire::decode_group_log_record(bytes));
    }
    return all;
  }
  wire::GroupLogSummary summary(std::uint16_t site) {
    return *wire::summarize(SiteId{site}, plant.group_log(site, "ledger"));
  }
};

constexpr SiteLife kFirst{SiteId{1}, Incarnation{1}};
constexpr SiteLife kSecond{SiteId{2}, Incarnation{1}};
constexpr SiteLife kLate{SiteId{3}, Incarnation{2}};
const std::vector<SiteLife> kView{kFirst, kSecond, kLate};

/// The log of one site of the view alone; its writes end when they are asked to.
struct Alone {
  core::Context context;
  core::Sessions sessions{context, "plant"};
  core::DurableLog log{context, sessions};
  int durable = 0;

  explicit Alone(SiteLife self) : context(self, 1) {
    log.on_outcome = [this](const wire::MessageId&, ProcessId, bool good) {
      durable += good ? 1 : 0;
    };
  }
  void end_writes() {
    for (const core::Effect& effect : std::exchange(context.effects, {})) {
      if (const auto* write = std::get_if<core::LogWrite>(&effect)) log.on_log_done(write->token);
    }
  }
  /// What the log tells site 1 at the end of this step.
  wire::Logged tells() {
    core::Context other{kFirst, 1};
    core::Sessions end(other, "plant");
    end.on_link_up(context.self.site, core::Channel::kControl);
    sessions.on_link_up(kFirst.site, core::Channel::kControl);
    const auto hello = std::get<core::SendFrame>(other.effects.front());
    sessions.on_frame(kFirst.site, core::Channel::kControl, hello.frame);
    log.flush(true);
    wire::Logged told;
    for (const core::Effect& effect : context.effects) {
      const auto* frame = std::get_if<core::SendFrame>(&effect);
      if (frame == nullptr || frame->site != kFirst.site) continue;
      const auto got = end.on_frame(context.self.site, frame->channel, frame->whole());
      if (got.frame && std::holds_alternative<wire::Logged>(*got.frame)) {
        told = std::get<wire::Logged>(*got.frame);
      }
    }
    return told;
  }
};

/// Groups "ledger" and "other", each with one member, at sites 1 and 2, that logs it.
struct Groups {
  core::GroupTable table;
  std::map<SiteLife, std::uint64_t> numbers;
  ProcessId writer = ProcessId::make(kFirst, 1);
  GroupId ledger = begin("ledger", writer);
  GroupId other = begin("other", ProcessId::make(kSecond, 1));

  core::ChangeOutcome apply(wire::ChangeKind kind, ProcessId process, const std::string& name,
                            GroupId group) {
    wire::Change change;
    change.id = {process.life(), ++numbers[process.life()]};
    change.kind = kind;
    change.process = process;
    change.name = name;
    change.group = group;
    return table.apply(change);
  }
  GroupId begin(const std::string& name, ProcessId process) {
    const GroupId group = apply(wire::ChangeKind::kCreate, process, name, {}).group;
    apply(wire::ChangeKind::kLogs, process, "", group);
    return group;
  }
};

}  // namespace

class TstDurable : public QObject {
  Q_OBJECT

 private slots:
  void update_isOnMoreThanHalfOfTheLogs_beforeItIsReportedDurable() {
    // Goal: durable delivery. Method: three logs, one update; all have it, the sender is told.
    Ledger ledger({1, 2, 3});
    ledger.update(2, 40);
    ledger.plant.run(millis(100));
    QCOMPARE(ledger.count<wire::Deliver>(1), 1);
    QCOMPARE(ledger.count<wire::Durable>(2), 1);
    QVERIFY(std::get<wire::Durable>(*ledger.find<wire::Durable>(2)).durable);
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(ledger.summary(site).updates, std::uint64_t{1});
      QVERIFY(ledger.summary(site).complete);
      QCOMPARE(ledger.summary(site).markers.back().sites.size(), std::size_t{3});
    }
  }

  void stateInParts_isOneCheckpoint_andAnsweredOnce() {
    // Goal: a state longer than a frame is logged whole. Method: three parts; the log is complete
    // with the last of them, and so is the answer.
    Ledger ledger({});
    ledger.plant.ask(1, ledger.clients[1], wire::BeginLog{2, ledger.group});
    ledger.plant.run(millis(20));
    ledger.plant.ask(1, ledger.clients[1], wire::Checkpoint{3, ledger.group, true, {7, 8}});
    ledger.plant.ask(1, ledger.clients[1], wire::Checkpoint{4, ledger.group, true, {9}});
    ledger.plant.run(millis(200));
    QVERIFY(!ledger.summary(1).complete);
    QVERIFY(!ledger.outcome(1, 3) && !ledger.outcome(1, 4));
    ledger.plant.ask(1, ledger.clients[1], wire::Checkpoint{5, ledger.group, false, {10}});
    ledger.plant.run(millis(200));
    QCOMPARE(ledger.outcome(1, 5), std::optional(Errc::kOk));
    QVERIFY(!ledger.outcome(1, 3) && !ledger.outcome(1, 4));
    QVERIFY(ledger.summary(1).complete);
    Bytes state;
    std::string flags;
    for (const auto& record : ledger.records(1)) {
      if (record.kind != wire::GroupLogRecord::Kind::kCheckpoint) continue;
      state.insert(state.end(), record.bytes.begin(), record.bytes.end());
      flags += record.flag ? "more " : "last ";
    }
    QCOMPARE(state, (Bytes{7, 8, 9, 10}));
    QCOMPARE(flags, std::string("more more last "));
  }

  void stateOfNoGroup_isRefusedAtItsLastPart() {
    // Goal: only what can be answered is. Method: two parts for a group that there is not.
    Ledger ledger({});
    const GroupId nothing = GroupId::make(999);
    ledger.plant.ask(1, ledger.clients[1], wire::Checkpoint{3, nothing, true, {7}});
    ledger.plant.run(millis(50));
    QVERIFY(!ledger.outcome(1, 3));
    ledger.plant.ask(1, ledger.clients[1], wire::Checkpoint{4, nothing, false, {8}});
    ledger.plant.run(millis(50));
    QCOMPARE(ledger.outcome(1, 4), std::optional(Errc::kUnknownGroup));
    QCOMPARE(ledger.records(1).size(), std::size_t{0});
  }

  void update_isWrittenWhileItIsNotSafeYet_andReportedWhenItIs() {
    // Goal: the disk is not waited for after the word of what the others hold, and P50 counts only
    // what survives. Method: nobody hears that site 3 holds the update: it lies in all logs, and is
    // neither delivered nor reported; then they hear it.
    Ledger ledger({1, 2, 3});
    ledger.silence_the_third();
    ledger.update(1, 40);
    ledger.plant.run(millis(20));
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(ledger.summary(site).updates, std::uint64_t{1});
    }
    QCOMPARE(ledger.count<wire::Deliver>(1), 0);
    QCOMPARE(ledger.count<wire::Durable>(1), 0);
    ledger.heal_the_third();
    ledger.plant.run(millis(100));
    QCOMPARE(ledger.count<wire::Deliver>(1), 1);
    QCOMPARE(ledger.count<wire::Durable>(1), 1);
    QVERIFY(std::get<wire::Durable>(*ledger.find<wire::Durable>(1)).durable);
    for (std::uint16_t site = 1; site <= 3; ++site) {
      QCOMPARE(ledger.summary(site).updates, std::uint64_t{1});
    }
  }

  void whatWasWrittenAhead_isDelivered_whenItsSenderDies() {
    // Goal: no log of a survivor holds what it never delivered. Method: the sequencer dies with
    // updates of its own and of site 2 in all logs and delivered nowhere.
    Ledger ledger({1, 2, 3});
    ledger.silence_the_third();
    ledger.update(1, 40);
    ledger.update(2, 41);
    ledger.plant.run(millis(10));
    QCOMPARE(ledger.summary(2).updates, std::uint64_t{2});
    QCOMPARE(ledger.count<wire::Deliver>(2), 0);
    ledger.plant.heal(3, 2);
    ledger.plant.kill(1);
    ledger.plant.run(seconds(3));
    for (std::uint16_t site = 2; site <= 3; ++site) {
      QCOMPARE(ledger.count<wire::Deliver>(site), 2);
      QCOMPARE(ledger.summary(site).updates, std::uint64_t{2});
      QCOMPARE(ledger.summary(site).markers.back().updates_before, std::uint64_t{2});
    }
    QVERIFY(!std::get<wire::Durable>(*ledger.find<wire::Durable>(2)).durable);
  }

  void memberThatBegins_saysWhatWasWrittenAheadOfIt() {
    // Goal: what is delivered to a member after its beginning follows its state, also where the log
    // has it before. Method: a second member of site 2 begins while an update lies in the log that
    // is not delivered.
    Ledger ledger({1, 2});
    const ClientHandle second = ledger.plant.client(2);
    ledger.plant.run(millis(50));
    ledger.plant.ask(2, second, wire::JoinGroup{1, "ledger", false, {}});
    ledger.plant.run(millis(200));
    ledger.silence_the_third();
    ledger.update(1, 40);
    ledger.plant.run(millis(10));
    ledger.plant.ask(2, second, wire::BeginLog{2, ledger.group});
    const auto records = ledger.records(2);
    QVERIFY(records.back().kind == wire::GroupLogRecord::Kind::kBegin);
    QVERIFY(!records.back().flag);
    QCOMPARE(records.back().ahead, std::uint64_t{1});
    QVERIFY(records[records.size() - 2].kind == wire::GroupLogRecord::Kind::kUpdate);
  }

  void firstMemberThatBegins_logsWhatIsDeliveredAfterIt() {
    // Goal: the same where nobody at the site logged when the update could have been written.
    Ledger ledger({1});
    ledger.silence_the_third();
    ledger.update(1, 40);
    ledger.plant.run(millis(10));
    QCOMPARE(ledger.summary(2).updates, std::uint64_t{0});
    ledger.plant.ask(2, ledger.clients[2], wire::BeginLog{2, ledger.group});
    ledger.update(1, 41);
    ledger.plant.run(millis(10));
    ledger.heal_the_third();
    ledger.plant.run(millis(100));
    const auto records = ledger.records(2);
    const std::size_t size = records.size();
    QVERIFY(records[size - 3].kind == wire::GroupLogRecord::Kind::kBegin);
    QCOMPARE(records[size - 3].ahead, std::uint64_t{0});
    QCOMPARE(records[size - 2].bytes, Bytes{40});
    QCOMPARE(records[size - 1].bytes, Bytes{41});
    QCOMPARE(ledger.count<wire::Deliver>(2), 2);
  }

  void stalledDisks_gateTheReport_neverTheOrder_H17() {
    // Goal: H17. Method: two of three disks stall; the update and what follows are delivered, and
    // nothing is reported.
    Ledger ledger({1, 2, 3});
    ledger.plant.stall_disk(1);
    ledger.plant.stall_disk(2);
    ledger.update(3, 40);
    ledger.update(1, 41);
    ledger.plant.run(seconds(1));
    for (std::uint16_t site = 1; site <= 3; ++site) QCOMPARE(ledger.count<wire::Deliver>(site), 2);
    QCOMPARE(ledger.count<wire::Durable>(3), 0);
    QCOMPARE(ledger.count<wire::Durable>(1), 0);
  }

  void oneStalledDiskOfThree_doesNotMatter() {
    Ledger ledger({1, 2, 3});
    ledger.plant.stall_disk(3);
    ledger.update(3, 40);
    ledger.plant.run(seconds(1));
    QCOMPARE(ledger.count<wire::Durable>(3), 1);
  }

  void viewChange_makesTheOutcomeUnknown() {
    // Goal: an outcome that nobody can say is said to be unknown. Method: two disks stall, then the
    // view changes.
    Ledger ledger({1, 2, 3});
    ledger.plant.stall_disk(1);
    ledger.plant.stall_disk(2);
    ledger.update(3, 40);
    ledger.plant.run(millis(100));
    ledger.plant.kill(1);
    ledger.plant.start(1);
    ledger.plant.unstall_disk(2);
    ledger.plant.run(seconds(3));
    QCOMPARE(ledger.count<wire::Durable>(3), 1);
    QVERIFY(!std::get<wire::Durable>(*ledger.find<wire::Durable>(3)).durable);
  }

  void markerThatMostSitesLack_holdsTheReportBack_E4() {
    // Goal: E4: an update counts only once a quorum of sites knows durably who logs. Method: only
    // site 1 logs; the disks of 2 and 3 stall before the next view, so their markers are missing.
    Ledger ledger({1});
    ledger.update(1, 40);
    ledger.plant.run(millis(100));
    QCOMPARE(ledger.count<wire::Durable>(1), 1);
    Ledger late({});
    late.plant.stall_disk(2);
    late.plant.stall_disk(3);
    late.plant.ask(1, late.clients[1], wire::BeginLog{2, late.group});
    late.plant.run(millis(20));
    late.plant.ask(1, late.clients[1], wire::Checkpoint{3, late.group, false, {7}});
    late.plant.run(millis(200));
    late.update(1, 40);
    late.plant.run(seconds(1));
    QCOMPARE(late.count<wire::Deliver>(1), 1);
    QCOMPARE(late.count<wire::Durable>(1), 0);
  }

  void siteThatGotItsTableLater_doesNotCountForTheEpochsBefore() {
    // Goal: P50. What the table has no more, its site can have no marker of: the ledger's writer
    // has left when site 3 gets its table, and site 3 has the markers of another group.
    Groups groups;
    const core::Group ledger = *groups.table.find(groups.ledger);
    Alone sender(kFirst);
    sender.log.install(9, kView, 0, &groups.table);
    groups.apply(wire::ChangeKind::kLeave, groups.writer, "", groups.ledger);
    Alone late(kLate);
    late.log.install(9, kView, 2, nullptr);
    late.log.on_table(2, groups.table);
    late.end_writes();
    const wire::Logged told = late.tells();
    QCOMPARE(told.markers_from, std::uint64_t{2});
    QCOMPARE(told.markers, std::uint64_t{3});

    sender.end_writes();
    sender.log.await({kFirst, 9, 3}, 0, groups.writer, ledger);
    sender.log.on_logged(0, {9, 0, 1, {3, 0, 0}});
    sender.log.on_logged(2, told);
    sender.log.flush(true);
    QCOMPARE(sender.durable, 0);
    sender.log.on_logged(1, {9, 0, 1, {0, 0, 0}});
    sender.log.flush(true);
    QCOMPARE(sender.durable, 1);
  }

  void memberThatLeavesAndLogsAgain_beginsAnew() {
    // Goal: P51: what a log missed while nobody at its site was a member is behind a beginning.
    // Method: the member leaves, an update is logged elsewhere, it joins and logs again.
    Ledger ledger({1, 2});
    ledger.plant.ask(2, ledger.clients[2], wire::LeaveGroup{4, ledger.group});
    ledger.plant.run(millis(200));
    ledger.update(1, 40);
    ledger.plant.run(millis(200));
    ledger.plant.ask(2, ledger.clients[2], wire::JoinGroup{5, "ledger", false, {}});
    ledger.plant.run(millis(200));
    ledger.plant.ask(2, ledger.clients[2], wire::BeginLog{6, ledger.group});
    ledger.plant.run(millis(200));
    const auto& log = ledger.plant.group_log(2, "ledger");
    const auto last = wire::decode_group_log_record(log.back());
    QVERIFY(last.has_value());
    QVERIFY(last->kind == wire::GroupLogRecord::Kind::kBegin);
    QVERIFY(last->flag);
  }

  void memberThatLeavesWhileItBegins_doesNotCount() {
    // Goal: P51: a log with a gap never counts. Method: leaving and joining again follow the
    // checkpoint at once, before it lies on the disk; then the member begins anew.
    Ledger ledger({1});
    ledger.plant.ask(2, ledger.clients[2], wire::BeginLog{4, ledger.group});
    ledger.plant.ask(2, ledger.clients[2], wire::LeaveGroup{5, ledger.group});
    ledger.plant.ask(2, ledger.clients[2], wire::JoinGroup{6, "ledger", false, {}});
    ledger.plant.ask(2, ledger.clients[2], wire::Checkpoint{7, ledger.group, false, {7}});
    ledger.plant.run(millis(500));
    QVERIFY(ledger.outcome(2, 7) == Errc::kNotMember);
    QCOMPARE(ledger.summary(1).markers.back().sites.size(), std::size_t{1});
    ledger.plant.ask(2, ledger.clients[2], wire::BeginLog{8, ledger.group});
    ledger.plant.ask(2, ledger.clients[2], wire::Checkpoint{9, ledger.group, false, {7}});
    ledger.plant.run(millis(500));
    QCOMPARE(ledger.summary(1).markers.back().sites.size(), std::size_t{2});
  }

  void memberThatLeavesOnceItIsToCount_logsUntilItIsGone() {
    // Goal: P50: a log that a marker lists holds every update before that marker. Method: a member
    // asks to leave once its site has switched to the epoch that makes it a logging one, and an
    // update of the epoch before comes late.
    Ledger ledger({1});
    ledger.plant.ask(2, ledger.clients[2], wire::BeginLog{4, ledger.group});
    ledger.plant.run(millis(100));
    ledger.plant.cut_one_way(3, 2);
    ledger.update(3, 40);
    ledger.plant.ask(2, ledger.clients[2], wire::Checkpoint{5, ledger.group, false, {7}});
    ledger.plant.run(millis(50));
    ledger.plant.ask(2, ledger.clients[2], wire::LeaveGroup{6, ledger.group});
    ledger.plant.run(millis(1));
    ledger.plant.heal(3, 2);
    ledger.plant.run(millis(500));
    const auto first = ledger.records(1);
    QVERIFY(std::any_of(first.begin(), first.end(),
                        [](const auto& record) { return record.sites.size() == 2; }));
    const auto second = ledger.records(2);
    QVERIFY(std::any_of(second.begin(), second.end(),
                        [](const auto& record) { return record.bytes == Bytes{40}; }));
  }

  void groupThatNobodyLogs_refuses() {
    Ledger ledger({});
    ledger.update(1, 40);
    ledger.plant.run(millis(100));
    QCOMPARE(ledger.count<wire::Deliver>(1), 0);
    QCOMPARE(std::get<wire::Sent>(*ledger.find<wire::Sent>(1)).code, Errc::kRefused);
  }

  void causalDurable_isAProtocolError() {
    // Goal: logs are prefixes of one order (E5): only ABCASTs can be durable.
    Ledger ledger({1});
    wire::Multicast multicast;
    multicast.token = 9;
    multicast.safety = wire::Safety::kDurable;
    multicast.destinations.groups = {ledger.group};
    ledger.plant.ask(1, ledger.clients[1], multicast);
    QCOMPARE(ledger.count<wire::Goodbye>(1), 1);
  }
};

QTEST_GUILESS_MAIN(TstDurable)
#include "tst_durable.moc"
