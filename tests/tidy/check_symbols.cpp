#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

/// What the core's code may leave to the linker: our own layers below it, memory, and the parts of
/// the standard library that neither ask nor tell the world anything.
constexpr std::string_view kAllowedStarts[] = {
    "cohort::",
    "vtable for cohort::",
    "typeinfo for cohort::",
    "std::__throw_",
    "std::__cxx11::basic_string<",
    "std::__cxx11::to_string(",
    "std::_Rb_tree_",
    "std::__detail::_List_node_base",
    "std::__glibcxx_assert_fail(",
    "std::terminate()",
    "std::bad_",
    "std::exception::",
    "vtable for std::",
    "typeinfo for std::",
    "vtable for __cxxabiv1::",
    "operator new(",
    "operator delete(",
    "operator new[](",
    "operator delete[](",
    "__cxa_",
    "__gxx_personality_v0",
    "_Unwind_Resume",
    "__stack_chk_fail",
    "_GLOBAL_OFFSET_TABLE_",
};
// The last two are std::shared_ptr's: whether its counts need a lock, and which deleter it has.
constexpr std::string_view kAllowedNames[] = {
    "memcpy", "memmove", "memset", "memcmp", "memchr",
    "strlen", "bcmp",    "abort",  "strcmp", "__libc_single_threaded"};

bool is_allowed(std::string_view symbol) {
  for (const std::string_view start : kAllowedStarts) {
    if (symbol.starts_with(start)) return true;
  }
  for (const std::string_view name : kAllowedNames) {
    if (symbol == name) return true;
  }
  // Functions of templates carry their result type first: it is the function's own scope that
  // counts.
  const std::string_view head = symbol.substr(0, symbol.find('('));
  return head.find(" cohort::") != std::string_view::npos;
}

}  // namespace

Findings check_core_symbols(const std::string& library, std::string_view nm_output) {
  Findings findings;
  std::set<std::string_view> seen;
  for (const std::string_view line : lines_of(nm_output)) {
    const std::size_t mark = line.find(" U ");
    if (mark == std::string_view::npos) continue;
    const std::string_view symbol = line.substr(mark + 3);
    if (is_allowed(symbol) || !seen.insert(symbol).second) continue;
    findings.push_back({library, 0,
                        "uses '" + std::string(symbol) +
                            "', which the core may not: step(input, now) -> effects"});
  }
  return findings;
}

}  // namespace cohort::tidy
