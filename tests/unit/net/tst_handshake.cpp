// Goal: only sites of the same plant, release and settings talk to each other, and say why not.
// Method: encode, decode, truncate and alter handshakes; compare what check() says.
#include "platform/net/handshake.h"

#include <QtTest>

using namespace cohort;
using namespace cohort::net;

namespace {
Handshake of(std::uint16_t site, Purpose purpose) {
  Handshake made;
  made.plant = "minifab";
  made.settings_hash = 77;
  made.site = SiteId{site};
  made.purpose = purpose;
  made.path = 1;
  made.life = Incarnation{9};
  return made;
}
const Handshake kOurs = of(1, Purpose::kControl);
const Handshake kTheirs = of(2, Purpose::kData);
}  // namespace

class TstHandshake : public QObject {
  Q_OBJECT

 private slots:
  void handshake_decoded_isTheSame();
  void handshake_truncatedAnywhere_isMalformed();
  void handshake_ofSomethingElse_isMalformed();
  void answer_decoded_isTheSame();
  void check_rangesOverlap_newestCommonIsSpoken();
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
  QCOMPARE(found->path, kTheirs.path);
  QVERIFY(found->life == kTheirs.life);
  QCOMPARE(check(*found, kOurs).value_or(0), kWireVersionMost);
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
  const auto found = decode_handshake_answer(encode(HandshakeAnswer{Errc::kRefused, "no", 0, {}}));
  QVERIFY(found.has_value());
  QVERIFY(found->code == Errc::kRefused);
  QCOMPARE(found->text, std::string("no"));
  const auto welcome =
      decode_handshake_answer(encode(HandshakeAnswer{Errc::kOk, {}, 4, Incarnation{65'535}}));
  QVERIFY(welcome.has_value());
  QCOMPARE(welcome->version, std::uint32_t{4});
  QVERIFY(welcome->life == Incarnation{65'535});
}

void TstHandshake::check_rangesOverlap_newestCommonIsSpoken() {
  Handshake ours = kOurs;
  ours.version_least = 3;
  ours.version_most = 6;
  Handshake theirs = kTheirs;
  theirs.version_least = 5;
  theirs.version_most = 9;
  QCOMPARE(check(theirs, ours).value_or(0), std::uint32_t{6});
  theirs.version_least = 1;
  theirs.version_most = 4;
  QCOMPARE(check(theirs, ours).value_or(0), std::uint32_t{4});
}

void TstHandshake::check_difference_isNamed_data() {
  QTest::addColumn<int>("least");
  QTest::addColumn<int>("most");
  QTest::addColumn<QString>("plant");
  QTest::addColumn<int>("hash");
  QTest::addColumn<QString>("word");
  const int ours = static_cast<int>(kWireVersionMost);
  QTest::newRow("newer") << ours + 1 << ours + 3 << "minifab" << 77 << "site 2 speaks versions";
  QTest::newRow("older") << 1 << 1 << "minifab" << 77 << "install the same release";
  QTest::newRow("plant") << ours << ours << "other" << 77 << "plant 'other'";
  QTest::newRow("settings") << ours << ours << "minifab" << 78 << "differ in plant.id, plant.model";
}

void TstHandshake::check_difference_isNamed() {
  QFETCH(int, least);
  QFETCH(int, most);
  QFETCH(QString, plant);
  QFETCH(int, hash);
  QFETCH(QString, word);
  Handshake theirs = kTheirs;
  theirs.version_least = static_cast<std::uint32_t>(least);
  theirs.version_most = static_cast<std::uint32_t>(most);
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
