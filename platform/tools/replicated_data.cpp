#include "platform/tools/replicated_data.h"

#include <map>

#include "platform/base/instrument.h"
#include "platform/client/tooling.h"
#include "platform/task/event.h"

namespace cohort::tools {

using client::Delivery;
using client::Message;
using client::Tooling;

namespace {

client::Order order_of(UpdateMode mode) {
  if (COHORT_MUTANT("update_out_of_order")) return client::Order::kCausal;
  return mode == UpdateMode::kOrdered ? client::Order::kTotal : client::Order::kCausal;
}

task::Task<Result<Message>> first_of(task::Task<Result<std::vector<Reply>>> replies) {
  auto result = co_await replies;
  if (!result) co_return std::unexpected(result.error());
  co_return std::move(result->front().message);
}

}  // namespace

struct ReplicatedData::Parts {
  Parts(client::Process& process, Options opts)
      : tooling(process), options(std::move(opts)), applied(tooling.scheduler()) {}

  Tooling tooling;
  Options options;
  GroupId group;
  std::uint64_t next_tag = 1;
  std::map<std::uint64_t, task::OneShot<Result<Message>>> in_flight;  ///< own updates, by tag
  task::Event applied;
  client::Process::Subscription on_closed;
  client::Process::Subscription on_view;

  Message on_update(const Delivery& update) {
    Message answer = options.apply(update);
    if (update.sender != tooling.id() || update.tag == 0) return answer;
    end(update.tag, answer);
    return answer;
  }
  void end(std::uint64_t tag, Result<Message> result) {
    auto own = in_flight.extract(tag);
    if (own.empty()) return;
    own.mapped().set(std::move(result));
    applied.pulse();
  }
  void end_all(Errc code, const std::string& why) {
    while (!in_flight.empty()) end(in_flight.begin()->first, make_error(code, why));
  }

  static task::Task<Result<Message>> update(std::shared_ptr<Parts> parts, Message change);
  static task::Task<Result<Message>> read(std::shared_ptr<Parts> parts, Message question);
};

task::Task<Result<Message>> ReplicatedData::Parts::update(std::shared_ptr<Parts> parts,
                                                          Message change) {
  if (!parts->tooling.is_member(parts->group)) {
    co_return make_error(Errc::kNotMember, "only managers of the data update through their copy");
  }
  const std::uint64_t tag = parts->next_tag++;
  task::OneShot<Result<Message>> done(parts->tooling.scheduler());
  parts->in_flight.emplace(tag, done);
  Tooling::Outgoing outgoing;
  outgoing.order = order_of(parts->options.mode);
  outgoing.to.groups.push_back(parts->group);
  outgoing.entry = parts->options.update_entry;
  outgoing.header.kind = client::PayloadKind::kTagged;
  outgoing.header.number = tag;
  auto sent = co_await parts->tooling.send_when_room(std::move(outgoing), std::move(change));
  if (!sent && !done.is_set()) {
    parts->end(tag, std::unexpected(sent.error()));
  }
  Result<Message> result = co_await done.wait();
  co_return result;
}

task::Task<Result<Message>> ReplicatedData::Parts::read(std::shared_ptr<Parts> parts,
                                                        Message question) {
  const std::uint64_t before = parts->next_tag;
  const auto waits = [&parts, before] {
    return !parts->in_flight.empty() && parts->in_flight.begin()->first < before;
  };
  while (waits()) co_await parts->applied.wait();
  if (parts->tooling.closed()) co_return make_error(Errc::kClosed, "the session is over");
  co_return parts->options.read(question);
}

ReplicatedData::ReplicatedData(client::Process& process, Options options)
    : parts_(std::make_shared<Parts>(process, std::move(options))) {
  const std::weak_ptr<Parts> weak = parts_;
  const client::EntryRule rule{order_of(parts_->options.mode)};
  parts_->tooling.bind_update(parts_->options.update_entry, rule,
                              [weak](const Delivery& update) -> std::optional<Message> {
                                const auto parts = weak.lock();
                                if (!parts) return std::nullopt;
                                return parts->on_update(update);
                              });
  parts_->tooling.bind_update(parts_->options.read_entry, {},
                              [weak](const Delivery& question) -> std::optional<Message> {
                                const auto parts = weak.lock();
                                if (!parts) return std::nullopt;
                                return parts->options.read(question.message);
                              });
  parts_->on_closed = process.on_closed([weak](const std::string& reason) {
    if (const auto parts = weak.lock()) parts->end_all(Errc::kClosed, reason);
  });
  parts_->on_view = parts_->tooling.on_any_view([weak](const client::ViewChange& change) {
    const auto parts = weak.lock();
    if (!parts || change.view.group != parts->group || parts->tooling.is_member(parts->group)) {
      return;
    }
    parts->end_all(Errc::kOutcomeUnknown, "this member left before its update came back");
  });
}

ReplicatedData::~ReplicatedData() = default;

void ReplicatedData::attach(GroupId group) {
  parts_->group = group;
}

task::Task<Result<Message>> ReplicatedData::update(Message change) {
  return Parts::update(parts_, std::move(change));
}

task::Task<Result<Message>> ReplicatedData::read(Message question) {
  return Parts::read(parts_, std::move(question));
}

task::Task<Result<Message>> update_data(client::Process& process, GroupId group,
                                        std::uint8_t update_entry, Message change,
                                        UpdateMode mode) {
  client::Destinations to;
  to.groups.push_back(group);
  CallOptions options;
  options.order = order_of(mode);
  return first_of(call(process, std::move(to), update_entry, std::move(change), options));
}

task::Task<Result<Message>> read_data(client::Process& process, GroupId group,
                                      std::uint8_t read_entry, Message question) {
  client::Destinations to;
  to.groups.push_back(group);
  return first_of(call(process, std::move(to), read_entry, std::move(question), CallOptions{}));
}

}  // namespace cohort::tools
