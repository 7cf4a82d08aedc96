/// A process of a scenario: it speaks the client protocol itself and does what the script says,
/// nothing else.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "platform/sim/action.h"
#include "platform/sim/actor.h"
#include "platform/sim/client_port.h"
#include "platform/sim/world.h"

namespace cohort::sim {

/// What the processes of a scenario have told: groups by name, messages by name.
struct Directory {
  std::map<std::string, GroupId> groups;
  std::map<std::string, std::uint64_t> messages;  ///< digest of the payload
};

class ScriptClient final : public Actor, public std::enable_shared_from_this<ScriptClient> {
 public:
  ScriptClient(World& world, Directory& directory, SiteId site, std::string name);

  bool connect() override;
  void die() override;
  void stop_acting() override;
  void say_goodbye() override;
  void run_over() override;
  /// Waits for the Welcome. False: nobody knows the group, or the process is not open any more.
  bool perform(const Action& action) override;

  bool open() const override { return port_ && port_->open(); }
  bool welcomed() const override { return process_.valid(); }
  bool idle() const override { return process_.valid() && waiting_.empty() && pending_.empty(); }
  SiteId site() const override { return site_; }
  const wire::SiteView& sites() const override { return sites_; }
  std::string pending_text() const override;
  std::string name() const override { return name_; }

  ProcessId process() const { return process_; }
  bool serving() const { return state_.serving; }
  bool awaits(const std::string& what) const;
  bool member_of(GroupId group) const;
  /// Requests that were answered with an error: "join X: refused".
  const std::vector<std::string>& refusals() const { return refusals_; }

 private:
  void on_record(ByteView record);
  void on_event(const wire::ClientEvent& event);
  void answered(std::uint64_t token, Errc code, const std::string& text);
  bool perform_now(const Action& action);
  bool perform_on_group(const Action& action, const std::string& name);
  bool multicast(const Action& action);
  void send(const wire::ClientRequest& request);
  std::uint64_t token(std::string what);

  World& world_;
  Directory& directory_;
  SiteId site_;
  std::string name_;
  std::shared_ptr<ClientPort> port_;
  ProcessId process_;
  std::vector<Action> waiting_;                   ///< for the Welcome
  std::map<std::uint64_t, std::string> pending_;  ///< what waits for its answer
  std::map<GroupId, wire::GroupView> groups_;
  wire::SiteView sites_;
  std::vector<std::string> refusals_;
  struct Manners {
    bool serving = true;  ///< what the daemon said last
    std::uint64_t next_token = 1;
  } state_;
};

}  // namespace cohort::sim
