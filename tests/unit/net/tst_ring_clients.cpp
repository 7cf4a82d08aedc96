// Goal: a client that scribbles, stalls, floods or dies at any point of its shared memory is closed
// with a reason, what it had written before it died still counts, and nobody else notices.
// Method: the daemon's real server; hostile clients drive the rings by hand from the same loop, or
// die by SIGKILL in a process of their own.
#include <linux/futex.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <QtTest>
#include <algorithm>
#include <atomic>
#include <boost/asio/local/stream_protocol.hpp>
#include <csignal>

#include "platform/base/limits.h"
#include "platform/base/rng.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/life_line.h"
#include "platform/net/net_limits.h"
#include "platform/net/ring_memory.h"
#include "platform/net/unix_client_link.h"
#include "platform/wire/client_protocol.h"
#include "platform/wire/record_stream.h"
#include "unit/net/drive.h"
#include "unit/net/server_end.h"

using namespace cohort;
using namespace cohort::net;
using boost::asio::local::stream_protocol;

namespace {

Bytes framed(ByteView record) {
  Bytes bytes;
  append_frame(bytes, record);
  return bytes;
}

/// A client that uses the rings as it likes.
struct Wild {
  stream_protocol::socket socket;
  RingDescriptors rings;
  std::optional<RingMapping> to_daemon;
  std::optional<RingMapping> to_client;

  void wake() const {
    const std::uint64_t one = 1;
    QVERIFY(::write(rings.wake_daemon.get(), &one, sizeof one) == sizeof one);
  }
  void put(ByteView bytes) {
    RingPlace place = to_daemon->place();
    RingWriter writer(place);
    const auto written = writer.write(bytes);
    QVERIFY(written && written->count == bytes.size());
    wake();
  }
};

}  // namespace

class TstRingClients : public QObject, ServerEnd {
  Q_OBJECT

 private slots:
  void init();
  void cleanup();

  void position_scribbled_closesThatClientWithAGoodbye() {
    auto good = connect_good();
    Wild wild = connect_wild();
    wild.to_daemon->place().header->written = std::uint64_t{1} << 40;
    wild.wake();
    expect_goodbye(wild, 2, Errc::kCorrupt);
    expect_good_works(*good);
  }

  void length_beyondTheLimit_closesThatClientWithAGoodbye() {
    auto good = connect_good();
    Wild wild = connect_wild();
    wild.put(Bytes{0xff, 0xff, 0xff, 0x7f, 1, 2});
    expect_goodbye(wild, 2, Errc::kLimit);
    expect_good_works(*good);
  }

  void everyByteOfItsMemory_scribbledAgainAndAgain_harmsNobodyElse() {
    auto good = connect_good();
    Rng rng(3);
    for (int round = 0; round < 20; ++round) {
      Wild wild = connect_wild();
      for (int i = 0; i < 50; ++i) {
        for (RingMapping* mapping : {&*wild.to_daemon, &*wild.to_client}) {
          auto* const header = reinterpret_cast<std::uint8_t*>(mapping->place().header);
          header[rng.below(sizeof(RingHeader))] = static_cast<std::uint8_t>(rng.next());
          mapping->place().bytes[rng.below(kRingBytes)] = static_cast<std::uint8_t>(rng.next());
        }
        wild.wake();
        runtime_->context().poll();
        server_->send(last_client(), framed(Bytes(100, 1)));
      }
      wild.socket.close();
      QVERIFY(drive(*runtime_, [&] { return gone_.contains(last_client()); }));
    }
    expect_good_works(*good);
  }

  void clientThatStalls_isClosedAtTheLimitAndTheReasonIsOnTheSocket() {
    auto good = connect_good();
    Wild wild = connect_wild();
    const Bytes record(limits::kFrameBytes, 1);
    const std::size_t enough = limits::kClientQueueBytes / record.size() + 8;
    for (std::size_t i = 0; i < enough; ++i) server_->send(2, framed(record));
    expect_goodbye(wild, 2, Errc::kLimit);
    expect_good_works(*good);
  }

  void recordOnTheSocket_besideRings_closesThatClient() {
    auto good = connect_good();
    Wild wild = connect_wild();
    boost::system::error_code error;
    wild.socket.write_some(boost::asio::buffer(framed(Bytes{1, 2, 3})), error);
    expect_goodbye(wild, 2, Errc::kMalformed);
    expect_good_works(*good);
  }

  void anotherVersion_getsTheSocket() {
    stream_protocol::socket socket(runtime_->context());
    socket.connect(stream_protocol::endpoint(path_.native()));
    boost::system::error_code error;
    socket.write_some(boost::asio::buffer(framed(encode(RingOffer{true, 99}))), error);
    QVERIFY(drive(*runtime_, [&] { return socket.available() > 0; }));
    const auto answer = receive_answer(socket.native_handle());
    QVERIFY(answer.has_value());
    QVERIFY(!answer->answer.granted);
    socket.write_some(boost::asio::buffer(framed(Bytes{7})), error);
    QVERIFY(drive(*runtime_, [this] { return records_[1].size() == 1; }));
  }

