#include "sensors/protocol.h"

#include <algorithm>

#include "platform/base/limits.h"
#include "platform/wire/codec.h"
#include "sensors/check.h"
#include "sensors/limits.h"

namespace cohort::sensors::protocol {

namespace {

using wire::Decoder;
using wire::Encoder;
using wire::Message;

// Rows travel packed in one byte field: a message per row would repeat every field's name.
constexpr const char* kRows = "rows";
constexpr std::uint8_t kGapBit = 0x80;
constexpr std::size_t kErrorTextBytes = cohort::limits::kNameBytes + 2 + limits::kReasonBytes;

void put(Encoder& out, const SensorInfo& info) {
  out.text(info.name);
  out.text(info.station);
  out.text(info.quantity);
  out.text(info.unit);
}

SensorInfo get_info(Decoder& in) {
  SensorInfo info;
  info.name = in.text(cohort::limits::kNameBytes);
  info.station = in.text(cohort::limits::kNameBytes);
  info.quantity = in.text(cohort::limits::kNameBytes);
  info.unit = in.text(limits::kUnitBytes);
  return info;
}

Quality get_quality(Decoder& in, std::uint8_t value) {
  if (value > static_cast<std::uint8_t>(Quality::kBad)) in.fail("a quality is unknown");
  return static_cast<Quality>(value);
}

/// Times are written as the difference to the row before. Differences are taken modulo 2^64, so
/// that no sequence of bytes overflows.
std::int64_t difference(std::int64_t left, std::int64_t right) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(left) -
                                   static_cast<std::uint64_t>(right));
}
std::int64_t sum(std::int64_t left, std::int64_t right) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(left) +
                                   static_cast<std::uint64_t>(right));
}

void put(Encoder& out, const Reading& reading, WallTime before) {
  out.u8(static_cast<std::uint8_t>(reading.quality));
  out.zigzag(difference(reading.time.ns, before.ns));
  out.varint(static_cast<std::uint64_t>(reading.time_error_ns));
  out.zigzag(reading.plant_ms);
  out.real(reading.value);
  out.real(reading.value_error);
}

Reading get_reading(Decoder& in, WallTime before) {
  Reading reading;
  reading.quality = get_quality(in, in.u8());
  reading.time.ns = sum(before.ns, in.zigzag());
  reading.time_error_ns = static_cast<std::int64_t>(in.varint());
  reading.plant_ms = in.zigzag();
  reading.value = in.real();
  reading.value_error = in.real();
  return reading;
}

void put(Encoder& out, const WindowPoint& point, WallTime before) {
  out.u8(static_cast<std::uint8_t>(static_cast<std::uint8_t>(point.worst) |
                                   (point.gap_before ? kGapBit : 0)));
  out.zigzag(difference(point.first_time.ns, before.ns));
  out.zigzag(difference(point.last_time.ns, point.first_time.ns));
  out.zigzag(point.plant_ms);
  out.varint(point.count);
  out.varint(point.bad);
  for (const double value : {point.first, point.last, point.minimum, point.maximum}) {
    out.real(value);
  }
}

WindowPoint get_point(Decoder& in, WallTime before) {
  WindowPoint point;
  const std::uint8_t flags = in.u8();
  point.gap_before = (flags & kGapBit) != 0;
  point.worst = get_quality(in, flags & 0x7f);
  point.first_time.ns = sum(before.ns, in.zigzag());
  point.last_time.ns = sum(point.first_time.ns, in.zigzag());
  point.plant_ms = in.zigzag();
  point.count = in.varint();
  point.bad = in.varint();
  for (double* value : {&point.first, &point.last, &point.minimum, &point.maximum}) {
    *value = in.real();
  }
  return point;
}

void put(Encoder& out, const Gap& gap) {
  out.zigzag(gap.from.ns);
  out.zigzag(gap.to.ns);
  out.text(clipped_reason(gap.reason));
}

Gap get_gap(Decoder& in) {
  Gap gap;
  gap.from.ns = in.zigzag();
  gap.to.ns = in.zigzag();
  gap.reason = in.text(limits::kReasonBytes);
  return gap;
}

ListedSensor get_listed(Decoder& in) {
  ListedSensor sensor;
  sensor.info = get_info(in);
  sensor.has_newest = in.boolean();
  if (sensor.has_newest) sensor.newest = get_reading(in, {});
  sensor.connected = in.boolean();
  sensor.readings = in.varint();
  sensor.bad = in.varint();
  sensor.duplicates = in.varint();
  return sensor;
}

/// A count that came as a signed field; negative ones become something beyond every limit.
std::size_t size_of(const Message& message, const char* name, std::int64_t fallback) {
  return static_cast<std::size_t>(message.integer(name, fallback));
}

}  // namespace

wire::Message to_message(const ListQuestion& question) {
  Message message;
  message.set("after", question.after);
  return message;
}

Result<ListQuestion> list_question(const wire::Message& message) {
  return ListQuestion{message.text("after")};
}

wire::Message to_message(const ListAnswer& answer) {
  Encoder out;
  out.varint(answer.sensors.size());
  for (const ListedSensor& sensor : answer.sensors) {
    put(out, sensor.info);
    out.boolean(sensor.has_newest);
    if (sensor.has_newest) put(out, sensor.newest, {});
    out.boolean(sensor.connected);
    out.varint(sensor.readings);
    out.varint(sensor.bad);
    out.varint(sensor.duplicates);
  }
  Message message;
  message.set("more", answer.more);
  message.set(kRows, out.take());
  return message;
}

