// Goal: the loss of one of two network paths, and its return, is told once each; nothing else is.
// Method: the daemon's answers as messages, one after the other.
#include "services/remote_execution/path_watch.h"

#include <QtTest>

#include "services/news/protocol.h"

using namespace cohort;
using namespace cohort::services;
using remote_execution::PathWatch;
using remote_execution::Posting;
using wire::Message;

namespace {

/// What site 1's daemon says where the paths to site 2 are up or not.
Message answer(const std::vector<bool>& up) {
  Message::List paths;
  for (const bool each : up) {
    Message path;
    path.set("address", "10.0.0.2").set("port", 7401).set("up", each);
    path.set("reason", each ? "" : "closed by the other end");
    paths.push_back(std::move(path));
  }
  Message own;
  own.set("site", 1).set("paths", Message::List(2));
  Message other;
  other.set("site", 2).set("paths", std::move(paths));
  Message sites;
  sites.set("site", 1).set("hosts", Message::List{own, other});
  return sites;
}

}  // namespace

class TstPathWatch : public QObject {
  Q_OBJECT

 private slots:
  void lostPath_isToldOnce_andItsReturn();
  void siteThatIsDown_isNoLostPath();
  void onePath_isNeverTold();
};

void TstPathWatch::lostPath_isToldOnce_andItsReturn() {
  PathWatch watch;
  QVERIFY(watch.look(answer({true, true})).empty());
  const std::vector<Posting> lost = watch.look(answer({true, false}));
  QCOMPARE(lost.size(), std::size_t{1});
  QCOMPARE(lost.front().first, std::string(news::kPathDown));
  QCOMPARE(lost.front().second.integer("peer"), std::int64_t{2});
  QCOMPARE(lost.front().second.integer("path"), std::int64_t{2});
  QCOMPARE(lost.front().second.text("reason"), std::string("closed by the other end"));
  QVERIFY(watch.look(answer({true, false})).empty());
  const std::vector<Posting> back = watch.look(answer({true, true}));
  QCOMPARE(back.size(), std::size_t{1});
  QCOMPARE(back.front().first, std::string(news::kPathUp));
}

void TstPathWatch::siteThatIsDown_isNoLostPath() {
  PathWatch watch;
  QVERIFY(watch.look(answer({true, true})).empty());
  QVERIFY(watch.look(answer({false, false})).empty());
  QVERIFY(watch.look(answer({true, true})).empty());
}

void TstPathWatch::onePath_isNeverTold() {
  PathWatch watch;
  QVERIFY(watch.look(answer({true})).empty());
  QVERIFY(watch.look(answer({false})).empty());
}

QTEST_GUILESS_MAIN(TstPathWatch)
#include "tst_path_watch.moc"
