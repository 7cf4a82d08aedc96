// What stations and sensors say, and what a station remembers.
#include "fuzz/target.h"
#include "sensors/protocol.h"
#include "stations/machine.h"
#include "stations/memory_log.h"
#include "stations/mini_fab.h"
#include "stations/protocol.h"

namespace cohort::fuzz {

namespace {

using namespace stations;

template <typename Variant, std::size_t... I>
std::vector<Bytes> each_line(std::index_sequence<I...>) {
  return {to_bytes(protocol::encode(Variant(std::in_place_index<I>)))...};
}

std::string without_newline(std::string line) {
  if (line.ends_with('\n')) line.pop_back();
  return line;
}

template <typename Value, typename Decode>
Target line_target(const char* name, const Decode& decode_line) {
  const auto decode = [decode_line](ByteView bytes) { return decode_line(to_text(bytes)); };
  const auto encode = [](const Value& value) {
    return to_bytes(without_newline(protocol::encode(value)));
  };
  std::vector<Bytes> seeds =
      each_line<Value>(std::make_index_sequence<std::variant_size_v<Value>>{});
  for (Bytes& seed : seeds) seed = to_bytes(without_newline(to_text(seed)));
  return {name, [=](ByteView bytes) { round_trip(bytes, decode, encode); }, std::move(seeds)};
}

std::vector<std::string> lines_of(ByteView stream, std::size_t piece) {
  protocol::LineSplitter splitter;
  std::vector<std::string> lines;
  const std::string text = to_text(stream);
  for (std::size_t from = 0; from < text.size(); from += piece) {
    if (!splitter.feed(text.substr(from, piece), lines)) {
      lines.push_back("error");
      break;
    }
  }
  return lines;
}

Target station_lines() {
  return {"station_lines",
          [](ByteView bytes) {
            const auto whole = lines_of(bytes, std::max<std::size_t>(bytes.size(), 1));
            require(lines_of(bytes, 1) == whole, "single bytes make other lines");
          },
          {to_bytes("one\ntwo\r\n\nthree")}};
}

Target station_memory() {
  JobRecord record;
  record.job.key = "1-1";
  record.job.station = "Me";
  record.job.step = 3;
  record.job.lots = {"L1"};
  return {"station_memory",
          [](ByteView bytes) {
            Machine machine(mini_fab_stations().front());
            const std::string text = to_text(bytes);
            const auto restored = memory_log::restore(text, machine);
            if (restored) require(restored->kept <= text.size(), "more kept than there was");
          },
          {to_bytes(memory_log::started_line(record)), to_bytes(memory_log::refused_line("1-1"))}};
}

template <typename Value>
void same_again(const wire::Message& message, Result<Value> (*read)(const wire::Message& message)) {
  const auto value = read(message);
  if (!value) return;
  const wire::Message once = sensors::protocol::to_message(*value);
  const auto again = read(once);
  require(again.has_value(), "a sensor question cannot be read again");
  require(sensors::protocol::to_message(*again).encode() == once.encode(),
          "a sensor question changes on its way");
}

Target sensor_protocol() {
  using namespace sensors;
  namespace p = sensors::protocol;
  return {"sensor_protocol",
          [](ByteView bytes) {
            const auto message = wire::Message::decode(bytes);
            if (!message) return;
            same_again<p::ListQuestion>(*message, p::list_question);
            same_again<p::ListAnswer>(*message, p::list_answer);
            same_again<WindowQuestion>(*message, p::window_question);
            same_again<WindowAnswer>(*message, p::window_answer);
            same_again<IntervalQuestion>(*message, p::interval_question);
            same_again<IntervalAnswer>(*message, p::interval_answer);
          },
          {p::to_message(p::ListQuestion{}).encode(), p::to_message(p::ListAnswer{}).encode(),
           p::to_message(WindowQuestion{}).encode(), p::to_message(WindowAnswer{}).encode(),
           p::to_message(IntervalQuestion{}).encode(), p::to_message(IntervalAnswer{}).encode()}};
}

}  // namespace

void add_equipment_targets(std::vector<Target>& all) {
  all.push_back(line_target<protocol::Request>("station_request", protocol::decode_request));
  all.push_back(line_target<protocol::Report>("station_report", protocol::decode_report));
  all.push_back(station_lines());
  all.push_back(station_memory());
  all.push_back(sensor_protocol());
}

}  // namespace cohort::fuzz