  void daemon_thatSpeaksBeforeItReadTheWish_isHeardOverTheSocket() {
    auto link = UnixClientLink::connect(*runtime_, path_);
    QVERIFY(link.has_value());
    (*link)->on_record = [this](ByteView record) {
      received_.emplace_back(record.begin(), record.end());
    };
    // The wish lies in the socket; the server has only accepted.
    QVERIFY(drive(*runtime_, [&] {
      if (last_client() == 1) server_->send(1, framed(Bytes(20, 9)));
      return last_client() == 1;
    }));
    QVERIFY(drive(*runtime_, [this] { return received_.size() == 1; }));
    (*link)->send(Bytes{5});
    QVERIFY(drive(*runtime_, [this] { return records_[1].size() == 1; }));
    QVERIFY(!(*link)->has_rings());
  }

  void wholeRecords_ofAClientThatHasGone_countAndTheCutOneDoesNot() {
    Wild wild = connect_wild();
    Bytes bytes = framed(Bytes(10, 1));
    const Bytes second = framed(Bytes(20, 2));
    bytes.insert(bytes.end(), second.begin(), second.end());
    bytes.insert(bytes.end(), {50, 0, 0, 0, 9, 9});  // dies in the middle of the third
    RingWriter writer(wild.to_daemon->place());
    QVERIFY(writer.write(bytes).has_value());
    wild.socket.close();  // no wake-up call: the end of the socket is enough
    QVERIFY(drive(*runtime_, [this] { return gone_.contains(1); }));
    QCOMPARE(records_[1].size(), std::size_t{2});
    QVERIFY(records_[1][1] == Bytes(20, 2));
  }

  void process_killedWhileItFloods_losesNoWholeRecordBefore() {
    for (int round = 0; round < 5; ++round) {
      const pid_t child = ::fork();
      QVERIFY(child >= 0);
      if (child == 0) flood_for_ever();
      QVERIFY(drive(*runtime_, [this] { return records_[last_client()].size() > 1000; }));
      ::kill(child, SIGKILL);
      QVERIFY(drive(*runtime_, [this] { return gone_.contains(last_client()); }));
      ::waitpid(child, nullptr, 0);
      const std::vector<Bytes>& records = records_[last_client()];
      for (std::size_t i = 0; i < records.size(); ++i) {
        QCOMPARE(records[i].size(), std::size_t{1} + i % 500);
        QVERIFY(records[i] == Bytes(records[i].size(), static_cast<std::uint8_t>(i)));
      }
    }
  }

  void processes_killed_areGoneBeforeTheirSocketsClose() {
    // One more than are watched at a time; another process keeps all their sockets open.
    const pid_t child = ::fork();
    QVERIFY(child >= 0);
    if (child == 0) speak_from_many_links(kWatchedClients + 1);
    const auto end_both = qScopeGuard([child] {
      ::kill(-child, SIGKILL);
      ::waitpid(child, nullptr, 0);
    });
    QVERIFY(drive(*runtime_, [this] { return speaking() == kWatchedClients + 1; }));
    ::kill(child, SIGKILL);
    QVERIFY(drive(*runtime_, [this] { return gone_.size() == kWatchedClients + 1; }));
    for (const auto& [client, reason] : gone_)
      QCOMPARE(reason, std::string("its process has ended"));
  }

  void link_closedByALivingProcess_isGoneWithItsSocket() {
    auto good = connect_good();
    good->send(Bytes{1});
    QVERIFY(drive(*runtime_, [this] { return records_[1].size() == 1; }));
    good.reset();
    QVERIFY(drive(*runtime_, [this] { return gone_.contains(1); }));
    QVERIFY(gone_[1] != "its process has ended");
  }

  void lifeLine_marked_costsThatClientItsLink() {
    auto good = connect_good();
    Wild wild = connect_wild();
    auto& word = *reinterpret_cast<std::atomic<std::uint32_t>*>(
        reinterpret_cast<std::uint8_t*>(wild.to_daemon->place().header) + kLifeLineOffset);
    word = static_cast<std::uint32_t>(::getpid());
    wild.put(framed(Bytes{7}));
    QVERIFY(drive(*runtime_, [this] { return records_[2].size() == 1; }));
    word = FUTEX_OWNER_DIED;
    ::syscall(SYS_futex, &word, FUTEX_WAKE, 1, nullptr, nullptr, 0);
    QVERIFY(drive(*runtime_, [this] { return gone_.contains(2); }));
    expect_good_works(*good);
  }

