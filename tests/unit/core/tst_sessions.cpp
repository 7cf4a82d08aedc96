#include "platform/core/sessions.h"

#include <QtTest/QtTest>

using namespace cohort;
using core::Channel;
using core::Context;
using core::SendFrame;
using core::Sessions;

namespace {

/// Two ends of sessions between sites 1 and 2; frames are carried by hand.
struct Ends {
  Context one{SiteLife{SiteId{1}, Incarnation{1}}, 1};
  Context two{SiteLife{SiteId{2}, Incarnation{1}}, 1};
  Sessions a{one, "plant"};
  std::optional<Sessions> second{std::in_place, two, "plant"};
  std::vector<std::string> at_two;

  void link_up() {
    a.on_link_up(SiteId{2}, Channel::kData);
    second->on_link_up(SiteId{1}, Channel::kData);
  }
  void link_down() {
    a.on_link_down(SiteId{2}, Channel::kData);
    second->on_link_down(SiteId{1}, Channel::kData);
  }
  void send(std::uint64_t view) { a.send(SiteId{2}, Channel::kData, wire::CommitRequest{view}); }
  /// Carries what has been sent; `lost` frames of site 1, from the first on, do not arrive.
  void carry(std::size_t lost = 0) {
    for (bool more = true; more;) {
      const core::Effects from_one = std::exchange(one.effects, {});
      const core::Effects from_two = std::exchange(two.effects, {});
      more = !from_one.empty() || !from_two.empty();
      for (const auto& effect : from_one) {
        const auto* frame = std::get_if<SendFrame>(&effect);
        if (frame == nullptr || (lost > 0 && lost-- > 0)) continue;
        const auto got = second->on_frame(SiteId{1}, frame->channel, frame->whole());
        if (!got.frame) continue;
        const auto& request = std::get<wire::CommitRequest>(*got.frame);
        at_two.push_back(std::to_string(request.view));
      }
      for (const auto& effect : from_two) {
        const auto* frame = std::get_if<SendFrame>(&effect);
        if (frame != nullptr) a.on_frame(SiteId{2}, frame->channel, frame->whole());
      }
    }
  }
  std::string heard() const {
    std::string text;
    for (const std::string& item : at_two) text += item + " ";
    return text;
  }
};

}  // namespace

class TstSessions : public QObject {
  Q_OBJECT

 private slots:
  void framesLostWithTheLink_areSentAgainOnce() {
    // Goal: a reset neither loses nor doubles. Method: two frames are lost, the link comes again.
    Ends ends;
    ends.link_up();
    ends.carry();
    ends.send(1);
    ends.carry();
    ends.send(2);
    ends.send(3);
    ends.carry(2);
    ends.link_down();
    ends.send(4);
    ends.link_up();
    ends.carry();
    QCOMPARE(ends.heard(), std::string("1 2 3 4 "));
  }

