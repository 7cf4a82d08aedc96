/// Property V10, which needs a common clock and so only the simulator can check: once any site has
/// installed a view without some life, that life's daemon lets nothing more through to its clients
/// (platform ruling 14; protocol-review.md C1, E6). Fed in the order of real time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/sim/checkers/checker.h"

namespace cohort::sim {

class LeaseWatch {
 public:
  void on_install(SiteLife at, std::uint64_t view, const std::vector<SiteLife>& members);
  /// The daemon of this life has handed a message to one of its clients.
  void on_delivery(SiteLife at);
  /// Reads "event=view.installed ... view=N members=1.1,2.1"; other events are nothing to it.
  void on_trace(SiteLife at, std::string_view event);

  /// Of the newest view that any site has installed.
  const std::vector<SiteLife>& members() const { return members_; }
  const std::vector<checkers::Violation>& violations() const { return violations_; }

 private:
  struct Dropped {
    std::uint64_t view = 0;
    SiteLife by;  ///< who was the first to install it
  };
  std::uint64_t newest_ = 0;
  std::vector<SiteLife> members_;  ///< of the newest view
  std::map<SiteLife, Dropped> dropped_;
  std::vector<checkers::Violation> violations_;
};

}  // namespace cohort::sim
