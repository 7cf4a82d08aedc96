/// A process's requests to its daemon: their tokens, what waits for each answer, and how many bytes
/// of multicasts wait for their number. A large multicast leaves in parts, as the daemon takes
/// them; what is asked meanwhile waits behind it. Private to platform/client.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <string>

#include "platform/base/result.h"
#include "platform/task/event.h"
#include "platform/wire/client_link.h"
#include "platform/wire/client_protocol.h"

namespace cohort::client {

class Outbox {
 public:
  /// Called once: with the answering record, or with kClosed.
  using Answer = std::function<void(Result<wire::ClientEvent>)>;

  Outbox(wire::ClientLink& link, task::Scheduler& scheduler) : link_(link), room_(scheduler) {}

  std::uint64_t next_token() { return next_token_++; }
  /// Sends a request that carries `token`; `answer` may be empty.
  void ask(std::uint64_t token, const wire::ClientRequest& request, Answer answer);
  /// As ask(), and counts the multicast's cost until the answer comes.
  void ask_numbered(std::uint64_t token, wire::Multicast multicast, bool reserve, Answer answer);
  /// A quiet multicast, not a large one: nobody asks for its number; counts its cost until it has
  /// one.
  void send_quiet(wire::Multicast multicast, bool reserve);
  /// So many quiet multicasts, the oldest, have got their numbers.
  void numbered(std::uint64_t number);
  /// Sends a request that has no answer; it waits behind nothing.
  void tell(const wire::ClientRequest& request);
  /// The daemon has room for more of the large multicast.
  void taken(const wire::PartsTaken& taken);

  /// Gives the record to whoever asked with the token; unknown tokens are the daemon's error and
  /// are ignored.
  void answered(std::uint64_t token, wire::ClientEvent event);
  /// Ends every question with kClosed.
  void close(const std::string& reason);

  std::size_t bytes_waiting() const { return bytes_waiting_; }
  /// Of these, what handlers sent on their reserve: a large message of a root task leaves it alone.
  std::size_t reserve_waiting() const { return reserve_waiting_; }
  /// Something that waited got its number.
  task::Event::Wait wait_room() const { return room_.wait(); }

 private:
  struct Asked {
    Answer answer;
    std::size_t bytes = 0;
    bool reserve = false;
  };
  /// A record that waits, or a large multicast of which the rest has not left.
  struct Waiting {
    Bytes record;
    std::uint64_t token = 0;  ///< of a large multicast
    Bytes payload;
    std::size_t sent = 0;
    std::size_t taken = 0;
  };
  /// A quiet multicast that has no number yet.
  struct Quiet {
    std::size_t cost = 0;
    bool reserve = false;
  };
  /// No less than the daemon counts: the length of its record, or the payload where it is large.
  static std::size_t cost_of(const wire::Multicast& multicast);
  void count(std::size_t cost, bool reserve);
  void uncount(std::size_t cost, bool reserve);
  void push(Bytes record);
  void send_waiting();
  bool send_parts(Waiting& large);

  wire::ClientLink& link_;
  task::Event room_;
  std::deque<Waiting> waiting_;
  std::map<std::uint64_t, Asked> asked_;
  std::deque<Quiet> quiet_;
  std::uint64_t next_token_ = 1;
  std::size_t bytes_waiting_ = 0;
  std::size_t reserve_waiting_ = 0;
  bool closed_ = false;
};

}  // namespace cohort::client
