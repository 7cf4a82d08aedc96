/// One end of a client's shared memory on an event loop: frames both ways through the two rings,
/// with wake-up calls only to an end that sleeps. Used by the daemon and by the client alike.
///
/// The Unix socket beside it tells when the other end has gone; what that one had written before is
/// still read, up to its last complete record (U7). Handlers are called from the loop only, never
/// from inside send().
#pragma once

#include <boost/asio/posix/stream_descriptor.hpp>
#include <functional>
#include <memory>
#include <string>

#include "platform/base/bytes.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/net_limits.h"
#include "platform/net/ring_memory.h"
#include "platform/net/runtime.h"

namespace cohort::net {

class RingPort : public std::enable_shared_from_this<RingPort> {
 public:
  struct Handlers {
    /// Whole frames with their lengths in front, all that one portion brought; until it returns.
    std::function<void(ByteView frames)> on_frames;
    /// Once: garbage, an impossible position, an overflow. Nothing is read or written any more.
    std::function<void(const Error&)> on_broken;
  };
  /// Which end of the rings this is.
  enum class End { kDaemon, kClient };

  /// Takes the descriptors over. Errors: kCorrupt, kIo.
  static Result<std::shared_ptr<RingPort>> open(Runtime& runtime, End end, RingDescriptors rings,
                                                Handlers handlers);
  ~RingPort();

  /// Begins to read. Call once.
  void start();
  /// Queues one frame. Beyond limits::kClientQueueBytes waiting the port breaks.
  void send(ByteView frame);
  /// The same for any number of frames with their lengths in front. A few are written now, ahead of
  /// all else that is sent in this turn.
  void send_framed(Bytes frames);
  /// What the other end has written so far, to the last complete frame. Call when it has gone.
  void drain();
  /// As much as finds room of what was sent; then nothing more is read or written, and no handler
  /// is called any more. False: something found no room.
  bool close();

 private:
  /// Sent, waits for the end of this turn or for room in the ring.
  struct Pending {
    Bytes bytes;
    std::size_t begin = 0;  ///< what lies before is in the ring already
    bool posted = false;    ///< a write at the end of this turn
    std::size_t size() const { return bytes.size() - begin; }
  };
  RingPort(Runtime& runtime, RingMapping in, RingMapping out, Descriptor wake_me,
           Descriptor wake_other, Handlers handlers);
  void wait();
  void on_woken();
  /// One portion; true: there may be more.
  bool read_some();
  void read_later();
  bool has_room(std::size_t bytes);
  void write_later(bool waits_for_room);
  void write_some();
  void break_off(const Error& error);
  void wake_other();

  RingMapping in_;
  RingMapping out_;
  RingReader reader_;
  RingWriter writer_;
  boost::asio::posix::stream_descriptor wake_me_;
  Descriptor wake_other_;
  Handlers handlers_;
  FrameDecoder decoder_{limits::kFrameBytes};
  Pending pending_;
  bool open_ = true;
  bool read_posted_ = false;
};

}  // namespace cohort::net
