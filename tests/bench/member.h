/// One member of the group that is measured: joins, waits for the others, sends, and checks all
/// that it is delivered.
#pragma once

#include <cstdint>
#include <string>

#include "platform/client/adapters/host.h"
#include "platform/task/event.h"
#include "tests/bench/payload.h"
#include "tests/bench/report.h"

namespace cohort::bench {

struct MemberOptions {
  std::string plant;
  std::uint16_t site = 1;
  std::string group = "bench";
  std::size_t members = 3;
  std::uint16_t rank = 0;  ///< this member's number among them, from 0
  std::size_t senders = 1;
  std::size_t size = 64;
  std::string order = "cbcast";  ///< or "abcast"
  bool safe = false;
  double seconds = 2;
  std::uint64_t iterations = 2000;
  bool durable = false;           ///< data is sent as durable updates
  std::uint64_t outstanding = 1;  ///< updates under way
  double rate = 0;                ///< messages a second that a loading member sends
  std::uint64_t state = 0;        ///< bytes of state that members hold
  unsigned patience_s = 60;       ///< after that the program ends by itself
};

/// The entries that members bind.
enum Entry : std::uint8_t {
  kReadyEntry = client::kFirstApplicationEntry,
  kDataEntry,
  kLoadEntry,  ///< traffic beside what is measured
  kTickEntry,  ///< small messages whose gaps are measured
  kEndEntry,   ///< its number: how many the sender has sent
  kDoneEntry,
  kAskEntry,
};

class Member {
 public:
  Member(client::Host& host, const MemberOptions& options);
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;

  /// Connects, joins, and returns when all members are there and have said so.
  /// Errors: those of connecting and joining.
  task::Task<Result<void>> gather();
  /// Returns when all members have called it as often as this one.
  task::Task<Result<void>> meet();
  /// Returns when all members have come this far; nobody leaves before.
  task::Task<Result<void>> part();

  /// Sends one message to the group; waits for room where there is none.
  task::Task<Result<void>> send(std::uint8_t entry, std::uint64_t number);
  /// As send, without waiting. Errors: kLimit where there is no room now.
  Result<void> try_send(std::uint8_t entry, std::uint64_t number);
  Result<void> try_send(std::uint8_t entry, const client::Message& message);
  /// Lets the loop read and write what is due.
  task::Task<void> breathe();
  /// Returns when something has been delivered since the call.
  task::Event::Wait changed() { return changed_.wait(); }

  client::Host& host() { return host_; }
  const MemberOptions& options() const { return options_; }
  GroupId group() const { return group_; }
  const Verifier& verifier() const { return verifier_; }
  std::uint64_t own_delivered() const { return own_delivered_; }
  bool ended() const { return ended_ >= options_.senders; }

  client::Order order() const;
  client::Safety safety() const;

 private:
  void bind();
  client::Message message(std::uint8_t entry, std::uint64_t number);
  void take_data(const client::Delivery& delivery);
  void take_end(const client::Delivery& delivery);
  std::size_t members_now() const;

  client::Host& host_;
  MemberOptions options_;
  PayloadMaker maker_;
  PayloadMaker small_maker_;  ///< for what is said beside the measured messages
  Verifier verifier_;
  task::Event changed_;
  GroupId group_;
  std::size_t meetings_ = 0;
  std::size_t ready_ = 0;
  std::size_t done_ = 0;
  std::size_t ended_ = 0;
  std::uint64_t own_delivered_ = 0;
};

/// The bytes that a message of ours carries under measurement.
ByteView payload_of(const client::Message& message);

// ---- what is measured; each prints one line, and is run at every member at the same time

/// Senders send as fast as they may for some seconds; every member checks what it is delivered.
task::Task<int> run_stream(Member& member);
/// Rank 0 sends one, waits for its own delivery, and again; with a rate, rank 1 loads the plant.
task::Task<int> run_own_delivery(Member& member);
/// Rank 0 asks all members, itself among them, and waits for all answers, and again.
task::Task<int> run_calls(Member& member);
/// All keep the group's log; rank 0 sends durable updates, some of them under way at a time.
task::Task<int> run_durable(Member& member);
/// Prints every view of the group until it is ended or its seconds are over.
task::Task<int> run_watch(Member& member);
/// Joins and leaves the group again and again: call to own view.
task::Task<int> run_joins(Member& member);
/// A member that holds `state` bytes and gives them to who joins, or takes them, sending a small
/// message each millisecond meanwhile; prints the longest gap in what it was delivered.
task::Task<int> run_transfer(Member& member);

}  // namespace cohort::bench