  void manyLargeRecords_bothWays_comeInOrder() {
    auto good = connect_good();
    QVERIFY(drive(*runtime_, [&] { return good->has_rings(); }));
    for (std::size_t i = 0; i < 200; ++i) {
      good->send(Bytes(60000 - i, static_cast<std::uint8_t>(i)));
      server_->send(1, framed(Bytes(60000 - i, static_cast<std::uint8_t>(i))));
    }
    QVERIFY(
        drive(*runtime_, [this] { return records_[1].size() == 200 && received_.size() == 200; }));
    for (std::size_t i = 0; i < 200; ++i) {
      QVERIFY(records_[1][i] == Bytes(60000 - i, static_cast<std::uint8_t>(i)));
      QVERIFY(received_[i] == records_[1][i]);
    }
  }

 private:
  std::unique_ptr<UnixClientLink> connect_good() {
    auto link = UnixClientLink::connect(*runtime_, path_);
    if (!link) return nullptr;
    (*link)->on_record = [this](ByteView record) {
      received_.emplace_back(record.begin(), record.end());
    };
    (*link)->on_closed = [this](std::string reason) { closed_ = std::move(reason); };
    drive(*runtime_, [this] { return last_client() == 1; });
    return std::move(*link);
  }

  Wild connect_wild() {
    Wild wild{stream_protocol::socket(runtime_->context()), {}, {}, {}};
    wild.socket.connect(stream_protocol::endpoint(path_.native()));
    boost::system::error_code error;
    wild.socket.write_some(boost::asio::buffer(framed(encode(RingOffer{true, kRingVersion}))),
                           error);
    drive(*runtime_, [&] { return wild.socket.available() > 0; });
    auto answer = receive_answer(wild.socket.native_handle());
    COHORT_ASSERT(answer.has_value() && answer->answer.granted, "the daemon grants rings");
    wild.rings = std::move(answer->rings);
    wild.to_daemon.emplace(std::move(*RingMapping::map(wild.rings.to_daemon.get())));
    wild.to_client.emplace(std::move(*RingMapping::map(wild.rings.to_client.get())));
    return wild;
  }

  void expect_goodbye(Wild& wild, ClientServer::Client client, Errc code) {
    QVERIFY(drive(*runtime_, [&] { return gone_.contains(client); }));
    Bytes answer(8192);
    boost::system::error_code error;
    const std::size_t size = wild.socket.read_some(boost::asio::buffer(answer), error);
    FrameDecoder decoder(limits::kFrameBytes);
    decoder.feed(ByteView(answer).first(size));
    const auto frame = decoder.next();
    QVERIFY(frame && *frame);
    const auto event = wire::decode_client_event(**frame);
    QVERIFY(event.has_value());
    const auto* const goodbye = std::get_if<wire::Goodbye>(&*event);
    QVERIFY(goodbye != nullptr);
    QVERIFY(goodbye->code == code);
  }

  void expect_good_works(UnixClientLink& good) {
    const std::size_t received = received_.size();
    const std::size_t records = records_[1].size();
    good.send(Bytes{1, 2, 3});
    server_->send(1, framed(Bytes{4}));
    QVERIFY(drive(*runtime_,
                  [&] { return received_.size() > received && records_[1].size() > records; }));
    QVERIFY(!gone_.contains(1));
  }

  /// In a process of its own: nothing of the test's loop is used.
  [[noreturn]] void flood_for_ever() {
    Runtime own;
    auto link = UnixClientLink::connect(own, path_);
    if (!link) ::_exit(1);
    (*link)->on_closed = [](const std::string&) { ::_exit(2); };
    while (!(*link)->has_rings()) own.context().run_one();
    for (std::size_t i = 0;; ++i) {
      (*link)->send(Bytes(1 + i % 500, static_cast<std::uint8_t>(i)));
      own.context().poll();
    }
  }

  std::size_t speaking() const {
    return static_cast<std::size_t>(
        std::ranges::count_if(records_, [](const auto& entry) { return !entry.second.empty(); }));
  }

  /// The leader of a group of two processes, of which the other one only keeps what is open open.
  [[noreturn]] void speak_from_many_links(std::size_t count) {
    ::setpgid(0, 0);
    Runtime own;
    std::vector<std::unique_ptr<UnixClientLink>> links;
    for (std::size_t i = 0; i < count; ++i) {
      auto link = UnixClientLink::connect(own, path_);
      if (!link) ::_exit(1);
      links.push_back(std::move(*link));
      while (!links.back()->has_rings()) own.context().run_one();
    }
    if (::fork() == 0) {
      while (true) ::pause();
    }
    for (const auto& link : links) link->send(Bytes{1});
    while (true) own.context().run_one();
  }

  std::vector<Bytes> received_;
  std::string closed_;
};

void TstRingClients::init() {
  const auto listens = begin();
  QVERIFY2(listens, listens ? "" : listens.error().text.c_str());
}

void TstRingClients::cleanup() {
  end();
  received_.clear();
  closed_.clear();
}

QTEST_GUILESS_MAIN(TstRingClients)
#include "tst_ring_clients.moc"
