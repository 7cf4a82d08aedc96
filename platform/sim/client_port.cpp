#include "platform/sim/client_port.h"

#include <utility>

#include "platform/sim/decide.h"
#include "platform/sim/world.h"
#include "platform/wire/record_stream.h"

namespace cohort::sim {

ClientPort::ClientPort(World& world, SiteId site, std::uint64_t life, core::ClientHandle handle,
                       std::shared_ptr<const Duration> lease)
    : world_(world),
      site_(site),
      life_(life),
      handle_(handle),
      lease_(std::move(lease)),
      tap_(world.recorder()) {}

MonotonicTime ClientPort::now() const {
  return MonotonicTime{world_.queue().now()};
}

MonotonicTime ClientPort::lease_until() const {
  return ended_ ? MonotonicTime{} : MonotonicTime{*lease_};
}

Duration ClientPort::next_arrival(Duration& last, std::uint64_t number, std::uint64_t direction) {
  const std::uint64_t decision =
      decide(world_.options().seed, {site_.value, life_, handle_.value, direction, number});
  const Duration delay = Duration(5000) + exponential(decision, world_.options().client_delay);
  last = std::max(world_.queue().now() + delay, last + Duration(1));
  return last;
}

void ClientPort::send(Bytes record) {
  if (!open_) return;
  if (auto request = wire::decode_client_request(record)) {
    tap_.request(*request, world_.queue().now());
  }
  const Duration arrival = next_arrival(to_daemon_, ++sent_, 0);
  world_.queue().at(arrival, [self = shared_from_this(), record = std::move(record)] {
    self->world_.site(self->site_)
        .client_input(self->life_, core::ClientFrame{self->handle_, wire::framed(record)});
  });
}

void ClientPort::tell_daemon_gone() {
  const Duration arrival = next_arrival(to_daemon_, ++sent_, 0);
  world_.queue().at(arrival, [self = shared_from_this()] {
    self->world_.site(self->site_).client_input(self->life_, core::ClientGone{self->handle_});
  });
}

void ClientPort::die() {
  if (!open_) return;
  open_ = false;
  world_.phases().on_process_end(tap_.process());
  tell_daemon_gone();
}

void ClientPort::run_over() {
  if (open_) tap_.end("run over", world_.queue().now());
}

void ClientPort::note(wire::HistoryRecord record) {
  world_.phases().on_note(tap_.process(), record);
  tap_.note(std::move(record), world_.queue().now());
}

void ClientPort::from_daemon(Bytes record) {
  const Duration arrival = next_arrival(to_client_, ++received_, 1);
  world_.queue().at(arrival, [self = shared_from_this(), record = std::move(record)]() mutable {
    if (!self->open_) return;
    if (self->hung_) {
      self->unread_.push_back(std::move(record));
    } else {
      self->hand_up(std::move(record));
    }
  });
}

void ClientPort::hand_up(Bytes record) {
  world_.digest().add(record);
  auto event = wire::decode_client_event(record);
  COHORT_ASSERT(event.has_value(), "the daemon sends only records that decode");
  auto whole = assembler_.add(std::move(*event), record.size());
  COHORT_ASSERT(whole.has_value(), "the parts of a delivery come one after another");
  if (*whole) tap_.event((*whole)->event, world_.queue().now());
  if (on_record) on_record(record);
}

void ClientPort::misbehave(const Action& action) {
  if (action.verb == Verb::kGoOn) return go_on();
  if (action.verb == Verb::kHang) {
    world_.phases().on_fault("process hangs", site_);
    hang();
  } else {
    world_.phases().on_fault("garbage", site_);
    send(garbage_of(action, world_.options().seed));
  }
}

void ClientPort::hang() {
  if (!open_ || hung_) return;
  hung_ = true;
  wire::HistoryRecord stopped;
  stopped.text = "reading.stopped";
  note(std::move(stopped));
}

void ClientPort::hang_for(Duration time) {
  if (!open_ || hung_) return;
  hang();
  world_.queue().after(time, [self = shared_from_this()] { self->go_on(); });
}

void ClientPort::go_on() {
  if (!hung_) return;
  hung_ = false;
  wire::HistoryRecord again;
  again.text = "reading.again";
  if (open_) note(std::move(again));
  const auto self = shared_from_this();
  for (Bytes& record : std::exchange(unread_, {})) {
    if (open_) hand_up(std::move(record));
  }
  if (open_ && why_closed_) session_over();
  if (on_go_on) on_go_on();
}

void ClientPort::ended_by_daemon(std::string reason) {
  ended_ = true;
  closed_by_daemon(std::move(reason));
}

void ClientPort::closed_by_daemon(std::string reason) {
  world_.phases().on_process_end(tap_.process());
  const Duration arrival = next_arrival(to_client_, ++received_, 1);
  world_.queue().at(arrival, [self = shared_from_this(), reason = std::move(reason)] {
    if (!self->open_) return;
    self->why_closed_ = reason;
    if (!self->hung_) self->session_over();
  });
}

void ClientPort::session_over() {
  open_ = false;
  tap_.end(*why_closed_, world_.queue().now());
  tell_daemon_gone();
  if (on_closed) on_closed(*why_closed_);
}

void ClientPort::host_died() {
  if (!open_) return;
  open_ = false;
  world_.phases().on_process_end(tap_.process());
  tap_.end("its host has no power", world_.queue().now());
}

}  // namespace cohort::sim
