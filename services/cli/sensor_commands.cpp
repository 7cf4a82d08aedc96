/// sensors: list, window, interval.
#include <CLI/CLI.hpp>
#include <memory>

#include "platform/tools/group_rpc.h"
#include "sensors/limits.h"
#include "sensors/protocol.h"
#include "services/cli/arguments.h"
#include "services/cli/commands.h"
#include "services/cli/words.h"

namespace cohort::cli {

namespace {

namespace protocol = sensors::protocol;
using sensors::Membership;
using sensors::Quality;
using sensors::Reading;
using wire::Message;

struct SensorOptions {
  std::vector<std::string> sensors;
  std::string from;
  std::string to;
  std::string span = "1h";
  std::size_t points = 20;
  std::size_t limit = 200;
};
using Options = std::shared_ptr<SensorOptions>;

std::string_view quality_text(Quality quality) {
  switch (quality) {
    case Quality::kGood:
      return "good";
    case Quality::kUncertain:
      return "uncertain";
    case Quality::kBad:
      return "bad";
  }
  return "unknown";
}

std::string value_text(const Reading& reading, const std::string& unit) {
  if (!reading.usable()) return std::string(kNothing);
  return measured_text(reading.value, reading.value_error) + " ± " +
         number_text(reading.value_error) + (unit.empty() ? "" : " " + unit);
}

std::string error_text(const Reading& reading) {
  return "± " + number_text(static_cast<double>(reading.time_error_ns) / 1e6) + " ms";
}

Message to_message(const Reading& reading) {
  Message message;
  message.set("time_ns", reading.time.ns).set("time_error_ns", reading.time_error_ns);
  message.set("plant_ms", reading.plant_ms).set("quality", quality_text(reading.quality));
  if (reading.usable()) {
    message.set("value", reading.value).set("value_error", reading.value_error);
  }
  return message;
}

/// One question to the sensor store.
task::Task<Result<Message>> ask(Context context, std::uint8_t entry, Message question) {
  const auto view = co_await context.process().look_up(protocol::kGroup);
  if (!view) {
    co_return make_error(view.error().code,
                         "the sensor store does not run; start it with: cohort services start "
                         "sensors@SITE");
  }
  client::Destinations to;
  to.groups.push_back(view->group);
  auto replies = co_await tools::call(context.process(), to, entry, std::move(question));
  if (!replies) co_return std::unexpected(replies.error());
  co_return std::move(replies->front().message);
}

task::Task<Result<std::vector<protocol::ListedSensor>>> all_sensors(Context context) {
  std::vector<protocol::ListedSensor> all;
  protocol::ListQuestion question;
  bool more = true;
  while (more) {
    auto reply = co_await ask(context, protocol::kList, protocol::to_message(question));
    if (!reply) co_return std::unexpected(reply.error());
    auto page = protocol::list_answer(*reply);
    if (!page) co_return std::unexpected(page.error());
    for (auto& sensor : page->sensors) all.push_back(std::move(sensor));
    more = page->more && !page->sensors.empty();
    if (more) question.after = all.back().info.name;
  }
  co_return all;
}

Message to_message(const protocol::ListedSensor& sensor) {
  Message message;
  message.set("sensor", sensor.info.name).set("station", sensor.info.station);
  message.set("quantity", sensor.info.quantity).set("unit", sensor.info.unit);
  message.set("connected", sensor.connected).set("readings", sensor.readings);
  message.set("bad", sensor.bad).set("duplicates", sensor.duplicates);
  if (sensor.has_newest) message.set("newest", to_message(sensor.newest));
  return message;
}

task::Task<Exit> list_sensors(Context context) {
  const auto sensors = co_await all_sensors(context);
  if (!sensors) co_return failed(context, sensors.error(), false);
  Table table({{"SENSOR"},
               {"VALUE", Align::kRight},
               {"QUALITY"},
               {"TIME"},
               {"TIME ERROR", Align::kRight},
               {"LINK"},
               {"READINGS", Align::kRight},
               {"BAD", Align::kRight}});
  for (const protocol::ListedSensor& sensor : *sensors) {
    if (context.json) context.line(to_message(sensor).to_json());
    const Reading& newest = sensor.newest;
    const bool has = sensor.has_newest;
    const std::string nothing(kNothing);
    table.row({sensor.info.name, has ? value_text(newest, sensor.info.unit) : nothing,
               has ? std::string(quality_text(newest.quality)) : nothing,
               has ? moment_text(newest.time) : nothing, has ? error_text(newest) : nothing,
               sensor.connected ? "up" : "down", std::to_string(sensor.readings),
               std::to_string(sensor.bad)});
  }
  if (!context.json) context.printer->table(table);
  co_return Exit::kOk;
}

Message to_message(const sensors::WindowAnswer& answer) {
  Message::List points;
  for (const sensors::WindowPoint& point : answer.points) {
    Message& row = points.emplace_back();
    row.set("first_ns", point.first_time.ns).set("last_ns", point.last_time.ns);
    row.set("plant_ms", point.plant_ms).set("count", point.count).set("bad", point.bad);
    row.set("first", point.first).set("last", point.last);
    row.set("minimum", point.minimum).set("maximum", point.maximum);
    row.set("worst", quality_text(point.worst)).set("gap_before", point.gap_before);
  }
  Message::List gaps;
  for (const sensors::Gap& gap : answer.gaps) {
    Message& row = gaps.emplace_back();
    row.set("from_ns", gap.from.ns).set("to_ns", gap.to.ns).set("reason", gap.reason);
  }
  Message message;
  message.set("sensor", answer.sensor.name).set("unit", answer.sensor.unit);
  message.set("from_ns", answer.from.ns).set("to_ns", answer.to.ns);
  message.set("points", std::move(points)).set("gaps", std::move(gaps));
  return message;
}

void print_window(const Context& context, const sensors::WindowAnswer& answer) {
  Table table({{"UNTIL"},
               {"PLANT TIME", Align::kRight},
               {"READINGS", Align::kRight},
               {"MINIMUM", Align::kRight},
               {"MAXIMUM", Align::kRight},
               {"LAST", Align::kRight},
               {"WORST"},
               {"BEFORE"}});
  for (const sensors::WindowPoint& point : answer.points) {
    const bool none = point.count == point.bad;
    const auto number = [none](double value) {
      return none ? std::string(kNothing) : number_text(value);
    };
    table.row({moment_text(point.last_time), plant_text(point.plant_ms),
               std::to_string(point.count), number(point.minimum), number(point.maximum),
               number(point.last), std::string(quality_text(point.worst)),
               point.gap_before ? "gap" : ""});
  }
  context.line(harmless(answer.sensor.name + " in " + answer.sensor.unit + ", " +
                        moment_text(answer.from) + " to " + moment_text(answer.to)));
  context.printer->table(table);
  for (const sensors::Gap& gap : answer.gaps) {
    context.line(harmless("gap: " + moment_text(gap.from) + " to " + moment_text(gap.to) + ": " +
                          gap.reason));
  }
}

task::Task<Exit> show_window(Context context, SensorOptions options) {
  sensors::WindowQuestion question;
  question.sensor = options.sensors.front();
  question.points = options.points;
  const auto span = parse_length(options.span);
  if (!span) co_return failed(context, span.error(), false);
  question.span_ns = span->count();
  if (!options.to.empty()) {
    const auto to = parse_moment(options.to, client::Loop::wall_now());
    if (!to) co_return failed(context, to.error(), false);
    question.to = *to;
  }
  const auto reply = co_await ask(context, protocol::kWindow, protocol::to_message(question));
  if (!reply) co_return failed(context, reply.error(), false);
  const auto answer = protocol::window_answer(*reply);
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    context.line(to_message(*answer).to_json());
  } else {
    print_window(context, *answer);
  }
  co_return Exit::kOk;
}

void print_interval(const Context& context, const sensors::IntervalQuestion& question,
                    const sensors::IntervalAnswer& answer) {
  Table table({{"TIME"},
               {"TIME ERROR", Align::kRight},
               {"SENSOR"},
               {"VALUE", Align::kRight},
               {"QUALITY"},
               {"IN THE INTERVAL"}});
  for (const sensors::IntervalSample& sample : answer.samples) {
    const bool known = sample.sensor < question.sensors.size();
    table.row({moment_text(sample.reading.time), error_text(sample.reading),
               known ? question.sensors[sample.sensor] : std::string(kNothing),
               value_text(sample.reading, ""), std::string(quality_text(sample.reading.quality)),
               sample.membership == Membership::kCertain ? "certainly" : "possibly"});
  }
  context.printer->table(table);
  context.line("certainly in it: " + std::to_string(answer.certain) +
               ", possibly: " + std::to_string(answer.possible));
  for (const std::string& why : answer.incomplete) {
    context.line(harmless("not complete: " + why));
  }
  if (answer.incomplete.empty()) context.line("complete: no reading of the interval is missing");
}

Message to_message(const sensors::IntervalQuestion& question,
                   const sensors::IntervalAnswer& answer) {
  Message::List samples;
  for (const sensors::IntervalSample& sample : answer.samples) {
    Message& row = samples.emplace_back(to_message(sample.reading));
    if (sample.sensor < question.sensors.size()) row.set("sensor", question.sensors[sample.sensor]);
    row.set("certain", sample.membership == Membership::kCertain);
  }
  Message::List incomplete;
  for (const std::string& why : answer.incomplete) incomplete.emplace_back().set("reason", why);
  Message message;
  message.set("certain", answer.certain).set("possible", answer.possible);
  message.set("samples", std::move(samples)).set("incomplete", std::move(incomplete));
  return message;
}

task::Task<Exit> show_interval(Context context, SensorOptions options) {
  sensors::IntervalQuestion question;
  question.sensors = options.sensors;
  question.limit = options.limit;
  const WallTime now = client::Loop::wall_now();
  const auto from = parse_moment(options.from, now);
  if (!from) co_return failed(context, from.error(), false);
  const auto to = parse_moment(options.to, now);
  if (!to) co_return failed(context, to.error(), false);
  question.from = *from;
  question.to = *to;
  const auto reply = co_await ask(context, protocol::kInterval, protocol::to_message(question));
  if (!reply) co_return failed(context, reply.error(), false);
  const auto answer = protocol::interval_answer(*reply);
  if (!answer) co_return failed(context, answer.error(), false);
  if (context.json) {
    context.line(to_message(question, *answer).to_json());
  } else {
    print_interval(context, question, *answer);
  }
  co_return Exit::kOk;
}

/// A malformed moment or length is a wrong use, found before anything is asked.
Result<void> check_times(const SensorOptions& options) {
  if (auto span = parse_length(options.span); !span) return std::unexpected(span.error());
  for (const std::string& text : {options.from, options.to}) {
    if (text.empty()) continue;
    const auto moment = parse_moment(text, client::Loop::wall_now());
    if (!moment) return std::unexpected(moment.error());
  }
  return {};
}

void add_window(CLI::App& sensors_app, Invocation& invocation) {
  const auto options = std::make_shared<SensorOptions>();
  CLI::App* command =
      sensors_app.add_subcommand("window", "Show one sensor's recent course, reduced to few rows");
  command->add_option("SENSOR", options->sensors, "for example Ma.temperature")
      ->required()
      ->expected(1);
  command->add_option("--span", options->span, "how far back (default 1h)")->type_name("LENGTH");
  command->add_option("--to", options->to, "until when (default: the newest reading)")
      ->type_name("MOMENT");
  command->add_option("--points", options->points, "so many rows at most (default 20)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, sensors::limits::kWindowPoints));
  command->callback([&invocation, options] {
    invocation.prepare = [options](Invocation&, const config::PlantFile&) {
      return check_times(*options);
    };
    invocation.run = [options](Context context) { return show_window(context, *options); };
  });
}

void add_interval(CLI::App& sensors_app, Invocation& invocation) {
  const auto options = std::make_shared<SensorOptions>();
  CLI::App* command = sensors_app.add_subcommand(
      "interval", "Show which readings lie certainly or possibly in an interval of time");
  command->add_option("SENSOR", options->sensors, "one or more sensors")->required();
  command->add_option("--from", options->from, "2026-11-23T10:46:13Z, or -5m, or now")
      ->type_name("MOMENT")
      ->required();
  command->add_option("--to", options->to, "the same")->type_name("MOMENT")->required();
  command->add_option("--limit", options->limit, "so many readings at most (default 200)")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{1}, sensors::limits::kIntervalSamples));
  command->callback([&invocation, options] {
    invocation.prepare = [options](Invocation&, const config::PlantFile&) {
      return check_times(*options);
    };
    invocation.run = [options](Context context) { return show_interval(context, *options); };
  });
}

}  // namespace

void add_sensor_commands(CLI::App& app, Invocation& invocation) {
  CLI::App* sensors_app = app.add_subcommand("sensors", "Show what the stations' sensors read");
  sensors_app->require_subcommand(0, 1);
  sensors_app->callback([&invocation] {
    if (!invocation.run) invocation.run = list_sensors;
  });
  sensors_app
      ->add_subcommand("list", "List the sensors and their newest values (also without a word)")
      ->callback([&invocation] { invocation.run = list_sensors; });
  add_window(*sensors_app, invocation);
  add_interval(*sensors_app, invocation);
}

}  // namespace cohort::cli
