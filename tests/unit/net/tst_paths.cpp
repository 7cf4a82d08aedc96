// Goal: of two network paths either alone carries everything; the loss of one, also a silent one,
// is seen and moves the links well within the time that the failure detector allows.
// Method: two sites in one event loop, the first path over IPv4, the second over IPv6, each through
// a proxy that cuts connections or goes silent.
#include <QtTest>

#include "unit/net/drive.h"
#include "unit/net/links_end.h"
#include "unit/net/proxy.h"

using namespace cohort;
using namespace cohort::net;

namespace {
constexpr const char* kAddresses[] = {"127.0.0.1", "::1"};
}

class TstPaths : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void cleanup();

  void twoPaths_oneCarriesTheOtherStandsBy();
  void carryingPath_cut_theOtherCarries_data();
  void carryingPath_cut_theOtherCarries();
  void carryingPath_silent_theOtherCarries();
  void standingByPath_lost_isSeenAndChangesNothing();
  void lostPath_back_standsByAgain();
  void bothPaths_silent_moveNothing();
  void processGone_isToldOnce_withBothPaths();
  void processGone_isTold_whileOnePathIsSilent();
  void secondPathAlone_isEnough();

 private:
  /// Waits until everything that is sent now arrives.
  void framesPass();
  std::size_t carrying() { return high_->carries(0) ? 0 : 1; }
  bool settledOn(std::size_t path) {
    return low_->whole() && high_->whole() && low_->carries(path) && high_->carries(path);
  }

  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<LinksEnd> low_;
  std::unique_ptr<LinksEnd> high_;
  std::unique_ptr<Proxy> proxies_[2];
};

void TstPaths::init() {
  runtime_ = std::make_unique<Runtime>();
  // Free ports that the other end is told before it listens.
  std::vector<wire::Endpoint> of_low;
  std::vector<wire::Endpoint> of_high;
  for (const char* address : kAddresses) {
    for (auto* endpoints : {&of_low, &of_high}) {
      Proxy::Tcp::acceptor free(runtime_->context(), {boost::asio::ip::make_address(address), 0});
      endpoints->push_back({address, free.local_endpoint().port()});
    }
  }
  std::vector<wire::Endpoint> proxied;
  for (std::size_t path = 0; path < 2; ++path) {
    proxies_[path] = std::make_unique<Proxy>(
        *runtime_, kAddresses[path],
        Proxy::Tcp::endpoint(boost::asio::ip::make_address(kAddresses[path]), of_low[path].port));
    proxied.push_back({kAddresses[path], proxies_[path]->port()});
  }
  low_ = std::make_unique<LinksEnd>(*runtime_, 1, of_low, of_high);
  high_ = std::make_unique<LinksEnd>(*runtime_, 2, of_high, proxied);
  QVERIFY(low_->links->listen());
  QVERIFY(high_->links->listen());
  high_->links->connect();
  QVERIFY(drive(*runtime_, [this] {
    return low_->whole() && high_->whole() && low_->path_up(0) && low_->path_up(1) &&
           high_->path_up(0) && high_->path_up(1) && (settledOn(0) || settledOn(1));
  }));
}

void TstPaths::cleanup() {
  low_.reset();
  high_.reset();
  for (auto& proxy : proxies_) proxy.reset();
  runtime_.reset();
}

void TstPaths::framesPass() {
  low_->frames.clear();
  high_->frames.clear();
  for (std::uint8_t i = 0; i < 50; ++i) {
    for (Channel channel : {Channel::kControl, Channel::kData}) {
      low_->send(channel, i);
      high_->send(channel, i);
    }
  }
  QVERIFY(drive(*runtime_, [this] {
    return low_->frames[Channel::kControl].size() == 50 &&
           low_->frames[Channel::kData].size() == 50 &&
           high_->frames[Channel::kControl].size() == 50 &&
           high_->frames[Channel::kData].size() == 50;
  }));
  for (std::uint8_t i = 0; i < 50; ++i) QCOMPARE(high_->frames[Channel::kData][i][0], i);
}

