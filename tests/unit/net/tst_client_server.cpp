// Goal: clients and daemon exchange records in order; a bad or slow client is closed alone, with a
// reason.
// Method: a real Unix socket in a temporary folder, server and clients in one event loop.

#include <unistd.h>

#include <QtTest>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/write.hpp>

#include "platform/base/limits.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/unix_client_link.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/record_stream.h"
#include "unit/net/drive.h"
#include "unit/net/server_end.h"

using namespace cohort;
using namespace cohort::net;

class TstClientServer : public QObject, ServerEnd {
  Q_OBJECT

 private slots:
  void init();
  void cleanup();
  void records_goBothWaysInOrder_data() { transports(); }
  void records_goBothWaysInOrder();
  void user_isTheKernelsWord_data() { transports(); }
  void user_isTheKernelsWord();
  void close_afterWhatWasSent_reachesTheClient_data() { transports(); }
  void close_afterWhatWasSent_reachesTheClient();
  void clientGone_isTold_data() { transports(); }
  void clientGone_isTold();
  void serverGone_isToldToTheClient_data() { transports(); }
  void serverGone_isToldToTheClient();
  void malformedLength_closesThatClientWithAGoodbye_data() { transports(); }
  void malformedLength_closesThatClientWithAGoodbye();
  void clientThatDoesNotRead_isClosedAlone_data() { transports(); }
  void clientThatDoesNotRead_isClosedAlone();
  void lease_isToldBesideUnreadRecords_data() { transports(); }
  void lease_isToldBesideUnreadRecords();
  void client_thatIsClosed_hasNoLeaseForWhatItHasNotRead_data() { transports(); }
  void client_thatIsClosed_hasNoLeaseForWhatItHasNotRead();
  void noDaemon_isClosed();
  void staleSocket_isReplaced();

 private:
  /// Every test of a link runs through shared memory and over the socket alone.
  static void transports() {
    QTest::addColumn<bool>("rings");
    QTest::newRow("rings") << true;
    QTest::newRow("socket") << false;
  }
  static Bytes framed(ByteView record) {
    Bytes bytes;
    append_frame(bytes, record);
    return bytes;
  }

  using Raw = boost::asio::local::stream_protocol::socket;

  std::unique_ptr<UnixClientLink> connect() {
    QFETCH(bool, rings);
    auto link = UnixClientLink::connect(
        *runtime_, path_,
        rings ? UnixClientLink::Transport::kRings : UnixClientLink::Transport::kSocket);
    if (!link) return nullptr;
    (*link)->on_record = [this](ByteView record) {
      received_.emplace_back(record.begin(), record.end());
    };
    (*link)->on_closed = [this](std::string reason) { closed_ = std::move(reason); };
    return std::move(*link);
  }
  Raw connect_raw() {
    Raw socket(runtime_->context());
    boost::system::error_code error;
    socket.connect(boost::asio::local::stream_protocol::endpoint(path_.native()), error);
    return socket;
  }

  std::vector<Bytes> received_;
  std::string closed_;
};

void TstClientServer::init() {
  const auto listens = begin();
  QVERIFY2(listens, listens ? "" : listens.error().text.c_str());
}

void TstClientServer::cleanup() {
  end();
  received_.clear();
  closed_.clear();
}

void TstClientServer::lease_isToldBesideUnreadRecords() {
  const MonotonicTime soon = Runtime::now() + seconds(5);
  server_->set_lease(soon);
  const auto link = connect();
  QVERIFY(link);
  QVERIFY(link->lease_until() == MonotonicTime{});  // before the daemon's answer
  link->send(Bytes{1});
  QVERIFY(drive(*runtime_, [&] { return records_[1].size() == 1; }));
  QVERIFY(link->lease_until() == soon);
  server_->send(1, framed(Bytes{2}));
  server_->set_lease(soon + seconds(1));
  QVERIFY(link->lease_until() == soon + seconds(1));  // no turn of any loop in between
  server_->set_lease({});
  QVERIFY(link->lease_until() == MonotonicTime{});
}

void TstClientServer::client_thatIsClosed_hasNoLeaseForWhatItHasNotRead() {
  server_->set_lease(Runtime::now() + seconds(5));
  const auto link = connect();
  QVERIFY(link);
  link->send(Bytes{1});
  QVERIFY(drive(*runtime_, [&] { return records_[1].size() == 1; }));
  server_->send(1, framed(Bytes{2}));
  server_->close(1, "a test");
  QVERIFY(link->lease_until() == MonotonicTime{});
  server_->set_lease(Runtime::now() + seconds(5));
  QVERIFY(link->lease_until() == MonotonicTime{});
  QVERIFY(drive(*runtime_, [&] { return !closed_.empty(); }));
}

