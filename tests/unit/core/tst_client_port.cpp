// Goal: what a client may not do ends its own session, with the reason, and nobody else's; every
// window that a client has to keep to is held by the daemon, at the limit and one above.
// Method: one or two sites of real protocols processes (plant.h); clients that send records as no
// client library would.
#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/wire/record_stream.h"
#include "unit/core/plant.h"

using namespace cohort;
using core::ClientHandle;
using core::test::all;
using core::test::Plant;

namespace {

wire::Multicast message(wire::Order order, std::vector<GroupId> groups) {
  wire::Multicast multicast;
  multicast.token = 7;
  multicast.order = order;
  for (GroupId group : groups) multicast.destinations.groups.push_back(group);
  multicast.entry = 16;
  multicast.payload = {1};
  return multicast;
}

/// A plant of one site with two groups; `client` is a member of the first.
struct Cell {
  Plant plant{1};
  ClientHandle other;
  ClientHandle client;
  GroupId group;
  GroupId second;

  Cell() {
    plant.start(1);
    plant.run(seconds(3));
    other = plant.client(1);
    client = plant.client(1);
    plant.run(millis(50));
    group = join(client, "g");
    second = join(other, "h");
  }
  GroupId join(ClientHandle who, const std::string& name) {
    plant.ask(1, who, wire::JoinGroup{1, name, true, {}});
    plant.run(millis(100));
    return all<wire::ChangeDone>(heard(who)).at(0).group;
  }
  const std::vector<wire::ClientEvent>& heard(ClientHandle who) { return plant.heard(1, who); }
  ProcessId process(ClientHandle who) { return all<wire::Welcome>(heard(who)).at(0).process; }

  /// Why the daemon ended the session; nothing: it goes on.
  std::optional<wire::Goodbye> goodbye(ClientHandle who) {
    const auto found = all<wire::Goodbye>(heard(who));
    return found.empty() ? std::nullopt : std::optional(found.front());
  }
  bool ended(ClientHandle who, Errc code, const std::string& words) {
    plant.run(millis(100));
    const auto why = goodbye(who);
    return why && why->code == code && why->reason.find(words) != std::string::npos;
  }
  /// The client still gets an answer.
  bool served(ClientHandle who) {
    const std::size_t before = all<wire::LookupDone>(heard(who)).size();
    plant.ask(1, who, wire::Lookup{99, "g"});
    plant.run(millis(50));
    return all<wire::LookupDone>(heard(who)).size() == before + 1;
  }
};

using Make = std::function<wire::ClientRequest(const Cell&)>;

struct Illegal {
  const char* name;
  const char* words;
  Make make;
};

wire::Multicast durable(std::vector<GroupId> groups) {
  wire::Multicast multicast = message(wire::Order::kTotal, std::move(groups));
  multicast.safety = wire::Safety::kDurable;
  return multicast;
}

const std::vector<Illegal>& illegal_requests() {
  static const std::vector<Illegal> requests = {
      {"GBCAST to two groups", "exactly one group",
       [](const Cell& cell) { return message(wire::Order::kGlobal, {cell.group, cell.second}); }},
      {"GBCAST to a group and a process", "exactly one group",
       [](const Cell& cell) {
         wire::Multicast multicast = message(wire::Order::kGlobal, {cell.group});
         multicast.destinations.processes.push_back(
             ProcessId::make({SiteId{1}, Incarnation{1}}, 1));
         return multicast;
       }},
      {"large GBCAST", "a GBCAST is beyond its limit",
       [](const Cell& cell) {
         wire::Multicast multicast = message(wire::Order::kGlobal, {cell.group});
         multicast.rest = 1;
         return multicast;
       }},
      {"durable CBCAST", "a durable multicast is an ABCAST to exactly one group",
       [](const Cell& cell) {
         wire::Multicast multicast = durable({cell.group});
         multicast.order = wire::Order::kCausal;
         return multicast;
       }},
      {"durable multicast to two groups", "a durable multicast is an ABCAST to exactly one group",
       [](const Cell& cell) { return durable({cell.group, cell.second}); }},
      {"durable multicast to a process too", "a durable multicast is an ABCAST to exactly one",
       [](const Cell& cell) {
         wire::Multicast multicast = durable({cell.group});
         multicast.destinations.processes.push_back(
             ProcessId::make({SiteId{1}, Incarnation{1}}, 1));
         return multicast;
       }},
      {"group without a name created", "a group needs a name",
       [](const Cell&) { return wire::CreateGroup{7, ""}; }},
      {"group without a name joined", "a group needs a name",
       [](const Cell&) { return wire::JoinGroup{7, "", true, {}}; }},
      {"part of no multicast", "a part belongs to no multicast",
       [](const Cell&) { return wire::MulticastPart{7, {1}}; }},
  };
  return requests;
}

/// The head of a large multicast: one byte, and `rest` follow.
wire::Multicast large(const Cell& cell, std::uint64_t rest) {
  wire::Multicast head = message(wire::Order::kCausal, {cell.group});
  head.rest = rest;
  return head;
}

}  // namespace