void TstPaths::twoPaths_oneCarriesTheOtherStandsBy() {
  QVERIFY(low_->carries(0) != low_->carries(1));
  QCOMPARE(low_->carries(0), high_->carries(0));
  framesPass();
  QCOMPARE(low_->downs + high_->downs, 0);
}

void TstPaths::carryingPath_cut_theOtherCarries_data() {
  QTest::addColumn<bool>("first");
  QTest::newRow("once") << true;
  QTest::newRow("and back") << false;
}

void TstPaths::carryingPath_cut_theOtherCarries() {
  QFETCH(bool, first);
  for (int i = 0; i < (first ? 1 : 4); ++i) {
    const std::size_t lost = carrying();
    proxies_[lost]->cut();
    QVERIFY(drive(*runtime_, [&] { return settledOn(1 - lost); }));
    framesPass();
    QVERIFY(drive(*runtime_, [&] { return high_->path_up(lost) && low_->path_up(lost); }));
  }
  QCOMPARE(low_->gone + high_->gone, 0);
}

void TstPaths::carryingPath_silent_theOtherCarries() {
  const std::size_t lost = carrying();
  proxies_[lost]->freeze(true);
  QVERIFY(drive(*runtime_, [&] { return settledOn(1 - lost); }));
  framesPass();
  QCOMPARE(low_->gone + high_->gone, 0);
  // Who connects gives the path up; the other end is told nothing over it.
  QVERIFY(drive(*runtime_, [&] { return !high_->path_up(lost); }));
}

void TstPaths::standingByPath_lost_isSeenAndChangesNothing() {
  const std::size_t spare = 1 - carrying();
  const int downs = low_->downs + high_->downs;
  proxies_[spare].reset();
  QVERIFY(drive(*runtime_, [&] { return !low_->path_up(spare) && !high_->path_up(spare); }));
  framesPass();
  QCOMPARE(low_->downs + high_->downs, downs);
  QVERIFY((!high_->paths[{Channel::kControl, spare}].reason.empty()));
}

void TstPaths::lostPath_back_standsByAgain() {
  const std::size_t lost = carrying();
  proxies_[lost]->freeze(true);
  QVERIFY(drive(*runtime_, [&] { return settledOn(1 - lost); }));
  proxies_[lost]->freeze(false);
  QVERIFY(drive(*runtime_, [&] { return high_->path_up(lost) && low_->path_up(lost); }));
  QVERIFY(settledOn(1 - lost));  // it stays where it is
  framesPass();
}

void TstPaths::bothPaths_silent_moveNothing() {
  const std::size_t before = carrying();
  const int downs = low_->downs + high_->downs;
  for (auto& proxy : proxies_) proxy->freeze(true);
  const MonotonicTime until = Runtime::now() + millis(500);
  QVERIFY(drive(*runtime_, [&] { return Runtime::now() > until; }));
  for (auto& proxy : proxies_) proxy->freeze(false);
  framesPass();
  QCOMPARE(carrying(), before);
  QCOMPARE(low_->downs + high_->downs, downs);
}

void TstPaths::processGone_isToldOnce_withBothPaths() {
  low_.reset();
  for (auto& proxy : proxies_) proxy.reset();  // its host refuses from now on
  QVERIFY(drive(*runtime_, [this] { return high_->gone == 3; }));
  QVERIFY(high_->up.empty());
  const MonotonicTime until = Runtime::now() + millis(400);
  QVERIFY(drive(*runtime_, [&] { return Runtime::now() > until; }));
  QCOMPARE(high_->gone, 3);
}

void TstPaths::processGone_isTold_whileOnePathIsSilent() {
  const std::size_t silent = 1 - carrying();
  proxies_[silent]->freeze(true);
  low_.reset();
  proxies_[1 - silent].reset();
  QVERIFY(drive(*runtime_, [this] { return high_->gone == 3; }));
}

void TstPaths::secondPathAlone_isEnough() {
  proxies_[0].reset();
  QVERIFY(drive(*runtime_, [&] { return settledOn(1); }));
  framesPass();
  high_->links->close(high_->other(), "a test");
  QVERIFY(drive(*runtime_, [&] { return settledOn(1); }));
  framesPass();
}

QTEST_GUILESS_MAIN(TstPaths)
#include "tst_paths.moc"
