// Goal: the whole tree keeps the house rules that a machine can check.
// Method: every file of the project is read and given to the checks; nm and clang-format are asked.
#include <QDir>
#include <QDirIterator>
#include <QFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTest>

#include "tidy/checks.h"

using namespace cohort::tidy;

namespace {

const char* const kFolders[] = {"platform", "services", "stations", "sensors", "console",
                                "tests",    "deploy",   "docs",     "cmake",   ".ci"};

bool is_source(const std::string& path) {
  return path.ends_with(".cpp") || path.ends_with(".h");
}

/// Every file of the project by its path from the root; pictures and other binaries are left out.
std::map<std::string, std::string> read_tree() {
  std::map<std::string, std::string> files;
  const QDir root(COHORT_SOURCE_DIR);
  const auto add = [&files, &root](const QString& path) {
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly)) return;
    const QByteArray text = file.readAll();
    files[root.relativeFilePath(path).toStdString()] =
        text.contains('\0') ? "" : text.toStdString();
  };
  for (const char* folder : kFolders) {
    QDirIterator walk(root.filePath(folder), QDir::Files | QDir::Hidden,
                      QDirIterator::Subdirectories);
    while (walk.hasNext()) add(walk.next());
  }
  for (const QString& name : root.entryList(QDir::Files)) add(root.filePath(name));
  return files;
}

}  // namespace

class TstTree : public QObject {
  Q_OBJECT
 private slots:
  void initTestCase() {
    files_ = read_tree();
    QVERIFY2(files_.contains("cmake/layers.txt"),
             "the source tree is where it was when it was built");
    layers_ = Layers::parse("cmake/layers.txt", files_["cmake/layers.txt"], findings_);
    report();
  }

  void sources_keepTheirLengths() {
    for_sources([this](const std::string& file, const std::string& text) {
      add(check_file_length(file, text));
      add(check_function_length(file, text));
    });
  }
  void includes_keepTheLayers() {
    for_sources([this](const std::string& file, const std::string& text) {
      add(check_includes(file, text, layers_));
    });
  }
  void headers_standAlone() {
    for_sources([this](const std::string& file, const std::string& text) {
      add(check_pragma_once(file, text));
      if (!file.ends_with(".cpp")) return;
      // Headers without such a source file are compiled alone by the target header_check.
      if (files_.contains(file.substr(0, file.size() - 4) + ".h")) {
        add(check_own_header_first(file, text));
      }
    });
  }
  void coroutines_avoidTheHazards() {
    for_sources([this](const std::string& file, const std::string& text) {
      add(check_coroutines(file, text));
    });
  }
  void files_holdNoLeftoversAndNoMachinePaths() {
    for (const auto& [file, text] : files_) {
      add(check_no_leftovers(file, text));
      add(check_no_machine_paths(file, text));
    }
    report();
  }
  void links_leadSomewhere() {
    const ReadFile read = [this](const std::string& path) -> const std::string* {
      const auto found = files_.find(path);
      if (found != files_.end()) return &found->second;
      static const std::string folder;
      const QDir root(COHORT_SOURCE_DIR);
      return root.exists(QString::fromStdString(path)) ? &folder : nullptr;
    };
    for (const auto& [file, text] : files_) {
      if (file.ends_with(".md")) add(check_links(file, text, read));
    }
    report();
  }
  void testsThatPagesName_areThere() {
    for (const auto& [file, text] : files_) {
      if (file.starts_with("docs/") && file.ends_with(".md")) {
        add(check_named_tests(file, text, files_));
      }
    }
    report();
  }
  void probesAndDeliberateBugs_standInTheirRegisters() {
    add(check_register("tests/sim/probes.req", files_["tests/sim/probes.req"], "COHORT_PROBE",
                       files_));
    add(check_register("tests/sim/mutants.tsv", files_["tests/sim/mutants.tsv"], "COHORT_MUTANT",
                       files_));
    report();
  }

  void core_reachesNothingOutside() {
    QProcess nm;
    nm.start("nm", {"-u", "-C", COHORT_CORE_LIBRARY});
    QVERIFY2(nm.waitForFinished() && nm.exitCode() == 0, nm.readAllStandardError().constData());
    const QByteArray output = nm.readAllStandardOutput();
    add(check_core_symbols("libcohort_core.a", output.toStdString()));
    report();
  }

  void sources_areFormatted() {
    const QString program = QStandardPaths::findExecutable("clang-format-19");
    if (program.isEmpty()) QSKIP("clang-format-19 is not installed: deploy/setup installs it");
    QStringList arguments{"--dry-run", "--Werror", "--ferror-limit=1", "--style=file"};
    for (const auto& [file, text] : files_) {
      if (is_source(file)) arguments << QString::fromStdString(file);
    }
    QProcess format;
    format.setWorkingDirectory(COHORT_SOURCE_DIR);
    format.start(program, arguments);
    QVERIFY(format.waitForFinished(110'000));
    QVERIFY2(format.exitCode() == 0, format.readAllStandardError().constData());
  }

 private:
  void add(const Findings& more) { findings_.insert(findings_.end(), more.begin(), more.end()); }

  void for_sources(const std::function<void(const std::string&, const std::string&)>& check) {
    for (const auto& [file, text] : files_) {
      if (is_source(file)) check(file, text);
    }
    report();
  }

  void report() {
    for (const Finding& finding : findings_) qWarning("%s", to_string(finding).c_str());
    const std::size_t count = findings_.size();
    findings_.clear();
    QVERIFY2(count == 0, "the objections are above");
  }

  std::map<std::string, std::string> files_;
  Layers layers_;
  Findings findings_;
};

QTEST_GUILESS_MAIN(TstTree)
#include "tst_tree.moc"
