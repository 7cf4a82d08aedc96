// Goal: every record between client and daemon survives its way; hostile bytes are refused, never a
// crash. Method: a table of one record of each kind; truncation at every byte, noise, limits and
// one above.
#include "platform/wire/client_protocol.h"

#include <QtTest>

#include "platform/base/limits.h"
#include "platform/base/rng.h"

using namespace cohort;
using namespace cohort::wire;

namespace {

const SiteLife kLife{SiteId{3}, Incarnation{9}};
const ProcessId kProcess = ProcessId::make(kLife, 17);
const GroupId kGroup = GroupId::make(4);

std::vector<ClientRequest> requests() {
  Multicast multicast;
  multicast.token = 300;
  multicast.order = Order::kTotal;
  multicast.safety = Safety::kSafe;
  multicast.destinations = {{kGroup, GroupId::make(5)}, {kProcess}};
  multicast.entry = 200;
  multicast.payload = {1, 2, 3};
  return {Hello{1, "emulsion", 4711},
          CreateGroup{2, "news"},
          JoinGroup{3, "news", true, {9, 8}},
          LeaveGroup{4, kGroup},
          KillGroup{5, kGroup},
          Lookup{6, "news"},
          Monitor{kGroup, false},
          multicast,
          Flush{8},
          Inspect{9, "why-left", "2"},
          Consumed{UINT64_MAX},
          MulticastPart{300, {4, 5, 6}},
          Direct{kProcess, 2, 32768, {1, 2}},
          ChangePlant{10, {7, 8, 9}},
          ForceForm{11, "hall 2 burnt down"},
          BeginLog{12, kGroup},
          Checkpoint{13, kGroup, true, {1, 2}}};
}

std::vector<ClientEvent> events() {
  const GroupView view{kGroup, "news", 7, {kProcess, ProcessId::make(kLife, 18)}};
  const SiteView sites{5, {kLife, {SiteId{1}, Incarnation{1}}}};
  Message answer;
  answer.set("sites", 3);
  return {
      Welcome{kProcess, sites, 32768},
      Goodbye{Errc::kVersion, "too old"},
      ChangeDone{1, Errc::kUnknownGroup, kGroup, "no such group"},
      LookupDone{2, Errc::kOk, view},
      Sent{3, Errc::kOk, "", {kLife, 5, 6}, {kProcess}},
      Deliver{{kLife, 5, 6}, kProcess, Order::kGlobal, kGroup, 7, {{kGroup}, {}}, 16, 3, {5, 5}},
      View{view, {kProcess}, {{kProcess, Departure::kSlow}}, 551},
      ProcessGone{kProcess, Departure::kSiteFailed},
      Sites{sites, {kLife}, {{kLife, "silent"}}},
      Serving{false},
      FlushDone{11},
      Inspection{12, answer},
      DeliverPart{{7, 8, 9}},
      PartsTaken{300, 49152},
      Direct{kProcess, 2, 0, {1, 2}},
      Numbered{4096},
      Durable{{kLife, 5, 6}, false}};
}

template <typename Variant, typename Decode>
void check_round_trips(const std::vector<Variant>& records, Decode decode) {
  QCOMPARE(records.size(), std::variant_size_v<Variant>);
  for (std::size_t i = 0; i < records.size(); ++i) {
    const Bytes bytes = encode(records[i]);
    QCOMPARE(records[i].index(), i);
    const auto decoded = decode(bytes);
    QVERIFY2(decoded.has_value(), std::to_string(i).c_str());
    QCOMPARE(decoded->index(), i);
    QVERIFY(encode(*decoded) == bytes);
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      QVERIFY(!decode(ByteView(bytes).first(length)).has_value());
    }
    Bytes longer = bytes;
    longer.push_back(0);
    QVERIFY(!decode(longer).has_value());
  }
}

template <typename Variant, typename Decode>
void check_noise(const std::vector<Variant>& records, Decode decode) {
  Rng random(7);
  for (int round = 0; round < 20000; ++round) {
    Bytes bytes = encode(records[random.below(records.size())]);
    for (int i = 0; i < 2; ++i) bytes[random.below(bytes.size())] = std::uint8_t(random.below(256));
    const auto decoded = decode(bytes);
    if (decoded) QVERIFY(decode(encode(*decoded)).has_value());
  }
}

}  // namespace

