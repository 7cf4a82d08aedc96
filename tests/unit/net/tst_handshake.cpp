// Goal: only sites of the same plant, release and settings talk to each other, and say why not.
// Method: encode, decode, truncate and alter handshakes; compare what check() says.
#include "platform/net/handshake.h"

#include <QtTest>

using namespace cohort;
using namespace cohort::net;

namespace {
const Handshake kOurs{kWireVersion, "minifab", 77, SiteId{1}, Purpose::kControl};
const Handshake kTheirs{kWireVersion, "minifab", 77, SiteId{2}, Purpose::kData};
}  // namespace

class TstHandshake : public QObject {
  Q_OBJECT

 private slots:
  void handshake_decoded_isTheSame();
  void handshake_truncatedAnywhere_isMalformed();
  void handshake_ofSomethingElse_isMalformed();
  void answer_decoded_isTheSame();
  void check_difference_isNamed_data();
  void check_difference_isNamed();
};

void TstHandshake::handshake_decoded_isTheSame() {
  const auto found = decode_handshake(encode(kTheirs));
  QVERIFY(found.has_value());
  QCOMPARE(found->plant, kTheirs.plant);
  QCOMPARE(found->settings_hash, kTheirs.settings_hash);
  QVERIFY(found->site == kTheirs.site);
  QVERIFY(found->purpose == kTheirs.purpose);
  QVERIFY(check(*found, kOurs).has_value());
}

void TstHandshake::handshake_truncatedAnywhere_isMalformed() {
  const Bytes whole = encode(kTheirs);
  for (std::size_t size = 0; size < whole.size(); ++size) {
    QVERIFY(!decode_handshake(ByteView(whole).first(size)));
  }
  Bytes longer = whole;
  longer.push_back(0);
  QVERIFY(!decode_handshake(longer));
}

void TstHandshake::handshake_ofSomethingElse_isMalformed() {
  const std::string http = "GET / HTTP/1.1\r\n\r\n";
  QVERIFY(!decode_handshake(Bytes(http.begin(), http.end())));
  QVERIFY(!decode_handshake(encode(HandshakeAnswer{})));
  QVERIFY(!decode_handshake_answer(encode(kOurs)));
}

void TstHandshake::answer_decoded_isTheSame() {
  const auto found = decode_handshake_answer(encode(HandshakeAnswer{Errc::kRefused, "no"}));
  QVERIFY(found.has_value());
  QVERIFY(found->code == Errc::kRefused);
  QCOMPARE(found->text, std::string("no"));
}

void TstHandshake::check_difference_isNamed_data() {
  QTest::addColumn<int>("version");
  QTest::addColumn<QString>("plant");
  QTest::addColumn<int>("hash");
  QTest::addColumn<QString>("word");
  QTest::newRow("version") << 2 << "minifab" << 77 << "version 2";
  QTest::newRow("plant") << 1 << "other" << 77 << "plant 'other'";
  QTest::newRow("settings") << 1 << "minifab" << 78 << "plant files of site 2 and site 1 differ";
}

void TstHandshake::check_difference_isNamed() {
  QFETCH(int, version);
  QFETCH(QString, plant);
  QFETCH(int, hash);
  QFETCH(QString, word);
  Handshake theirs = kTheirs;
  theirs.version = static_cast<std::uint32_t>(version);
  theirs.plant = plant.toStdString();
  theirs.settings_hash = static_cast<std::uint64_t>(hash);
  const auto decoded = decode_handshake(encode(theirs));
  QVERIFY(decoded.has_value());
  const auto checked = check(*decoded, kOurs);
  QVERIFY(!checked);
  const QString text = QString::fromStdString(checked.error().text);
  QVERIFY2(text.contains(word), qPrintable(text));
}

QTEST_GUILESS_MAIN(TstHandshake)
#include "tst_handshake.moc"
