// Goal: connections that are cut at any byte, thousands of times, under load, lose nothing and
// double nothing: each frame is handed up once, in the order of sending.
// Method: the real sessions of two sites (core) over real links through a proxy that cuts within
// frames and within handshakes; frames of all sizes both ways on both channels.
#include <QtTest>

#include "platform/base/rng.h"
#include "platform/core/sessions.h"
#include "unit/net/drive.h"
#include "unit/net/links_end.h"
#include "unit/net/proxy.h"

using namespace cohort;
using namespace cohort::net;

namespace {

constexpr std::uint64_t kCuts = 2000;
constexpr std::size_t kUnderWay = 200;  ///< frames sent and not received yet, a channel

/// A site's sessions on its links: what the daemon does with the effects, and nothing else.
class Talker {
 public:
  Talker(Runtime& runtime, std::uint16_t number, const wire::Endpoint& own,
         const wire::Endpoint& other)
      : context_({SiteId{number}, Incarnation{1}}, number),
        sessions_(context_, "minifab"),
        end_(runtime, number, {own}, {other}),
        rng_(number) {
    SiteLinksSettings settings;
    settings.self = end_.self;
    settings.hosts = {{end_.self, "own", {own}, false}, {end_.other(), "other", {other}, false}};
    settings.plant = "minifab";
    SiteLinks::Handlers handlers;
    handlers.on_up = [this](SiteId site, Channel channel) {
      sessions_.on_link_up(site, to_core(channel));
      carry_out();
    };
    handlers.on_down = [this](SiteId site, Channel channel, bool, const std::string&) {
      sessions_.on_link_down(site, to_core(channel));
      carry_out();
    };
    handlers.on_frame = [this](SiteId site, Channel channel, Bytes frame) {
      take(site, channel, frame);
    };
    handlers.on_trouble = [](const std::string&) {};
    end_.links = std::make_unique<SiteLinks>(runtime, settings, handlers);
  }

  SiteLinks& links() { return *end_.links; }
  bool knows_peer() const { return sessions_.life(end_.other()).incarnation.value != 0; }

  /// Sends the next frame: its number, and some bytes that are made from it.
  void send(Channel channel) {
    wire::TableSnapshot frame;
    frame.view = ++sent[channel];
    const std::uint64_t kind = rng_.below(20);
    frame.table.assign(kind == 0 ? 40'000 : rng_.below(300), static_cast<std::uint8_t>(frame.view));
    sessions_.send(end_.other(), to_core(channel), frame);
    carry_out();
  }
  void acknowledge() {
    for (Channel channel : {Channel::kControl, Channel::kData}) {
      wire::Status status;
      status.self = context_.self;
      sessions_.send_unnumbered(end_.other(), to_core(channel), status);
    }
    carry_out();
  }

  std::map<Channel, std::uint64_t> sent;
  std::map<Channel, std::uint64_t> received;
  std::uint64_t wrong = 0;  ///< frames out of order, twice, or with other bytes

 private:
  static core::Channel to_core(Channel channel) { return static_cast<core::Channel>(channel); }

  void take(SiteId site, Channel channel, const Bytes& bytes) {
    const auto got = sessions_.on_frame(site, to_core(channel), bytes);
    carry_out();
    if (!got.frame) return;
    const auto* frame = std::get_if<wire::TableSnapshot>(&*got.frame);
    if (frame == nullptr) return;
    if (frame->view != ++received[channel]) ++wrong;
    for (const std::uint8_t byte : frame->table) {
      if (byte != static_cast<std::uint8_t>(frame->view)) ++wrong;
    }
  }
  void carry_out() {
    for (core::Effect& effect : std::exchange(context_.effects, {})) {
      if (auto* send = std::get_if<core::SendFrame>(&effect)) {
        end_.links->send(send->site, static_cast<Channel>(send->channel), send->frame, send->body);
      } else if (auto* close = std::get_if<core::CloseLink>(&effect)) {
        end_.links->close(close->site, close->reason);
      }
    }
  }

  core::Context context_;
  core::Sessions sessions_;
  LinksEnd end_;
  Rng rng_;
};

}  // namespace

class TstSessionResume : public QObject {
  Q_OBJECT

 private slots:
  void connectionsCutAnywhere_loseAndDoubleNothing();
};

void TstSessionResume::connectionsCutAnywhere_loseAndDoubleNothing() {
  Runtime runtime;
  const auto free_port = [&runtime] {
    Proxy::Tcp::acceptor free(runtime.context(), {boost::asio::ip::make_address("127.0.0.1"), 0});
    return free.local_endpoint().port();
  };
  const wire::Endpoint low_at{"127.0.0.1", free_port()};
  const wire::Endpoint high_at{"127.0.0.1", free_port()};
  Proxy proxy(runtime, "127.0.0.1", {boost::asio::ip::make_address("127.0.0.1"), low_at.port});
  Talker low(runtime, 1, low_at, high_at);
  Talker high(runtime, 2, high_at, {"127.0.0.1", proxy.port()});
  QVERIFY(low.links().listen());
  QVERIFY(high.links().listen());
  high.links().connect();
  QVERIFY(drive(runtime, [&] { return low.knows_peer() && high.knows_peer(); }));

  Rng rng(7);
  proxy.cut_after = [&](std::size_t bytes) -> std::optional<std::size_t> {
    if (proxy.cuts() >= kCuts || rng.below(4) != 0) return std::nullopt;
    return rng.below(bytes + 1);
  };
  std::uint64_t turns = 0;
  const auto all_arrived = [&] {
    for (Talker* talker : {&low, &high}) {
      Talker& other = talker == &low ? high : low;
      for (Channel channel : {Channel::kControl, Channel::kData}) {
        if (proxy.cuts() < kCuts && talker->sent[channel] < other.received[channel] + kUnderWay) {
          talker->send(channel);
        }
      }
      if (++turns % 16 == 0) talker->acknowledge();
    }
    return proxy.cuts() >= kCuts && low.received == high.sent && high.received == low.sent;
  };
  const MonotonicTime give_up = Runtime::now() + seconds(120);
  while (!all_arrived() && Runtime::now() < give_up) {
    runtime.context().restart();
    runtime.context().run_one_for(std::chrono::milliseconds(1));
  }
  qInfo("%llu cuts, %llu frames", static_cast<unsigned long long>(proxy.cuts()),
        static_cast<unsigned long long>(low.sent[Channel::kData] + low.sent[Channel::kControl] +
                                        high.sent[Channel::kData] + high.sent[Channel::kControl]));
  QVERIFY(proxy.cuts() >= kCuts);
  QCOMPARE(low.wrong + high.wrong, std::uint64_t{0});
  QVERIFY(low.received == high.sent);
  QVERIFY(high.received == low.sent);
}

QTEST_GUILESS_MAIN(TstSessionResume)
#include "tst_session_resume.moc"
