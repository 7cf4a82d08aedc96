#include "lab/driver/client_status.h"

#include <map>
#include <sstream>

namespace cohort::lab {

namespace {

std::uint64_t number(const std::map<std::string, std::string>& fields, const std::string& key) {
  const auto found = fields.find(key);
  return found == fields.end() || found->second.empty() ? 0 : std::stoull(found->second);
}

}  // namespace

std::optional<ClientStatus> parse_status(const std::string& line) {
  std::map<std::string, std::string> fields;
  std::istringstream words(line);
  for (std::string word; words >> word;) {
    const std::size_t equals = word.find('=');
    if (equals == std::string::npos) return std::nullopt;
    fields[word.substr(0, equals)] = word.substr(equals + 1);
  }
  if (!fields.contains("process") || !fields.contains("wall")) return std::nullopt;
  ClientStatus status;
  status.process = fields["process"];
  status.view = number(fields, "view");
  status.sites = number(fields, "sites");
  status.members = number(fields, "members");
  status.serving = number(fields, "serving") != 0;
  status.joined = number(fields, "joined") != 0;
  status.rate = number(fields, "rate");
  status.under_way = number(fields, "under_way");
  status.done = number(fields, "done");
  status.failed = number(fields, "failed");
  status.noise = number(fields, "noise");
  status.applied = number(fields, "applied");
  status.digest = fields["digest"];
  status.wall_s = static_cast<std::int64_t>(number(fields, "wall"));
  return status;
}

}  // namespace cohort::lab
