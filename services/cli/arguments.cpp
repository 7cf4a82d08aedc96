#include "services/cli/arguments.h"

#include <fmt/format.h>

#include <charconv>
#include <chrono>
#include <limits>
#include <optional>

#include "services/cli/printer.h"

namespace cohort::cli {

namespace {

/// A whole number that is all of the text.
template <typename T>
std::optional<T> whole_number(std::string_view text) {
  T value{};
  const auto end = std::from_chars(text.data(), text.data() + text.size(), value);
  if (text.empty() || end.ec != std::errc{} || end.ptr != text.data() + text.size()) return {};
  return value;
}

std::unexpected<Error> bad_moment(std::string_view text) {
  return make_error(Errc::kInvalidArgument,
                    fmt::format("'{}' is no moment; allowed: 2026-11-23T10:46:13Z (or with an "
                                "offset such as +01:00), now, or -5m for five minutes ago",
                                text));
}

/// Takes pieces off the front of a text; the first that does not fit makes it fail.
class Reader {
 public:
  explicit Reader(std::string_view text) : rest_(text) {}

  int digits(std::size_t count) {
    const auto value = rest_.size() < count || rest_.front() == '-'
                           ? std::nullopt
                           : whole_number<int>(rest_.substr(0, count));
    failed_ = failed_ || !value;
    rest_.remove_prefix(std::min(count, rest_.size()));
    return value.value_or(0);
  }
  void expect(char c) { failed_ = !take(c) || failed_; }
  bool take(char c) {
    if (rest_.empty() || rest_.front() != c) return false;
    rest_.remove_prefix(1);
    return true;
  }
  /// Nanoseconds of a fraction of a second of one to nine digits.
  std::int64_t fraction() {
    std::int64_t value = 0;
    int count = 0;
    while (!rest_.empty() && rest_.front() >= '0' && rest_.front() <= '9' && count < 9) {
      value = value * 10 + (rest_.front() - '0');
      rest_.remove_prefix(1);
      ++count;
    }
    failed_ = failed_ || count == 0;
    for (; count < 9; ++count) value *= 10;
    return value;
  }
  bool ok() const { return !failed_ && rest_.empty(); }

 private:
  std::string_view rest_;
  bool failed_ = false;
};

/// The zone's distance from UTC in minutes; fails in the reader where there is none.
int zone_minutes(Reader& in) {
  if (in.take('Z')) return 0;
  const int sign = in.take('-') ? -1 : 1;
  if (sign > 0) in.expect('+');
  const int hours = in.digits(2);
  in.expect(':');
  return sign * (hours * 60 + in.digits(2));
}

}  // namespace

std::string site_names(const config::PlantFile& plant) {
  std::string names;
  for (const config::Site& site : plant.sites) {
    if (!names.empty()) names += ", ";
    names += site.name;
  }
  return names;
}

Result<wire::Endpoint> parse_endpoint(std::string_view text) {
  const auto wrong = [text] {
    return make_error(Errc::kInvalidArgument,
                      "'" + harmless(text) +
                          "' is no address with a port; for example 10.0.0.4:7401 or "
                          "[fd00::4]:7401");
  };
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos) return wrong();
  std::string_view address = text.substr(0, colon);
  const std::string_view port_text = text.substr(colon + 1);
  const bool bracketed = address.starts_with('[') && address.ends_with(']');
  if (bracketed) address = address.substr(1, address.size() - 2);
  unsigned port = 0;
  const auto [end, error] =
      std::from_chars(port_text.data(), port_text.data() + port_text.size(), port);
  const bool six = address.find(':') != std::string_view::npos;
  if (error != std::errc{} || end != port_text.data() + port_text.size() || port < 1 ||
      port > 65535 || six != bracketed || !config::is_address(std::string(address))) {
    return wrong();
  }
  return wire::Endpoint{std::string(address), static_cast<std::uint16_t>(port)};
}

std::string site_text(SiteId site, const config::PlantFile& plant) {
  const config::Site* known = plant.site(site);
  return known == nullptr ? std::to_string(site.value) : known->name;
}

