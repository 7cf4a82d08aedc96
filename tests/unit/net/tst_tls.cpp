// Goal: sites talk through TLS 1.3 only, to sites whose certificate the plant's authority has
// signed and whose name it carries; everything else is refused and both ends say why.
// Method: real links on the loopback with certificates made for each case, and with those that
// deploy/certificates makes.
#include "platform/net/tls.h"

#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/stream.hpp>

#include "unit/net/certificates.h"
#include "unit/net/drive.h"
#include "unit/net/links_end.h"

using namespace cohort;
using namespace cohort::net;

class TstTls : public QObject {
  Q_OBJECT

 private slots:
  void init();
  void cleanup();

  void goodCertificates_carryFrames();
  void wrongCertificate_isRefusedAtBothEnds_data();
  void wrongCertificate_isRefusedAtBothEnds();
  void otherSitesCertificate_isRefused_data();
  void otherSitesCertificate_isRefused();
  void oldTls_isRefused();
  void plainConnection_isRefused();
  void certificates_renewed_areUsedWithoutARestart();
  void revokedSite_losesItsConnections();
  void ownFiles_wrong_areNamed_data();
  void ownFiles_wrong_areNamed();

 private:
  std::string folder(int site) const {
    return (site == 1 ? first_ : second_)->path().toStdString();
  }
  std::shared_ptr<Tls> open(int site, int as = 0) {
    auto tls =
        Tls::open(folder(site), "minifab", SiteId{static_cast<std::uint16_t>(as ? as : site)});
    if (!tls) qFatal("%s", tls.error().text.c_str());
    return *tls;
  }
  void start(std::shared_ptr<Tls> of_low, std::shared_ptr<Tls> of_high);
  bool carriesFrames();

  std::unique_ptr<QTemporaryDir> first_;
  std::unique_ptr<QTemporaryDir> second_;
  std::unique_ptr<Runtime> runtime_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<LinksEnd> low_;
  std::unique_ptr<LinksEnd> high_;
};

void TstTls::init() {
  first_ = std::make_unique<QTemporaryDir>();
  second_ = std::make_unique<QTemporaryDir>();
  runtime_ = std::make_unique<Runtime>();
  authority_ = std::make_unique<Authority>("minifab");
  for (int site : {1, 2}) {
    authority_->write(folder(site), site, "cohort:minifab/site/" + std::to_string(site));
  }
}

void TstTls::cleanup() {
  low_.reset();
  high_.reset();
  runtime_.reset();
}

void TstTls::start(std::shared_ptr<Tls> of_low, std::shared_ptr<Tls> of_high) {
  const std::vector<wire::Endpoint> any = {{"127.0.0.1", 0}};
  const std::vector<wire::Endpoint> unknown = {{"127.0.0.1", 1}};
  low_ = std::make_unique<LinksEnd>(*runtime_, 1, any, unknown, std::move(of_low));
  high_ = std::make_unique<LinksEnd>(*runtime_, 2, any, unknown, std::move(of_high));
  QVERIFY(low_->links->listen());
  QVERIFY(high_->links->listen());
  low_->links->set_peer_port(SiteId{2}, high_->links->port());
  high_->links->set_peer_port(SiteId{1}, low_->links->port());
  low_->links->connect();
  high_->links->connect();
}

bool TstTls::carriesFrames() {
  if (!drive(*runtime_, [this] { return low_->whole() && high_->whole(); })) return false;
  low_->frames.clear();
  high_->frames.clear();
  const Bytes large(limits::kFrameBytes, 7);
  low_->links->send(SiteId{2}, Channel::kData, large);
  low_->send(Channel::kControl, 1);
  high_->send(Channel::kData, 2);
  return drive(*runtime_,
               [this] {
                 return high_->frames[Channel::kData].size() == 1 &&
                        high_->frames[Channel::kControl].size() == 1 &&
                        low_->frames[Channel::kData].size() == 1;
               }) &&
         high_->frames[Channel::kData][0] == large;
}

void TstTls::goodCertificates_carryFrames() {
  start(open(1), open(2));
  QVERIFY(carriesFrames());
  QCOMPARE(QString::fromStdString(low_->troubles + high_->troubles), QString());
}

void TstTls::wrongCertificate_isRefusedAtBothEnds_data() {
  QTest::addColumn<bool>("other_authority");
  QTest::addColumn<int>("from");
  QTest::addColumn<int>("until");
  QTest::addColumn<QString>("why");
  QTest::newRow("another authority") << true << -3600 << 3600 << "certificate";
  QTest::newRow("expired") << false << -7200 << -3600 << "expired";
  QTest::newRow("not valid yet") << false << 3600 << 7200 << "not yet valid";
}

void TstTls::wrongCertificate_isRefusedAtBothEnds() {
  QFETCH(bool, other_authority);
  QFETCH(int, from);
  QFETCH(int, until);
  QFETCH(QString, why);
  Authority other("minifab");
  (other_authority ? other : *authority_).write(folder(2), 2, "cohort:minifab/site/2", from, until);
  start(open(1), open(2));
  QVERIFY(drive(*runtime_, [this] { return !low_->troubles.empty() && !high_->troubles.empty(); }));
  QVERIFY(low_->up.empty() && high_->up.empty());
  const QString low = QString::fromStdString(low_->troubles);
  const QString high = QString::fromStdString(high_->troubles);
  QVERIFY2(low.contains("TLS: ") && high.contains("TLS: "), qPrintable(low + high));
  QVERIFY2((low + high).contains(why), qPrintable(low + high));
}

