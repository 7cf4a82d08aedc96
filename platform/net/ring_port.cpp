#include "platform/net/ring_port.h"

#include <unistd.h>

#include <boost/asio/post.hpp>
#include <utility>

namespace cohort::net {

using boost::system::error_code;

namespace {

/// Read of one ring before others have their turn.
constexpr std::size_t kPortionBytes = 64 * 1024;
/// Who gets so little may wait for just that. Who gets more has enough to do: it is woken once this
/// end has sent what else it has to send.
constexpr std::size_t kPromptBytes = 4 * 1024;

}  // namespace

Result<std::shared_ptr<RingPort>> RingPort::open(Runtime& runtime, End end, RingDescriptors rings,
                                                 Handlers handlers) {
  const bool daemon = end == End::kDaemon;
  auto in = RingMapping::map(daemon ? rings.to_daemon.get() : rings.to_client.get());
  if (!in) return std::unexpected(in.error());
  auto out = RingMapping::map(daemon ? rings.to_client.get() : rings.to_daemon.get());
  if (!out) return std::unexpected(out.error());
  Descriptor& me = daemon ? rings.wake_daemon : rings.wake_client;
  Descriptor& other = daemon ? rings.wake_client : rings.wake_daemon;
  if (me.get() < 0 || other.get() < 0) {
    return make_error(Errc::kIo, "no descriptor for the wake-up calls of the shared memory");
  }
  return std::shared_ptr<RingPort>(new RingPort(runtime, std::move(*in), std::move(*out),
                                                std::move(me), std::move(other),
                                                std::move(handlers)));
}

RingPort::RingPort(Runtime& runtime, RingMapping in, RingMapping out, Descriptor wake_me,
                   Descriptor wake_other, Handlers handlers)
    : in_(std::move(in)),
      out_(std::move(out)),
      reader_(in_.place()),
      writer_(out_.place()),
      wake_me_(runtime.context(), wake_me.release()),
      wake_other_(std::move(wake_other)),
      handlers_(std::move(handlers)) {}

RingPort::~RingPort() = default;

void RingPort::start() {
  wait();
  read_later();
}

void RingPort::wait() {
  wake_me_.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                      [self = shared_from_this()](const error_code& error) {
                        if (!error && self->open_) self->on_woken();
                      });
}

void RingPort::on_woken() {
  std::uint64_t count = 0;
  const ssize_t ignored = ::read(wake_me_.native_handle(), &count, sizeof count);
  static_cast<void>(ignored);  // it only makes the descriptor unreadable again
  write_some();
  if (open_ && read_some()) read_later();
  if (open_) wait();
}

void RingPort::read_later() {
  if (std::exchange(read_posted_, true)) return;
  boost::asio::post(wake_me_.get_executor(), [self = shared_from_this()] {
    self->read_posted_ = false;
    if (self->open_ && self->read_some()) self->read_later();
  });
}

bool RingPort::read_some() {
  const auto read = reader_.read(decoder_.input(), kPortionBytes);
  if (!read) {
    break_off(read.error());
    return false;
  }
  if (read->wake_writer) wake_other();
  if (read->count == 0) return !reader_.sleep();
  const FrameDecoder::Whole whole = decoder_.take_whole();
  if (!whole.frames.empty()) handlers_.on_frames(whole.frames);
  if (open_ && whole.error) break_off(*whole.error);
  return open_;
}

void RingPort::drain() {
  // The other end may live and go on writing: a whole ring is all that it can have written before.
  for (std::size_t bytes = 0; open_ && bytes <= kRingBytes; bytes += kPortionBytes) {
    if (!read_some()) return;
  }
}

bool RingPort::has_room(std::size_t bytes) {
  if (!open_) return false;
  if (pending_.size() + bytes <= limits::kClientQueueBytes) return true;
  pending_ = {};
  break_off(Error{Errc::kLimit, "the other end does not read: its queue is full"});
  return false;
}

void RingPort::send(ByteView frame) {
  if (!has_room(frame.size() + kFrameHeaderBytes)) return;
  const bool waits_for_room = !pending_.bytes.empty();
  append_frame(pending_.bytes, frame);
  write_later(waits_for_room);
}

void RingPort::send_framed(Bytes frames) {
  if (!has_room(frames.size())) return;
  const bool waits_for_room = !pending_.bytes.empty();
  if (waits_for_room) {
    pending_.bytes.insert(pending_.bytes.end(), frames.begin(), frames.end());
  } else {
    pending_.bytes = std::move(frames);
    if (pending_.bytes.size() <= kPromptBytes) return write_some();
  }
  write_later(waits_for_room);
}

void RingPort::write_later(bool waits_for_room) {
  if (waits_for_room || std::exchange(pending_.posted, true)) return;
  boost::asio::post(wake_me_.get_executor(), [self = shared_from_this()] {
    self->pending_.posted = false;
    self->write_some();
  });
}

void RingPort::write_some() {
  Bytes& bytes = pending_.bytes;
  if (!open_ || bytes.empty()) return;
  const auto written = writer_.write(ByteView(bytes).subspan(pending_.begin));
  if (!written) return break_off(written.error());
  pending_.begin += written->count;
  if (pending_.size() == 0) {
    bytes.clear();
    pending_.begin = 0;
  } else if (pending_.begin > bytes.size() / 2) {
    bytes.erase(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(pending_.begin));
    pending_.begin = 0;
  }
  if (written->wake_reader) wake_other();
}

bool RingPort::close() {
  write_some();
  open_ = false;
  error_code ignored;
  wake_me_.close(ignored);
  return pending_.bytes.empty();
}

void RingPort::break_off(const Error& error) {
  if (!open_) return;
  open_ = false;
  // Not from inside the caller: who sends does not expect the end of what it sends to.
  boost::asio::post(wake_me_.get_executor(), [self = shared_from_this(), error] {
    error_code ignored;
    self->wake_me_.close(ignored);
    if (self->handlers_.on_broken) self->handlers_.on_broken(error);
  });
}

void RingPort::wake_other() {
  const std::uint64_t one = 1;
  const ssize_t ignored = ::write(wake_other_.get(), &one, sizeof one);
  static_cast<void>(ignored);  // full: it is awake, or will be
}

}  // namespace cohort::net
