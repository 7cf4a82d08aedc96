#include <array>
#include <sstream>

#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

struct Include {
  std::size_t line = 0;
  std::string path;
  bool quoted = false;
};

std::vector<Include> includes_of(std::string_view text) {
  std::vector<Include> includes;
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (!line.starts_with("#include")) continue;
    const std::size_t open = line.find_first_of("\"<");
    if (open == std::string_view::npos) continue;
    const bool quoted = line[open] == '"';
    const std::size_t close = line.find(quoted ? '"' : '>', open + 1);
    if (close == std::string_view::npos) continue;
    includes.push_back({number, std::string(line.substr(open + 1, close - open - 1)), quoted});
  }
  return includes;
}

/// Where another library may be used: in the folders named, each anywhere in a file's path.
struct Library {
  std::string_view header;                  ///< the include starts with this
  std::array<std::string_view, 8> folders;  ///< empty ones are ignored
};

constexpr Library kLibraries[] = {
    {"boost/",
     {"platform/net/", "platform/daemon/", "/adapters/", "/app/", "services/cli/",
      "console/bridge/", "deploy/driver/", "tests/"}},
    {"openssl/", {"platform/net/", "/adapters/", "/app/", "tests/"}},
    {"spdlog/",
     {"platform/log/", "platform/daemon/", "/adapters/", "/app/", "services/cli/",
      "deploy/driver/"}},
    {"sqlite3.h", {"/sqlite/", "/adapters/", "tests/"}},
    {"CLI/",
     {"platform/daemon/", "/app/", "services/cli/", "deploy/driver/", "platform/sim/",
      "platform/client/adapters/", "tests/bench/", "tests/lab/"}},
    {"toml++/", {"platform/config/", "tests/"}},
    {"Q", {"console/", "tests/"}},
};

/// Folders whose code must do the same thing at every run, and what would break that.
constexpr std::string_view kDeterministic[] = {
    "platform/base/",   "platform/wire/",  "platform/core/", "platform/task/",
    "platform/client/", "platform/tools/", "services/",      "stations/"};
constexpr std::string_view kUnpredictable[] = {
    "thread", "mutex", "condition_variable", "future", "random", "unordered_map", "unordered_set"};
/// Beyond that, the core, base and wire do no input or output.
constexpr std::string_view kPure[] = {"platform/base/", "platform/wire/", "platform/core/"};
constexpr std::string_view kOutside[] = {"iostream", "fstream",  "filesystem", "fmt/",
                                         "unistd.h", "sys/",     "ctime",      "time.h",
                                         "cstdlib",  "coroutine"};

bool in_program(std::string_view file) {
  return file.find("/adapters/") != std::string_view::npos ||
         file.find("/app/") != std::string_view::npos || file.starts_with("services/cli/");
}

template <typename Folders>
bool is_in(std::string_view file, const Folders& folders) {
  for (const std::string_view folder : folders) {
    if (!folder.empty() && file.find(folder) != std::string_view::npos) return true;
  }
  return false;
}

template <typename Names>
bool names(std::string_view header, const Names& list) {
  for (const std::string_view name : list) {
    if (header == name || (name.ends_with('/') && header.starts_with(name))) return true;
  }
  return false;
}

std::string object_to_foreign(const std::string& file, const std::string& header) {
  for (const Library& library : kLibraries) {
    const bool is_qt = library.header == "Q";
    const bool matches = is_qt ? header.size() > 1 && header[0] == 'Q' && header[1] != 'u'
                               : header.starts_with(library.header);
    if (matches && !is_in(file, library.folders)) {
      return "<" + header + "> is not allowed in this folder";
    }
  }
  if (is_in(file, kDeterministic) && !in_program(file) && names(header, kUnpredictable)) {
    return "<" + header + "> makes runs differ: same seed, same run";
  }
  const bool abort_only = file == "platform/base/assert.cpp";
  if (is_in(file, kPure) && !abort_only && names(header, kOutside)) {
    return "<" + header + "> reaches outside: base, wire and core are pure";
  }
  return {};
}

}  // namespace

Layers Layers::parse(const std::string& file, std::string_view text, Findings& findings) {
  Layers layers;
  std::size_t number = 0;
  std::vector<std::pair<std::size_t, std::string>> named;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    if (line.empty() || line.starts_with("#")) continue;
    const std::size_t first = line.find('|');
    const std::size_t second = first == std::string_view::npos ? first : line.find('|', first + 1);
    if (second == std::string_view::npos) {
      findings.push_back({file, number, "expected: layer | folder | layers it may use"});
      continue;
    }
    Layer layer;
    std::istringstream(std::string(line.substr(0, first))) >> layer.name;
    std::istringstream(std::string(line.substr(first + 1, second - first - 1))) >> layer.folder;
    if (!layer.folder.ends_with('/')) layer.folder += '/';
    std::istringstream uses{std::string(line.substr(second + 1))};
    for (std::string use; uses >> use;) {
      layer.uses.insert(use);
      named.emplace_back(number, use);
    }
    layers.layers_[layer.name] = layer;
  }
  for (const auto& [line, use] : named) {
    if (!layers.layers_.contains(use)) findings.push_back({file, line, "no layer '" + use + "'"});
  }
  return layers;
}

const Layer* Layers::of(std::string_view path) const {
  const Layer* best = nullptr;
  for (const auto& [name, layer] : layers_) {
    if (!path.starts_with(layer.folder)) continue;
    if (best == nullptr || layer.folder.size() > best->folder.size()) best = &layer;
  }
  return best;
}

Findings check_includes(const std::string& file, std::string_view text, const Layers& layers) {
  Findings findings;
  const Layer* own = layers.of(file);
  const bool is_test = file.starts_with("tests/");
  if (own == nullptr && !is_test) return {{file, 1, "in no folder of cmake/layers.txt"}};
  for (const Include& include : includes_of(text)) {
    if (!include.quoted) {
      const std::string why = object_to_foreign(file, include.path);
      if (!why.empty()) findings.push_back({file, include.line, why});
      continue;
    }
    if (is_test || include.path.ends_with(".moc")) continue;
    const Layer* other = layers.of(include.path);
    if (other == nullptr) {
      findings.push_back(
          {file, include.line,
           "\"" + include.path + "\" is not written from the root, or is in no layer"});
    } else if (other->name != own->name && !own->uses.contains(other->name)) {
      findings.push_back(
          {file, include.line,
           "layer " + own->name + " may not use " + other->name + " (\"" + include.path + "\")"});
    }
  }
  return findings;
}

}  // namespace cohort::tidy
