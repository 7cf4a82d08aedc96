// Goal: a stream cut anywhere gives the same frames, and a wrong length is refused, never
// allocated. Method: feed encoded frames in pieces of every size, joined, oversized and empty.
#include "platform/net/frame_decoder.h"

#include <QtTest>

#include "platform/net/net_limits.h"

using namespace cohort;
using namespace cohort::net;

class TstFrameDecoder : public QObject {
  Q_OBJECT

 private slots:
  void frames_inPiecesOfAnySize_comeOutWhole();
  void frame_atTheLimit_isTaken();
  void frame_aboveTheLimit_isRefusedByItsLengthAlone();
  void frame_ofNoBytes_isMalformed();
  void limit_raisedBetweenFrames_countsForTheNext();
  void manyFrames_keepTheBufferSmall();
  void wholeFrames_areTakenTogether();
};

namespace {

Bytes framed(const std::vector<Bytes>& frames) {
  Bytes stream;
  for (const Bytes& frame : frames) append_frame(stream, frame);
  return stream;
}

}  // namespace

void TstFrameDecoder::frames_inPiecesOfAnySize_comeOutWhole() {
  const std::vector<Bytes> frames{{1}, {2, 3}, Bytes(300, 4), {5}};
  const Bytes stream = framed(frames);
  for (std::size_t piece = 1; piece <= stream.size(); ++piece) {
    FrameDecoder decoder(1000);
    std::vector<Bytes> found;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      decoder.feed(ByteView(stream).subspan(at, std::min(piece, stream.size() - at)));
      while (true) {
        auto frame = decoder.next();
        QVERIFY(frame.has_value());
        if (!*frame) break;
        found.push_back(**frame);
      }
    }
    QVERIFY(found == frames);
  }
}

void TstFrameDecoder::frame_atTheLimit_isTaken() {
  FrameDecoder decoder(100);
  decoder.feed(framed({Bytes(100, 1)}));
  const auto frame = decoder.next();
  QVERIFY(frame && *frame);
  QCOMPARE((*frame)->size(), std::size_t{100});
}

void TstFrameDecoder::frame_aboveTheLimit_isRefusedByItsLengthAlone() {
  FrameDecoder decoder(100);
  decoder.feed(Bytes{101, 0, 0, 0});
  const auto frame = decoder.next();
  QVERIFY(!frame);
  QVERIFY(frame.error().code == Errc::kLimit);
  FrameDecoder hostile(100);
  hostile.feed(Bytes{0xff, 0xff, 0xff, 0xff});
  QVERIFY(!hostile.next());
}

void TstFrameDecoder::frame_ofNoBytes_isMalformed() {
  FrameDecoder decoder(100);
  decoder.feed(Bytes{0, 0, 0, 0});
  const auto frame = decoder.next();
  QVERIFY(!frame);
  QVERIFY(frame.error().code == Errc::kMalformed);
}

void TstFrameDecoder::limit_raisedBetweenFrames_countsForTheNext() {
  FrameDecoder decoder(10);
  decoder.feed(framed({Bytes(10, 1), Bytes(20, 2)}));
  QVERIFY(*decoder.next());
  decoder.set_limit(20);
  QVERIFY(decoder.next().has_value());
}

void TstFrameDecoder::manyFrames_keepTheBufferSmall() {
  FrameDecoder decoder(1000);
  const Bytes stream = framed({Bytes(1000, 1)});
  Bytes half(stream.begin(), stream.begin() + 500);
  const Bytes rest(stream.begin() + 500, stream.end());
  decoder.feed(half);
  for (int i = 0; i < 1000; ++i) {
    decoder.feed(rest);
    decoder.feed(half);
    const auto frame = decoder.next();
    QVERIFY(frame && *frame && **frame == Bytes(1000, 1));
  }
}

void TstFrameDecoder::wholeFrames_areTakenTogether() {
  const Bytes stream = framed({{1}, Bytes(100, 2), {3}});
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    FrameDecoder decoder(100);
    Bytes found;
    for (const ByteView piece : {ByteView(stream).first(cut), ByteView(stream).subspan(cut)}) {
      decoder.feed(piece);
      const FrameDecoder::Whole whole = decoder.take_whole();
      QVERIFY(!whole.error);
      found.insert(found.end(), whole.frames.begin(), whole.frames.end());
    }
    QVERIFY(found == stream);
  }
  FrameDecoder decoder(100);
  Bytes bad = framed({{1}});
  bad.insert(bad.end(), {101, 0, 0, 0});
  decoder.feed(bad);
  const FrameDecoder::Whole whole = decoder.take_whole();
  QCOMPARE(whole.frames.size(), kFrameHeaderBytes + 1);
  QVERIFY(whole.error && whole.error->code == Errc::kLimit);
}

QTEST_GUILESS_MAIN(TstFrameDecoder)
#include "tst_frame_decoder.moc"
