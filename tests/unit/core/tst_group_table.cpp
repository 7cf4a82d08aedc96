#include "platform/core/group_table.h"

#include <QtTest/QtTest>

#include "platform/base/limits.h"

using namespace cohort;
using core::GroupTable;
using wire::Change;
using wire::ChangeKind;

namespace {

const SiteLife kOne{SiteId{1}, Incarnation{1}};
const SiteLife kTwo{SiteId{2}, Incarnation{1}};

/// Changes of one origin with growing numbers.
struct Script {
  GroupTable table;
  std::map<SiteLife, std::uint64_t> numbers;
  core::ChangeOutcome apply(ChangeKind kind, ProcessId process, const std::string& name,
                            GroupId group = {}, bool create = false, Bytes credentials = {}) {
    Change change;
    change.id = {process.life(), ++numbers[process.life()]};
    change.kind = kind;
    change.process = process;
    change.name = name;
    change.group = group;
    change.create = create;
    change.payload = std::move(credentials);
    return table.apply(change);
  }
};

}  // namespace

class TstGroupTable : public QObject {
  Q_OBJECT

 private slots:
  void members_areListedByAge() {
    // Goal: P13. Method: create and two joins; a leave keeps the order of the rest.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const ProcessId b = ProcessId::make(kTwo, 1);
    const ProcessId c = ProcessId::make(kOne, 2);
    const GroupId id = s.apply(ChangeKind::kCreate, a, "g").group;
    s.apply(ChangeKind::kJoin, b, "g");
    s.apply(ChangeKind::kJoin, c, "g");
    QCOMPARE(s.table.view(id).members, (std::vector<ProcessId>{a, b, c}));
    s.apply(ChangeKind::kLeave, a, "", id);
    QCOMPARE(s.table.view(id).members, (std::vector<ProcessId>{b, c}));
    QCOMPARE(s.table.view(id).number, std::uint64_t{4});
  }