class TstClientProtocol : public QObject {
  Q_OBJECT
 private slots:
  void requests_ofEveryKind_surviveTheWay() {
    check_round_trips(requests(), [](ByteView b) { return decode_client_request(b); });
  }
  void events_ofEveryKind_surviveTheWay() {
    check_round_trips(events(), [](ByteView b) { return decode_client_event(b); });
  }
  void requests_withNoise_neverCrash() {
    check_noise(requests(), [](ByteView b) { return decode_client_request(b); });
  }
  void events_withNoise_neverCrash() {
    check_noise(events(), [](ByteView b) { return decode_client_event(b); });
  }

  void randomBytes_neverCrash() {
    Rng random(11);
    for (int round = 0; round < 20000; ++round) {
      Bytes bytes(random.below(64));
      for (auto& byte : bytes) byte = static_cast<std::uint8_t>(random.below(256));
      static_cast<void>(decode_client_request(bytes).has_value());
      static_cast<void>(decode_client_event(bytes).has_value());
    }
  }

  void multicast_fieldsRoundTrip_areTheSame() {
    const auto decoded = decode_client_request(encode(requests()[7]));
    const auto& multicast = std::get<Multicast>(*decoded);
    QVERIFY(multicast.order == Order::kTotal);
    QVERIFY(multicast.safety == Safety::kSafe);
    QCOMPARE(multicast.destinations.groups.size(), 2u);
    QVERIFY(multicast.destinations.processes[0] == kProcess);
    QCOMPARE(multicast.entry, std::uint8_t{200});
  }

  void payload_atTheLimit_passes_oneAbove_isRefused() {
    Multicast multicast;
    multicast.payload.resize(limits::kPartBytes);
    multicast.rest = limits::kPayloadBytes - limits::kPartBytes;
    QVERIFY(decode_client_request(encode(ClientRequest(multicast))).has_value());
    multicast.rest = limits::kPayloadBytes;
    QVERIFY(!decode_client_request(encode(ClientRequest(multicast))).has_value());
    multicast.rest = 0;
    multicast.payload.resize(limits::kPartBytes + 1);
    QVERIFY(!decode_client_request(encode(ClientRequest(multicast))).has_value());
  }

  void part_atTheLimit_passes_oneAbove_isRefused() {
    MulticastPart part{1, Bytes(limits::kPartBytes, 7)};
    QVERIFY(decode_client_request(encode(ClientRequest(part))).has_value());
    part.data.push_back(7);
    QVERIFY(!decode_client_request(encode(ClientRequest(part))).has_value());
  }

  void names_atTheLimit_pass_oneAbove_areRefused() {
    const std::string longest(limits::kNameBytes, 'n');
    QVERIFY(decode_client_request(encode(ClientRequest(CreateGroup{1, longest}))).has_value());
    QVERIFY(
        !decode_client_request(encode(ClientRequest(CreateGroup{1, longest + "n"}))).has_value());
  }

  void members_atTheLimit_pass_oneAbove_areRefused() {
    View view;
    view.view.members.resize(limits::kMembersPerGroup, kProcess);
    QVERIFY(decode_client_event(encode(ClientEvent(view))).has_value());
    view.view.members.push_back(kProcess);
    QVERIFY(!decode_client_event(encode(ClientEvent(view))).has_value());
  }

  void destinations_oneAboveTheLimit_areRefused() {
    Multicast multicast;
    multicast.destinations.groups.resize(limits::kDestinations, kGroup);
    QVERIFY(decode_client_request(encode(ClientRequest(multicast))).has_value());
    multicast.destinations.groups.push_back(kGroup);
    QVERIFY(!decode_client_request(encode(ClientRequest(multicast))).has_value());
  }

  void recipients_atTheLimit_fitAFrame() {
    Sent sent;
    sent.recipients.resize(limits::kRecipientsPerMulticast, kProcess);
    const Bytes bytes = encode(ClientEvent(sent));
    QVERIFY(bytes.size() <= limits::kFrameBytes);
    QVERIFY(decode_client_event(bytes).has_value());
  }
};

QTEST_GUILESS_MAIN(TstClientProtocol)
#include "tst_client_protocol.moc"
