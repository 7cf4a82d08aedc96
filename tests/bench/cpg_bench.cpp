/// cpg-bench: the same measurements as cohort-bench, over Corosync's closed process groups, whose
/// messages come in agreed order. Its daemon is Debian's; only this load generator is ours.
#include <corosync/corotypes.h>
#include <corosync/cpg.h>
#include <poll.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <set>
#include <string>
#include <utility>

#include "tests/bench/payload.h"
#include "tests/bench/report.h"

namespace {

using namespace cohort::bench;

enum Kind : std::uint16_t { kReady = 1, kData, kLoad, kEnd, kDone, kAsk, kAnswer };

struct Options {
  std::string group = "bench";
  unsigned site = 1;
  std::size_t members = 3;
  std::uint16_t rank = 0;
  std::size_t senders = 1;
  std::size_t size = 64;
  double seconds = 2;
  std::uint64_t iterations = 2000;
  double rate = 0;
  unsigned patience_s = 60;
};

[[noreturn]] void stop(const char* what, int code) {
  std::fprintf(stderr, "cpg-bench: %s: Corosync's error %d\n", what, code);
  std::exit(1);
}

/// What has come so far.
struct Counts {
  std::size_t members = 0;  ///< of the group's present view
  std::size_t ready = 0;
  std::size_t done = 0;
  std::size_t ended = 0;
  std::uint64_t own_delivered = 0;
  std::uint64_t asked = 0;  ///< the question that answers are counted for
  std::uint64_t answers = 0;
};

class Member {
 public:
  explicit Member(const Options& options) : options_(options), maker_(options.rank, options.size) {}
  Member(const Member&) = delete;
  Member& operator=(const Member&) = delete;
  ~Member() { disconnect(); }

  void connect() {
    cpg_model_v1_data_t model{};
    model.cpg_deliver_fn = &Member::on_deliver;
    model.cpg_confchg_fn = &Member::on_view;
    cs_error_t code = CS_OK;
    while ((code = cpg_model_initialize(&handle_, CPG_MODEL_V1,
                                        reinterpret_cast<cpg_model_data_t*>(&model), this)) !=
           CS_OK) {
      ::usleep(2000);  // the daemon is still starting: alarm() bounds the wait
    }
    cpg_fd_get(handle_, &descriptor_);
    connected_ = true;
  }
  void disconnect() {
    if (connected_) cpg_finalize(handle_);
    connected_ = false;
  }

  /// Returns when the call was made that was accepted: an earlier leave may still be under way.
  std::uint64_t join() {
    cpg_name name{};
    name.length = static_cast<std::uint32_t>(options_.group.size());
    std::memcpy(name.value, options_.group.data(), options_.group.size());
    in_view_ = false;
    for (;;) {
      const std::uint64_t at = now_ns();
      const cs_error_t code = cpg_join(handle_, &name);
      if (code == CS_OK) return at;
      if (code != CS_ERR_TRY_AGAIN && code != CS_ERR_EXIST) stop("cpg_join", code);
      ::usleep(500);
    }
  }

  void gather() {
    connect();
    join();
    while (counts_.members < options_.members) pump(20);
    ::usleep(100000);
    send(kReady, 0);
    while (counts_.ready < options_.members) pump(20);
  }
  void part() {
    send(kDone, 0);
    while (counts_.done < options_.members) pump(20);
    ::usleep(100000);
  }

  bool try_send(std::uint16_t kind, std::uint64_t number) {
    const Bytes& payload = maker_.make(kind, number);
    iovec part{const_cast<std::uint8_t*>(payload.data()), payload.size()};
    const cs_error_t code = cpg_mcast_joined(handle_, CPG_TYPE_AGREED, &part, 1);
    if (code == CS_OK) return true;
    if (code != CS_ERR_TRY_AGAIN && code != CS_ERR_INTERRUPT) stop("cpg_mcast_joined", code);
    return false;
  }
  void send(std::uint16_t kind, std::uint64_t number) {
    while (!try_send(kind, number)) pump(1);
  }
  /// Takes what has come; waits for it at most so long.
  void pump(int timeout_ms) {
    pollfd one{descriptor_, POLLIN, 0};
    if (timeout_ms != 0) ::poll(&one, 1, timeout_ms);
    const cs_error_t code = cpg_dispatch(handle_, CS_DISPATCH_ALL);
    if (code != CS_OK && code != CS_ERR_TRY_AGAIN && code != CS_ERR_INTERRUPT) {
      if (!watching_) stop("cpg_dispatch", code);
      gone_ = true;
    }
  }