Result<ListAnswer> list_answer(const wire::Message& message) {
  const Bytes rows = message.bytes(kRows);
  Decoder in(rows);
  ListAnswer answer;
  answer.more = message.flag("more");
  const std::size_t count = in.count(limits::kSensorsPerPage);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) answer.sensors.push_back(get_listed(in));
  if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
  return answer;
}

wire::Message to_message(const WindowQuestion& question) {
  Message message;
  message.set("sensor", question.sensor);
  if (question.to) message.set("to", question.to->ns);
  message.set("span", question.span_ns);
  message.set("points", static_cast<std::uint64_t>(question.points));
  return message;
}

Result<WindowQuestion> window_question(const wire::Message& message) {
  WindowQuestion question;
  question.sensor = message.text("sensor");
  if (message.has("to")) question.to = WallTime{message.integer("to")};
  question.span_ns = message.integer("span", question.span_ns);
  question.points = size_of(message, "points", static_cast<std::int64_t>(question.points));
  return question;
}

wire::Message to_message(const WindowAnswer& answer) {
  Encoder out;
  put(out, answer.sensor);
  out.varint(answer.points.size());
  WallTime before = answer.from;
  for (const WindowPoint& point : answer.points) {
    put(out, point, before);
    before = point.last_time;
  }
  out.varint(answer.gaps.size());
  for (const Gap& gap : answer.gaps) put(out, gap);
  Message message;
  message.set("from", answer.from.ns);
  message.set("to", answer.to.ns);
  message.set(kRows, out.take());
  return message;
}

Result<WindowAnswer> window_answer(const wire::Message& message) {
  const Bytes rows = message.bytes(kRows);
  Decoder in(rows);
  WindowAnswer answer;
  answer.from.ns = message.integer("from");
  answer.to.ns = message.integer("to");
  answer.sensor = get_info(in);
  const std::size_t points = in.count(limits::kWindowPoints);
  WallTime before = answer.from;
  for (std::size_t i = 0; i < points && !in.failed(); ++i) {
    answer.points.push_back(get_point(in, before));
    before = answer.points.back().last_time;
  }
  const std::size_t gaps = in.count(limits::kGapsPerWindow);
  for (std::size_t i = 0; i < gaps && !in.failed(); ++i) answer.gaps.push_back(get_gap(in));
  if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
  return answer;
}

wire::Message to_message(const IntervalQuestion& question) {
  Encoder out;
  out.varint(question.sensors.size());
  for (const std::string& sensor : question.sensors) out.text(sensor);
  Message message;
  message.set("from", question.from.ns);
  message.set("to", question.to.ns);
  message.set("limit", static_cast<std::uint64_t>(question.limit));
  message.set(kRows, out.take());
  return message;
}

Result<IntervalQuestion> interval_question(const wire::Message& message) {
  const Bytes rows = message.bytes(kRows);
  Decoder in(rows);
  IntervalQuestion question;
  question.from.ns = message.integer("from");
  question.to.ns = message.integer("to");
  question.limit = size_of(message, "limit", static_cast<std::int64_t>(question.limit));
  const std::size_t count = in.count(limits::kSensorsPerInterval);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    question.sensors.push_back(in.text(cohort::limits::kNameBytes));
  }
  if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
  return question;
}

wire::Message to_message(const IntervalAnswer& answer) {
  Encoder out;
  out.varint(answer.samples.size());
  WallTime before;
  for (const IntervalSample& sample : answer.samples) {
    out.varint(sample.sensor);
    out.boolean(sample.membership == Membership::kCertain);
    put(out, sample.reading, before);
    before = sample.reading.time;
  }
  out.varint(answer.incomplete.size());
  for (const std::string& why : answer.incomplete) out.text(why);
  Message message;
  message.set("certain", answer.certain);
  message.set("possible", answer.possible);
  message.set(kRows, out.take());
  return message;
}

Result<IntervalAnswer> interval_answer(const wire::Message& message) {
  const Bytes rows = message.bytes(kRows);
  Decoder in(rows);
  IntervalAnswer answer;
  answer.certain = static_cast<std::uint64_t>(message.integer("certain"));
  answer.possible = static_cast<std::uint64_t>(message.integer("possible"));
  const std::size_t samples = in.count(limits::kIntervalSamples);
  WallTime before;
  for (std::size_t i = 0; i < samples && !in.failed(); ++i) {
    IntervalSample sample;
    const std::uint64_t sensor = in.varint();
    if (sensor >= limits::kSensorsPerInterval) in.fail("a sample's sensor is out of range");
    sample.sensor = static_cast<std::uint32_t>(sensor);
    sample.membership = in.boolean() ? Membership::kCertain : Membership::kPossible;
    sample.reading = get_reading(in, before);
    before = sample.reading.time;
    answer.samples.push_back(sample);
  }
  const std::size_t incomplete = in.count(limits::kSensorsPerInterval);
  for (std::size_t i = 0; i < incomplete && !in.failed(); ++i) {
    answer.incomplete.push_back(in.text(kErrorTextBytes));
  }
  if (auto ok = in.finish(); !ok) return std::unexpected(ok.error());
  return answer;
}

}  // namespace cohort::sensors::protocol