  void refusals_nameTheirReason() {
    // Goal: illegal changes change nothing. Method: each refusal once.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const GroupId id = s.apply(ChangeKind::kCreate, a, "g").group;
    QCOMPARE(s.apply(ChangeKind::kCreate, a, "g").code, Errc::kAlreadyExists);
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "g").code, Errc::kAlreadyExists);
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "h").code, Errc::kUnknownGroup);
    QCOMPARE(s.apply(ChangeKind::kLeave, ProcessId::make(kTwo, 1), "", id).code, Errc::kNotMember);
    QCOMPARE(s.table.view(id).number, std::uint64_t{1});
  }

  void groupWithCredentials_takesOnlyWhoShowsThem() {
    // Goal: join credentials are checked, at the same place at all sites. Method: create with
    // credentials, join without, with wrong and with the right ones; also from a decoded table.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const ProcessId b = ProcessId::make(kTwo, 1);
    const Bytes secret = {1, 2, 3};
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "g", {}, true, secret).code, Errc::kOk);
    s.table = *GroupTable::decode(s.table.encode());
    QCOMPARE(s.apply(ChangeKind::kJoin, b, "g").code, Errc::kRefused);
    QCOMPARE(s.apply(ChangeKind::kJoin, b, "g", {}, true, {1, 2, 4}).code, Errc::kRefused);
    QCOMPARE(s.apply(ChangeKind::kJoin, b, "g", {}, false, secret).code, Errc::kOk);
    QCOMPARE(s.apply(ChangeKind::kCreate, b, "open").code, Errc::kOk);
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "open", {}, false, secret).code, Errc::kRefused);
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "open").code, Errc::kOk);
  }

  void groups_areLimited_andOneThatEndsMakesRoom() {
    // Goal: kGroupsPerPlant. Method: as many groups as there may be, one more, and one less.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    GroupId last;
    for (std::size_t i = 0; i < limits::kGroupsPerPlant; ++i) {
      // Each is another process's, which may be in some of them only.
      const ProcessId process =
          ProcessId::make(kOne, static_cast<std::uint32_t>(2 + i / limits::kGroupsPerProcess));
      const auto made = s.apply(ChangeKind::kCreate, process, "g" + std::to_string(i));
      QCOMPARE(made.code, Errc::kOk);
      last = made.group;
    }
    const auto beyond = s.apply(ChangeKind::kCreate, a, "beyond");
    QCOMPARE(beyond.code, Errc::kLimit);
    QVERIFY2(beyond.text.find("its 4096 groups") != std::string::npos, beyond.text.c_str());
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "beyond", {}, true).code, Errc::kLimit);
    QCOMPARE(s.apply(ChangeKind::kJoin, a, "g0").code, Errc::kOk);
    s.apply(ChangeKind::kKillGroup, a, "", last);
    QCOMPARE(s.apply(ChangeKind::kCreate, a, "beyond").code, Errc::kOk);
  }

  void repeatedChange_doesNothing() {
    // Goal: re-submission after a view change is harmless. Method: the same id twice.
    GroupTable table;
    Change change;
    change.id = {kOne, 1};
    change.process = ProcessId::make(kOne, 1);
    change.name = "g";
    QVERIFY(!table.apply(change).repeated);
    QVERIFY(table.apply(change).repeated);
  }

  void lastMember_takesTheGroupWithIt_andItsIdIsNotReused() {
    // Goal: P61. Method: the group dies and is created again under another id.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const GroupId first = s.apply(ChangeKind::kCreate, a, "g").group;
    s.apply(ChangeKind::kLeave, a, "", first);
    QVERIFY(!s.table.find(std::string("g")).has_value());
    const GroupId second = s.apply(ChangeKind::kJoin, a, "g", {}, true).group;
    QVERIFY(second != first);
  }

  void deadSite_leavesAllItsGroupsAtOnce() {
    // Goal: P21. Method: two groups, one site removed: one change each, the process gone once.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const ProcessId b = ProcessId::make(kTwo, 1);
    for (const char* name : {"g", "h"}) {
      s.apply(ChangeKind::kCreate, a, name);
      s.apply(ChangeKind::kJoin, b, name);
    }
    std::vector<ProcessId> gone;
    const auto changes = s.table.remove_sites({kTwo}, gone);
    QCOMPARE(changes.size(), std::size_t{2});
    QCOMPARE(gone, std::vector<ProcessId>{b});
    for (const auto& change : changes) QCOMPARE(change.view.members, std::vector<ProcessId>{a});
  }

  void memberLimit_isTakenAtItAndRefusedAbove() {
    // Goal: limits::kMembersPerGroup. Method: join up to the limit, then one more.
    Script s;
    s.apply(ChangeKind::kCreate, ProcessId::make(kOne, 1), "g");
    for (std::uint32_t i = 2; i <= limits::kMembersPerGroup; ++i) {
      QCOMPARE(s.apply(ChangeKind::kJoin, ProcessId::make(kOne, i), "g").code, Errc::kOk);
    }
    const auto over = ProcessId::make(kOne, limits::kMembersPerGroup + 1);
    QCOMPARE(s.apply(ChangeKind::kJoin, over, "g").code, Errc::kLimit);
  }

  void snapshot_roundTrips() {
    // Goal: a joining site gets the same table. Method: encode, decode, compare what can be seen.
    Script s;
    const ProcessId a = ProcessId::make(kOne, 1);
    const GroupId id = s.apply(ChangeKind::kCreate, a, "g").group;
    const auto copy = GroupTable::decode(s.table.encode());
    QVERIFY(copy.has_value());
    QCOMPARE(copy->view(id).members, s.table.view(id).members);
    QCOMPARE(copy->last_change(kOne), std::uint64_t{1});
    QCOMPARE(copy->encode(), s.table.encode());
  }
};

QTEST_GUILESS_MAIN(TstGroupTable)
#include "tst_group_table.moc"
