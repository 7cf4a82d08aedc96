#include <cctype>

#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

bool ends_with_any(std::string_view file, std::initializer_list<std::string_view> endings) {
  for (const std::string_view ending : endings) {
    if (file.ends_with(ending)) return true;
  }
  return false;
}

bool word_at(std::string_view text, std::size_t at, std::size_t size) {
  const bool starts = at == 0 || !is_word(text[at - 1]);
  return starts && (at + size >= text.size() || !is_word(text[at + size]));
}

/// "(#12)" right behind the word.
bool has_issue_number(std::string_view behind) {
  if (!behind.starts_with("(#")) return false;
  return behind.size() > 2 && std::isdigit(static_cast<unsigned char>(behind[2]));
}

}  // namespace

Findings check_file_length(const std::string& file, std::string_view text) {
  const std::size_t limit = file.starts_with("tests/") ? kTestFileLines : kFileLines;
  const std::size_t lines = lines_of(text).size();
  if (lines <= limit) return {};
  return {{file, lines,
           std::to_string(lines) + " lines; the limit is " + std::to_string(limit) +
               ": split it by duty"}};
}

Findings check_no_leftovers(const std::string& file, std::string_view text) {
  // Written in two halves so that this file does not object to itself.
  static const std::string words[] = {std::string("TO") + "DO", std::string("FIX") + "ME",
                                      std::string("XX") + "X"};
  Findings findings;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    for (const std::string& word : words) {
      const std::size_t at = line.find(word);
      if (at == std::string_view::npos || !word_at(line, at, word.size())) continue;
      if (has_issue_number(line.substr(at + word.size()))) continue;
      findings.push_back(
          {file, number, word + " without an issue number, as in " + word + "(#12)"});
    }
  }
  return findings;
}

Findings check_no_machine_paths(const std::string& file, std::string_view text) {
  static const std::string roots[] = {std::string("/wo") + "rk/", std::string("/ro") + "ot/",
                                      std::string("/ho") + "me/"};
  Findings findings;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    for (const std::string& root : roots) {
      const std::size_t at = line.find(root);
      if (at == std::string_view::npos) continue;
      const char before = at == 0 ? ' ' : line[at - 1];
      if (is_word(before) || before == '.' || before == '/' || before == '}' || before == '-')
        continue;
      findings.push_back({file, number, "a path of one machine: " + root + "..."});
    }
  }
  return findings;
}

Findings check_pragma_once(const std::string& file, std::string_view text) {
  if (!file.ends_with(".h")) return {};
  for (const std::string_view line : lines_of(text)) {
    if (line.starts_with("#pragma once")) return {};
    if (line.starts_with("#include")) break;
  }
  return {{file, 1, "no '#pragma once' before the first include"}};
}

Findings check_own_header_first(const std::string& file, std::string_view text) {
  if (!ends_with_any(file, {".cpp"})) return {};
  const std::string header = file.substr(0, file.size() - 4) + ".h";
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (!line.starts_with("#include")) continue;
    const std::string wanted = "\"" + header + "\"";
    const std::string in_tests =
        header.starts_with("tests/") ? "\"" + header.substr(6) + "\"" : wanted;
    if (line.find(wanted) != std::string_view::npos) return {};
    if (line.find(in_tests) != std::string_view::npos) return {};
    return {{file, number, "the first include must be the file's own header, " + wanted}};
  }
  return {{file, 1, "does not include its own header"}};
}

}  // namespace cohort::tidy
