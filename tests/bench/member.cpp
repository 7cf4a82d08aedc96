#include "tests/bench/member.h"

#include <cstring>
#include <utility>

#include "platform/base/limits.h"
#include "platform/client/payload.h"
#include "platform/client/tooling.h"

namespace cohort::bench {

namespace {

constexpr const char* kField = "p";

std::uint64_t number_of(const client::Delivery& delivery) {
  PayloadHead head;
  return read_payload(payload_of(delivery.message), head) ? head.number : 0;
}

std::uint16_t rank_of(const client::Delivery& delivery) {
  PayloadHead head;
  return read_payload(payload_of(delivery.message), head) ? head.rank : 0xffff;
}

std::optional<client::Message> nothing() {
  return std::nullopt;
}

}  // namespace

ByteView payload_of(const client::Message& message) {
  const auto* value = message.find(kField);
  const auto* bytes = value ? std::get_if<cohort::Bytes>(value) : nullptr;
  return bytes ? ByteView(*bytes) : ByteView();
}

Member::Member(client::Host& host, const MemberOptions& options)
    : host_(host),
      options_(options),
      maker_(options.rank, options.size),
      small_maker_(options.rank, kHeadBytes),
      changed_(host.scheduler()) {
  bind();
}

void Member::bind() {
  client::Process& process = host_.process();
  const auto count = [this, &process](std::uint8_t entry, std::size_t* counter) {
    process.bind_update(entry, {}, [this, counter](const client::Delivery&) {
      ++*counter;
      changed_.pulse();
      return nothing();
    });
  };
  count(kReadyEntry, &ready_);
  count(kDoneEntry, &done_);
  process.bind_update(kDataEntry, {}, [this](const client::Delivery& delivery) {
    take_data(delivery);
    return nothing();
  });
  process.bind_update(kLoadEntry, {}, [](const client::Delivery&) { return nothing(); });
  process.bind_update(kEndEntry, {}, [this](const client::Delivery& delivery) {
    take_end(delivery);
    return nothing();
  });
  process.bind_update(kAskEntry, {}, [this](const client::Delivery& delivery) {
    take_data(delivery);
    return std::optional<client::Message>(delivery.message);
  });
}

void Member::take_data(const client::Delivery& delivery) {
  verifier_.take(payload_of(delivery.message));
  if (delivery.sender != host_.process().id()) return;
  ++own_delivered_;
  changed_.pulse();
}

void Member::take_end(const client::Delivery& delivery) {
  verifier_.end(rank_of(delivery), number_of(delivery));
  ++ended_;
  changed_.pulse();
}

client::Order Member::order() const {
  return options_.order == "abcast" ? client::Order::kTotal : client::Order::kCausal;
}
client::Safety Member::safety() const {
  return options_.safe ? client::Safety::kSafe : client::Safety::kAgreed;
}

std::size_t Member::members_now() const {
  const client::GroupView* view = host_.process().view_of(group_);
  return view ? view->members.size() : 0;
}

task::Task<Result<void>> Member::gather() {
  if (const auto connected = co_await host_.process().connect(); !connected) {
    co_return std::unexpected(connected.error());
  }
  const auto joined = co_await host_.process().join_group(options_.group, true);
  if (!joined) co_return std::unexpected(joined.error());
  group_ = joined->group;
  while (members_now() < options_.members) co_await host_.scheduler().sleep_for(millis(5));
  // All that joining costs is over before anything is counted.
  co_await host_.scheduler().sleep_for(millis(100));
  co_return co_await meet();
}

task::Task<Result<void>> Member::meet() {
  ++meetings_;
  if (auto sent = co_await send(kReadyEntry, 0); !sent) co_return sent;
  while (ready_ < meetings_ * options_.members) co_await changed_.wait();
  co_return Result<void>{};
}

task::Task<Result<void>> Member::part() {
  if (auto sent = co_await send(kDoneEntry, 0); !sent) co_return sent;
  while (done_ < options_.members) co_await changed_.wait();
  // The others must have been delivered it as well before the first one leaves.
  co_await host_.scheduler().sleep_for(millis(100));
  co_return Result<void>{};
}

client::Message Member::message(std::uint8_t entry, std::uint64_t number) {
  client::Message message;
  PayloadMaker& maker = entry == kDataEntry || entry == kAskEntry ? maker_ : small_maker_;
  message.set(kField, cohort::Bytes(maker.make(entry, number)));
  return message;
}

Result<void> Member::try_send(std::uint8_t entry, std::uint64_t number) {
  return try_send(entry, message(entry, number));
}

Result<void> Member::try_send(std::uint8_t entry, const client::Message& message) {
  client::Destinations to;
  to.groups.push_back(group_);
  const bool durable = options_.durable && entry == kDataEntry;
  return host_.process().multicast(durable ? client::Order::kTotal : order(), std::move(to), entry,
                                   message, durable ? client::Safety::kDurable : safety());
}

task::Task<Result<void>> Member::send(std::uint8_t entry, std::uint64_t number) {
  const client::Message message = this->message(entry, number);
  for (;;) {
    auto sent = try_send(entry, message);
    if (sent || sent.error().code != Errc::kLimit) co_return sent;
    const std::size_t bytes = client::payload_size({}, message);
    if (bytes > limits::kPayloadBytes) co_return sent;
    const client::Tooling tooling(host_.process());
    co_await tooling.room(bytes);
  }
}

task::Task<void> Member::breathe() {
  co_await host_.scheduler().sleep_for(Duration(1));
}

}  // namespace cohort::bench