class TstClientPort : public QObject {
  Q_OBJECT

 private slots:
  void hello_ofAnotherVersion_isRefusedWithBothVersions() {
    Cell cell;
    const ClientHandle old = cell.plant.open(1);
    cell.plant.ask(1, old, wire::Hello{wire::kClientProtocolVersion + 1, "old", 1});
    QVERIFY(cell.ended(old, Errc::kVersion,
                       "version " + std::to_string(wire::kClientProtocolVersion + 1) +
                           ", the daemon speaks " + std::to_string(wire::kClientProtocolVersion)));
    QVERIFY(cell.served(cell.client));
  }

  void request_beforeTheWelcome_endsTheSession() {
    // A site without a quorum has welcomed nobody; what it may be asked then is answered.
    Plant plant(3);
    plant.start(1);
    plant.run(millis(100));
    const ClientHandle early = plant.client(1);
    plant.ask(1, early, wire::Inspect{1, "sites", ""});
    QCOMPARE(all<wire::Inspection>(plant.heard(1, early)).size(), std::size_t{1});
    plant.ask(1, early, wire::JoinGroup{1, "g", true, {}});
    const auto goodbyes = all<wire::Goodbye>(plant.heard(1, early));
    QCOMPARE(goodbyes.size(), std::size_t{1});
    QCOMPARE(goodbyes.front().reason, std::string("a request before the welcome"));
  }

  void request_thatIsIllegal_endsTheSessionWithTheReason_data() {
    QTest::addColumn<std::size_t>("request");
    for (std::size_t i = 0; i < illegal_requests().size(); ++i) {
      QTest::newRow(illegal_requests()[i].name) << i;
    }
  }

  void request_thatIsIllegal_endsTheSessionWithTheReason() {
    QFETCH(std::size_t, request);
    Cell cell;
    const Illegal& illegal = illegal_requests()[request];
    cell.plant.ask(1, cell.client, illegal.make(cell));
    QVERIFY(cell.ended(cell.client, Errc::kMalformed, illegal.words));
    QVERIFY(cell.served(cell.other));
  }

  void credentials_oneByteTooLong_endTheSession() {
    Cell cell;
    cell.plant.ask(1, cell.client,
                   wire::JoinGroup{2, "k", true, Bytes(limits::kCredentialBytes, 1)});
    cell.plant.run(millis(100));
    const auto done = all<wire::ChangeDone>(cell.heard(cell.client));
    QCOMPARE(done.size(), std::size_t{2});
    QCOMPARE(done.back().code, Errc::kOk);
    cell.plant.ask(1, cell.client,
                   wire::JoinGroup{3, "l", true, Bytes(limits::kCredentialBytes + 1, 1)});
    QVERIFY(cell.ended(cell.client, Errc::kMalformed, "credentials are too long"));
  }