  void largeFrame_thatSeveralSitesShare_isSentAgainWhole() {
    // Goal: a frame that is not copied is the same frame, also after a reset. Method: a frame of
    // 40,000 bytes is shared; it is lost with the link once; the bytes that arrive are compared.
    Ends ends;
    ends.link_up();
    ends.carry();
    const wire::TableSnapshot table{7, Bytes(40'000, 5)};
    const auto shared = std::make_shared<const Bytes>(wire::encode(wire::PeerFrame(table)));
    ends.a.send(SiteId{2}, Channel::kData, shared);
    const auto lost = std::get<SendFrame>(ends.one.effects.back());
    QVERIFY(lost.body == shared);
    ends.one.effects.clear();
    ends.link_down();
    ends.link_up();
    std::size_t came = 0;
    for (const core::Effects from_two = std::exchange(ends.two.effects, {});
         const auto& effect : from_two) {
      const auto* hello = std::get_if<SendFrame>(&effect);
      if (hello != nullptr) ends.a.on_frame(SiteId{2}, hello->channel, hello->whole());
    }
    for (const core::Effects from_one = std::exchange(ends.one.effects, {});
         const auto& effect : from_one) {
      const auto* frame = std::get_if<SendFrame>(&effect);
      if (frame == nullptr) continue;
      const auto got = ends.second->on_frame(SiteId{1}, frame->channel, frame->whole());
      if (!got.frame) continue;
      QVERIFY(std::get<wire::TableSnapshot>(*got.frame).table == table.table);
      ++came;
    }
    QCOMPARE(came, std::size_t{1});
  }

  void newLifeOfThePeer_forgetsWhatWasForTheOldOne() {
    // Goal: nothing of an older life is handed on. Method: site 2 restarts with frames under way.
    Ends ends;
    ends.link_up();
    ends.carry();
    ends.send(1);
    ends.one.effects.clear();
    ends.two.self.incarnation = Incarnation{2};
    ends.second.emplace(ends.two, "plant");
    ends.link_down();
    ends.link_up();
    ends.carry();
    QCOMPARE(ends.heard(), std::string());
    QCOMPARE(ends.a.life(SiteId{2}).incarnation.value, std::uint16_t{2});
    ends.send(2);
    ends.carry();
    QCOMPARE(ends.heard(), std::string("2 "));
  }

  void framesForALifeThatWasNotHeardYet_waitForIt() {
    // Goal: what is sent to a member of the view reaches it. Method: the view lists site 2's second
    // life; only its first one has been heard, or none.
    for (const bool heard_before : {true, false}) {
      Ends ends;
      if (heard_before) {
        ends.link_up();
        ends.carry();
        ends.link_down();
      }
      ends.two.self.incarnation = Incarnation{2};
      ends.second.emplace(ends.two, "plant");
      ends.one.effects.clear();
      ends.two.effects.clear();
      ends.a.expect(ends.two.self);
      ends.send(1);
      ends.link_up();
      ends.send(2);
      ends.carry();
      QCOMPARE(ends.heard(), std::string("1 2 "));
      QVERIFY(ends.a.life(SiteId{2}) == ends.two.self);
    }
  }

  void oldLifeOfThePeer_isToldThatItIsOver() {
    // Goal: nothing of a life that was replaced is taken. Method: site 2 runs twice, as a copied
    // host would, and its first life speaks after the second.
    Context context{SiteLife{SiteId{1}, Incarnation{1}}, 1};
    Sessions sessions(context, "plant");
    Context old{SiteLife{SiteId{2}, Incarnation{3}}, 1};
    Context present{SiteLife{SiteId{2}, Incarnation{4}}, 1};
    for (Context* life : {&present, &old}) {
      Sessions peer(*life, "plant");
      peer.on_link_up(SiteId{1}, Channel::kData);
      const auto hello = std::get<SendFrame>(life->effects.front());
      const auto got = sessions.on_frame(SiteId{2}, Channel::kData, hello.frame);
      QCOMPARE(got.new_life, life == &present);
      QCOMPARE(got.old_life.has_value(), life == &old);
      if (life == &old) QVERIFY(*got.old_life == old.self);
    }
    QVERIFY(sessions.life(SiteId{2}) == present.self);
  }

  void siteOfAnotherPlant_isRefused() {
    // Goal: two plants never mix. Method: a hello with another plant's name closes the link.
    Context context{SiteLife{SiteId{1}, Incarnation{1}}, 1};
    Sessions sessions(context, "plant");
    Context stranger{SiteLife{SiteId{2}, Incarnation{1}}, 1};
    Sessions strange(stranger, "other");
    strange.on_link_up(SiteId{1}, Channel::kData);
    const auto hello = std::get<SendFrame>(stranger.effects.front());
    sessions.on_frame(SiteId{2}, Channel::kData, hello.frame);
    QVERIFY(std::holds_alternative<core::CloseLink>(context.effects.back()));
  }

  void malformedFrame_closesTheLink() {
    // Goal: P55 between sites. Method: bytes that are no frame.
    Context context{SiteLife{SiteId{1}, Incarnation{1}}, 1};
    Sessions sessions(context, "plant");
    const Bytes garbage{0, 0, 255, 1, 2, 3};
    const auto got = sessions.on_frame(SiteId{2}, Channel::kControl, garbage);
    QVERIFY(!got.frame);
    QVERIFY(std::holds_alternative<core::CloseLink>(context.effects.back()));
  }
};

QTEST_GUILESS_MAIN(TstSessions)
#include "tst_sessions.moc"