  const Options& options() const { return options_; }
  const Verifier& verifier() const { return verifier_; }
  bool ended() const { return counts_.ended >= options_.senders; }
  bool in_view() const { return in_view_; }
  bool gone() const { return gone_; }
  std::uint64_t own_delivered() const { return counts_.own_delivered; }
  std::uint64_t answers_to(std::uint64_t number) const {
    return number == counts_.asked ? counts_.answers : 0;
  }
  void ask(std::uint64_t number) {
    counts_.asked = number;
    counts_.answers = 0;
    send(kAsk, number);
  }
  void watch() { watching_ = true; }

 private:
  static Member& of(cpg_handle_t handle) {
    void* context = nullptr;
    cpg_context_get(handle, &context);
    return *static_cast<Member*>(context);
  }

  static void on_deliver(cpg_handle_t handle, const cpg_name*, std::uint32_t, std::uint32_t,
                         void* bytes, std::size_t size) {
    of(handle).take(ByteView(static_cast<const std::uint8_t*>(bytes), size));
  }

  void take(ByteView payload) {
    PayloadHead head;
    if (payload.size() < kHeadBytes) return;
    std::memcpy(&head, payload.data(), kHeadBytes);
    switch (head.kind) {
      case kReady:
        ++counts_.ready;
        break;
      case kDone:
        ++counts_.done;
        break;
      case kData:
        verifier_.take(payload);
        if (head.rank == options_.rank) ++counts_.own_delivered;
        break;
      case kEnd:
        verifier_.end(head.rank, head.number);
        ++counts_.ended;
        break;
      case kAsk:
        verifier_.take(payload);
        send_answer(head.number);
        break;
      case kAnswer:
        if (head.number == counts_.asked) ++counts_.answers;
        break;
      default:
        break;
    }
  }

  /// Closed process groups have no answers to one member: each is a multicast, as their users do.
  void send_answer(std::uint64_t number) {
    while (!try_send(kAnswer, number)) ::usleep(100);
  }

  static void on_view(cpg_handle_t handle, const cpg_name*, const cpg_address* members,
                      std::size_t count, const cpg_address*, std::size_t departed,
                      const cpg_address*, std::size_t joined) {
    Member& self = of(handle);
    self.counts_.members = count;
    unsigned node = 0;
    cpg_local_get(handle, &node);
    for (std::size_t i = 0; i < count; ++i) {
      if (members[i].nodeid == node && members[i].pid == static_cast<unsigned>(::getpid())) {
        self.in_view_ = true;
      }
    }
    if (!self.watching_) return;
    Line("view")
        .add("site", std::uint64_t{self.options_.site})
        .add("at_ns", now_ns())
        .add("members", std::uint64_t{count})
        .add("joined", std::uint64_t{joined})
        .add("departed", std::uint64_t{departed});
  }