  void parts_thatDoNotFitTheirMulticast_endTheSession_data() {
    QTest::addColumn<qulonglong>("token");
    QTest::addColumn<qulonglong>("bytes");
    QTest::newRow("of another multicast") << qulonglong{8} << qulonglong{1};
    QTest::newRow("empty") << qulonglong{7} << qulonglong{0};
    QTest::newRow("longer than what is missing") << qulonglong{7} << qulonglong{11};
  }

  void parts_thatDoNotFitTheirMulticast_endTheSession() {
    QFETCH(qulonglong, token);
    QFETCH(qulonglong, bytes);
    Cell cell;
    cell.plant.ask(1, cell.client, large(cell, 10));
    cell.plant.ask(1, cell.client, wire::MulticastPart{token, Bytes(bytes, 1)});
    QVERIFY(cell.ended(cell.client, Errc::kMalformed, "a part belongs to no multicast"));
    QCOMPARE(all<wire::Deliver>(cell.heard(cell.client)).size(), std::size_t{0});
  }

  void request_betweenTheParts_endsTheSession() {
    Cell cell;
    cell.plant.ask(1, cell.client, large(cell, 10));
    cell.plant.ask(1, cell.client, wire::Flush{8});
    QVERIFY(cell.ended(cell.client, Errc::kMalformed, "between the parts of a multicast"));
  }

  void parts_beyondTheWindow_endTheSession_data() {
    QTest::addColumn<qulonglong>("above");
    QTest::newRow("at the limit") << qulonglong{0};
    QTest::newRow("one byte above") << qulonglong{1};
  }

  void parts_beyondTheWindow_endTheSession() {
    // In one portion, so that the daemon has taken none of it yet.
    QFETCH(qulonglong, above);
    Cell cell;
    const std::size_t most = limits::kUntakenPartsBytes + limits::kPartBytes;
    Bytes records;
    wire::append_record(records, large(cell, most));
    for (std::size_t left = most - 1 + above; left > 0;) {
      const std::size_t part = std::min(left, limits::kPartBytes);
      wire::append_record(records, wire::MulticastPart{7, Bytes(part, 1)});
      left -= part;
    }
    cell.plant.bring(1, cell.client, records);
    if (above > 0) {
      QVERIFY(cell.ended(cell.client, Errc::kLimit, "more parts than its window allows"));
      QVERIFY(cell.served(cell.other));
      return;
    }
    cell.plant.ask(1, cell.client, wire::MulticastPart{7, {1}});
    cell.plant.run(millis(100));
    QVERIFY(!cell.goodbye(cell.client));
    QCOMPARE(all<wire::Deliver>(cell.heard(cell.client)).size(), std::size_t{1});
  }

  void requests_beyondTheWindow_endTheSession_data() { parts_beyondTheWindow_endTheSession_data(); }

