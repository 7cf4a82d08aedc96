// Goal: questions and answers about sensors survive the wire, fit one multicast, and bad bytes are
//   refused.
// Method: round trips, the largest legal answers, every prefix of a legal answer.
#include "sensors/protocol.h"

#include <QTest>
#include <limits>

#include "platform/base/limits.h"
#include "sensors/limits.h"

using namespace cohort;
using namespace cohort::sensors;
using wire::Message;

namespace {

SensorInfo largest_info() {
  const std::string name(cohort::limits::kNameBytes, 'n');
  return {name, name, name, std::string(sensors::limits::kUnitBytes, 'u')};
}

Reading extreme_reading(std::int64_t time) {
  Reading reading;
  reading.time = WallTime{time};
  reading.time_error_ns = sensors::limits::kTimeErrorNs;
  reading.plant_ms = std::numeric_limits<std::int64_t>::max();
  reading.value = -1.25e300;
  reading.value_error = 1e-300;
  reading.quality = Quality::kUncertain;
  return reading;
}

WindowAnswer largest_window() {
  WindowAnswer answer;
  answer.sensor = largest_info();
  answer.from = WallTime{0};
  answer.to = WallTime{sensors::limits::kTimeNs};
  for (std::size_t i = 0; i < sensors::limits::kWindowPoints; ++i) {
    WindowPoint point;
    point.first_time.ns = i % 2 == 0 ? 0 : sensors::limits::kTimeNs;
    point.last_time.ns = sensors::limits::kTimeNs - point.first_time.ns;
    point.plant_ms = std::numeric_limits<std::int64_t>::min();
    point.count = 5'000'000;
    point.bad = 5'000'000;
    point.first = point.last = point.minimum = point.maximum = 1.0 / 3;
    point.worst = Quality::kBad;
    point.gap_before = true;
    answer.points.push_back(point);
  }
  const Gap gap{{0}, {sensors::limits::kTimeNs}, std::string(sensors::limits::kReasonBytes, 'r')};
  answer.gaps.assign(sensors::limits::kGapsPerWindow, gap);
  return answer;
}

}  // namespace

class TstSensorProtocol : public QObject {
  Q_OBJECT
 private slots:
  void list_roundTrip_isTheSame() {
    protocol::ListAnswer answer;
    answer.more = true;
    answer.sensors.push_back({largest_info(), true, extreme_reading(7), true, 1, 2, 3});
    answer.sensors.push_back({{"a", "b", "c", "d"}, false, {}, false, 0, 0, 0});
    QVERIFY(protocol::list_answer(protocol::to_message(answer)).value() == answer);
    QCOMPARE(
        protocol::list_question(protocol::to_message(protocol::ListQuestion{"Ma"})).value().after,
        std::string("Ma"));
  }

  void window_roundTrip_isTheSame() {
    const WindowAnswer answer = largest_window();
    const auto back = protocol::window_answer(protocol::to_message(answer)).value();
    QVERIFY(back.sensor == answer.sensor);
    QVERIFY(back.points == answer.points);
    QVERIFY(back.gaps == answer.gaps);
    QVERIFY(back.from == answer.from && back.to == answer.to);
    WindowQuestion question;
    question.sensor = "Ma.flow";
    question.to = WallTime{12};
    question.span_ns = 34;
    question.points = 56;
    const auto asked = protocol::window_question(protocol::to_message(question)).value();
    QVERIFY(asked.sensor == question.sensor && asked.to == question.to);
    QVERIFY(asked.span_ns == 34 && asked.points == 56);
    question.to.reset();
    QVERIFY(!protocol::window_question(protocol::to_message(question)).value().to);
  }

  void interval_roundTrip_isTheSame() {
    IntervalQuestion question;
    question.sensors = {"a", "b"};
    question.from = WallTime{-5};
    question.to = WallTime{6};
    question.limit = 7;
    const auto asked = protocol::interval_question(protocol::to_message(question)).value();
    QVERIFY(asked.sensors == question.sensors && asked.from == question.from);
    QVERIFY(asked.to == question.to && asked.limit == 7);
    IntervalAnswer answer;
    answer.certain = 5;
    answer.possible = 6;
    answer.samples.push_back({1, Membership::kCertain, extreme_reading(8)});
    answer.samples.push_back({0, Membership::kPossible, extreme_reading(3)});
    answer.incomplete = {"b: down"};
    const auto back = protocol::interval_answer(protocol::to_message(answer)).value();
    QCOMPARE(back.samples.size(), 2u);
    QVERIFY(back.samples.at(1).reading == answer.samples.at(1).reading);
    QVERIFY(back.samples.at(0).membership == Membership::kCertain);
    QVERIFY(back.certain == 5 && back.possible == 6 && back.incomplete == answer.incomplete);
  }

  void answers_largestLegal_fitOneMulticast() {
    QVERIFY(protocol::to_message(largest_window()).encode().size() <=
            cohort::limits::kPayloadBytes);

    protocol::ListAnswer list;
    const protocol::ListedSensor sensor{
        largest_info(), true,      extreme_reading(sensors::limits::kTimeNs), true, UINT64_MAX,
        UINT64_MAX,     UINT64_MAX};
    list.sensors.assign(sensors::limits::kSensorsPerPage, sensor);
    QVERIFY(protocol::to_message(list).encode().size() <= cohort::limits::kPayloadBytes);

    IntervalAnswer interval;
    for (std::size_t i = 0; i < sensors::limits::kIntervalSamples; ++i) {
      const std::int64_t time = i % 2 == 0 ? 0 : sensors::limits::kTimeNs;
      interval.samples.push_back({63, Membership::kPossible, extreme_reading(time)});
    }
    const std::string why(cohort::limits::kNameBytes + 2 + sensors::limits::kReasonBytes, 'w');
    interval.incomplete.assign(sensors::limits::kSensorsPerInterval, why);
    QVERIFY(protocol::to_message(interval).encode().size() <= cohort::limits::kPayloadBytes);
    QVERIFY(protocol::interval_answer(protocol::to_message(interval)).has_value());
  }

  void answer_cutAnywhere_isRefused() {
    WindowAnswer answer;
    answer.sensor = {"a", "b", "c", "d"};
    answer.points.resize(3);
    answer.gaps.push_back({{1}, {2}, "down"});
    const Message whole = protocol::to_message(answer);
    const Bytes rows = whole.bytes("rows");
    for (std::size_t length = 0; length < rows.size(); ++length) {
      Message cut = whole;
      cut.set("rows", Bytes(rows.begin(), rows.begin() + static_cast<std::ptrdiff_t>(length)));
      QVERIFY2(!protocol::window_answer(cut), qPrintable(QString::number(length)));
    }
  }

  void answer_beyondItsLimit_isRefused() {
    WindowAnswer answer = largest_window();
    answer.points.emplace_back();
    QVERIFY(!protocol::window_answer(protocol::to_message(answer)));
  }

  void answer_ofAnotherKind_isRefused() {
    QVERIFY(!protocol::window_answer(Message{}));
    QVERIFY(!protocol::interval_answer(protocol::to_message(largest_window())));
  }
};

QTEST_GUILESS_MAIN(TstSensorProtocol)
#include "tst_sensor_protocol.moc"
