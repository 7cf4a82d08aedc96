// Goal: the driver of the demonstration judges lots rightly, prepares its folder without losing an
// earlier run, names who holds a port, and ends the processes that it started.
// Method: the pure parts by hand-made records; the others with real folders, ports and processes.
#include <QTemporaryDir>
#include <QTest>

#include <arpa/inet.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "deploy/driver/child_process.h"
#include "deploy/driver/interrupt.h"
#include "deploy/driver/ports.h"
#include "deploy/driver/run_directory.h"
#include "deploy/driver/run_record.h"

using namespace cohort;
using namespace cohort::deploy;

namespace {

LotRecord finished_lot(const std::string& name) {
  LotRecord lot{name, "Pa", "finished", {}};
  for (const std::string& step : route()) lot.history.push_back({step, "Ma"});
  return lot;
}

RunRecord record_of(std::vector<LotRecord> lots) {
  RunRecord record;
  record.planned = static_cast<std::int64_t>(lots.size());
  record.lots = std::move(lots);
  return record;
}

const char* const kPlant =
    "[plant]\nname = \"p\"\nmodel = \"minifab\"\nclock_factor = 5 # fast\n"
    "data_directory = \"d\"\n[[sites]]\nnumber = 1\nname = \"a\"\naddress = \"127.0.0.1\"\n"
    "port = 7401\n";

bool ends_within(ChildProcesses& children, pid_t child, int limit_ms) {
  for (int waited = 0; children.runs(child) && waited < limit_ms; waited += 10) {
    sleep_ms(10);
    children.reap();
  }
  return !children.runs(child);
}

/// Whether a process of the group is there that is no mere entry of an ended one (state Z).
bool anything_runs_in_group(pid_t group) {
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    std::ifstream file(entry.path() / "stat");
    std::string text;
    if (!std::getline(file, text)) continue;
    std::istringstream fields(text.substr(text.rfind(')') + 1));
    char state = 0;
    pid_t parent = 0;
    pid_t its_group = 0;
    if (fields >> state >> parent >> its_group && its_group == group && state != 'Z') return true;
  }
  return false;
}

}  // namespace

class TstDeploy : public QObject {
  Q_OBJECT
 private slots:
  void lots_throughEveryStepOnce_areAccepted() {
    QVERIFY(judge_lots(record_of({finished_lot("L1"), finished_lot("L2")})).empty());
  }
  void lots_missedStep_isRefused() {
    LotRecord lot = finished_lot("L1");
    lot.history.erase(lot.history.begin() + 2);
    QCOMPARE(judge_lots(record_of({lot})),
             std::vector<std::string>{"lot L1 missed S3: S1 S2 S4 S5 S6"});
  }
  void lots_stepTwice_isRefused() {
    LotRecord lot = finished_lot("L1");
    lot.history.push_back({"S3", "Me"});
    QCOMPARE(judge_lots(record_of({lot})).size(), 1u);
  }
  void lots_outOfOrder_areRefused() {
    LotRecord lot = finished_lot("L1");
    std::swap(lot.history[0], lot.history[1]);
    QCOMPARE(judge_lots(record_of({lot})).size(), 1u);
  }
  void lots_unfinishedMissingOrDoubled_areRefused() {
    LotRecord lot = finished_lot("L1");
    lot.state = "waiting";
    QCOMPARE(judge_lots(record_of({lot})).size(), 1u);
    RunRecord missing = record_of({finished_lot("L1")});
    missing.planned = 2;
    QCOMPARE(judge_lots(missing).size(), 1u);
    QVERIFY(!judge_lots(record_of({finished_lot("L1"), finished_lot("L1")})).empty());
  }
  void report_ofProblems_saysFailedInBothForms() {
    RunRecord record = record_of({});
    QVERIFY(to_text(record).find("Passed") != std::string::npos);
    record.problems.emplace_back("lot L1 missed S3");
    QVERIFY(to_text(record).find("PROBLEM: lot L1 missed S3") != std::string::npos);
    QVERIFY(to_json(record).find("\"passed\": false") != std::string::npos);
  }

  void plantText_isAdapted_andStillReads() {
    const std::string text = adapted_plant_text(kPlant, 6000, 100);
    const Result<config::PlantFile> plant = config::parse_plant_file(text, "/x/plant.toml");
    QVERIFY2(plant.has_value(), plant ? "" : plant.error().text.c_str());
    QCOMPARE(plant->plant.clock_factor, 6000.0);
    QCOMPARE(plant->sites[0].port, std::uint16_t{7501});
    QCOMPARE(plant->plant.data_directory, std::filesystem::path("/x/data"));
  }

