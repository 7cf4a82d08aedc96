#include "platform/core/path_book.h"

#include <algorithm>

#include "platform/base/limits.h"

namespace cohort::core {

bool PathBook::Path::up() const {
  return !connections.empty() && std::all_of(connections.begin(), connections.end(),
                                             [](const auto& each) { return each.second.up; });
}

bool PathBook::Path::carries() const {
  return std::any_of(connections.begin(), connections.end(),
                     [](const auto& each) { return each.second.carries; });
}

std::string PathBook::Path::reason() const {
  for (const auto& [channel, connection] : connections) {
    if (!connection.up && !connection.reason.empty()) return connection.reason;
  }
  return {};
}

void PathBook::note(Context& context, const PathReport& report) {
  if (report.path >= limits::kPathsPerSite) return;
  Path& path = paths_[{report.site, report.path}];
  Path::Connection& known = path.connections[report.channel];
  const bool was_up = known.up;
  known = {report.up, report.carries, report.reason};
  if (report.channel != Channel::kControl || was_up == report.up) return;
  std::string text = report.up ? "event=path.up" : "event=path.down";
  text += " site=" + to_string(context.self) + " peer=" + std::to_string(report.site.value) +
          " path=" + std::to_string(report.path + 1);
  if (!report.up) text += " reason=\"" + report.reason + "\"";
  context.trace(std::move(text));
}

PathBook::Path PathBook::path(SiteId site, std::size_t path) const {
  const auto found = paths_.find({site, path});
  return found == paths_.end() ? Path{} : found->second;
}

}  // namespace cohort::core
