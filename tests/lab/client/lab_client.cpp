/// cohort-lab-client: a member of the lab's group that puts load on the platform and tells its
/// state.
///
/// Commands on standard input, one a line: "load N" (N operations a second), "quiet" (begin nothing
/// new), "flood BYTES" (one causal multicast of so many bytes). Ten times a second it writes one
/// line of key=value pairs to standard output (tests/lab/driver/client_status.h). End of input is
/// no end.
#include <fmt/format.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/streambuf.hpp>
#include <cstdio>
#include <istream>
#include <memory>
#include <optional>

#include "platform/base/rng.h"
#include "platform/client/adapters/host.h"
#include "platform/net/runtime.h"
#include "platform/sim/ledger.h"
#include "platform/tools/group_rpc.h"

namespace {

using namespace cohort;

constexpr std::uint8_t kNoiseEntry = 40;  ///< receives the multicasts that nobody answers
constexpr std::uint32_t kUnderWayMost = 32;
constexpr Duration kStatusPeriod = millis(100);
constexpr std::uint64_t kNoiseBytesMost = 40'000;

/// Counts an operation as long as its coroutine lives.
class UnderWay {
 public:
  explicit UnderWay(std::uint32_t& count) : count_(count) { ++count_; }
  UnderWay(const UnderWay&) = delete;
  UnderWay& operator=(const UnderWay&) = delete;
  ~UnderWay() { --count_; }

 private:
  std::uint32_t& count_;
};

class LoadClient {
 public:
  LoadClient(client::Host& host, std::uint32_t rate, std::size_t ballast)
      : host_(host),
        rng_(static_cast<std::uint64_t>(client::Loop::wall_now().ns)),
        rate_(rate),
        ledger_(host.process(), rng_.fork("ledger"), ballast),
        input_(host.loop().runtime().context(), ::dup(STDIN_FILENO)) {
    host.process().bind_update(kNoiseEntry, {}, [this](const client::Delivery&) {
      ++noise_;
      return std::optional<client::Message>();
    });
  }

  static task::Task<int> serve(client::Host& host, LoadClient* load) {
    load->read_commands();
    host.scheduler().spawn(tell(load));
    host.scheduler().spawn(work(load));
    co_await host.until_stopped();
    co_return int{client::kExitOk};
  }

 private:
  void read_commands() {
    boost::asio::async_read_until(input_, lines_, '\n',
                                  [this](const boost::system::error_code& error, std::size_t) {
                                    if (error) return;
                                    std::istream in(&lines_);
                                    std::string word;
                                    std::uint32_t number = 0;
                                    in >> word >> number;
                                    in.clear();
                                    in.ignore(1);
                                    obey(word, number);
                                    read_commands();
                                  });
  }

  void obey(const std::string& word, std::uint32_t number) {
    if (word == "load") rate_ = number;
    if (word == "quiet") rate_ = 0;
    if (word == "flood" && joined_) send_noise(number);
  }

  static task::Task<void> tell(LoadClient* load) {
    while (true) {
      load->write_status();
      co_await load->host_.scheduler().sleep_for(kStatusPeriod);
    }
  }

