#include "platform/client/outbox.h"

#include <utility>

namespace cohort::client {

void Outbox::ask(std::uint64_t token, const wire::ClientRequest& request, Answer answer) {
  if (closed_) {
    if (answer) answer(make_error(Errc::kClosed, "the session with the daemon is over"));
    return;
  }
  asked_.emplace(token, Asked{std::move(answer), 0});
  link_.send(wire::encode(request));
}

void Outbox::ask_numbered(std::uint64_t token, const wire::Multicast& multicast, Answer answer) {
  const std::size_t bytes = multicast.payload.size();
  ask(token, multicast, std::move(answer));
  const auto found = asked_.find(token);
  if (found == asked_.end()) return;
  found->second.bytes = bytes;
  bytes_waiting_ += bytes;
}

void Outbox::tell(const wire::ClientRequest& request) {
  if (!closed_) link_.send(wire::encode(request));
}

void Outbox::answered(std::uint64_t token, wire::ClientEvent event) {
  auto found = asked_.extract(token);
  if (found.empty()) return;
  if (found.mapped().bytes > 0) {
    bytes_waiting_ -= found.mapped().bytes;
    room_.pulse();
  }
  if (found.mapped().answer) found.mapped().answer(std::move(event));
}

void Outbox::close(const std::string& reason) {
  closed_ = true;
  std::map<std::uint64_t, Asked> asked;
  asked.swap(asked_);
  bytes_waiting_ = 0;
  for (auto& [token, question] : asked) {
    if (question.answer) question.answer(make_error(Errc::kClosed, reason));
  }
  room_.set();
}

}  // namespace cohort::client
