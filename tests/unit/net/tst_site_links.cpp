// Goal: two sites are connected whichever starts first, carry frames both ways, and a death is told
// from a lost connection.
// Method: real connections on the loopback, free ports, both sites in one event loop.
#include "platform/net/site_links.h"

#include <QtTest>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <set>

#include "platform/net/net_limits.h"
#include "unit/net/drive.h"

using namespace cohort;
using namespace cohort::net;

namespace {

/// One site's end and what it was told.
struct End {
  End(Runtime& loop, int number, std::string plant = "minifab", std::uint16_t life = 1)
      : runtime(loop), self(number) {
    SiteLinksSettings settings;
    settings.self = site();
    settings.life = Incarnation{life};
    settings.hosts = {{site(), "own", {{"127.0.0.1", 0}}, false},
                      {other(), "other", {{"127.0.0.1", 1}}, false}};
    settings.plant = std::move(plant);
    links = std::make_unique<SiteLinks>(runtime, settings, handlers());
  }

  SiteId site() const { return SiteId{static_cast<std::uint16_t>(self)}; }
  SiteId other() const { return SiteId{static_cast<std::uint16_t>(3 - self)}; }

  SiteLinks::Handlers handlers() {
    SiteLinks::Handlers made;
    made.on_up = [this](SiteId, Channel channel) {
      up.insert(channel);
      ++ups;
    };
    made.on_down = [this](SiteId, Channel channel, bool process_gone, const std::string&) {
      up.erase(channel);
      ++downs;
      gone += process_gone ? 1 : 0;
    };
    made.on_frame = [this](SiteId, Channel channel, Bytes frame) {
      frames[channel].push_back(std::move(frame));
    };
    made.on_trouble = [this](const std::string& text) { troubles.push_back(text); };
    return made;
  }

  bool whole() const { return up.size() == 3; }

  Runtime& runtime;
  int self;
  std::set<Channel> up;
  int ups = 0;
  int downs = 0;
  int gone = 0;
  std::map<Channel, std::vector<Bytes>> frames;
  std::vector<std::string> troubles;
  std::unique_ptr<SiteLinks> links;
};

}  // namespace

class TstSiteLinks : public QObject {
  Q_OBJECT

 private slots:
  void init() {
    runtime_ = std::make_unique<Runtime>();
    low_ = std::make_unique<End>(*runtime_, 1);
    high_ = std::make_unique<End>(*runtime_, 2);
  }
  void cleanup() {
    low_.reset();
    high_.reset();
    runtime_.reset();
  }

  void bothUp_framesGoBothWaysInOrder();
  void framesWithABodyOfTheirOwn_comeWholeAndInOrder();
  void largestFrames_pass();
  void peerGone_isToldWithItsEnd_whoeverConnects_data();
  void peerGone_isToldWithItsEnd_whoeverConnects();
  void closedLink_isReportedDownAndMadeAnew();
  void laterStart_isKnockedAwake();
  void laterLife_endsConnectionsToTheEarlierOne();
  void otherPlant_isRefusedWithAReason();
  void unknownSite_isRefusedWithAReason();
  void hosts_addedAndRemovedWhileRunning();
  void ownAddress_changed_isListenedAtAndConnectedTo();
  void garbage_isClosedAndTouchesNobody();
  void takenPort_isAnError();

 private:
  void introduce() {
    QVERIFY(low_->links->listen());
    QVERIFY(high_->links->listen());
    low_->links->set_peer_port(SiteId{2}, high_->links->port());
    high_->links->set_peer_port(SiteId{1}, low_->links->port());
  }
  void connect() {
    introduce();
    low_->links->connect();
    high_->links->connect();
    QVERIFY(drive(*runtime_, [this] { return low_->whole() && high_->whole(); }));
  }

  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<End> low_;
  std::unique_ptr<End> high_;
};

