// Goal: command lines are understood or refused with the place of their help; the guide prints the
//   same help as the program.
// Method: parsing without a plant; docs/guide/command-line.md is compared with full_help().
#include "services/cli/invocation.h"

#include <QFile>
#include <QTest>
#include <sstream>

using namespace cohort;
using namespace cohort::cli;

namespace {

std::variant<Invocation, Answered> parse(const char* line) {
  std::vector<std::string> words{"--config", "plant.toml"};
  std::istringstream in(line);
  for (std::string word; in >> word;) words.push_back(word);
  return parse_command_line(std::move(words));
}

}  // namespace

class TstCliCommandLine : public QObject {
  Q_OBJECT
 private slots:
  void commandLine_ofEachCommand_isUnderstood_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<bool>("changes");
    QTest::addColumn<bool>("asks");
    for (const char* line : {"sites",
                             "groups",
                             "views emulsion",
                             "members emulsion",
                             "why-left beta",
                             "news",
                             "news --last 5 --subject lot.*",
                             "lots",
                             "lots list --state waiting",
                             "lots show Pa-1",
                             "lots why Pa-1",
                             "services",
                             "services list",
                             "stations",
                             "report",
                             "sensors",
                             "sensors window Ma.flow --span 30m --points 5",
                             "sites --json",
                             "settings",
                             "--socket /run/c.sock sites",
                             "--site alpha sites",
                             "sensors interval Ma.flow Mb.flow --from -5m --to now"}) {
      QTest::newRow(line) << line << false << false;
    }
    for (const char* line :
         {"lots release Pa --count 3", "lots release-week", "lots release-week --lots 12",
          "lots hold Pa-1 --reason dirty", "lots release-hold Pa-1",
          "lots cancel Pa-1 --reason broken",
          "sites add 4 10.0.0.4:7401 --second [fd00::4]:7401 --name delta --witness",
          "sites address 2 10.0.0.9:7401", "settings set lease_ms 700",
          "services start emulsion@alpha"}) {
      QTest::newRow(line) << line << true << false;
    }
    for (const char* line :
         {"services stop emulsion@alpha", "services kill emulsion@alpha", "sites remove 3"}) {
      QTest::newRow(line) << line << true << true;
    }
  }
  void commandLine_ofEachCommand_isUnderstood() {
    QFETCH(QString, line);
    QFETCH(bool, changes);
    QFETCH(bool, asks);
    const auto parsed = parse(qPrintable(line));
    const auto* invocation = std::get_if<Invocation>(&parsed);
    QVERIFY2(invocation != nullptr, std::get_if<Answered>(&parsed)
                                        ? std::get<Answered>(parsed).text.c_str()
                                        : "no answer");
    QVERIFY(invocation->run != nullptr);
    QCOMPARE(invocation->changes, changes);
    QCOMPARE(!invocation->consequence.empty(), asks);
  }

  void commandLine_wrong_isRefusedWithThePlaceOfItsHelp_data() {
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("help");
    const auto row = [](const char* line, const char* help) {
      QTest::newRow(line) << line << help;
    };
    row("", "cohort --help");
    row("etch", "cohort --help");
    row("views", "cohort views --help");
    row("lots hold Pa-1", "cohort lots hold --help");
    row("lots release", "cohort lots release --help");
    row("lots release Pa --count 0", "cohort lots release --help");
    row("news --last 1001", "cohort news --help");
    row("sensors window", "cohort sensors window --help");
    row("sensors window Ma.flow --points 0", "cohort sensors window --help");
    row("sensors interval Ma.flow --from now", "cohort sensors interval --help");
    row("services stop", "cohort services stop --help");
    row("sites --nonsense", "cohort sites --help");
    row("sites --timeout 0", "cohort sites --help");
  }
  void commandLine_wrong_isRefusedWithThePlaceOfItsHelp() {
    QFETCH(QString, line);
    QFETCH(QString, help);
    const auto parsed = parse(qPrintable(line));
    const auto* answered = std::get_if<Answered>(&parsed);
    QVERIFY(answered != nullptr);
    QCOMPARE(answered->exit, Exit::kUsage);
    QVERIFY2(answered->text.find(help.toStdString()) != std::string::npos, answered->text.c_str());
  }

  void commandLine_withoutPlantFile_isRefused() {
    qunsetenv("COHORT_CONFIG");
    const auto parsed = parse_command_line({"sites"});
    QCOMPARE(std::get<Answered>(parsed).exit, Exit::kUsage);
    qputenv("COHORT_CONFIG", "plant.toml");
    const auto fromEnvironment = parse_command_line({"sites"});
    qunsetenv("COHORT_CONFIG");
    QCOMPARE(std::get<Invocation>(fromEnvironment).config.string(), std::string("plant.toml"));
  }

  void commandLine_follow_hasNoEnd() {
    QVERIFY(std::get<Invocation>(parse("news --follow")).follows);
    QVERIFY(std::get<Invocation>(parse("views news --follow")).follows);
    QVERIFY(!std::get<Invocation>(parse("news")).follows);
  }

  void prepare_namesUnknownToThePlant_areRefused() {
    config::PlantFile plant;
    plant.sites = {{SiteId{1}, "alpha", "127.0.0.1", 7401}};
    plant.services = {{"news", {SiteId{1}}, 1}};
    const auto prepared = [&plant](const char* line) {
      auto invocation = std::get<Invocation>(parse(line));
      return invocation.prepare(invocation, plant).has_value();
    };
    QVERIFY(prepared("why-left alpha"));
    QVERIFY(!prepared("why-left omega"));
    QVERIFY(prepared("services stop news@alpha"));
    QVERIFY(!prepared("services stop news@omega"));
    QVERIFY(!prepared("services start etching@alpha"));
    QVERIFY(!prepared("sensors window Ma.flow --span soon"));
    QVERIFY(!prepared("sensors interval Ma.flow --from yesterday --to now"));
  }

  void help_names_everyExitCode() {
    const auto parsed = parse_command_line({"--help"});
    const auto& answered = std::get<Answered>(parsed);
    QCOMPARE(answered.exit, Exit::kOk);
    for (const char* code : {"  0  ", "  1  ", "  2  ", "  3  ", "  4  "}) {
      QVERIFY2(answered.text.find(code) != std::string::npos, code);
    }
  }

  /// With COHORT_REWRITE set the page is written anew instead; read the difference.
  void guide_printsTheHelpOfTheProgram() {
    QFile page(COHORT_SOURCE_DIR "/docs/guide/command-line.md");
    QVERIFY(page.open(QIODevice::ReadOnly));
    const QString text = QString::fromUtf8(page.readAll());
    page.close();
    const QString begin = "<!-- help: begin -->\n```text\n";
    const QString end = "```\n<!-- help: end -->";
    const auto from = text.indexOf(begin);
    const auto to = text.indexOf(end);
    QVERIFY(from >= 0 && to > from);
    const QString help = QString::fromStdString(full_help());
    const auto start = from + begin.size();
    if (qEnvironmentVariableIsSet("COHORT_REWRITE")) {
      QVERIFY(page.open(QIODevice::WriteOnly));
      page.write((text.left(start) + help + text.mid(to)).toUtf8());
      return;
    }
    QCOMPARE(text.mid(start, to - start), help);
  }
};

QTEST_GUILESS_MAIN(TstCliCommandLine)
#include "tst_cli_command_line.moc"
