// Goal: what the command line prints is aligned, has zones and cannot drive the terminal; arguments
//   with a form of their own are read or refused with what is allowed.
// Method: tables of values and of texts.
#include "services/cli/words.h"

#include <QTest>

#include "services/cli/arguments.h"
#include "services/cli/exit_code.h"
#include "services/cli/printer.h"

using namespace cohort;
using namespace cohort::cli;
using wire::Message;

namespace {

config::PlantFile plant() {
  config::PlantFile file;
  file.sites = {{SiteId{1}, "alpha", "127.0.0.1", 7401}, {SiteId{2}, "beta", "127.0.0.2", 7401}};
  file.services = {{"news", {SiteId{1}}, 1}, {"emulsion", {SiteId{1}, SiteId{2}}, 2}};
  return file;
}

void compare(const std::string& actual, const std::string& expected) {
  QCOMPARE(QString::fromStdString(actual), QString::fromStdString(expected));
}

}  // namespace

class TstCliWords : public QObject {
  Q_OBJECT
 private slots:
  void table_columns_areAlignedByCharactersNotBytes() {
    Table table({{"SENSOR"}, {"VALUE", Align::kRight}, {"LINK"}});
    table.row({"Ma.t", "21 °C", "up"});
    table.row({"Ma.pressure", "–", ""});
    compare(table.text(),
            "SENSOR       VALUE  LINK\n"
            "Ma.t         21 °C  up\n"
            "Ma.pressure      –\n");
  }

  void table_controlCharacters_becomeQuestionMarks() {
    Table table({{"LOT"}});
    table.row({"a\x1b[31m\nb"});
    compare(table.text(), "LOT\na?[31m?b\n");
  }

  void moment_isShownInUtcWithItsZone_data() {
    QTest::addColumn<qint64>("ns");
    QTest::addColumn<QString>("text");
    QTest::newRow("start") << qint64{0} << "1970-01-01 00:00:00.000 UTC";
    QTest::newRow("before") << qint64{-1} << "1969-12-31 23:59:59.999 UTC";
    QTest::newRow("leap day") << qint64{1'709'210'096'123'456'789} << "2024-02-29 12:34:56.123 UTC";
  }
  void moment_isShownInUtcWithItsZone() {
    QFETCH(qint64, ns);
    QFETCH(QString, text);
    QCOMPARE(QString::fromStdString(moment_text(WallTime{ns})), text);
  }