void TstClientServer::records_goBothWaysInOrder() {
  const auto link = connect();
  QVERIFY(link);
  for (std::uint8_t i = 0; i < 50; ++i) link->send(Bytes(i + 1u, i));
  QVERIFY(drive(*runtime_, [this] { return records_[1].size() == 50; }));
  for (std::uint8_t i = 0; i < 50; ++i) {
    QVERIFY(records_[1][i] == Bytes(i + 1u, i));
    server_->send(1, framed(Bytes(i + 1u, i)));
  }
  QVERIFY(drive(*runtime_, [this] { return received_.size() == 50; }));
  QVERIFY(received_[49] == Bytes(50, 49));
  QFETCH(bool, rings);
  QCOMPARE(link->has_rings(), rings);
}

void TstClientServer::user_isTheKernelsWord() {
  const auto link = connect();
  QVERIFY(drive(*runtime_, [this] { return !opened_.empty(); }));
  QCOMPARE(users_[0], std::uint32_t{::getuid()});
}

void TstClientServer::close_afterWhatWasSent_reachesTheClient() {
  const auto link = connect();
  QVERIFY(drive(*runtime_, [this] { return !opened_.empty(); }));
  server_->send(1, framed(Bytes(1000, 7)));
  server_->close(1, "enough");
  QVERIFY(drive(*runtime_, [this] { return !closed_.empty() && !gone_.empty(); }));
  QCOMPARE(received_.size(), std::size_t{1});
  QCOMPARE(gone_[1], std::string("enough"));
}

void TstClientServer::clientGone_isTold() {
  auto link = connect();
  QVERIFY(drive(*runtime_, [this] { return !opened_.empty(); }));
  link.reset();
  QVERIFY(drive(*runtime_, [this] { return gone_.contains(1); }));
  QCOMPARE(server_->clients(), std::size_t{0});
}

void TstClientServer::serverGone_isToldToTheClient() {
  const auto link = connect();
  QVERIFY(drive(*runtime_, [this] { return !opened_.empty(); }));
  server_.reset();
  QVERIFY(drive(*runtime_, [this] { return !closed_.empty(); }));
  QVERIFY(!std::filesystem::exists(path_));
}

void TstClientServer::malformedLength_closesThatClientWithAGoodbye() {
  const auto good = connect();
  Raw bad = connect_raw();
  QVERIFY(drive(*runtime_, [this] { return opened_.size() == 2; }));
  boost::system::error_code error;
  boost::asio::write(bad, boost::asio::buffer(Bytes{0xff, 0xff, 0xff, 0x7f, 1, 2}), error);
  QVERIFY(drive(*runtime_, [this] { return gone_.contains(2); }));
  Bytes answer(4096);
  const std::size_t size = boost::asio::read(bad, boost::asio::buffer(answer), error);
  FrameDecoder decoder(limits::kFrameBytes);
  decoder.feed(ByteView(answer).first(size));
  const auto frame = decoder.next();
  QVERIFY(frame && *frame);
  const auto event = wire::decode_client_event(**frame);
  QVERIFY(event.has_value());
  const auto* goodbye = std::get_if<wire::Goodbye>(&*event);
  QVERIFY(goodbye);
  QVERIFY(goodbye->code == Errc::kLimit);
  QVERIFY(!gone_.contains(1));
}

void TstClientServer::clientThatDoesNotRead_isClosedAlone() {
  const auto good = connect();
  const Raw slow = connect_raw();
  QVERIFY(drive(*runtime_, [this] { return opened_.size() == 2; }));
  const Bytes record(limits::kFrameBytes, 1);
  const std::size_t enough = limits::kClientQueueBytes / record.size() + 8;
  for (std::size_t i = 0; i < enough; ++i) server_->send(2, framed(record));
  QVERIFY(drive(*runtime_, [this] { return gone_.contains(2); }));
  QVERIFY(QString::fromStdString(gone_[2]).contains("does not read"));
  server_->send(1, framed(Bytes{1}));
  QVERIFY(drive(*runtime_, [this] { return received_.size() == 1; }));
}

void TstClientServer::noDaemon_isClosed() {
  server_.reset();
  const auto link = UnixClientLink::connect(*runtime_, path_);
  QVERIFY(!link);
  QVERIFY(link.error().code == Errc::kClosed);
  QVERIFY(QString::fromStdString(link.error().text).contains("start cohortd"));
}

void TstClientServer::staleSocket_isReplaced() {
  ClientServer second(*runtime_, {});
  QVERIFY(second.listen(path_));
}

QTEST_GUILESS_MAIN(TstClientServer)
#include "tst_client_server.moc"