  void requests_beyondTheWindow_endTheSession() {
    QFETCH(qulonglong, above);
    Cell cell;
    const auto request = [&cell](std::size_t payload) {
      wire::Multicast multicast = message(wire::Order::kCausal, {cell.group});
      multicast.payload.assign(payload, 1);
      return multicast;
    };
    const std::size_t overhead = wire::encode(wire::ClientRequest(request(32'768))).size() - 32'768;
    Bytes records;
    std::size_t left = 2 * limits::kUnnumberedBytesPerClient + above;
    std::size_t sent = 0;
    for (; left > 0; ++sent) {
      // The last two share what is left, so that both are long enough for the same overhead.
      const std::size_t next = left > 2 * 40'000 ? 40'000 : left > 40'000 ? left - 20'000 : left;
      wire::append_record(records, request(next - overhead));
      left -= next;
    }
    cell.plant.bring(1, cell.client, records);
    if (above > 0) {
      QVERIFY(cell.ended(cell.client, Errc::kLimit, "it sent more than its window allows"));
      QVERIFY(cell.served(cell.other));
      return;
    }
    cell.plant.run(millis(100));
    QVERIFY(!cell.goodbye(cell.client));
    QCOMPARE(all<wire::Deliver>(cell.heard(cell.client)).size(), sent);
  }

  void clients_ofASite_areLimited_andOneThatGoesMakesRoom() {
    Cell cell;
    std::vector<ClientHandle> clients;
    while (clients.size() + 2 < limits::kClientsPerSite) clients.push_back(cell.plant.client(1));
    cell.plant.run(millis(50));
    QVERIFY(cell.served(clients.back()));
    const ClientHandle beyond = cell.plant.client(1);
    QVERIFY(cell.ended(beyond, Errc::kLimit, "the site has its 256 clients"));
    QCOMPARE(all<wire::Welcome>(cell.heard(beyond)).size(), std::size_t{0});
    cell.plant.close_client(1, clients.front());
    cell.plant.run(millis(50));
    const ClientHandle next = cell.plant.client(1);
    cell.plant.run(millis(50));
    QVERIFY(cell.served(next));
  }

  void directBytes_beyondWhatMayWait_areDropped_andTakenOnesMakeRoom() {
    // H13's window at the receiver: what is beyond it is lost, and nobody's session ends.
    Cell cell;
    const ProcessId to = cell.process(cell.other);
    const auto came = [&cell] {
      std::size_t bytes = 0;
      for (const auto& direct : all<wire::Direct>(cell.heard(cell.other))) {
        bytes += direct.data.size();
      }
      return bytes;
    };
    const std::size_t part = 32'768;
    const auto send = [&](std::size_t bytes) {
      cell.plant.ask(1, cell.client, wire::Direct{to, 1, 0, Bytes(bytes, 1)});
    };
    for (std::size_t i = 0; i < limits::kDirectUntakenBytes / part; ++i) send(part);
    QCOMPARE(came(), limits::kDirectUntakenBytes);
    send(1);
    QCOMPARE(came(), limits::kDirectUntakenBytes);
    cell.plant.ask(1, cell.other, wire::Direct{cell.process(cell.client), 1, 2, {}});
    send(1);
    send(1);
    send(1);
    QCOMPARE(came(), limits::kDirectUntakenBytes + 2);
    QVERIFY(!cell.goodbye(cell.client) && !cell.goodbye(cell.other));
  }

  void directBytes_towardsASiteThatTakesNone_endTheSession() {
    // Limit: kDirectTowardsSiteBytes on their way; who sends on above it goes.
    Plant plant(2);
    for (std::uint16_t site : {std::uint16_t{1}, std::uint16_t{2}}) plant.start(site);
    plant.run(seconds(3));
    const ClientHandle from = plant.client(1);
    const ClientHandle to = plant.client(2);
    plant.run(millis(50));
    const ProcessId receiver = all<wire::Welcome>(plant.heard(2, to)).at(0).process;
    plant.cut(1, 2);
    const Bytes part(32'768, 1);
    std::size_t sent = 0;
    while (all<wire::Goodbye>(plant.heard(1, from)).empty() &&
           sent < 2 * limits::kDirectTowardsSiteBytes) {
      plant.ask(1, from, wire::Direct{receiver, 1, 0, part});
      sent += part.size();
    }
    // Headers count as well, so it is a little less payload; and one record more than the limit.
    QVERIFY(sent > limits::kDirectTowardsSiteBytes - limits::kDirectTowardsSiteBytes / 100);
    QVERIFY(sent <= limits::kDirectTowardsSiteBytes + 2 * part.size());
    QCOMPARE(all<wire::Goodbye>(plant.heard(1, from)).front().code, Errc::kLimit);
  }
};

QTEST_GUILESS_MAIN(TstClientPort)
#include "tst_client_port.moc"
