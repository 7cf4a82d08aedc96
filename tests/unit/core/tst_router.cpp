// Goal: what comes before its view is kept, within a limit. Method: one protocols process; the
// frames of a peer are made by hand.
#include <QtTest/QtTest>

#include "platform/base/limits.h"
#include "platform/core/protocols_process.h"
#include "platform/core/sessions.h"

using namespace cohort;
using core::Channel;

namespace {

constexpr SiteId kOne{1};
constexpr SiteId kTwo{2};

/// Site 1, which is in no view, and a peer that is in view 5.
struct Ends {
  core::ProtocolsProcess site;
  core::Context peer{SiteLife{kTwo, Incarnation{1}}, 1};
  core::Sessions sessions{peer, "plant"};
  bool stopped = false;

  static core::Settings settings() {
    core::Settings settings;
    settings.self = {kOne, Incarnation{1}};
    settings.sites = {kOne, kTwo};
    settings.plant = "plant";
    return settings;
  }
  Ends() : site(settings()) {
    step(core::Start{});
    sessions.on_link_up(kOne, Channel::kData);
    step(core::LinkUp{kTwo, Channel::kData});
    hand_over();
  }
  void step(const core::Input& input) {
    for (const core::Effect& effect : site.step(input, MonotonicTime(seconds(1)))) {
      stopped = stopped || std::holds_alternative<core::FailStop>(effect);
      const auto* frame = std::get_if<core::SendFrame>(&effect);
      if (frame != nullptr) sessions.on_frame(kOne, frame->channel, frame->whole());
    }
  }
  void hand_over() {
    for (const core::Effect& effect : std::exchange(peer.effects, {})) {
      const auto* frame = std::get_if<core::SendFrame>(&effect);
      if (frame != nullptr && !stopped) {
        step(core::FrameReceived{kTwo, frame->channel, frame->whole()});
      }
    }
  }
  void send_places() {
    sessions.send(kOne, Channel::kData, wire::OrderFrame{5, 1, {{0, 1, 1}}});
    hand_over();
  }
};

}  // namespace

class TstRouter : public QObject {
  Q_OBJECT

 private slots:
  void framesOfALaterView_areKeptToTheirLimit_oneMoreStopsTheSite() {
    Ends ends;
    for (std::size_t i = 0; i < limits::kParkedFrames; ++i) ends.send_places();
    QVERIFY(!ends.stopped);
    ends.send_places();
    QVERIFY(ends.stopped);
  }
};

QTEST_GUILESS_MAIN(TstRouter)
#include "tst_router.moc"
