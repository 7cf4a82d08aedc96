// Goal: each house rule that a machine checks is seen to object to a bad sample and to accept a
// good one. Method: the pure check functions are fed small texts, written here.
#include <QTest>

#include "tidy/checks.h"

using namespace cohort::tidy;

namespace {

std::string repeated(const std::string& line, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) text += line;
  return text;
}

/// A function whose length, from its signature to its brace, is `lines`.
std::string function_of(std::size_t lines) {
  return "void f() {\n" + repeated("  g();\n", lines - 2) + "}\n";
}

Layers sample_layers(Findings& findings) {
  return Layers::parse("cmake/layers.txt",
                       "# layer | folder | uses\n"
                       "base | platform/base/ |\n"
                       "core | platform/core | base\n"
                       "net | platform/net | base\n"
                       "store | platform/store | base\n"
                       "store_sqlite | platform/store/sqlite | base store\n"
                       "services | services | base\n",
                       findings);
}

Findings includes(const std::string& file, const std::string& text) {
  Findings findings;
  const Layers layers = sample_layers(findings);
  return check_includes(file, text, layers);
}

}  // namespace

class TstChecks : public QObject {
  Q_OBJECT
 private slots:
  void codeOnly_blanksCommentsAndLiterals_keepsLines() {
    const std::string text = "a(\"x{\\\"\"); // {\n/* {\n */ b('{', 1'000); R\"(}{)\";\n";
    const std::string code = code_only(text);
    QCOMPARE(code.size(), text.size());
    QCOMPARE(code.find('{'), std::string::npos);
    QCOMPARE(lines_of(code).size(), std::size_t{3});
    QVERIFY(code.find("1'000") != std::string::npos);
  }

  void fileLength_atLimit_isAccepted() {
    QVERIFY(check_file_length("platform/x.cpp", repeated("x\n", kFileLines)).empty());
    QVERIFY(check_file_length("tests/x.cpp", repeated("x\n", kTestFileLines)).empty());
  }
  void fileLength_aboveLimit_isRefused() {
    QCOMPARE(check_file_length("platform/x.cpp", repeated("x\n", kFileLines + 1)).size(), 1u);
    QCOMPARE(check_file_length("tests/x.cpp", repeated("x\n", kTestFileLines + 1)).size(), 1u);
  }

  void functionLength_atLimit_isAccepted() {
    QVERIFY(check_function_length("x.cpp", function_of(kFunctionLines)).empty());
  }
  void functionLength_aboveLimit_isRefused_data() {
    QTest::addColumn<QString>("text");
    const std::string body = repeated("  g();\n", kFunctionLines);
    QTest::newRow("free") << QString::fromStdString("void f() {\n" + body + "}\n");
    QTest::newRow("in a namespace")
        << QString::fromStdString("namespace a::b {\nint f(int x) noexcept {\n" + body + "}\n}\n");
    QTest::newRow("member") << QString::fromStdString(
        "struct A final : B {\n public:\n  void f() const {\n" + body + "}\n};\n");
    QTest::newRow("constructor") << QString::fromStdString("A::A(int x) : B(x), c_{x}, d_(x) {\n" +
                                                           body + "}\n");
    QTest::newRow("template") << QString::fromStdString("template <typename T>\nT f(T x) -> T {\n" +
                                                        body + "}\n");
    QTest::newRow("operator") << QString::fromStdString("bool operator==(A a, A b) {\n" + body +
                                                        "}\n");
    QTest::newRow("after a table")
        << QString::fromStdString("const int t[] = {\n1,\n2};\nvoid f() {\n" + body + "}\n");
  }
  void functionLength_aboveLimit_isRefused() {
    QFETCH(QString, text);
    QCOMPARE(check_function_length("x.cpp", text.toStdString()).size(), 1u);
  }
  void functionLength_longTablesAndClasses_areAccepted() {
    const std::string rows = repeated("  {1, \"two\"},\n", 200);
    QVERIFY(check_function_length("x.cpp", "constexpr Row kRows[] = {\n" + rows + "};\n").empty());
    const std::string members = repeated("  void f() { g(); }\n", 200);
    QVERIFY(check_function_length("x.h", "class A {\n" + members + "};\n").empty());
  }