  void lengths_areShownInTheirUnits() {
    compare(length_text(0), "0 ms");
    compare(length_text(999), "999 ms");
    compare(length_text(12'500), "12.5 s");
    compare(length_text(200'000), "3 min 20 s");
    compare(length_text(123'120'000), "34 h 12 min");
    compare(length_text(-500), "-500 ms");
    compare(plant_text(183'130'000), "2 d 02:52:10");
    compare(share_text(0.9241), "92.4 %");
    compare(number_text(21.5), "21.5");
    compare(number_text(-0.0), "0");
    compare(number_text(0.0002), "0.0002");
    compare(number_text(101'300), "101300");
    compare(number_text(1200), "1200");
    compare(measured_text(495.466, 40), "495");
    compare(measured_text(99.73057, 0.2), "99.73");
    compare(measured_text(0.001003848, 2e-5), "0.001004");
    compare(measured_text(600, 1), "600.0");
    compare(measured_text(21.5, 0), "21.5");
    compare(count_text(1, "lot", "lots"), "1 lot");
    compare(count_text(0, "lot", "lots"), "0 lots");
  }

  void fields_absentAndPresent_readAsWords() {
    Message message;
    Message lot;
    lot.set("name", "Pa-1");
    message.set("step", 3).set("state", "").set("short_batch", true).set("since_ms", 61'000);
    message.set("lots", Message::List{lot, lot});
    compare(field_text(message, "nothing"), "–");
    compare(field_text(message, "state"), "–");
    compare(field_text(message, "short_batch"), "yes");
    compare(field_text(message, "lots"), "Pa-1, Pa-1");
    compare(step_field(message, "step"), "S3");
    compare(step_field(Message().set("step", 7), "step"), "out");
    compare(step_field(Message().set("step", 0), "step"), "–");
    compare(plant_field(message, "since_ms"), "0 d 00:01:01");
    compare(length_field(message, "since_ms"), "1 min 1 s");
    compare(length_field(message, "until_ms"), "–");
    Message body;
    body.set("lot", "Pa-1").set("site", 2);
    compare(fields_text(body), "lot=Pa-1 site=2");
  }

  void site_byNameOrNumber_isFoundOrRefusedWithTheNames() {
    QCOMPARE(parse_site("beta", plant()).value().value, std::uint16_t{2});
    QCOMPARE(parse_site("1", plant()).value().value, std::uint16_t{1});
    for (const char* text : {"gamma", "3", "", "-1", "1x", "99999999"}) {
      const auto refused = parse_site(text, plant());
      QVERIFY2(!refused, text);
      QVERIFY(refused.error().text.find("allowed: alpha, beta") != std::string::npos);
    }
  }

  void member_ofAService_isFoundOrRefusedWithWhatIsAllowed() {
    const MemberName member = parse_member("emulsion@beta", plant()).value();
    compare(member.service, "emulsion");
    QCOMPARE(member.site.value, std::uint16_t{2});
    QVERIFY(parse_member("emulsion", plant()).error().text.find("NAME@SITE") != std::string::npos);
    QVERIFY(!parse_member("emulsion@delta", plant()));
    const auto unknown = parse_member("etching@alpha", plant());
    QVERIFY(unknown.error().text.ends_with("allowed: news, emulsion"));
    QVERIFY(!parse_member("sensors@alpha", plant()));
    config::PlantFile with_sensors = plant();
    with_sensors.sensors = config::Sensors{SiteId{1}};
    QVERIFY(parse_member("sensors@alpha", with_sensors).has_value());
  }

  void length_withUnit_isReadOrRefused() {
    QVERIFY(parse_length("250ms").value() == millis(250));
    QVERIFY(parse_length("30s").value() == seconds(30));
    QVERIFY(parse_length("5m").value() == seconds(300));
    QVERIFY(parse_length("1h").value() == seconds(3600));
    QVERIFY(parse_length("2d").value() == seconds(172'800));
    for (const char* text : {"", "1", "h", "0s", "-1s", "1.5h", "1 h", "99999999999d", "1y"}) {
      QVERIFY2(!parse_length(text), text);
    }
  }

  void moment_withZone_isReadOrRefused_data() {
    QTest::addColumn<QString>("text");
    QTest::addColumn<qint64>("ns");
    const qint64 noon = 1'709'208'000'000'000'000;  // 2024-02-29T12:00:00Z
    QTest::newRow("UTC") << "2024-02-29T12:00:00Z" << noon;
    QTest::newRow("blank") << "2024-02-29 12:00:00Z" << noon;
    QTest::newRow("offset") << "2024-02-29T13:00:00+01:00" << noon;
    QTest::newRow("negative offset") << "2024-02-29T08:30:00-03:30" << noon;
    QTest::newRow("fraction") << "2024-02-29T12:00:00.25Z" << noon + 250'000'000;
    QTest::newRow("nanoseconds") << "2024-02-29T12:00:00.000000001Z" << noon + 1;
    QTest::newRow("now") << "now" << qint64{5'000'000'000};
    QTest::newRow("ago") << "-2s" << qint64{3'000'000'000};
    for (const char* bad :
         {"", "2024-02-29", "2024-02-29T12:00:00", "2023-02-29T12:00:00Z", "2024-13-01T12:00:00Z",
          "2024-02-29T24:00:00Z", "2024-02-29T12:60:00Z", "2024-02-29T12:00:00.Z", "-2",
          "2024-02-29T12:00:00Zx", "1969-01-01T00:00:00Z", "tomorrow", "2024-2-29T12:00:00Z",
          "-024-02-29T12:00:00Z", "2024-02-29T12:00:00+99:00"}) {
      QTest::newRow(bad) << bad << qint64{-1};
    }
  }
  void moment_withZone_isReadOrRefused() {
    QFETCH(QString, text);
    QFETCH(qint64, ns);
    const auto moment = parse_moment(text.toStdString(), WallTime{5'000'000'000});
    QCOMPARE(moment.has_value(), ns >= 0);
    if (moment) QCOMPARE(qint64{moment->ns}, ns);
  }

  void exitCode_ofAnAnswerThatNeverCame_saysUnknownOnlyForChanges() {
    QCOMPARE(exit_of(Errc::kTimedOut, true), Exit::kUnknown);
    QCOMPARE(exit_of(Errc::kTimedOut, false), Exit::kUnreachable);
    QCOMPARE(exit_of(Errc::kClosed, true), Exit::kUnknown);
    QCOMPARE(exit_of(Errc::kOutcomeUnknown, true), Exit::kUnknown);
    QCOMPARE(exit_of(Errc::kRefused, true), Exit::kRefused);
    QCOMPARE(exit_of(Errc::kUnknownGroup, true), Exit::kUnreachable);
    QCOMPARE(exit_of(Errc::kOk, true), Exit::kOk);
  }
};

QTEST_GUILESS_MAIN(TstCliWords)
#include "tst_cli_words.moc"
