#include "platform/sim/scenario/words.h"

#include <algorithm>
#include <charconv>

#include <fmt/format.h>

namespace cohort::sim {

namespace {

bool all_digits(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool read_number(std::string_view text, std::int64_t& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size();
}

/// The sites of "1-2" or "1->2"; false where it is no pair.
bool read_pair(std::string_view word, std::int64_t& a, std::int64_t& b, bool& both) {
  const std::size_t dash = word.find('-');
  if (dash == std::string_view::npos) return false;
  both = word.substr(dash, 2) != "->";
  const std::string_view rest = word.substr(dash + (both ? 1 : 2));
  return all_digits(word.substr(0, dash)) && all_digits(rest) &&
         read_number(word.substr(0, dash), a) && read_number(rest, b);
}

}  // namespace

Words::Words(std::string_view line) {
  std::size_t at = 0;
  while (at < line.size()) {
    if (line[at] == ' ' || line[at] == '\t' || line[at] == ',' || line[at] == '\r') {
      ++at;
    } else if (line[at] == '#') {
      return;
    } else if (line[at] == '"') {
      const std::size_t close = line.find('"', at + 1);
      if (close == std::string_view::npos) {
        fail("a text has no closing quote");
        return;
      }
      words_.emplace_back(line.substr(at + 1, close - at - 1));
      at = close + 1;
    } else {
      const std::size_t end = std::min(line.find_first_of(" \t,\r", at), line.size());
      std::string word(line.substr(at, end - at));
      const bool colon = word.size() > 1 && word.back() == ':';
      if (colon) word.pop_back();
      words_.push_back(std::move(word));
      if (colon) words_.emplace_back(":");
      at = end;
    }
  }
}

const std::string& Words::peek(std::size_t ahead) const {
  static const std::string kNone;
  return at_ + ahead < words_.size() ? words_[at_ + ahead] : kNone;
}

std::string Words::take() {
  std::string word = peek();
  if (!empty()) ++at_;
  return word;
}

bool Words::accept(std::string_view word) {
  if (empty() || peek() != word) return false;
  ++at_;
  return true;
}

void Words::demand(std::string_view word) {
  if (!accept(word)) {
    fail(fmt::format("\"{}\" is expected here, not \"{}\"", word, empty() ? "the end" : peek()));
  }
}

bool Words::has(std::string_view word) const {
  return std::find(words_.begin() + static_cast<std::ptrdiff_t>(at_), words_.end(), word) !=
         words_.end();
}

std::string Words::name(const char* what) {
  if (empty() || peek() == ":") fail(fmt::format("the name of {} is missing", what));
  return take();
}

std::vector<std::string> Words::names_until(std::initializer_list<std::string_view> ends) {
  std::vector<std::string> names;
  while (!empty() && std::find(ends.begin(), ends.end(), peek()) == ends.end()) {
    names.push_back(take());
  }
  return names;
}

std::int64_t Words::integer(const char* what) {
  std::int64_t value = 0;
  const std::string word = take();
  if (!read_number(word, value)) {
    fail(fmt::format("{} is a whole number, not \"{}\"", what, word));
  }
  return value;
}

Duration Words::duration(const char* what) {
  const std::string word = take();
  const std::size_t unit = std::min(word.find_first_not_of("0123456789."), word.size());
  const std::string name = word.substr(unit);
  const double ns = name == "ns"    ? 1
                    : name == "us"  ? 1e3
                    : name == "ms"  ? 1e6
                    : name == "s"   ? 1e9
                    : name == "min" ? 60e9
                                    : 0;
  std::int64_t whole = 0;
  double value = 0;
  const auto parsed = std::from_chars(word.data(), word.data() + unit, value);
  if (ns == 0 || unit == 0 || parsed.ec != std::errc()) {
    fail(fmt::format("{} is a time such as 1.5s, 20ms, 3us or 7ns, not \"{}\"", what, word));
    return {};
  }
  // Whole numbers exactly: a frozen run has nanoseconds.
  if (read_number(std::string_view(word).substr(0, unit), whole)) {
    return Duration(whole * static_cast<std::int64_t>(ns));
  }
  return Duration(static_cast<std::int64_t>(value * ns));
}

double Words::share(const char* what) {
  const std::string word = take();
  double value = -1;
  const auto parsed = std::from_chars(word.data(), word.data() + word.size(), value);
  if (parsed.ec != std::errc() || value < 0 || value > 1) {
    fail(fmt::format("{} is a share from 0 to 1, not \"{}\"", what, word));
  }
  return value;
}

SiteId Words::site() {
  const std::int64_t value = integer("a site");
  if (!failed() && (value < 1 || value > 64)) fail("sites are numbered from 1 to 64");
  return SiteId{static_cast<std::uint16_t>(value)};
}

std::vector<SiteId> Words::sites() {
  std::vector<SiteId> sites;
  while (!failed() && all_digits(peek())) sites.push_back(site());
  if (sites.empty()) fail(fmt::format("the numbers of sites are expected, not \"{}\"", peek()));
  return sites;
}

std::vector<Direction> Words::directions() {
  std::vector<Direction> directions;
  std::int64_t a = 0;
  std::int64_t b = 0;
  bool both = false;
  while (read_pair(peek(), a, b, both)) {
    take();
    const SiteId from{static_cast<std::uint16_t>(a)};
    const SiteId to{static_cast<std::uint16_t>(b)};
    directions.push_back({from, to});
    if (both) directions.push_back({to, from});
  }
  if (directions.empty()) {
    fail(fmt::format("links such as 1-2 (both ways) or 1->2 (one way) are expected, not \"{}\"",
                     peek()));
  }
  return directions;
}

void Words::fail(std::string what) {
  if (error_.empty()) error_ = std::move(what);
}

void Words::end() {
  if (!empty()) fail(fmt::format("nothing may follow here, but \"{}\" does", peek()));
}

}  // namespace cohort::sim
