#include "platform/client/inbox.h"

#include <algorithm>
#include <utility>

namespace cohort::client {

std::shared_ptr<void> Inbox::intercept(Interceptor& interceptor) {
  const std::uint64_t number = next_interceptor_++;
  interceptors_->emplace(number, &interceptor);
  const std::weak_ptr<std::map<std::uint64_t, Interceptor*>> table = interceptors_;
  return {static_cast<void*>(nullptr), [table, number](void*) {
            if (const auto alive = table.lock()) alive->erase(number);
          }};
}

void Inbox::before_view(const wire::View& view) {
  for (const auto& [number, interceptor] : *interceptors_) interceptor->before_view(view);
}

bool Inbox::passes(const wire::ClientEvent& event) const {
  const auto* deliver = std::get_if<wire::Deliver>(&event);
  return deliver != nullptr && holder_->passes(*deliver);
}

void Inbox::take(wire::ClientEvent event, std::size_t bytes) {
  if (closed_) return;
  if (late_.empty() && may_handle_()) return admit(std::move(event), bytes);
  late_.push_back({std::move(event), bytes});
}

void Inbox::look_again() {
  drain();
  while (!closed_ && !late_.empty() && may_handle_()) {
    Waiting next = std::move(late_.front());
    late_.pop_front();
    admit(std::move(next.event), next.bytes);
  }
}

void Inbox::admit(wire::ClientEvent event, std::size_t bytes) {
  if (holder_ != nullptr) {
    if (passes(event)) return handle({std::move(event), bytes});
    holder_->peek(event);
  }
  const bool nothing_before = !draining_ && holder_ == nullptr && waiting_.empty();
  if (nothing_before && !std::holds_alternative<wire::View>(event)) {  // nearly always
    draining_ = true;
    handle({std::move(event), bytes});
    draining_ = false;
  } else {
    waiting_.push_back({std::move(event), bytes});
  }
  drain();
}

void Inbox::handle(const Waiting& waiting) {
  handle_(waiting.event);
  if (std::holds_alternative<wire::Deliver>(waiting.event)) consumed_(waiting.bytes);
}

bool Inbox::starts_hold(const wire::ClientEvent& event) {
  const auto* view = std::get_if<wire::View>(&event);
  if (view == nullptr || std::exchange(held_view_passed_, false)) return false;
  for (const auto& [number, interceptor] : *interceptors_) {
    if (!interceptor->holds(*view)) continue;
    begin_hold(*interceptor);
    return true;
  }
  return false;
}

void Inbox::begin_hold(Interceptor& holder) {
  holder_ = &holder;
  held_view_passed_ = true;  // when it is released, this same view is the first to be handled
  std::deque<Waiting> passing;
  std::deque<Waiting> staying;
  for (Waiting& waiting : waiting_) {
    (passes(waiting.event) ? passing : staying).push_back(std::move(waiting));
  }
  waiting_.swap(staying);
  for (std::size_t i = 1; i < waiting_.size(); ++i) holder.peek(waiting_[i].event);
  for (const Waiting& waiting : passing) handle(waiting);
}

void Inbox::drain() {
  if (draining_) return;
  draining_ = true;
  while (!closed_ && holder_ == nullptr && !waiting_.empty() && may_handle_()) {
    if (starts_hold(waiting_.front().event)) continue;
    const Waiting next = std::move(waiting_.front());
    waiting_.pop_front();
    handle(next);
  }
  draining_ = false;
}

void Inbox::release() {
  holder_ = nullptr;
  drain();
}

void Inbox::close() {
  closed_ = true;
  holder_ = nullptr;
}

}  // namespace cohort::client
