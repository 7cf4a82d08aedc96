// Goal: a joiner gets exactly the state at its join, whoever dies in between.
// Method: real processes on a plant in memory; updates flow while members join, give and die.
#include "platform/tools/state_transfer.h"

#include <QtTest>

#include "ledger_service.h"
#include "platform/tools/transfer_image.h"

using namespace cohort;
using test::LedgerCaller;
using test::LedgerPlant;
using test::LedgerService;
using test::Lines;

class TstStateTransfer : public QObject {
  Q_OBJECT

  std::unique_ptr<LedgerPlant> house_;
  std::shared_ptr<LedgerService> first_;
  std::shared_ptr<LedgerService> second_;
  std::shared_ptr<LedgerCaller> caller_;

  void start_writing(int count) { caller_->app.spawn(LedgerCaller::write(caller_, count)); }
  void make_state_large(std::size_t bytes = 700'000) {
    for (const auto& member : {first_, second_}) member->ballast = bytes;
  }
  bool up(const std::shared_ptr<LedgerService>& member) {
    return house_->plant.run_until([&] { return member->is_up(); });
  }
  /// Every member that is given has all updates, in the same order.
  void check_equal(std::size_t count, const std::vector<std::shared_ptr<LedgerService>>& members) {
    house_->plant.run(seconds(3));
    for (const auto& member : members) {
      QCOMPARE(member->lines.size(), count);
      QCOMPARE(member->lines, members.front()->lines);
    }
  }
  /// The digests noted at one view are the same at all who noted one.
  void check_same_image(const std::vector<std::shared_ptr<LedgerService>>& members) {
    std::map<std::uint64_t, std::uint64_t> digests;
    for (const auto& member : members) {
      for (const auto& record : member->app.history()) {
        if (record.text != "state.at-view") continue;
        const auto [found, is_new] = digests.emplace(record.view, record.digest);
        QVERIFY(found->second == record.digest);
      }
    }
    QVERIFY(!digests.empty());
  }

 private slots:
  void init() {
    house_ = std::make_unique<LedgerPlant>(4);
    first_ = house_->add_running_member(1);
    second_ = house_->add_running_member(2);
    caller_ = house_->add_caller(4);
  }
  void cleanup() {
    first_.reset();
    second_.reset();
    caller_.reset();
  }

  void joiner_updatesFlow_missesNoneAndDoublesNone() {
    start_writing(300);
    house_->plant.run(millis(100));
    const auto third = house_->add_member(3);
    QVERIFY(up(third));
    QVERIFY(third->lines.size() >= 100);
    check_equal(300, {first_, second_, third});
    check_same_image({first_, second_, third});
  }

  void joiners_twoAtOnce_bothGetTheState() {
    start_writing(300);
    house_->plant.run(millis(100));
    const auto third = house_->add_member(3);
    const auto fourth = house_->add_member(4);
    QVERIFY(up(third));
    QVERIFY(up(fourth));
    check_equal(300, {first_, second_, third, fourth});
    check_same_image({first_, second_, third, fourth});
  }