  void directory_freshStart_setsTheLastRunAside() {
    QTemporaryDir folder;
    const Options options = options_in(folder);
    QVERIFY(prepare_directory(options).has_value());
    std::ofstream(options.directory / "mark") << "1";
    QVERIFY(prepare_directory(options).has_value());
    QVERIFY(!std::filesystem::exists(options.directory / "mark"));
    QVERIFY(std::filesystem::exists(options.directory.string() + ".previous/mark"));
  }
  void directory_continue_keepsTheLastRun() {
    QTemporaryDir folder;
    Options options = options_in(folder);
    options.start = Start::kContinue;
    QCOMPARE(prepare_directory(options).error().code, Errc::kRefused);
    options.start = Start::kFresh;
    QVERIFY(prepare_directory(options).has_value());
    std::ofstream(options.directory / "mark") << "1";
    options.start = Start::kContinue;
    options.clock_factor = 1;
    const Result<config::PlantFile> plant = prepare_directory(options);
    QVERIFY(std::filesystem::exists(options.directory / "mark"));
    QCOMPARE(plant->plant.clock_factor, 6000.0);
  }
  void directory_faultyPlantFile_leavesTheLastRunAlone() {
    QTemporaryDir folder;
    const Options options = options_in(folder);
    QVERIFY(prepare_directory(options).has_value());
    std::ofstream(options.plant) << "[plant]\nnonsense = 1\n";
    QCOMPARE(prepare_directory(options).error().code, Errc::kInvalidArgument);
    QVERIFY(std::filesystem::exists(options.directory / "plant.toml"));
  }

  void port_taken_isNamedWithItsHolder() {
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    QCOMPARE(bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    QCOMPARE(listen(listener, 1), 0);
    socklen_t size = sizeof(address);
    getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size);
    config::PlantFile plant;
    plant.sites.push_back({SiteId{1}, "alpha", "127.0.0.1", ntohs(address.sin_port)});
    const std::vector<std::string> taken = taken_ports(plant);
    QCOMPARE(taken.size(), 1u);
    QVERIFY2(taken[0].find("process " + std::to_string(getpid())) != std::string::npos,
             taken[0].c_str());
    QVERIFY(answers("127.0.0.1", plant.sites[0].port));
    close(listener);
    QVERIFY(taken_ports(plant).empty());
    QVERIFY(!answers("127.0.0.1", plant.sites[0].port));
  }

  void children_end_andTellHow() {
    QTemporaryDir folder;
    ChildProcesses children;
    const Result<pid_t> child = children.start(shell(folder, "exit 3"));
    QVERIFY(child.has_value());
    QVERIFY(ends_within(children, *child, 5000));
    QCOMPARE(children.ending(*child)->exit_code, 3);
  }
  void children_absentProgram_isRefusedWithItsName() {
    QTemporaryDir folder;
    ChildProcesses children;
    Command command = shell(folder, "");
    command.program = "/nowhere/program";
    QVERIFY(children.start(command).error().text.find("/nowhere/program") != std::string::npos);
  }
  void children_ofOneGroup_areKilledTogether() {
    QTemporaryDir folder;
    ChildProcesses children;
    const Result<pid_t> first = children.start(shell(folder, "sleep 100"));
    Command second = shell(folder, "sleep 100");
    second.group = *first;
    const Result<pid_t> other = children.start(second);
    const Result<pid_t> apart = children.start(shell(folder, "sleep 100"));
    children.signal_group(*first, SIGKILL);
    QVERIFY(ends_within(children, *first, 5000));
    QVERIFY(ends_within(children, *other, 5000));
    QCOMPARE(children.ending(*other)->signal, SIGKILL);
    children.reap();
    QVERIFY(children.runs(*apart));
  }
  void children_thatIgnoreTheStop_areKilled() {
    QTemporaryDir folder;
    ChildProcesses children;
    const Result<pid_t> child = children.start(shell(folder, "trap '' TERM; sleep 100 & wait"));
    children.stop_all(200);
    QVERIFY(!children.runs(*child));
    // A killed orphan stays listed until the machine's first process has taken note of its end.
    QTRY_VERIFY(!anything_runs_in_group(*child));
  }

 private:
  static Options options_in(const QTemporaryDir& folder) {
    Options options;
    options.plant = folder.filePath("given.toml").toStdString();
    options.directory = folder.filePath("run").toStdString();
    std::ofstream(options.plant) << kPlant;
    return options;
  }
  static Command shell(const QTemporaryDir& folder, const std::string& script) {
    Command command;
    command.program = "/bin/sh";
    command.arguments = {"-c", script};
    command.log = folder.filePath("out").toStdString();
    return command;
  }
};

QTEST_GUILESS_MAIN(TstDeploy)
#include "tst_deploy.moc"
