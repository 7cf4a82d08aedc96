#include "platform/client/outbox.h"

#include <algorithm>
#include <utility>

#include "platform/base/limits.h"

namespace cohort::client {

void Outbox::ask(std::uint64_t token, const wire::ClientRequest& request, Answer answer) {
  if (closed_) {
    if (answer) answer(make_error(Errc::kClosed, "the session with the daemon is over"));
    return;
  }
  asked_.emplace(token, Asked{std::move(answer), 0, false});
  push(wire::encode(request));
}

void Outbox::push(Bytes record) {
  if (waiting_.empty()) return link_.send(std::move(record));
  waiting_.push_back({std::move(record), 0, {}, 0, 0});
}

std::size_t Outbox::cost_of(const wire::Multicast& multicast) {
  const wire::Destinations& to = multicast.destinations;
  return multicast.payload.size() + limits::kMessageCostBytes +
         8 * (to.groups.size() + to.processes.size());
}

void Outbox::count(std::size_t cost, bool reserve) {
  bytes_waiting_ += cost;
  if (reserve) reserve_waiting_ += cost;
}

void Outbox::uncount(std::size_t cost, bool reserve) {
  bytes_waiting_ -= cost;
  if (reserve) reserve_waiting_ -= cost;
}

void Outbox::send_quiet(wire::Multicast multicast, bool reserve) {
  if (closed_) return;
  multicast.quiet = true;
  quiet_.push_back({cost_of(multicast), reserve});
  count(quiet_.back().cost, reserve);
  push(wire::encode(wire::ClientRequest(std::move(multicast))));
}

void Outbox::numbered(std::uint64_t number) {
  for (; number > 0 && !quiet_.empty(); --number) {
    uncount(quiet_.front().cost, quiet_.front().reserve);
    quiet_.pop_front();
  }
  room_.pulse();
}

void Outbox::ask_numbered(std::uint64_t token, wire::Multicast multicast, bool reserve,
                          Answer answer) {
  const std::size_t bytes = multicast.payload.size();
  const std::size_t cost = cost_of(multicast);
  if (bytes <= limits::kPartBytes) {
    ask(token, std::move(multicast), std::move(answer));
  } else if (closed_) {
    return ask(token, wire::Flush{token}, std::move(answer));  // answers that the session is over
  } else {
    asked_.emplace(token, Asked{std::move(answer), 0, false});
    Waiting large{{}, token, std::move(multicast.payload), limits::kPartBytes, 0};
    const auto first = large.payload.begin();
    multicast.payload.assign(first, first + static_cast<std::ptrdiff_t>(limits::kPartBytes));
    multicast.rest = bytes - limits::kPartBytes;
    large.record = wire::encode(wire::ClientRequest(std::move(multicast)));
    waiting_.push_back(std::move(large));
    if (waiting_.size() == 1) send_waiting();
  }
  const auto found = asked_.find(token);
  if (found == asked_.end()) return;
  found->second.bytes = cost;
  found->second.reserve = reserve;
  count(cost, reserve);
}

void Outbox::send_waiting() {
  while (!waiting_.empty()) {
    Waiting& next = waiting_.front();
    if (!next.record.empty()) link_.send(std::exchange(next.record, {}));
    if (next.token != 0 && !send_parts(next)) return;
    waiting_.pop_front();
  }
}

/// True: all of it has left.
bool Outbox::send_parts(Waiting& large) {
  while (large.sent < large.payload.size()) {
    if (large.sent - large.taken >= limits::kUntakenPartsBytes) return false;
    const std::size_t length = std::min(limits::kPartBytes, large.payload.size() - large.sent);
    const auto from = large.payload.begin() + static_cast<std::ptrdiff_t>(large.sent);
    const wire::MulticastPart part{large.token,
                                   Bytes(from, from + static_cast<std::ptrdiff_t>(length))};
    link_.send(wire::encode(wire::ClientRequest(part)));
    large.sent += length;
  }
  return true;
}

void Outbox::taken(const wire::PartsTaken& taken) {
  if (waiting_.empty() || waiting_.front().token != taken.token) return;
  Waiting& large = waiting_.front();
  large.taken = std::min<std::size_t>(large.sent, large.taken + taken.bytes);
  send_waiting();
}

void Outbox::tell(const wire::ClientRequest& request) {
  if (!closed_) link_.send(wire::encode(request));
}

void Outbox::answered(std::uint64_t token, wire::ClientEvent event) {
  auto found = asked_.extract(token);
  if (found.empty()) return;
  if (found.mapped().bytes > 0) {
    uncount(found.mapped().bytes, found.mapped().reserve);
    room_.pulse();
  }
  if (found.mapped().answer) found.mapped().answer(std::move(event));
}

void Outbox::close(const std::string& reason) {
  closed_ = true;
  std::map<std::uint64_t, Asked> asked;
  asked.swap(asked_);
  waiting_.clear();
  quiet_.clear();
  bytes_waiting_ = 0;
  reserve_waiting_ = 0;
  for (auto& [token, question] : asked) {
    if (question.answer) question.answer(make_error(Errc::kClosed, reason));
  }
  room_.set();
}

}  // namespace cohort::client
