// Goal: tables keep their promises to views: rows hold still, ids keep their selection.
// Method: drive each model under QAbstractItemModelTester, also against a plain re-computation.
#include "console/models/sorted_index_model.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QtTest/QTest>

#include "console/models/failure_rows.h"
#include "console/models/group_rows.h"
#include "console/models/min_max_pyramid.h"
#include "console/models/news_table.h"
#include "console/models/row_table.h"
#include "console/models/sample_table.h"
#include "console/models/service_matrix.h"
#include "console/plant_fixture.h"

using namespace cohort::console;
using namespace cohort::console::fixture;

namespace {

QList<Column> columns() {
  return {{QStringLiteral("Name"), QStringLiteral("name"), false, 8},
          {QStringLiteral("Size"), QStringLiteral("size"), true, 8}};
}

TableRow row(const QString& name, int size) {
  Cell left;
  left.text = name;
  Cell right;
  right.text = QString::number(size);
  right.sort = size;
  return {name, {left, right}};
}

QList<TableRow> rows(int count) {
  QList<TableRow> list;
  for (int at = 0; at < count; ++at) {
    list.append(row(QStringLiteral("r%1").arg(at), at * 7919 % 101));
  }
  return list;
}

}  // namespace

class TstConsoleModels : public QObject {
  Q_OBJECT

 private slots:
  void rowTable_followsItsRowsUnderTheTester() {
    RowTable table(columns());
    QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    table.assign(rows(50));
    table.sort(1, Qt::DescendingOrder);
    table.setFilter(QStringLiteral("r1"));
    table.assign(rows(30));
    table.setFilter({});
    QList<TableRow> half = rows(60);
    half.removeIf([](const TableRow& one) { return one.id.endsWith(QLatin1Char('3')); });
    table.assign(half);
    table.resort();
    QCOMPARE(table.rowCount(), half.size());
    for (int at = 1; at < table.rowCount(); ++at) {
      QVERIFY(table.cellAt(at - 1, 1).sort.toInt() >= table.cellAt(at, 1).sort.toInt());
    }
  }

  void changedRow_isAnnouncedAndStaysInPlace() {
    RowTable table(columns());
    table.assign(rows(10));
    table.sort(1);
    const int place = table.rowOf(QStringLiteral("r4"));
    QSignalSpy changed(&table, &QAbstractItemModel::dataChanged);
    QList<TableRow> next = rows(10);
    next[4] = row(QStringLiteral("r4"), 1'000);
    table.assign(next);
    QCOMPARE(changed.size(), 1);
    QCOMPARE(changed.first().at(0).toModelIndex().row(), place);
    QCOMPARE(table.rowOf(QStringLiteral("r4")), place);
    QVERIFY(table.orderIsHeld());
    table.resort();
    QCOMPARE(table.rowOf(QStringLiteral("r4")), 9);
  }

  void sort_keepsPersistentIndexesOnTheirIds() {
    RowTable table(columns());
    table.assign(rows(40));
    const QPersistentModelIndex kept(table.index(table.rowOf(QStringLiteral("r17")), 0));
    table.sort(1);
    QCOMPARE(table.idAt(kept.row()), QStringLiteral("r17"));
    table.sort(0, Qt::DescendingOrder);
    QCOMPARE(table.idAt(kept.row()), QStringLiteral("r17"));
  }

  void filter_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<int>("shown");
    QTest::newRow("nothing") << QString() << 20;
    QTest::newRow("word") << QStringLiteral("r1") << 11;
    QTest::newRow("and") << QStringLiteral("r1 r10") << 1;
    QTest::newRow("not") << QStringLiteral("-r1") << 9;
    QTest::newRow("column") << QStringLiteral("name:r2") << 1;
  }
  void filter() {
    QFETCH(QString, text);
    QFETCH(int, shown);
    RowTable table(columns());
    table.assign(rows(20));
    QCOMPARE(table.setFilter(text), QString());
    QCOMPARE(table.rowCount(), shown);
    QCOMPARE(table.totalCount(), 20);
  }

  void wrongFilter_isExplainedAndTheLastOneStays() {
    RowTable table(columns());
    table.assign(rows(20));
    table.setFilter(QStringLiteral("name:r2"));
    const QString wrong = table.setFilter(QStringLiteral("colour:red"));
    QVERIFY(wrong.contains(QStringLiteral("colour")));
    QVERIFY(wrong.contains(QStringLiteral("name, size")));
    QCOMPARE(table.rowCount(), 1);
  }

  void numbers_areRightAlignedWithTheirHeader() {
    RowTable table(columns());
    table.assign(rows(1));
    const int cell = table.data(table.index(0, 1), Qt::TextAlignmentRole).toInt();
    const int header = table.headerData(1, Qt::Horizontal, Qt::TextAlignmentRole).toInt();
    QVERIFY(cell & Qt::AlignRight);
    QCOMPARE(header, cell);
  }

  void cells_speakTheirColumn() {
    RowTable table(columns());
    table.assign(rows(1));
    QCOMPARE(table.data(table.index(0, 0), Qt::AccessibleTextRole).toString(),
             QStringLiteral("Name: r0"));
  }

  void models_neverGiveAColour() {
    RowTable table(columns());
    table.assign(rows(1));
    QVERIFY(!table.data(table.index(0, 0), Qt::ForegroundRole).isValid());
    QVERIFY(!table.data(table.index(0, 0), Qt::BackgroundRole).isValid());
  }

