#include <fmt/format.h>

#include "platform/tools/group_rpc.h"
#include "services/remote_execution/protocol.h"

namespace cohort::services::remote_execution {

namespace {

constexpr Duration kAnswerWithin = seconds(10);

Result<ProcessId> member_at(const client::GroupView& view, SiteId site) {
  std::string present;
  for (const ProcessId member : view.members) {
    if (member.site() == site) return member;
    present += fmt::format("{}{}", present.empty() ? "" : ", ", member.site().value);
  }
  return make_error(Errc::kInvalidArgument,
                    fmt::format("no remote execution at site {}; it runs at site {}", site.value,
                                present.empty() ? "none" : present));
}

task::Task<Result<client::Message>> ask(client::Process& process, SiteId site, std::uint8_t entry,
                                        client::Message question) {
  const Result<client::GroupView> view = co_await process.look_up(kGroup);
  if (!view) co_return std::unexpected(view.error());
  const Result<ProcessId> member = member_at(*view, site);
  if (!member) co_return std::unexpected(member.error());
  client::Destinations to;
  to.processes.push_back(*member);
  tools::CallOptions options;
  options.timeout = kAnswerWithin;
  Result<std::vector<tools::Reply>> replies =
      co_await tools::call(process, std::move(to), entry, std::move(question), options);
  if (!replies) co_return std::unexpected(replies.error());
  co_return std::move(replies->front().message);
}

client::Message naming(const std::string& service) {
  client::Message question;
  question.set("service", service);
  return question;
}

}  // namespace

task::Task<Result<client::Message>> start(client::Process& process, SiteId site,
                                          std::string service) {
  return ask(process, site, kStartEntry, naming(service));
}

task::Task<Result<client::Message>> restart(client::Process& process, SiteId site,
                                            std::string service) {
  client::Message question = naming(service);
  question.set("restart", true);
  return ask(process, site, kStartEntry, std::move(question));
}

task::Task<Result<client::Message>> stop(client::Process& process, SiteId site,
                                         std::string service) {
  return ask(process, site, kStopEntry, naming(service));
}

task::Task<Result<client::Message>> signal(client::Process& process, SiteId site,
                                           std::string service, std::string signal_name) {
  client::Message question = naming(service);
  question.set("signal", signal_name);
  return ask(process, site, kSignalEntry, std::move(question));
}

task::Task<Result<client::Message>> list(client::Process& process, SiteId site) {
  return ask(process, site, kListEntry, client::Message{});
}

}  // namespace cohort::services::remote_execution