  void write_status() {
    const client::Process& process = host_.process();
    const client::GroupView* view = joined_ ? process.view_of(ledger_.group()) : nullptr;
    fmt::print(
        "process={} view={} sites={} members={} serving={} joined={} rate={} under_way={} done={} "
        "failed={} noise={} applied={} digest={:x} wall={}\n",
        to_string(process.id()), process.sites().number, process.sites().members.size(),
        view ? view->members.size() : 0, int{process.serving()}, int{joined_}, rate_, under_way_,
        done_, failed_, noise_, ledger_.applied(), ledger_.digest(),
        client::Loop::wall_now().ns / 1'000'000'000);
    std::fflush(stdout);
  }

  static task::Task<void> work(LoadClient* load) {
    load->joined_ = co_await load->ledger_.join();
    while (load->joined_) {
      const std::uint32_t rate = load->rate_;
      const Duration pause = rate == 0 ? millis(20) : seconds(1) / rate;
      co_await load->host_.scheduler().sleep_for(pause);
      if (load->rate_ != 0 && load->under_way_ < kUnderWayMost) load->begin_one();
    }
  }

  void begin_one() {
    task::Scheduler& scheduler = host_.scheduler();
    const std::uint64_t dice = rng_.below(100);
    if (dice < 45) {
      send_noise(16 + static_cast<std::size_t>(rng_.below(1 + rng_.below(kNoiseBytesMost))));
    } else if (dice < 70) {
      scheduler.spawn(update(this));
    } else if (dice < 85) {
      scheduler.spawn(ask_cohort(this));
    } else if (dice < 97) {
      scheduler.spawn(ask_all(this));
    } else {
      scheduler.spawn(flush(this));
    }
  }

  client::Message numbered() {
    client::Message message;
    message.set("number", next_++);
    return message;
  }

  client::Destinations to_group() const {
    client::Destinations to;
    to.groups.push_back(ledger_.group());
    return to;
  }

  void note(bool success) { success ? ++done_ : ++failed_; }

  void send_noise(std::size_t bytes) {
    client::Message message = numbered();
    message.set("noise", Bytes(bytes, static_cast<std::uint8_t>(next_)));
    const auto order = rng_.chance(0.7) ? client::Order::kCausal : client::Order::kTotal;
    const auto safety = rng_.chance(0.2) ? client::Safety::kSafe : client::Safety::kAgreed;
    note(host_.process().multicast(order, to_group(), kNoiseEntry, message, safety).has_value());
  }

  static task::Task<void> update(LoadClient* load) {
    const UnderWay guard(load->under_way_);
    const auto result = co_await load->ledger_.data().update(load->numbered());
    load->note(result.has_value());
  }

  static task::Task<void> ask_cohort(LoadClient* load) {
    const UnderWay guard(load->under_way_);
    const auto result = co_await tools::call_cohort(load->host_.process(), load->ledger_.group(),
                                                    sim::kLedgerRequest, load->numbered());
    load->note(result.has_value());
  }

  static task::Task<void> ask_all(LoadClient* load) {
    const UnderWay guard(load->under_way_);
    tools::CallOptions options;
    options.want = tools::kAll;
    options.timeout = Duration{0};
    const auto result = co_await tools::call(load->host_.process(), load->to_group(),
                                             sim::kLedgerRead, load->numbered(), options);
    load->note(result.has_value());
  }

  static task::Task<void> flush(LoadClient* load) {
    const UnderWay guard(load->under_way_);
    const auto result = co_await load->host_.process().flush();
    load->note(result.has_value());
  }

  client::Host& host_;
  Rng rng_;
  std::uint32_t rate_;
  sim::Ledger ledger_;
  boost::asio::posix::stream_descriptor input_;
  boost::asio::streambuf lines_;
  bool joined_ = false;
  std::uint32_t under_way_ = 0;
  std::uint64_t next_ = 1;
  std::uint64_t done_ = 0;
  std::uint64_t failed_ = 0;
  std::uint64_t noise_ = 0;
};

}  // namespace

int main(int argc, char** argv) {
  std::uint32_t rate = 0;
  std::size_t ballast = 100;
  std::unique_ptr<LoadClient> load;
  client::Application application;
  application.program = "lab-client";
  application.description = "Puts load on a plant and tells its state (tests/lab).";
  application.add_options = [&](CLI::App& options) {
    options.add_option("--rate", rate, "operations a second");
    options.add_option("--ballast", ballast, "bytes of state where this member founds the group");
  };
  application.before_connect = [&](client::Host& host) {
    load = std::make_unique<LoadClient>(host, rate, ballast);
  };
  const int code = client::run_application(argc, argv, application, [&load](client::Host& host) {
    return LoadClient::serve(host, load.get());
  });
  // It refers to the host, which is gone: it ends with the process.
  static_cast<void>(load.release());
  return code;
}