  void leftovers_withoutIssue_areRefused() {
    const std::string word = std::string("TO") + "DO";
    QCOMPARE(check_no_leftovers("x.cpp", "// " + word + ": later\n").size(), 1u);
    QVERIFY(check_no_leftovers("x.cpp", "// " + word + "(#12): later\n").empty());
    QVERIFY(check_no_leftovers("x.cpp", "int my" + word + "s;\n").empty());
  }

  void machinePaths_areRefused() {
    const std::string path = std::string("/wo") + "rk/main/x";
    QCOMPARE(check_no_machine_paths("x.md", "see " + path + "\n").size(), 1u);
    QVERIFY(check_no_machine_paths("x.md", "see platform" + path + "\n").empty());
  }

  void header_withoutGuard_isRefused() {
    QCOMPARE(check_pragma_once("x.h", "/// About.\n#include <a>\n").size(), 1u);
    QVERIFY(check_pragma_once("x.h", "/// About.\n#pragma once\n#include <a>\n").empty());
  }

  void ownHeader_notFirst_isRefused() {
    QCOMPARE(check_own_header_first("a/x.cpp", "#include <b>\n#include \"a/x.h\"\n").size(), 1u);
    QVERIFY(
        check_own_header_first("a/x.cpp", "// Why.\n#include \"a/x.h\"\n#include <b>\n").empty());
  }

  void coroutines_hazards_areRefused_data() {
    QTest::addColumn<QString>("text");
    QTest::newRow("captures") << "Task f() { co_await run([p] { g(p); }); }";
    QTest::newRow("captures by reference")
        << "Task f() { auto x = co_await run(1, [&](int) { g(); }); }";
    QTest::newRow("aggregate") << "Task f() { co_await go(Args{n, 3}); }";
    QTest::newRow("bare braces") << "Task f() { if (co_await go({n, 3})) g(); }";
    QTest::newRow("coroutine lambda") << "void f() { auto t = [p]() -> Task { co_return; }; }";
    QTest::newRow("returned lambda")
        << "auto f() { return [=](int x) mutable -> Task { co_await g(x); }; }";
  }
  void coroutines_hazards_areRefused() {
    QFETCH(QString, text);
    QCOMPARE(check_coroutines("x.cpp", text.toStdString()).size(), 1u);
  }
  void coroutines_namedFirst_areAccepted() {
    const std::string good =
        "Task f() { Args args{n, 3}; auto run = [p] { g(p); }; co_await go(args, table[i](2), "
        "run);\n"
        "  auto root = [](P p) -> Task { co_await p.done(); }; for (auto& [a, b] : map) g(a); }";
    QVERIFY(check_coroutines("x.cpp", good).empty());
  }

  void registers_lackingOrSuperfluousNames_areRefused() {
    const std::map<std::string, std::string> tree{
        {"platform/a.cpp", "PROBE(x ? \"a.one\" : \"a.two\");\n// PROBE(\"a.three\")\n"},
        {"tests/b.cpp", "PROBE(\"b.one\");\n"}};
    const std::string right = "# what they are\na.one 10\na.two  exempt: why\n";
    QVERIFY(check_register("r", right, "PROBE", tree).empty());
    QCOMPARE(check_register("r", "a.one 10\n", "PROBE", tree).size(), 1u);
    const Findings more = check_register("r", right + "a.three 10\n", "PROBE", tree);
    QCOMPARE(more.size(), 1u);
    QCOMPARE(more.front().line, std::size_t{4});
  }

  void testsThatAreNotThere_areRefused() {
    const std::map<std::string, std::string> tree{{"tests/unit/core/tst_cut.cpp", ""}};
    QVERIFY(check_named_tests("docs/a.md", "see tst_cut (core), tst_cut.\n", tree).empty());
    QCOMPARE(check_named_tests("docs/a.md", "see tst_cut, tst_gone\n", tree).size(), 1u);
    QCOMPARE(check_named_tests("docs/a.md", "\ntst_cu\n", tree).front().line, 2u);
  }