void TstTls::otherSitesCertificate_isRefused_data() {
  QTest::addColumn<int>("liar");
  QTest::newRow("who accepts") << 1;
  QTest::newRow("who connects") << 2;
}

void TstTls::otherSitesCertificate_isRefused() {
  QFETCH(int, liar);
  authority_->write(folder(liar), 3, "cohort:minifab/site/3");
  start(open(1, liar == 1 ? 3 : 1), open(2, liar == 2 ? 3 : 2));
  QVERIFY(drive(*runtime_, [this] { return !high_->troubles.empty(); }));
  QVERIFY(high_->up.empty());
  const QString why = QString::fromStdString(high_->troubles);
  QVERIFY2(why.contains("certificate of 'cohort:minifab/site/3'"), qPrintable(why));
}

void TstTls::oldTls_isRefused() {
  start(open(1), open(2));
  QVERIFY(drive(*runtime_, [this] { return low_->whole(); }));
  namespace ssl = boost::asio::ssl;
  ssl::context old(ssl::context::tlsv12_client);
  old.use_certificate_chain_file(folder(2) + "/site-2.pem");
  old.use_private_key_file(folder(2) + "/site-2.key", ssl::context::pem);
  ssl::stream<boost::asio::ip::tcp::socket> client(runtime_->context(), old);
  client.next_layer().connect({boost::asio::ip::make_address("127.0.0.1"), low_->links->port()});
  std::optional<boost::system::error_code> result;
  client.async_handshake(ssl::stream_base::client,
                         [&](const boost::system::error_code& error) { result = error; });
  QVERIFY(drive(*runtime_, [&] { return result.has_value(); }));
  QVERIFY(*result);
  QVERIFY2(QString::fromStdString(result->message()).contains("protocol version"),
           result->message().c_str());
  QVERIFY(carriesFrames());
}

void TstTls::plainConnection_isRefused() {
  start(open(1), nullptr);
  QVERIFY(drive(*runtime_, [this] { return !low_->troubles.empty(); }));
  QVERIFY(low_->up.empty() && high_->up.empty());
}

void TstTls::certificates_renewed_areUsedWithoutARestart() {
  start(open(1), open(2));
  QVERIFY(carriesFrames());
  // A new authority as well: nothing of the old files can be in use afterwards.
  Authority next("minifab");
  for (int site : {1, 2}) {
    next.write(folder(site), site, "cohort:minifab/site/" + std::to_string(site));
  }
  const int ups = high_->ups;
  low_->links->renew_certificates();
  high_->links->renew_certificates();
  QVERIFY(drive(*runtime_, [&] { return high_->ups >= ups + 2; }));
  QVERIFY(carriesFrames());
  QCOMPARE(low_->gone + high_->gone, 0);
  QVERIFY(QString::fromStdString(low_->troubles).contains("certificates have changed"));
}

void TstTls::revokedSite_losesItsConnections() {
  const auto certificates = [](const QStringList& arguments) {
    QProcess tool;
    tool.start(QStringLiteral(COHORT_SOURCE_DIR "/deploy/certificates"), arguments);
    return tool.waitForFinished() && tool.exitCode() == 0;
  };
  const QString made = first_->path() + "/made";
  QVERIFY(certificates({"plant", made, "minifab", "1", "2"}));
  const auto both = [&](std::uint16_t site) {
    auto tls = Tls::open(made.toStdString(), "minifab", SiteId{site});
    if (!tls) qFatal("%s", tls.error().text.c_str());
    return *tls;
  };
  start(both(1), both(2));
  QVERIFY(carriesFrames());
  QVERIFY(certificates({"revoke", made, "2"}));
  low_->links->renew_certificates();
  QVERIFY(drive(*runtime_, [this] {
    return QString::fromStdString(low_->troubles).contains("certificate revoked");
  }));
  QVERIFY(!low_->whole());
  QVERIFY(certificates({"site", made, "minifab", "2"}));
  high_->links->renew_certificates();
  QVERIFY(carriesFrames());
}

void TstTls::ownFiles_wrong_areNamed_data() {
  QTest::addColumn<QString>("fault");
  QTest::addColumn<QString>("text");
  QTest::newRow("missing") << "rm site-1.pem" << "site-1.pem: ";
  QTest::newRow("open key") << "chmod 644 site-1.key" << "chmod 600";
  QTest::newRow("no authority") << "rm authority.pem" << "authority.pem: ";
  QTest::newRow("other site") << "cp ../b/site-2.pem site-1.pem; cp -p ../b/site-2.key site-1.key"
                              << "is the certificate of 'cohort:minifab/site/2'";
  QTest::newRow("other key") << "cp -p ../b/site-2.key site-1.key" << "site-1.key: ";
}

void TstTls::ownFiles_wrong_areNamed() {
  QFETCH(QString, fault);
  QFETCH(QString, text);
  QTemporaryDir both;
  const std::string own = both.path().toStdString() + "/a";
  const std::string others = both.path().toStdString() + "/b";
  QVERIFY(QDir(both.path()).mkdir("a") && QDir(both.path()).mkdir("b"));
  authority_->write(own, 1, "cohort:minifab/site/1");
  authority_->write(others, 2, "cohort:minifab/site/2");
  QProcess shell;
  shell.setWorkingDirectory(QString::fromStdString(own));
  shell.start("sh", {"-c", fault});
  QVERIFY(shell.waitForFinished() && shell.exitCode() == 0);
  const auto tls = Tls::open(own, "minifab", SiteId{1});
  QVERIFY(!tls);
  QVERIFY2(QString::fromStdString(tls.error().text).contains(text), tls.error().text.c_str());
}

QTEST_GUILESS_MAIN(TstTls)
#include "tst_tls.moc"