  Options options_;
  PayloadMaker maker_;
  Verifier verifier_;
  cpg_handle_t handle_ = 0;
  int descriptor_ = -1;
  bool connected_ = false;
  bool watching_ = false;
  bool in_view_ = false;
  bool gone_ = false;
  Counts counts_;
};

void run_stream(Member& member) {
  const Options& options = member.options();
  member.gather();
  const std::uint64_t started = now_ns();
  const double cpu = cpu_seconds();
  if (options.rank < options.senders) {
    const auto until = started + static_cast<std::uint64_t>(options.seconds * 1e9);
    std::uint64_t sent = 0;
    while (now_ns() < until) {
      member.send(kData, sent++);
      if (sent % 16 == 0) member.pump(0);
    }
    member.send(kEnd, sent);
  }
  while (!member.ended()) member.pump(20);
  const Verifier& verifier = member.verifier();
  const double seconds = static_cast<double>(now_ns() - started) / 1e9;
  Line("stream")
      .add("rank", std::uint64_t{options.rank})
      .add("size", std::uint64_t{options.size})
      .add("senders", std::uint64_t{options.senders})
      .add("seconds", seconds)
      .add("messages", verifier.messages())
      .add("per_s", static_cast<double>(verifier.messages()) / seconds)
      .add("mb_s", static_cast<double>(verifier.bytes()) / seconds / 1e6)
      .add("faults", verifier.faults())
      .add("order", verifier.order())
      .add("cpu_s", cpu_seconds() - cpu);
  member.part();
}

/// As cohort-bench's: a rate, not a debt.
void run_load(Member& member) {
  const std::uint64_t started = now_ns();
  const double rate = member.options().rate;
  double sent = 0;
  while (!member.ended()) {
    const double due = rate * static_cast<double>(now_ns() - started) / 1e9;
    if (due - sent > rate / 10) sent = due - rate / 10;
    while (sent < due && member.try_send(kLoad, 0)) ++sent;
    member.pump(1);
  }
}

std::uint64_t once(Member& member, bool calls, std::uint64_t number) {
  const std::uint64_t started = now_ns();
  if (calls) {
    member.ask(number);
    while (member.answers_to(number) < member.options().members) member.pump(100);
  } else {
    const std::uint64_t before = member.own_delivered();
    member.send(kData, number);
    while (member.own_delivered() == before) member.pump(100);
  }
  return now_ns() - started;
}

void run_latency(Member& member, bool calls) {
  const Options& options = member.options();
  member.gather();
  if (options.rank == 0) {
    Latencies times;
    for (std::uint64_t i = 0; i < options.iterations; ++i) times.add(once(member, calls, i));
    member.send(kEnd, options.iterations);
    Line line(calls ? "calls" : "own_delivery");
    line.add("rank", std::uint64_t{options.rank})
        .add("size", std::uint64_t{options.size})
        .add("members", std::uint64_t{options.members})
        .add("rate", options.rate)
        .add("faults", member.verifier().faults());
    times.report(line);
  } else if (options.rank == 1 && options.rate > 0) {
    run_load(member);
  }
  while (!member.ended()) member.pump(20);
  member.part();
}

void run_watch(Member& member) {
  member.connect();
  member.watch();
  member.join();
  while (!member.in_view()) member.pump(20);
  Line("joined").add("site", std::uint64_t{member.options().site}).add("at_ns", now_ns());
  while (!member.gone()) member.pump(100);  // until it is ended
}

/// Joining is timed, connecting is not; closing the connection leaves the group.
void run_joins(Member& member) {
  Latencies times;
  for (std::uint64_t i = 0; i < member.options().iterations; ++i) {
    member.connect();
    const std::uint64_t started = member.join();
    while (!member.in_view()) member.pump(20);
    times.add(now_ns() - started);
    member.disconnect();
    ::usleep(2000);
  }
  Line line("joins");
  times.report(line);
}

void add_options(CLI::App& command, Options& options) {
  command.add_option("--site", options.site, "the node of this member");
  command.add_option("--group", options.group, "the group's name");
  command.add_option("--members", options.members, "how many members there will be");
  command.add_option("--rank", options.rank, "this member's number among them, from 0");
  command.add_option("--senders", options.senders, "the first so many members send");
  command.add_option("--size", options.size, "bytes of a payload, at least 16");
  command.add_option("--seconds", options.seconds, "how long to send");
  command.add_option("--iterations", options.iterations, "how many single operations");
  command.add_option("--rate", options.rate, "messages a second that rank 1 sends beside");
  command.add_option("--patience", options.patience_s, "seconds after which the program ends");
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("Load generator over Corosync; see docs/performance.md.", "cpg-bench");
  app.require_subcommand(1);
  Options options;
  for (const char* name : {"stream", "own-delivery", "calls", "watch", "joins"}) {
    add_options(*app.add_subcommand(name), options);
  }
  CLI11_PARSE(app, argc, argv);
  ::alarm(options.patience_s);
  Member member(options);
  const std::string mode = app.get_subcommands().front()->get_name();
  if (mode == "stream") run_stream(member);
  if (mode == "own-delivery") run_latency(member, false);
  if (mode == "calls") run_latency(member, true);
  if (mode == "watch") run_watch(member);
  if (mode == "joins") run_joins(member);
  return 0;
}
