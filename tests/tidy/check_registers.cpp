#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

/// The string literals among the arguments of every use of the macro in one file.
void collect(const std::string& text, std::string_view macro, std::set<std::string>& names) {
  const std::string code = code_only(text);
  const std::string call = std::string(macro) + "(";
  for (std::size_t at = code.find(call); at != std::string::npos; at = code.find(call, at + 1)) {
    const std::size_t end = behind_bracket(code, at + macro.size());
    if (end == std::string::npos) return;
    for (std::size_t quote = code.find('"', at); quote < end; quote = code.find('"', quote + 1)) {
      const std::size_t close = code.find('"', quote + 1);
      if (close >= end) break;
      names.insert(text.substr(quote + 1, close - quote - 1));
      quote = close;
    }
  }
}

std::map<std::string, std::size_t> first_words(std::string_view text) {
  std::map<std::string, std::size_t> words;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    const std::string_view word = line.substr(0, line.find_first_of(" \t#"));
    if (!word.empty()) words.emplace(word, number);
  }
  return words;
}

}  // namespace

Findings check_register(const std::string& file, std::string_view text, std::string_view macro,
                        const std::map<std::string, std::string>& tree) {
  std::set<std::string> in_code;
  for (const auto& [path, source] : tree) {
    const bool is_source = path.ends_with(".cpp") || path.ends_with(".h");
    if (is_source && path.starts_with("platform/")) collect(source, macro, in_code);
  }
  Findings findings;
  const std::map<std::string, std::size_t> listed = first_words(text);
  for (const std::string& name : in_code) {
    if (listed.contains(name)) continue;
    findings.push_back({file, 1, std::string(macro) + "(\"" + name + "\") is not listed"});
  }
  for (const auto& [name, line] : listed) {
    if (!in_code.contains(name)) findings.push_back({file, line, name + " is not in the code"});
  }
  return findings;
}

}  // namespace cohort::tidy
