#include "tests/bench/keeper.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <deque>
#include <stdexcept>
#include <vector>

#include "tests/bench/report.h"

namespace cohort::bench {

namespace {

// ZooKeeper's protocol: big-endian records, each after its length.
constexpr std::int32_t kCreate = 1;
constexpr std::int32_t kSetData = 5;
constexpr std::int32_t kEveryPermission = 31;
constexpr std::int32_t kNodeExists = -110;
constexpr std::int32_t kSessionMs = 30000;
constexpr const char* kPath = "/bench";

class Record {
 public:
  Record& integer(std::int32_t value) { return raw(static_cast<std::uint32_t>(value), 4); }
  Record& long_integer(std::int64_t value) { return raw(static_cast<std::uint64_t>(value), 8); }
  Record& text(const std::string& value) {
    integer(static_cast<std::int32_t>(value.size()));
    bytes_ += value;
    return *this;
  }
  /// With its length before it.
  std::string framed() const {
    Record length;
    length.integer(static_cast<std::int32_t>(bytes_.size()));
    return length.bytes_ + bytes_;
  }

 private:
  Record& raw(std::uint64_t value, int bytes) {
    for (int i = bytes - 1; i >= 0; --i) bytes_ += static_cast<char>(value >> (8 * i));
    return *this;
  }
  std::string bytes_;
};

std::int32_t integer_at(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) {
    value = value << 8 | static_cast<unsigned char>(bytes.at(at + i));
  }
  return static_cast<std::int32_t>(value);
}

class Connection {
 public:
  explicit Connection(const KeeperOptions& options) {
    socket_ = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options.port);
    ::inet_pton(AF_INET, options.address.c_str(), &address.sin_addr);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
      ::close(socket_);
      throw std::runtime_error("no server listens at " + options.address);
    }
    const int on = 1;
    ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    write(Record()
              .integer(0)
              .long_integer(0)
              .integer(kSessionMs)
              .long_integer(0)
              .text(std::string(16, '\0'))
              .framed());
    read();
  }
  ~Connection() { ::close(socket_); }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int socket() const { return socket_; }

  void create(std::uint32_t size) {
    write(Record()
              .integer(1)
              .integer(kCreate)
              .text(kPath)
              .text(std::string(size, 'v'))
              .integer(1)
              .integer(kEveryPermission)
              .text("world")
              .text("anyone")
              .integer(0)
              .framed());
    const std::int32_t error = integer_at(read(), 12);
    if (error != 0 && error != kNodeExists) fail(error);
  }

  void begin_update(std::uint32_t size) {
    sent_.push_back(now_ns());
    write(Record()
              .integer(++number_)
              .integer(kSetData)
              .text(kPath)
              .text(std::string(size, 'w'))
              .integer(-1)
              .framed());
  }
  /// Waits for the oldest update's end; returns how long it took.
  std::uint64_t end_update() {
    const std::string answer = read();
    if (const std::int32_t error = integer_at(answer, 12); error != 0) fail(error);
    const std::uint64_t began = sent_.front();
    sent_.pop_front();
    return now_ns() - began;
  }
  std::size_t under_way() const { return sent_.size(); }

 private:
  [[noreturn]] static void fail(std::int32_t error) {
    throw std::runtime_error("ZooKeeper's error " + std::to_string(error));
  }
  void write(const std::string& bytes) {
    if (::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL) !=
        static_cast<ssize_t>(bytes.size())) {
      throw std::runtime_error("the connection to ZooKeeper broke");
    }
  }
  std::string read_exactly(std::size_t size) {
    std::string bytes(size, '\0');
    std::size_t have = 0;
    while (have < size) {
      const ssize_t more = ::recv(socket_, bytes.data() + have, size - have, 0);
      if (more <= 0) throw std::runtime_error("the connection to ZooKeeper broke");
      have += static_cast<std::size_t>(more);
    }
    return bytes;
  }
  std::string read() {
    const std::int32_t length = integer_at(read_exactly(4), 0);
    if (length < 0 || length > 1'000'000) throw std::runtime_error("no record of ZooKeeper's");
    return read_exactly(static_cast<std::size_t>(length));
  }

  int socket_ = -1;
  std::int32_t number_ = 1;
  std::deque<std::uint64_t> sent_;
};

int measure(const KeeperOptions& options) {
  std::deque<Connection> connections;
  std::vector<pollfd> waits;
  for (std::uint32_t i = 0; i < options.connections; ++i) {
    connections.emplace_back(options);
    waits.push_back({connections.back().socket(), POLLIN, 0});
  }
  connections.front().create(options.size);
  Latencies times;
  std::uint64_t begun = 0;
  std::uint64_t ended = 0;
  const std::uint64_t started = now_ns();
  while (ended < options.count) {
    for (Connection& connection : connections) {
      while (connection.under_way() < options.outstanding && begun < options.count) {
        connection.begin_update(options.size);
        ++begun;
      }
    }
    ::poll(waits.data(), waits.size(), 1000);
    for (std::size_t i = 0; i < waits.size(); ++i) {
      if ((waits[i].revents & POLLIN) == 0) continue;
      times.add(connections[i].end_update());
      ++ended;
    }
  }
  const double seconds = static_cast<double>(now_ns() - started) / 1e9;
  Line line("keeper");
  line.add("outstanding", std::uint64_t{options.connections} * options.outstanding)
      .add("per_s", static_cast<double>(options.count) / seconds);
  times.report(line);
  return 0;
}

}  // namespace

void add_keeper_options(CLI::App& command, KeeperOptions& options) {
  command.add_option("--address", options.address, "of a server, IPv4");
  command.add_option("--port", options.port, "of a server");
  command.add_option("--connections", options.connections, "so many sessions");
  command.add_option("--outstanding", options.outstanding, "updates under way on each of them");
  command.add_option("--count", options.count, "updates in all");
  command.add_option("--size", options.size, "bytes of an update");
}

int run_keeper(const KeeperOptions& options) {
  try {
    return measure(options);
  } catch (const std::runtime_error& error) {
    std::fprintf(stderr, "cohort-bench: %s\n", error.what());
    return 1;
  }
}

}  // namespace cohort::bench
