#include "tidy/source_text.h"

#include <algorithm>
#include <cctype>

namespace cohort::tidy {
namespace {

void blank(std::string& text, std::size_t from, std::size_t to) {
  for (std::size_t i = from; i < std::min(to, text.size()); ++i) {
    if (text[i] != '\n') text[i] = ' ';
  }
}

std::size_t find_or_end(std::string_view text, std::string_view what, std::size_t from) {
  const std::size_t at = text.find(what, from);
  return at == std::string_view::npos ? text.size() : at;
}

/// Where the literal that starts with the quote at `at` ends (the offset of its closing quote).
std::size_t literal_end(std::string_view text, std::size_t at) {
  const char quote = text[at];
  std::size_t i = at + 1;
  while (i < text.size() && text[i] != quote && text[i] != '\n') i += text[i] == '\\' ? 2 : 1;
  return std::min(i, text.size());
}

bool is_raw_string(std::string_view text, std::size_t quote) {
  return quote > 0 && text[quote - 1] == 'R' && (quote < 2 || !is_word(text[quote - 2]));
}

/// A quote within a number ("1'000") opens nothing.
bool is_digit_separator(std::string_view text, std::size_t at) {
  return text[at] == '\'' && at > 0 && std::isxdigit(static_cast<unsigned char>(text[at - 1])) &&
         at + 1 < text.size() && std::isxdigit(static_cast<unsigned char>(text[at + 1]));
}

}  // namespace

std::string to_string(const Finding& finding) {
  return finding.file + ":" + std::to_string(finding.line) + ": " + finding.what;
}

bool is_word(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_';
}

std::string code_only(std::string_view text) {
  std::string code(text);
  std::size_t i = 0;
  while (i < text.size()) {
    if (text.substr(i, 2) == "//") {
      const std::size_t end = find_or_end(text, "\n", i);
      blank(code, i, end);
      i = end;
    } else if (text.substr(i, 2) == "/*") {
      const std::size_t end = find_or_end(text, "*/", i + 2) + 2;
      blank(code, i, end);
      i = end;
    } else if (text[i] == '"' && is_raw_string(text, i)) {
      const std::size_t paren = find_or_end(text, "(", i);
      const std::string close = ")" + std::string(text.substr(i + 1, paren - i - 1)) + "\"";
      const std::size_t end = find_or_end(text, close, paren);
      blank(code, i + 1, end + close.size() - 1);
      i = end + close.size();
    } else if (text[i] == '"' || (text[i] == '\'' && !is_digit_separator(text, i))) {
      const std::size_t end = literal_end(text, i);
      blank(code, i + 1, end);
      i = end + 1;
    } else {
      ++i;
    }
  }
  return code;
}

std::size_t line_at(std::string_view text, std::size_t offset) {
  const auto end = text.begin() + static_cast<std::ptrdiff_t>(std::min(offset, text.size()));
  return 1 + static_cast<std::size_t>(std::count(text.begin(), end, '\n'));
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  std::size_t from = 0;
  while (from < text.size()) {
    const std::size_t end = find_or_end(text, "\n", from);
    lines.push_back(text.substr(from, end - from));
    from = end + 1;
  }
  return lines;
}

std::size_t behind_bracket(std::string_view text, std::size_t open) {
  std::size_t depth = 0;
  for (std::size_t i = open; i < text.size(); ++i) {
    if (text[i] == '(' || text[i] == '[' || text[i] == '{') ++depth;
    if (text[i] == ')' || text[i] == ']' || text[i] == '}') {
      if (--depth == 0) return i + 1;
    }
  }
  return std::string_view::npos;
}

}  // namespace cohort::tidy
