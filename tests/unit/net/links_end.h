/// One site's end of real links, and what it was told; for tests of paths and of TLS.
#pragma once

#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "platform/net/site_links.h"

namespace cohort::net {

struct LinksEnd {
  LinksEnd(Runtime& runtime, std::uint16_t number, std::vector<wire::Endpoint> own,
           std::vector<wire::Endpoint> others, std::shared_ptr<Tls> tls = {})
      : self(number) {
    SiteLinksSettings settings;
    settings.self = self;
    settings.hosts = {{self, "own", std::move(own), false},
                      {other(), "other", std::move(others), false}};
    settings.plant = "minifab";
    settings.tls = std::move(tls);
    links = std::make_unique<SiteLinks>(runtime, settings, handlers());
  }

  SiteId other() const { return SiteId{static_cast<std::uint16_t>(3 - self.value)}; }

  SiteLinks::Handlers handlers() {
    SiteLinks::Handlers made;
    made.on_up = [this](SiteId, Channel channel) {
      up.insert(channel);
      ++ups;
    };
    made.on_down = [this](SiteId, Channel channel, bool process_gone, const std::string&) {
      up.erase(channel);
      ++downs;
      gone += process_gone ? 1 : 0;
    };
    made.on_frame = [this](SiteId, Channel channel, Bytes frame) {
      frames[channel].push_back(std::move(frame));
    };
    made.on_trouble = [this](const std::string& text) { troubles += text + "\n"; };
    made.on_path = [this](SiteId, Channel channel, std::size_t path, const PathState& state) {
      paths[{channel, path}] = state;
    };
    return made;
  }

  bool whole() const { return up.size() == 3; }
  /// Both channels go over this path.
  bool carries(std::size_t path) {
    return paths[{Channel::kControl, path}].carries && paths[{Channel::kData, path}].carries;
  }
  bool path_up(std::size_t path) {
    return paths[{Channel::kControl, path}].up && paths[{Channel::kData, path}].up;
  }
  void send(Channel channel, std::uint8_t number) {
    links->send(other(), channel, Bytes{number, 1, 1, 1});
  }

  SiteId self;
  std::set<Channel> up;
  int ups = 0;
  int downs = 0;
  int gone = 0;
  std::map<Channel, std::vector<Bytes>> frames;
  std::string troubles;
  std::map<std::pair<Channel, std::size_t>, PathState> paths;
  std::unique_ptr<SiteLinks> links;
};

}  // namespace cohort::net
