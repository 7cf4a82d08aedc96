/// cohort-fuzz-replay: runs every fuzz target over its seeds and its corpus, without a fuzzer.
///
///     cohort-fuzz-replay CORPUS              CORPUS/TARGET/* are inputs; every target has some
///     cohort-fuzz-replay CORPUS TARGET FILE  one input
///     cohort-fuzz-replay --list              names the targets
///     cohort-fuzz-replay --seeds FOLDER      writes the targets' own seeds to FOLDER/TARGET/
#include <fmt/format.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "fuzz/target.h"

namespace {

namespace fs = std::filesystem;
using namespace cohort;

Bytes contents(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(in), {});
}

int write_seeds(const std::vector<fuzz::Target>& targets, const fs::path& folder) {
  for (const fuzz::Target& target : targets) {
    fs::create_directories(folder / target.name);
    for (std::size_t i = 0; i < target.seeds.size(); ++i) {
      std::ofstream out(folder / target.name / fmt::format("seed-{:02}", i), std::ios::binary);
      const Bytes& seed = target.seeds[i];
      out.write(reinterpret_cast<const char*>(seed.data()),
                static_cast<std::streamsize>(seed.size()));
      if (!out) return 1;
    }
  }
  return 0;
}

int replay(const std::vector<fuzz::Target>& targets, const fs::path& corpus) {
  std::size_t inputs = 0;
  for (const fuzz::Target& target : targets) {
    for (const Bytes& seed : target.seeds) target.run(seed);
    std::size_t own = 0;
    std::error_code none;
    for (const auto& entry : fs::directory_iterator(corpus / target.name, none)) {
      fmt::print("{} {}\n", target.name, entry.path().filename().string());
      std::fflush(stdout);
      target.run(contents(entry.path()));
      ++own;
    }
    if (own == 0 || target.seeds.empty()) {
      fmt::print(stderr, "{}: no seed, or nothing in {}; add inputs (tests/fuzz/run makes them)\n",
                 target.name, (corpus / target.name).string());
      return 1;
    }
    inputs += own + target.seeds.size();
  }
  fmt::print("{} targets, {} inputs\n", targets.size(), inputs);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::vector<fuzz::Target> targets = fuzz::all_targets();
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.size() == 1 && words[0] == "--list") {
    for (const fuzz::Target& target : targets) fmt::print("{}\n", target.name);
    return 0;
  }
  if (words.size() == 2 && words[0] == "--seeds") return write_seeds(targets, words[1]);
  if (words.size() == 1) return replay(targets, words[0]);
  if (words.size() == 3) {
    for (const fuzz::Target& target : targets) {
      if (target.name == words[1]) target.run(contents(words[2]));
    }
    return 0;
  }
  fmt::print(stderr, "cohort-fuzz-replay: give a corpus folder, --list, or --seeds FOLDER\n");
  return 2;
}
