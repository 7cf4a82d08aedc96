#include "services/member/service_member.h"

#include <fmt/format.h>

#include <optional>

#include "platform/tools/news.h"
#include "services/news/protocol.h"
#include "services/restart/restart_rule.h"

namespace cohort::services {

namespace {

constexpr Duration kJoinPause = millis(200);
constexpr int kJoinAttempts = 50;

client::Message place_of(ProcessId process) {
  client::Message place;
  place.set("process", process).set("site", int{process.site().value});
  return place;
}

client::Message describe(const std::string& service, const client::ViewChange& change) {
  client::Message::List joined;
  for (const ProcessId process : change.joined) joined.push_back(place_of(process));
  client::Message::List departed;
  std::string reason;
  for (const auto& [process, why] : change.departed) {
    departed.push_back(place_of(process));
    reason = to_string(why);
  }
  client::Message body;
  body.set("service", service).set("view", change.view.number);
  body.set("members", static_cast<std::int64_t>(change.view.members.size()));
  body.set("joined", std::move(joined)).set("departed", std::move(departed));
  if (!reason.empty()) body.set("reason", reason);
  return body;
}

}  // namespace

struct ServiceMember::Parts {
  client::Process& process;
  MemberOptions options;
  tools::StateTransfer transfer;
  std::optional<RestartRule> restart;
  GroupId group;
  client::GroupView view;
  client::Process::Subscription views;

  Parts(client::Process& the_process, MemberOptions the_options, std::vector<tools::Domain> domains)
      : process(the_process),
        options(std::move(the_options)),
        transfer(the_process, std::move(domains)) {}
};

ServiceMember::ServiceMember(client::Process& process, MemberOptions options,
                             std::vector<tools::Domain> domains)
    : parts_(std::make_shared<Parts>(process, std::move(options), std::move(domains))) {}

ServiceMember::~ServiceMember() = default;

task::Task<Result<GroupId>> ServiceMember::join() {
  Parts& parts = *parts_;
  Result<client::GroupView> joined = make_error(Errc::kTimedOut, "not tried");
  for (int attempt = 0; attempt < kJoinAttempts; ++attempt) {
    joined = co_await parts.transfer.join(parts.options.service, true);
    if (joined) break;
    const Errc why = joined.error().code;
    if (!retryable(why) && why != Errc::kTotalFailure) break;
    log(fmt::format("joining '{}' again: {}", parts.options.service, joined.error().text));
    co_await parts.process.scheduler().sleep_for(kJoinPause);
  }
  if (!joined) co_return std::unexpected(joined.error());
  parts.group = joined->group;
  const client::GroupView* const current = parts.process.view_of(parts.group);
  parts.view = current != nullptr ? *current : *joined;
  parts.views = parts.process.on_view(parts.group, [this](const client::ViewChange& change) {
    parts_->view = change.view;
    if (oldest()) post(news::kServiceView, describe(parts_->options.service, change));
    if (parts_->restart) parts_->restart->on_view(change.view);
    if (on_view) on_view(change);
  });
  client::ViewChange first;
  first.view = parts.view;
  first.joined.push_back(parts.process.id());
  if (oldest()) post(news::kServiceView, describe(parts.options.service, first));
  RestartRule::Options rule;
  rule.service = parts.options.service;
  rule.sites = parts.options.sites;
  rule.post = [this](std::string subject, client::Message body) {
    post(std::move(subject), std::move(body));
  };
  parts.restart.emplace(parts.process, std::move(rule));
  parts.restart->attach(parts.view);
  log(fmt::format("joined '{}' in view {} as rank {}", parts.options.service, parts.view.number,
                  parts.view.members.size() - 1));
  co_return parts.group;
}

void ServiceMember::post(std::string subject, client::Message body) {
  const Result<void> posted =
      tools::post_news(parts_->process, subject, std::move(body), parts_->options.wall_now());
  if (!posted) log(fmt::format("news '{}' not posted: {}", subject, posted.error().text));
}

void ServiceMember::log(std::string_view text) const {
  if (parts_->options.log) parts_->options.log(text);
}

client::Process& ServiceMember::process() const {
  return parts_->process;
}
const MemberOptions& ServiceMember::options() const {
  return parts_->options;
}
GroupId ServiceMember::group() const {
  return parts_->group;
}
const client::GroupView& ServiceMember::view() const {
  return parts_->view;
}

bool ServiceMember::oldest() const {
  return !parts_->view.members.empty() && parts_->view.members.front() == parts_->process.id();
}

ProcessId answering_member(const client::GroupView& view, ProcessId asker) {
  COHORT_ASSERT(!view.members.empty(), "a question is delivered to members");
  for (const ProcessId member : view.members) {
    if (member.site() == asker.site()) return member;
  }
  return view.members.front();
}

}  // namespace cohort::services
