#include "services/remote_execution/path_watch.h"

#include "services/news/protocol.h"

namespace cohort::services::remote_execution {

std::vector<Posting> PathWatch::look(const wire::Message& sites) {
  std::vector<Posting> postings;
  for (const wire::Message& host : sites.list("hosts")) {
    const wire::Message::List paths = host.list("paths");
    if (paths.size() < 2 || paths.front().find("up") == nullptr) continue;
    bool reachable = false;
    for (const wire::Message& path : paths) reachable = reachable || path.flag("up");
    // A site that is down on all paths is the failure detector's business, not a lost path.
    if (!reachable) continue;
    for (std::size_t number = 0; number < paths.size(); ++number) {
      const wire::Message& path = paths[number];
      const bool up = path.flag("up");
      const auto [known, fresh] = up_.try_emplace({host.integer("site"), number}, true);
      if (known->second == up) continue;
      known->second = up;
      wire::Message body;
      body.set("site", sites.integer("site")).set("peer", host.integer("site"));
      body.set("path", static_cast<std::uint64_t>(number + 1));
      body.set("address", path.text("address")).set("port", path.integer("port"));
      if (!up) body.set("reason", path.text("reason"));
      postings.emplace_back(up ? news::kPathUp : news::kPathDown, std::move(body));
    }
  }
  return postings;
}

}  // namespace cohort::services::remote_execution
