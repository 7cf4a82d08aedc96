// Goal: what a station and its clients say survives the wire, and nothing malformed gets through.
// Method: every message there and back; every truncation and single damage of each; limits.
#include "stations/protocol.h"

#include <QtTest>

#include "platform/base/rng.h"
#include "stations/limits.h"

using namespace cohort;
using namespace cohort::stations;
using namespace cohort::stations::protocol;

namespace {

Job some_job() {
  Job job;
  job.key = "3-17";
  job.station = "T1";
  job.step = 4;
  job.lots = {"Pa-001", "Lös \"2\""};
  job.product = "Pa";
  job.recipe = "move-C2-C3";
  job.from = "C2";
  job.to = "C3";
  return job;
}

JobStatus some_status() {
  return {"3-17", JobState::kRunning, 12, 345'678, 60'000, 2};
}

std::vector<Request> requests() {
  return {StartRequest{1, some_job()}, QueryRequest{2, "3-17"}, SubscribeRequest{true, false}};
}

std::vector<Report> reports() {
  Reading reading{
      "Ma", "temperature", "degC", 949.75, 1, 99, WallTime{1'700'000'000'000'000'000}, millis(1)};
  EquipmentEvent event{EquipmentEvent::Kind::kRefused, some_job(), StartOutcome::kRefusedBusy,
                       some_status()};
  return {Hello{kVersion, {"Ma", StationKind::kDiffusion}, 5, 6, 7},
          StartAnswer{1, {StartOutcome::kRefusedDuplicate, "again", some_status()}},
          QueryAnswer{2, some_status()},
          EventReport{event},
          ReadingsReport{{reading, reading}},
          ErrorReport{"why"}};
}

}  // namespace

class TstStationProtocol : public QObject {
  Q_OBJECT
 private slots:
  void messages_thereAndBack_areEqual() {
    for (const Request& request : requests()) {
      const auto decoded = decode_request(encode(request));
      QVERIFY(decoded.has_value());
      QVERIFY(*decoded == request);
    }
    for (const Report& report : reports()) {
      const auto decoded = decode_report(encode(report));
      QVERIFY2(decoded.has_value(), decoded ? "" : decoded.error().text.c_str());
      QVERIFY(*decoded == report);
    }
  }

  void messages_truncated_areRefused() {
    for (const Request& request : requests()) {
      const std::string line = encode(request);
      for (std::size_t size = 0; size < line.size(); ++size) {
        QVERIFY(!decode_request(line.substr(0, size)).has_value());
      }
    }
  }

  void messages_withDamagedBytes_neverEndTheDecoder() {
    Rng random(1);
    std::size_t refused = 0;
    for (int round = 0; round < 3'000; ++round) {
      std::string line = encode(requests()[random.below(3)]);
      line[random.below(line.size())] = static_cast<char>(random.below(256));
      if (!decode_request(line)) ++refused;
      std::string report = encode(reports()[random.below(6)]);
      report[random.below(report.size())] = static_cast<char>(random.below(256));
      if (!decode_report(report)) ++refused;
    }
    QVERIFY(refused > 1'000);
  }

  void request_wrong_isRefusedByName_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("named");
    QTest::newRow("list") << "[]" << "type";
    QTest::newRow("type") << R"({"type":"stop"})" << "unknown request 'stop'";
    QTest::newRow("unknown field") << R"({"type":"query","call":1,"key":"a","x":0})" << "'x'";
    QTest::newRow("missing field") << R"({"type":"query","call":1})" << "'key' is missing";
    QTest::newRow("call zero") << R"({"type":"query","call":0,"key":"a"})" << "'call'";
    QTest::newRow("call huge") << R"({"type":"query","call":18446744073709551615,"key":"a"})"
                               << "'call'";
    QTest::newRow("key type") << R"({"type":"query","call":1,"key":7})" << "'key' must be a text";
    QTest::newRow("bool") << R"({"type":"subscribe","events":1,"readings":true})" << "'events'";
    QTest::newRow("job") << R"({"type":"start","call":1,"job":[]})" << "job: ";
  }
  void request_wrong_isRefusedByName() {
    QFETCH(QString, line);
    QFETCH(QString, named);
    const auto decoded = decode_request(line.toStdString());
    QVERIFY(!decoded.has_value());
    QVERIFY2(QString::fromStdString(decoded.error().text).contains(named),
             decoded.error().text.c_str());
  }

  void limits_atAndAbove_holdTheLine() {
    const std::string key(limits::kNameBytes, 'k');
    QVERIFY(decode_request(encode(QueryRequest{1, key})).has_value());
    QVERIFY(!decode_request(encode(QueryRequest{1, key + "k"})).has_value());
    StartRequest start{1, some_job()};
    start.job.lots.assign(limits::kLotsPerJob, "L");
    QVERIFY(decode_request(encode(start)).has_value());
    start.job.lots.push_back("L");
    QVERIFY(!decode_request(encode(start)).has_value());
  }

  void hello_ofAnotherVersion_isRefused() {
    const auto decoded = decode_report(encode(Hello{kVersion + 1, {"Ma", {}}, 0, 0, 0}));
    QVERIFY(!decoded.has_value());
    QCOMPARE(decoded.error().code, Errc::kVersion);
  }

  void splitter_anyCut_givesTheSameLines() {
    const std::string stream = "one\n\ntwo and more\nthree";
    for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
      LineSplitter splitter;
      std::vector<std::string> lines;
      QVERIFY(splitter.feed(stream.substr(0, cut), lines).has_value());
      QVERIFY(splitter.feed(stream.substr(cut), lines).has_value());
      QVERIFY((lines == std::vector<std::string>{"one", "", "two and more"}));
      QCOMPARE(splitter.pending_bytes(), std::size_t{5});
    }
  }

  void splitter_lineAboveTheLimit_isRefused() {
    std::vector<std::string> lines;
    LineSplitter fits;
    QVERIFY(fits.feed(std::string(limits::kLineBytes, 'a') + "\n", lines).has_value());
    LineSplitter too_long;
    QVERIFY(!too_long.feed(std::string(limits::kLineBytes + 1, 'a'), lines).has_value());
  }
};

QTEST_GUILESS_MAIN(TstStationProtocol)
#include "tst_station_protocol.moc"