void TstSiteLinks::bothUp_framesGoBothWaysInOrder() {
  connect();
  for (std::uint8_t i = 0; i < 100; ++i) {
    low_->links->send(SiteId{2}, Channel::kData, Bytes{i});
    high_->links->send(SiteId{1}, Channel::kControl, Bytes{i, i});
  }
  QVERIFY(drive(*runtime_, [this] {
    return high_->frames[Channel::kData].size() == 100 &&
           low_->frames[Channel::kControl].size() == 100;
  }));
  for (std::uint8_t i = 0; i < 100; ++i) {
    QVERIFY(high_->frames[Channel::kData][i] == Bytes{i});
    QVERIFY((low_->frames[Channel::kControl][i] == Bytes{i, i}));
  }
}

void TstSiteLinks::framesWithABodyOfTheirOwn_comeWholeAndInOrder() {
  // Goal: bytes that are not copied keep their place. Method: small frames and such with a shared
  // body in turn, in one turn of the loop.
  connect();
  const auto body = std::make_shared<const Bytes>(Bytes(30'000, 9));
  for (std::uint8_t i = 0; i < 20; ++i) {
    low_->links->send(SiteId{2}, Channel::kData, Bytes{i}, i % 2 == 0 ? body : nullptr);
  }
  QVERIFY(drive(*runtime_, [this] { return high_->frames[Channel::kData].size() == 20; }));
  for (std::uint8_t i = 0; i < 20; ++i) {
    Bytes expected{i};
    if (i % 2 == 0) expected.insert(expected.end(), body->begin(), body->end());
    QVERIFY(high_->frames[Channel::kData][i] == expected);
  }
}

void TstSiteLinks::largestFrames_pass() {
  connect();
  low_->links->send(SiteId{2}, Channel::kControl, Bytes(limits::kSnapshotFrameBytes, 1));
  low_->links->send(SiteId{2}, Channel::kData, Bytes(limits::kFrameBytes, 2));
  QVERIFY(drive(*runtime_, [this] {
    return high_->frames[Channel::kControl].size() == 1 &&
           high_->frames[Channel::kData].size() == 1;
  }));
  QCOMPARE(high_->frames[Channel::kControl][0].size(), limits::kSnapshotFrameBytes);
}

void TstSiteLinks::peerGone_isToldWithItsEnd_whoeverConnects_data() {
  QTest::addColumn<bool>("connector_dies");
  QTest::newRow("who accepts sees it") << true;
  QTest::newRow("who connects sees it") << false;
}

void TstSiteLinks::peerGone_isToldWithItsEnd_whoeverConnects() {
  QFETCH(bool, connector_dies);
  connect();
  (connector_dies ? high_ : low_).reset();
  End& left = connector_dies ? *low_ : *high_;
  QVERIFY(drive(*runtime_, [&] { return left.gone == 3; }));
  QVERIFY(left.up.empty());
}

void TstSiteLinks::closedLink_isReportedDownAndMadeAnew() {
  connect();
  low_->links->close(SiteId{2}, "a test");
  QVERIFY(drive(*runtime_, [this] {
    return low_->ups == 6 && high_->ups == 6 && low_->whole() && high_->whole();
  }));
  QCOMPARE(low_->downs, 3);
  QCOMPARE(low_->gone + high_->gone, 0);
}

void TstSiteLinks::laterStart_isKnockedAwake() {
  introduce();
  // The connecting end has not begun by itself: only the knock makes it connect.
  low_->links->connect();
  QVERIFY(drive(*runtime_, [this] { return low_->whole() && high_->whole(); }));
}

/// The host was cut off when its process died: the connections to it have not ended, and the kernel
/// would find out much later.
void TstSiteLinks::laterLife_endsConnectionsToTheEarlierOne() {
  connect();
  End again(*runtime_, 1, "minifab", 2);
  QVERIFY(again.links->listen());
  again.links->set_peer_port(SiteId{2}, high_->links->port());
  high_->links->set_peer_port(SiteId{1}, again.links->port());
  again.links->connect();
  QVERIFY(drive(*runtime_, [&] { return again.whole() && high_->ups == 6; }));
  QVERIFY(high_->whole());
  QCOMPARE(high_->downs, 3);
  QCOMPARE(high_->gone, 0);
  for (const Channel channel : {Channel::kControl, Channel::kData, Channel::kTransfer}) {
    high_->links->send(SiteId{1}, channel, Bytes{7});
    QVERIFY(drive(*runtime_, [&] { return again.frames[channel].size() == 1; }));
    QVERIFY(low_->frames[channel].empty());
  }
}

void TstSiteLinks::otherPlant_isRefusedWithAReason() {
  high_ = std::make_unique<End>(*runtime_, 2, "otherfab");
  introduce();
  high_->links->connect();
  QVERIFY(drive(*runtime_, [this] { return !low_->troubles.empty() && !high_->troubles.empty(); }));
  QVERIFY(low_->up.empty());
  const QString text = QString::fromStdString(high_->troubles[0]);
  QVERIFY2(text.contains("otherfab"), qPrintable(text));
}

void TstSiteLinks::unknownSite_isRefusedWithAReason() {
  introduce();
  low_->links->set_hosts({{SiteId{1}, "own", {{"127.0.0.1", 0}}, false}});
  high_->links->connect();
  QVERIFY(drive(*runtime_, [this] { return !low_->troubles.empty() && !high_->troubles.empty(); }));
  const QString text = QString::fromStdString(high_->troubles[0]);
  QVERIFY2(text.contains("site 1 knows no other site 2: add it"), qPrintable(text));
}

void TstSiteLinks::hosts_addedAndRemovedWhileRunning() {
  connect();
  const wire::Host own{SiteId{1}, "own", {{"127.0.0.1", 0}}, false};
  low_->links->set_hosts({own});
  QVERIFY(low_->up.empty());
  QCOMPARE(low_->gone, 0);
  low_->links->send(SiteId{2}, Channel::kData, Bytes{1});  // dropped without a word
  QVERIFY(drive(*runtime_, [this] { return high_->up.empty(); }));
  low_->links->set_hosts({own, {SiteId{2}, "other", {{"127.0.0.1", high_->links->port()}}, false}});
  QVERIFY(drive(*runtime_, [this] { return low_->whole() && high_->whole(); }));
}

void TstSiteLinks::ownAddress_changed_isListenedAtAndConnectedTo() {
  connect();
  const std::uint16_t before = low_->links->port();
  const wire::Host high{SiteId{2}, "high", {{"127.0.0.1", high_->links->port()}}, false};
  const wire::Host moved{SiteId{1}, "low", {{"127.0.0.7", 0}}, false};
  low_->links->set_hosts({moved, high});
  QVERIFY(low_->links->port() != before);
  wire::Host seen = moved;
  seen.endpoints[0].port = low_->links->port();
  high_->links->set_hosts({seen, high});
  QVERIFY(drive(*runtime_, [this] { return low_->whole() && high_->whole(); }));
  QVERIFY(high_->ups > 3);
}

void TstSiteLinks::garbage_isClosedAndTouchesNobody() {
  connect();
  using boost::asio::ip::tcp;
  tcp::socket stranger(runtime_->context());
  boost::system::error_code error;
  stranger.connect({boost::asio::ip::make_address("127.0.0.1"), low_->links->port()}, error);
  QVERIFY(!error);
  const std::string http = "GET / HTTP/1.1\r\n\r\n";
  boost::asio::write(stranger, boost::asio::buffer(http), error);
  bool closed = false;
  std::array<char, 4096> input{};
  std::function<void()> read = [&] {
    stranger.async_read_some(boost::asio::buffer(input),
                             [&](const boost::system::error_code& result, std::size_t) {
                               if (result) {
                                 closed = true;
                               } else {
                                 read();
                               }
                             });
  };
  read();
  QVERIFY(drive(*runtime_, [&] { return closed; }));
  QCOMPARE(low_->downs, 0);
  low_->links->send(SiteId{2}, Channel::kData, Bytes{1});
  QVERIFY(drive(*runtime_, [this] { return high_->frames[Channel::kData].size() == 1; }));
}

void TstSiteLinks::takenPort_isAnError() {
  QVERIFY(low_->links->listen());
  SiteLinksSettings settings;
  settings.self = SiteId{2};
  settings.hosts = {{SiteId{2}, "second", {{"127.0.0.1", low_->links->port()}}, false}};
  SiteLinks second(*runtime_, settings, high_->handlers());
  const auto result = second.listen();
  QVERIFY(!result);
  QVERIFY(result.error().code == Errc::kIo);
}

QTEST_GUILESS_MAIN(TstSiteLinks)
#include "tst_site_links.moc"
