// Goal: the simulated network loses nothing that a live connection carries, whatever slows it.
// Method: two ends that greet each other when their connection comes up, over many seeds.
#include "platform/sim/network.h"

#include <QtTest>
#include <variant>

using namespace cohort;
using sim::EventQueue;
using sim::Network;

namespace {

constexpr SiteId kLeft{1};
constexpr SiteId kRight{2};

/// Greets over every connection that comes up and counts the greetings that come.
class Ends {
 public:
  explicit Ends(std::uint64_t seed)
      : queue_(seed),
        network_(queue_, seed, options(),
                 [this](SiteId at, const core::Input& input) { take(at, input); }) {
    network_.add_site(kLeft);
    network_.add_site(kRight);
    network_.slow(kLeft, kRight, 1000);
    network_.slow(kRight, kLeft, 1000);
    network_.start(kLeft);
    network_.start(kRight);
  }

  /// Until the first end of the control connection is up.
  void run_until_half_up() {
    while (ups_ == 0 && queue_.step()) {
    }
  }
  void run() {
    while (queue_.step()) {
    }
  }
  Network& network() { return network_; }
  int ups() const { return ups_; }
  int greetings() const { return greetings_; }

 private:
  static sim::NetworkOptions options() {
    sim::NetworkOptions options;
    options.jitter = millis(5);
    return options;
  }

  void take(SiteId at, const core::Input& input) {
    if (const auto* up = std::get_if<core::LinkUp>(&input)) {
      if (up->channel != core::Channel::kControl) return;
      ++ups_;
      network_.send(at, up->site, up->channel, Bytes{1});
    } else if (std::holds_alternative<core::FrameReceived>(input)) {
      ++greetings_;
    }
  }

  EventQueue queue_;
  Network network_;
  int ups_ = 0;
  int greetings_ = 0;
};

}  // namespace

class TstNetwork : public QObject {
  Q_OBJECT

 private slots:
  void slowLineGrowsFast_whileOneEndIsNotUp_greetingsArriveAtBothEnds() {
    for (std::uint64_t seed = 1; seed <= 100; ++seed) {
      Ends ends(seed);
      ends.run_until_half_up();
      QCOMPARE(ends.ups(), 1);
      ends.network().calm();
      ends.run();
      QCOMPARE(ends.ups(), 2);
      QCOMPARE(ends.greetings(), 2);
    }
  }

  void slowLine_deliversInItsTime() {
    Ends ends(1);
    ends.run();
    QCOMPARE(ends.greetings(), 2);
  }
};

QTEST_GUILESS_MAIN(TstNetwork)
#include "tst_network.moc"
