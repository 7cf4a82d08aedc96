/// The house rules that a machine can check, as pure functions from text to objections
/// (CONTRIBUTING.md has the rules). tst_checks.cpp shows each of them failing on a bad sample.
#pragma once

#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>

#include "tidy/source_text.h"

namespace cohort::tidy {

inline constexpr std::size_t kFileLines = 700;
inline constexpr std::size_t kTestFileLines = 900;
inline constexpr std::size_t kFunctionLines = 70;

/// Rule 3: one file, one duty.
Findings check_file_length(const std::string& file, std::string_view text);
/// Rule 3: a function fits on a screen. Counts from the first line of its signature to its brace.
Findings check_function_length(const std::string& file, std::string_view text);
/// Rule 10: what is left to do is an issue with a number, not a word in the code.
Findings check_no_leftovers(const std::string& file, std::string_view text);
/// Nothing in the project knows the machine that it was written on.
Findings check_no_machine_paths(const std::string& file, std::string_view text);
/// Every header has its guard.
Findings check_pragma_once(const std::string& file, std::string_view text);
/// A source file whose header has the same name includes it first: so the header is compiled alone.
Findings check_own_header_first(const std::string& file, std::string_view text);
/// No lambda with captures and no braced temporary within a co_await expression, and no lambda with
/// captures that is itself a coroutine: its captures die before it does.
Findings check_coroutines(const std::string& file, std::string_view text);
/// Every relative link of a Markdown page leads to a file, and its anchor to a heading there.
/// `read` gives the text of a path from the project's root; nothing where there is no such file.
using ReadFile = std::function<const std::string*(const std::string& path)>;
Findings check_links(const std::string& file, std::string_view text, const ReadFile& read);

/// Every test program that a page names (tst_...) is there. `tree`: path from the root -> text.
Findings check_named_tests(const std::string& file, std::string_view text,
                           const std::map<std::string, std::string>& tree);

/// Every name that the macro is given in platform/ (probes, deliberate bugs) begins a line of its
/// register, and every line of the register names one. `tree`: path from the root -> text.
Findings check_register(const std::string& file, std::string_view text, std::string_view macro,
                        const std::map<std::string, std::string>& tree);

/// cmake/layers.txt: the law.
struct Layer {
  std::string name;
  std::string folder;  ///< ends in '/'
  std::set<std::string> uses;
};
class Layers {
 public:
  /// Objections to the table itself (unknown layer, missing column) go to `findings`.
  static Layers parse(const std::string& file, std::string_view text, Findings& findings);
  /// The layer with the longest folder that holds the path, or null.
  const Layer* of(std::string_view path) const;

 private:
  std::map<std::string, Layer> layers_;
};
/// Project headers by layers.txt; other libraries' headers by the table in check_layers.cpp.
Findings check_includes(const std::string& file, std::string_view text, const Layers& layers);

/// Rule 1: what `nm -C -u` lists of the core's library must be on the allow-list.
Findings check_core_symbols(const std::string& library, std::string_view nm_output);

}  // namespace cohort::tidy