  void matrix_followsThePlantUnderTheTester() {
    ServiceMatrix matrix;
    QAbstractItemModelTester tester(&matrix,
                                    QAbstractItemModelTester::FailureReportingMode::QtTest);
    QList<PlantEvent> events = healthy();
    matrix.setState(fold(events));
    QCOMPARE(matrix.rowCount(), 3);
    QCOMPARE(matrix.columnCount(), 1);
    QSignalSpy changed(&matrix, &QAbstractItemModel::dataChanged);
    events += heardAt(10, view(4, {QStringLiteral("1.1/1"), QStringLiteral("3.1/1")},
                               {{QStringLiteral("2.1/1"), Departure::kProcessFailed}}));
    matrix.setState(fold(events));
    QCOMPARE(changed.size(), 1);
    matrix.setOnlyAbnormal(true);
    QCOMPARE(matrix.shownCount(), 1);
    QCOMPARE(matrix.siteAt(0), 2);
    QCOMPARE(matrix.hostCount(), 3);
    QVERIFY(matrix.data(matrix.index(0, 0), Qt::AccessibleTextRole)
                .toString()
                .contains(QStringLiteral("emulsion on beta: failed")));
  }

  void news_followsUnderTheTester() {
    NewsTable table;
    QAbstractItemModelTester tester(&table, QAbstractItemModelTester::FailureReportingMode::QtTest);
    QList<NewsRow> list;
    for (quint64 number = 1; number <= 100; ++number) {
      NewsRow one;
      one.number = number;
      one.subject = QStringLiteral("lot.finished");
      list.append(one);
      table.assign(list);
    }
    QCOMPARE(table.rowCount(), 100);
    QCOMPARE(table.idAt(99), QStringLiteral("100"));
    table.assign(list.mid(40));
    QCOMPARE(table.rowCount(), 60);
    QCOMPARE(table.idAt(0), QStringLiteral("41"));
  }

  void members_areListedByRank() {
    const PlantStatePtr state = fold(healthy());
    const QList<TableRow> list =
        memberRows(*state, QStringLiteral("emulsion"), Zone::kUtc, kStartMs + 10);
    QCOMPARE(list.size(), 3);
    QCOMPARE(list.at(0).cells.at(0).text, QStringLiteral("0"));
    QVERIFY(list.at(0).cells.last().text.contains(QStringLiteral("oldest")));
    for (const TableRow& one : list) {
      for (const Cell& cell : one.cells) QVERIFY(!cell.text.contains(QStringLiteral("leader")));
    }
  }

  void pyramid_losesNoSpike() {
    QList<Sample> samples;
    for (int at = 0; at < 10'000; ++at) {
      samples.append({at, at == 7'333 ? 99.0 : double(at % 13), 0});
    }
    MinMaxPyramid pyramid;
    pyramid.follow(samples.mid(0, 5'000));
    pyramid.follow(samples);
    for (const auto& [first, last] : QList<std::pair<int, int>>{
             {0, 10'000}, {7'333, 7'334}, {7'000, 7'400}, {17, 16'000}, {7'320, 7'340}}) {
      Extremes plain;
      for (int at = first; at < std::min(last, 10'000); ++at) {
        const double value = samples.at(at).value;
        plain.low = plain.count == 0 ? value : std::min(plain.low, value);
        plain.high = plain.count == 0 ? value : std::max(plain.high, value);
        ++plain.count;
        plain.sum += value;
      }
      const Extremes fast = pyramid.extremes(first, last);
      QCOMPARE(fast.count, plain.count);
      QCOMPARE(fast.low, plain.low);
      QCOMPARE(fast.high, plain.high);
      QCOMPARE(fast.sum, plain.sum);
      QCOMPARE(fast.high, 99.0);
    }
    QCOMPARE(pyramid.extremes(5, 5).count, 0);
  }

  void openingRange_isTheShortestThatReachesTheFirstSample() {
    const QList<int> minutes = {5, 15, 60};
    const qint64 now = 100 * 60'000;
    const auto from = [](qint64 atMs) { return QList<Sample>{{atMs, 1, 0}, {atMs + 1, 2, 0}}; };
    QCOMPARE(minutesThatShow(from(now - 2 * 60'000), now, minutes), 5);
    QCOMPARE(minutesThatShow(from(now - 5 * 60'000), now, minutes), 5);
    QCOMPARE(minutesThatShow(from(now - 5 * 60'000 - 1), now, minutes), 15);
    QCOMPARE(minutesThatShow(from(0), now, minutes), 60);
    QCOMPARE(minutesThatShow({}, now, minutes), 60);
  }

  void times_carryTheirZone() {
    QCOMPARE(timeText(1795442531482LL, Zone::kUtc, true), QStringLiteral("14:02:11.482 UTC"));
    QVERIFY(timeText(1795442531482LL, Zone::kLocal).size() > 8);
    QCOMPARE(ageText(72'000), QStringLiteral("1 min 12 s"));
    QCOMPARE(plantTimeText(26LL * 3'600'000), QStringLiteral("day 2 02:00 plant"));
  }
};

QTEST_GUILESS_MAIN(TstConsoleModels)
#include "tst_console_models.moc"