  void state_isLarge_comesInManyBlocks() {
    make_state_large();
    std::uint32_t blocks = 0;
    first_->transfer.on_progress = [&](const auto& progress) { blocks = progress.blocks_done; };
    const auto third = house_->add_member(3);
    QVERIFY(up(third));
    QCOMPARE(third->ballast, 700'000u);
    QCOMPARE(blocks, 22u);
  }

  void joiner_keepsTheBytesOfItsState_theyStay() {
    make_state_large();
    const auto third = house_->add_member(3);
    QVERIFY(up(third));
    start_writing(50);
    check_equal(50, {first_, second_, third});
    QVERIFY(third->image.use_count() == 1);
    const auto state = wire::Message::decode(third->kept);
    QVERIFY(state.has_value());
    QCOMPARE(state->bytes("ballast").size(), 700'000u);
  }

  void donor_diesInTheMiddle_nextOneGivesTheSameCut() {
    make_state_large();
    start_writing(400);
    bool reached = false;
    first_->transfer.on_progress = [&](const auto& progress) {
      reached = reached || progress.blocks_done == 5;
    };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    QVERIFY(!third->is_up());
    house_->plant.kill(first_->app);
    QVERIFY(up(third));
    check_equal(400, {second_, third});
    check_same_image({first_, second_, third});
  }

  void donorsSite_diesInTheMiddle_nextOneGives() {
    make_state_large();
    start_writing(2000);
    bool reached = false;
    first_->transfer.on_progress = [&](const auto&) { reached = true; };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    house_->plant.kill_site(1);
    QVERIFY(up(third));
    check_equal(2000, {second_, third});
  }

  void joiner_diesInTheMiddle_othersGoOn() {
    make_state_large();
    start_writing(300);
    bool reached = false;
    first_->transfer.on_progress = [&](const auto&) { reached = true; };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    house_->plant.kill(third->app);
    check_equal(300, {first_, second_});
    const auto fourth = house_->add_member(3);
    QVERIFY(up(fourth));
    check_equal(300, {first_, second_, fourth});
  }

  void donors_allDie_joinFailsAndNothingIsDecoded() {
    make_state_large();
    bool reached = false;
    first_->transfer.on_progress = [&](const auto&) { reached = true; };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    house_->plant.kill(first_->app);
    house_->plant.kill(second_->app);
    QVERIFY(house_->plant.run_until([&] { return third->joined.has_value(); }));
    QVERIFY(!third->joined->has_value());
    QVERIFY(third->joined->error().code == Errc::kTotalFailure);
    QCOMPARE(third->ballast, 0u);
    third->joined.reset();
    third->app.spawn(rejoin(third));
    QVERIFY(up(third));
    QVERIFY(third->transfer.complete());
  }

  void donors_dieWhileTwoReceive_completedOneServesTheOther() {
    make_state_large();
    const auto third = house_->add_member(3);
    const auto fourth = house_->add_member(4);
    QVERIFY(up(third));
    house_->plant.kill(first_->app);
    house_->plant.kill(second_->app);
    QVERIFY(up(fourth));
    QCOMPARE(fourth->ballast, 700'000u);
  }

  void donor_stopsInTheMiddle_nextOneGivesTheSameCut() {
    // Goal: the deadline is no progress. Method: the donor's process is stopped, not dead.
    make_state_large(3'000'000);  // more than one window
    start_writing(100);
    bool reached = false;
    first_->transfer.on_progress = [&](const auto& progress) {
      reached = reached || progress.blocks_done == 5;
      if (reached) first_->app.stop(true);
    };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    house_->plant.run(tools::kTransferPatience - seconds(1));
    QVERIFY(!third->is_up());
    QVERIFY(up(third));
    first_->app.stop(false);
    check_equal(100, {first_, second_, third});
  }

  void donor_diesAtAnyBlock_joinerHasTheState_data() {
    QTest::addColumn<uint>("block");
    // The first window leaves at once, then one block as one is taken.
    for (uint block = 1; block <= 92; block += 7) QTest::addRow("block %u", block) << block;
  }
  void donor_diesAtAnyBlock_joinerHasTheState() {
    // Goal: P49, X1 under a crash at every block. Method: kill the donor as it has sent block n.
    QFETCH(uint, block);
    make_state_large(3'000'000);
    start_writing(60);
    bool reached = false;
    first_->transfer.on_progress = [&](const auto& progress) {
      reached = reached || progress.blocks_done == block;
    };
    const auto third = house_->add_member(3);
    QVERIFY(house_->plant.run_until([&] { return reached; }));
    house_->plant.kill(first_->app);
    QVERIFY(up(third));
    check_equal(60, {second_, third});
    check_same_image({second_, third});
  }

  void member_leavesAndJoinsAgain_hasTheState() {
    start_writing(100);
    house_->plant.run(millis(50));
    second_->app.spawn(leave(second_));
    QVERIFY(house_->plant.run_until([this] { return !second_->transfer.complete(); }));
    second_->joined.reset();
    second_->app.spawn(rejoin(second_));
    QVERIFY(up(second_));
    check_equal(100, {first_, second_});
  }

  void blocks_cutAndCollected_giveTheState_data() {
    QTest::addColumn<int>("size");
    for (const int size : {0, 1, 32767, 32768, 32769, 100000}) {
      QTest::addRow("%d", size) << size;
    }
  }
  void blocks_cutAndCollected_giveTheState() {
    QFETCH(int, size);
    Bytes state(static_cast<std::size_t>(size));
    for (std::size_t i = 0; i < state.size(); ++i) state[i] = static_cast<std::uint8_t>(i * 31);
    tools::BlockCollector collector;
    const ProcessId donor{1};
    const ProcessId other{2};
    const std::uint32_t count = tools::block_count(state.size());
    if (count > 1) QVERIFY(!collector.add(other, tools::cut_block(state, 4, 0)));
    for (std::uint32_t i = count; i-- > 0;) {
      const auto block =
          tools::TransferBlock::from_message(tools::cut_block(state, 4, i).to_message());
      QVERIFY(block.data.size() <= tools::kTransferBlockBytes);
      const auto whole = collector.add(donor, block);
      QCOMPARE(whole.has_value(), i == 0);
      if (whole) QVERIFY(*whole == state);
    }
  }

  void slicedImage_isTheImage_whateverTheSlices() {
    // Goal: slices and the whole have the same bytes. Method: one domain of each kind.
    Bytes large(100'000);
    for (std::size_t i = 0; i < large.size(); ++i) large[i] = static_cast<std::uint8_t>(i * 13);
    tools::TransferImage image;
    image.complete = {ProcessId{1}, ProcessId{2}};
    image.domains = {{"a", Bytes{1, 2, 3}}, {"b", large}, {"c", Bytes{}}};
    const Bytes whole = image.encode();
    tools::SlicedImage sliced(image.complete, 3);
    sliced.add("a", Bytes{1, 2, 3});
    QVERIFY(sliced.at_hand());
    const tools::Snapshot snapshot{large.size(), [&large](std::uint64_t at, std::size_t length) {
                                     const auto from =
                                         large.begin() + static_cast<std::ptrdiff_t>(at);
                                     return Bytes(from, from + static_cast<std::ptrdiff_t>(length));
                                   }};
    sliced.add("b", snapshot);
    sliced.add("c", Bytes{});
    QVERIFY(!sliced.at_hand());
    QCOMPARE(std::size_t{sliced.size()}, whole.size());
    for (const std::size_t slice : {std::size_t{1'000}, std::size_t{7}, whole.size()}) {
      Bytes read;
      while (read.size() < whole.size()) {
        const Bytes part = sliced.read(read.size(), std::min(slice, whole.size() - read.size()));
        read.insert(read.end(), part.begin(), part.end());
      }
      QVERIFY(read == whole);
    }
  }

  void blocks_thatMakeNoSense_areIgnored() {
    // Goal: hostile blocks. Method: a wrong index, another count, a short block in the middle.
    tools::BlockCollector collector;
    const Bytes state(3 * tools::kTransferBlockBytes, 5);
    const ProcessId donor{1};
    QVERIFY(!collector.add(donor, {1, 3, 3, Bytes(10)}));
    QVERIFY(!collector.add(donor, tools::cut_block(state, 1, 0)));
    QVERIFY(!collector.add(donor, {1, 1, 4, state}));
    QVERIFY(!collector.add(donor, {1, 1, 3, Bytes(10)}));
    QVERIFY(!collector.add(donor, tools::cut_block(state, 1, 0)));
    QCOMPARE(collector.received(donor), 1u);
    QVERIFY(!collector.add(donor, tools::cut_block(state, 1, 1)));
    const auto whole = collector.add(donor, tools::cut_block(state, 1, 2));
    QVERIFY(whole && *whole == state);
  }

  void image_hostileBytes_areRefused() {
    tools::TransferImage image;
    image.complete = {ProcessId{1}};
    image.domains.emplace_back("a", Bytes{1, 2, 3});
    const Bytes bytes = image.encode();
    QVERIFY(tools::TransferContents::decode(bytes, {"a"}).has_value());
    QVERIFY(!tools::TransferContents::decode(bytes, {"b"}).has_value());
    QVERIFY(!tools::TransferContents::decode(bytes, {"a", "b"}).has_value());
    for (std::size_t length = 0; length < bytes.size(); ++length) {
      QVERIFY(!tools::TransferContents::decode(ByteView(bytes).first(length), {"a"}).has_value());
    }
  }

 private:
  static task::Task<void> rejoin(std::shared_ptr<LedgerService> service) {
    auto view = co_await service->transfer.join("ledger", true);
    service->joined.emplace(std::move(view));
  }
  static task::Task<void> leave(std::shared_ptr<LedgerService> service) {
    auto left = co_await service->app.process().leave_group(service->group);
    COHORT_ASSERT(left.has_value(), "a member may leave");
  }
};

QTEST_GUILESS_MAIN(TstStateTransfer)
#include "tst_state_transfer.moc"
