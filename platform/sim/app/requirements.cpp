#include "platform/sim/app/requirements.h"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace cohort::sim::app {

Result<Requirements> read_requirements(const std::string& file) {
  std::ifstream in(file);
  if (!in) return make_error(Errc::kIo, file + ": cannot be read");
  Requirements required;
  std::string line;
  for (std::size_t number = 1; std::getline(in, line); ++number) {
    std::istringstream words(line.substr(0, line.find('#')));
    std::string probe;
    std::string least;
    if (!(words >> probe)) continue;
    Requirement& one = required[probe];
    words >> least;
    if (least == "exempt:") {
      std::getline(words >> std::ws, one.exempted);
    } else if (!least.empty() && least.find_first_not_of("0123456789") == std::string::npos) {
      one.least = std::stoull(least);
    }
    if (one.least == 0 && one.exempted.empty() && least != "campaign") {
      return make_error(Errc::kMalformed,
                        fmt::format("{}:{}: after a probe stands the least number of hits, "
                                    "\"campaign\", or \"exempt: \" and a reason",
                                    file, number));
    }
  }
  return required;
}

int check_requirements(const Requirements& required, const Totals& totals, bool campaign) {
  int missed = 0;
  for (const auto& [probe, line] : required) {
    const auto found = totals.probes().find(probe);
    const std::uint64_t hits = found == totals.probes().end() ? 0 : found->second;
    const std::uint64_t least = campaign && line.exempted.empty() ? kCampaignHits
                                : campaign                        ? 0
                                                                  : line.least;
    if (hits >= least) continue;
    fmt::print("probe {} was reached {} times, at least {} are required\n", probe, hits, least);
    ++missed;
  }
  return missed;
}

}  // namespace cohort::sim::app