  void links_toNothing_areRefused() {
    const std::string page = "# The Title, again\n";
    const ReadFile read = [&page](const std::string& path) {
      return path == "docs/a.md" ? &page : nullptr;
    };
    QVERIFY(
        check_links("docs/b.md", "[a](a.md) [t](a.md#the-title-again) [w](https://x.org/)\n", read)
            .empty());
    QVERIFY(check_links("README.md", "![a](docs/a.md)\n```\n[x](y)\n```\n", read).empty());
    QCOMPARE(check_links("docs/b.md", "[a](docs/a.md)\n", read).size(), 1u);
    QCOMPARE(check_links("docs/b.md", "[a](a.md#nowhere)\n", read).size(), 1u);
  }

  void layers_unknownUse_isRefused() {
    Findings findings;
    Layers::parse("l", "a | a/ | b\n", findings);
    QCOMPARE(findings.size(), 1u);
    Layers::parse("l", "nonsense\n", findings);
    QCOMPARE(findings.size(), 2u);
  }
  void includes_againstTheLayers_areRefused_data() {
    QTest::addColumn<QString>("file");
    QTest::addColumn<QString>("include");
    QTest::newRow("upwards") << "platform/base/a.h" << "\"platform/core/b.h\"";
    QTest::newRow("sideways") << "platform/core/a.h" << "\"platform/net/b.h\"";
    QTest::newRow("nested") << "platform/store/a.h" << "\"platform/store/sqlite/b.h\"";
    QTest::newRow("not from the root") << "platform/core/a.h" << "\"b.h\"";
    QTest::newRow("in no layer") << "tools/a.h" << "\"platform/base/b.h\"";
    QTest::newRow("asio in the core") << "platform/core/a.h" << "<boost/asio.hpp>";
    QTest::newRow("qt in a service") << "services/a.h" << "<QString>";
    QTest::newRow("sqlite outside its folder") << "platform/store/a.h" << "<sqlite3.h>";
    QTest::newRow("thread in a service") << "services/a.h" << "<thread>";
    QTest::newRow("hash order") << "platform/core/a.h" << "<unordered_map>";
    QTest::newRow("files in base") << "platform/base/a.h" << "<fstream>";
  }
  void includes_againstTheLayers_areRefused() {
    QFETCH(QString, file);
    QFETCH(QString, include);
    const std::string text = "#include " + include.toStdString() + "\n";
    QCOMPARE(includes(file.toStdString(), text).size(), 1u);
  }
  void includes_withinTheLayers_areAccepted() {
    QVERIFY(
        includes("platform/core/a.h", "#include <map>\n#include \"platform/base/b.h\"\n").empty());
    QVERIFY(includes("platform/store/sqlite/a.h",
                     "#include <sqlite3.h>\n#include \"platform/store/b.h\"\n")
                .empty());
    QVERIFY(includes("services/x/adapters/a.h", "#include <boost/asio.hpp>\n#include <thread>\n")
                .empty());
  }

  void coreSymbols_thatReachOutside_areRefused_data() {
    QTest::addColumn<QString>("symbol");
    for (const char* symbol :
         {"std::chrono::_V2::steady_clock::now()", "socket", "pthread_create", "rand", "getenv",
          "fopen", "std::cout", "std::random_device::_M_getval()",
          "std::basic_ofstream<char, std::char_traits<char> >::open(char const*)"}) {
      QTest::newRow(symbol) << symbol;
    }
  }
  void coreSymbols_thatReachOutside_areRefused() {
    QFETCH(QString, symbol);
    const std::string output = "a.o:\n                 U " + symbol.toStdString() + "\n";
    QCOMPARE(check_core_symbols("libcore.a", output).size(), 1u);
  }
  void coreSymbols_ofMemoryAndOwnLayers_areAccepted() {
    const std::string output =
        "                 U memcpy\n"
        "                 U operator new(unsigned long)\n"
        "                 U std::expected<int, cohort::Error> cohort::wire::decode(int)\n"
        "                 U cohort::assertion_failed(char const*, char const*, char const*, int)\n";
    QVERIFY(check_core_symbols("libcore.a", output).empty());
  }
};

QTEST_GUILESS_MAIN(TstChecks)
#include "tst_checks.moc"
