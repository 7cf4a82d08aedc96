#include <algorithm>
#include <cctype>
#include <filesystem>

#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

bool is_external(std::string_view target) {
  return target.find("://") != std::string_view::npos || target.starts_with("mailto:");
}

/// A heading's anchor as the usual Markdown viewers make it.
std::string slug_of(std::string_view heading) {
  std::string slug;
  for (const char c : heading) {
    if (is_word(c) || c == '-')
      slug += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (c == ' ') slug += '-';
  }
  return slug;
}

bool has_anchor(std::string_view page, std::string_view anchor) {
  for (const std::string_view line : lines_of(page)) {
    const std::size_t text = line.find_first_not_of('#');
    if (!line.starts_with("#") || text == std::string_view::npos || line[text] != ' ') continue;
    if (slug_of(line.substr(text + 1)) == anchor) return true;
  }
  return false;
}

/// Nothing where the link is good.
std::string objection(const std::string& file, std::string_view target, const ReadFile& read) {
  const std::size_t hash = target.find('#');
  const std::string_view path = target.substr(0, hash);
  std::string resolved = file;
  if (!path.empty()) {
    const std::filesystem::path base = std::filesystem::path(file).parent_path();
    resolved = (base / std::string(path)).lexically_normal().string();
  }
  const std::string* page = read(resolved);
  if (page == nullptr) return "leads to " + resolved + ", which does not exist";
  if (hash == std::string_view::npos || !resolved.ends_with(".md")) return {};
  const std::string_view anchor = target.substr(hash + 1);
  return has_anchor(*page, anchor) ? std::string()
                                   : "no heading '" + std::string(anchor) + "' in " + resolved;
}

}  // namespace

Findings check_links(const std::string& file, std::string_view text, const ReadFile& read) {
  Findings findings;
  bool in_code = false;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.starts_with("```")) in_code = !in_code;
    if (in_code) continue;
    for (std::size_t at = line.find("]("); at != std::string_view::npos;
         at = line.find("](", at + 1)) {
      const std::size_t close = line.find(')', at);
      if (close == std::string_view::npos) break;
      const std::string_view target = line.substr(at + 2, close - at - 2);
      if (is_external(target)) continue;
      const std::string why = objection(file, target, read);
      if (!why.empty())
        findings.push_back({file, number, "link '" + std::string(target) + "' " + why});
    }
  }
  return findings;
}

Findings check_named_tests(const std::string& file, std::string_view text,
                           const std::map<std::string, std::string>& tree) {
  const auto there = [&tree](std::string_view name) {
    const std::string end = "/" + std::string(name) + ".cpp";
    return std::any_of(tree.begin(), tree.end(),
                       [&end](const auto& entry) { return entry.first.ends_with(end); });
  };
  Findings findings;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    for (std::size_t at = line.find("tst_"); at != std::string_view::npos;
         at = line.find("tst_", at + 1)) {
      std::size_t end = at;
      while (end < line.size() && is_word(line[end])) ++end;
      const std::string_view name = line.substr(at, end - at);
      if (!there(name)) {
        findings.push_back({file, number, "names " + std::string(name) + ", and there is none"});
      }
    }
  }
  return findings;
}

}  // namespace cohort::tidy
