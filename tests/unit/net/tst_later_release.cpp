// Goal: what is given back later is given back, in order, and never more waits than may.
#include "platform/net/later_release.h"

#include <QtTest>
#include <vector>

#include "unit/net/drive.h"

using namespace cohort;
using net::LaterRelease;

class TstLaterRelease : public QObject {
  Q_OBJECT
 private slots:
  void release_waitsForItsTime();
  void oneAboveTheLimit_releasesThoseBefore();
  void end_releasesWhatWaits();

 private:
  void add(LaterRelease& release, int number) {
    release.add([this, number] { released_.push_back(number); });
  }
  net::Runtime runtime_;
  std::vector<int> released_;
};

void TstLaterRelease::release_waitsForItsTime() {
  released_.clear();
  LaterRelease release(runtime_, millis(1), 8);
  const MonotonicTime begun = net::Runtime::now();
  add(release, 1);
  add(release, 2);
  QVERIFY(released_.empty());
  QVERIFY(drive(runtime_, [this] { return !released_.empty(); }));
  QCOMPARE(released_, (std::vector<int>{1, 2}));
  QVERIFY(net::Runtime::now() - begun >= millis(1));
  add(release, 3);
  QVERIFY(drive(runtime_, [this] { return released_.size() == 3; }));
}

void TstLaterRelease::oneAboveTheLimit_releasesThoseBefore() {
  released_.clear();
  LaterRelease release(runtime_, seconds(3600), 2);
  add(release, 1);
  add(release, 2);
  QVERIFY(released_.empty());
  add(release, 3);
  QCOMPARE(released_, (std::vector<int>{1, 2}));
  QCOMPARE(release.waiting(), std::size_t{1});
}

void TstLaterRelease::end_releasesWhatWaits() {
  released_.clear();
  {
    LaterRelease release(runtime_, seconds(3600), 2);
    add(release, 1);
  }
  QCOMPARE(released_, std::vector<int>{1});
}

QTEST_GUILESS_MAIN(TstLaterRelease)
#include "tst_later_release.moc"
