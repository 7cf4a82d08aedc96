/// The oldest member of a service's group keeps the configured members running (paper section 3.8):
/// where one is missing at a site that is up, it asks that site's remote execution for a start.
///
/// Never two for one place: remote execution starts nothing that already runs, and a site has one.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "platform/client/process.h"

namespace cohort::services {

class RestartRule {
 public:
  struct Options {
    std::string service;
    std::vector<SiteId> sites;  ///< the places
    std::function<void(std::string subject, client::Message body)> post;
  };
  RestartRule(client::Process& process, Options options);
  ~RestartRule();
  RestartRule(const RestartRule&) = delete;
  RestartRule& operator=(const RestartRule&) = delete;

  /// Begins to watch over the group, of which the process is a member.
  void attach(client::GroupView view);
  void on_view(const client::GroupView& view);

 private:
  struct Parts;
  static task::Task<void> watch(std::shared_ptr<Parts> parts);
  static task::Task<void> ask(std::shared_ptr<Parts> parts, SiteId site);
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::services
