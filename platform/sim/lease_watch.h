/// Properties V10 and V11, which need a common clock and so only the simulator can check. V10: once
/// any site has installed a view without some life, that life's daemon lets nothing more through to
/// its clients. V11: once others may act in the place of that life's clients, or one of them does,
/// these clients act no more, whatever they have not read yet or have under way.
/// (Platform ruling 14; protocol-review.md C1, E6, E7.) Fed in the order of real time.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/sim/checkers/checker.h"

namespace cohort::sim {

class LeaseWatch {
 public:
  /// `settled_at`: from when on clients of the installing site may take over from whom the view
  /// dropped; Duration::max(): it does not say.
  void on_install(SiteLife at, std::uint64_t view, const std::vector<SiteLife>& members,
                  Duration settled_at = Duration::max());
  /// The daemon of this life has handed a message to one of its clients.
  void on_delivery(SiteLife at);
  /// A process begins something at that time: it handles a delivery, or acts on the world.
  void on_client_act(ProcessId process, Duration now);
  /// A process begins to act in the place of another one that has gone.
  void on_takeover(ProcessId by, ProcessId gone);
  /// Reads "event=view.installed ... view=N settles_ms=N members=1.1,2.1"; other events are nothing
  /// to it.
  void on_trace(SiteLife at, std::string_view event, Duration now);

  /// Of the newest view that any site has installed.
  const std::vector<SiteLife>& members() const { return members_; }
  const std::vector<checkers::Violation>& violations() const { return violations_; }

 private:
  struct Dropped {
    std::uint64_t view = 0;
    SiteLife by;                            ///< who was the first to install it
    Duration settled_at = Duration::max();  ///< the earliest at any site
    ProcessId successor;                    ///< the first that acts in the place of one of its own
  };
  void violated(std::string property, std::string text);
  std::uint64_t newest_ = 0;
  std::vector<SiteLife> members_;  ///< of the newest view
  std::map<SiteLife, Dropped> dropped_;
  std::vector<checkers::Violation> violations_;
};

}  // namespace cohort::sim