Result<SiteId> parse_site(std::string_view text, const config::PlantFile& plant) {
  if (const config::Site* named = plant.site_named(text)) return named->number;
  if (const auto number = whole_number<std::uint16_t>(text)) {
    if (plant.site(SiteId{*number}) != nullptr) return SiteId{*number};
  }
  return make_error(Errc::kInvalidArgument,
                    fmt::format("there is no site '{}'; allowed: {}", text, site_names(plant)));
}

Result<MemberName> parse_member(std::string_view text, const config::PlantFile& plant) {
  const std::size_t at = text.find('@');
  if (at == std::string_view::npos) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("'{}' is no member of a service; allowed: NAME@SITE, for "
                                  "example emulsion@alpha",
                                  text));
  }
  const std::string service(text.substr(0, at));
  const auto site = parse_site(text.substr(at + 1), plant);
  if (!site) return std::unexpected(site.error());
  // "sensors" is a program of one site and no service of the list.
  if (plant.service(service) == nullptr && !(service == "sensors" && plant.sensors)) {
    std::string names;
    for (const config::Service& known : plant.services) names += known.name + ", ";
    names += plant.sensors ? "sensors" : "";
    if (!plant.sensors && !names.empty()) names.resize(names.size() - 2);
    return make_error(Errc::kInvalidArgument,
                      fmt::format("there is no service '{}'; allowed: {}", service, names));
  }
  return MemberName{service, *site};
}

Result<Duration> parse_length(std::string_view text) {
  struct Unit {
    std::string_view name;
    std::int64_t ns;
  };
  constexpr Unit kUnits[] = {{"ms", 1'000'000},
                             {"s", 1'000'000'000},
                             {"m", 60'000'000'000},
                             {"h", 3'600'000'000'000},
                             {"d", 86'400'000'000'000}};
  for (const Unit& unit : kUnits) {
    if (!text.ends_with(unit.name)) continue;
    const auto count = whole_number<std::int64_t>(text.substr(0, text.size() - unit.name.size()));
    if (!count || *count <= 0) continue;
    if (*count > std::numeric_limits<std::int64_t>::max() / unit.ns) break;
    return Duration(*count * unit.ns);
  }
  return make_error(Errc::kInvalidArgument,
                    fmt::format("'{}' is no length of time; allowed: a whole number above zero "
                                "with ms, s, m, h or d, for example 30s or 1h",
                                text));
}

Result<WallTime> parse_moment(std::string_view text, WallTime now) {
  if (text == "now") return now;
  if (text.starts_with('-')) {
    const auto back = parse_length(text.substr(1));
    if (!back) return bad_moment(text);
    return WallTime{now.ns - std::min(back->count(), now.ns)};
  }
  Reader in(text);
  const int year = in.digits(4);
  in.expect('-');
  const auto month = static_cast<unsigned>(in.digits(2));
  in.expect('-');
  const auto day = static_cast<unsigned>(in.digits(2));
  if (!in.take('T')) in.expect(' ');
  const int hour = in.digits(2);
  in.expect(':');
  const int minute = in.digits(2);
  in.expect(':');
  const int second = in.digits(2);
  const std::int64_t fraction = in.take('.') ? in.fraction() : 0;
  const int zone = zone_minutes(in);

  using namespace std::chrono;
  const year_month_day date{std::chrono::year{year}, std::chrono::month{month},
                            std::chrono::day{day}};
  const bool in_range = date.ok() && year >= 1970 && year < 2100 && hour < 24 && minute < 60 &&
                        second < 60 && zone > -24 * 60 && zone < 24 * 60;
  if (!in.ok() || !in_range) return bad_moment(text);
  const std::int64_t days = sys_days{date}.time_since_epoch().count();
  const std::int64_t minutes = (days * 24 + hour) * 60 + minute - zone;
  return WallTime{(minutes * 60 + second) * 1'000'000'000 + fraction};
}

}  // namespace cohort::cli
