#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

constexpr std::size_t kNone = std::string_view::npos;

std::size_t next_solid(std::string_view code, std::size_t at) {
  return std::min(code.find_first_not_of(" \t\n", at), code.size());
}

char last_solid(std::string_view code, std::size_t at) {
  const std::size_t found = at == 0 ? kNone : code.find_last_not_of(" \t\n", at - 1);
  return found == kNone ? ';' : code[found];
}

/// The bracket opens a lambda's captures, not a subscript, an attribute or an empty list.
bool opens_captures(std::string_view code, std::size_t at) {
  if (code[at] != '[' || code.substr(at, 2) == "[[") return false;
  const char before = last_solid(code, at);
  if (before == '[' || before == ')' || before == ']') return false;
  if (is_word(before)) {
    const std::size_t end = code.find_last_not_of(" \t\n", at - 1) + 1;
    if (!code.substr(0, end).ends_with("return")) return false;
  }
  const std::size_t close = behind_bracket(code, at);
  if (close == kNone || next_solid(code, at + 1) == close - 1) return false;
  const std::size_t next = next_solid(code, close);
  return next < code.size() && (code[next] == '(' || code[next] == '{' || is_word(code[next]));
}

/// Where the expression that starts at `at` ends: at its semicolon or at the bracket around it.
std::size_t expression_end(std::string_view code, std::size_t at) {
  int depth = 0;
  for (std::size_t i = at; i < code.size(); ++i) {
    const char c = code[i];
    if (c == '(' || c == '[' || c == '{') ++depth;
    if ((c == ')' || c == ']' || c == '}') && --depth < 0) return i;
    if (c == ';' && depth == 0) return i;
    if (c == ',' && depth == 0) return i;
  }
  return code.size();
}

/// The offset of the lambda's body, or kNone where none follows its captures.
std::size_t lambda_body(std::string_view code, std::size_t captures) {
  std::size_t i = next_solid(code, behind_bracket(code, captures));
  while (i < code.size() && code[i] != '{') {
    if (code[i] == ';' || code[i] == ')' || code[i] == ',') return kNone;
    i = code[i] == '(' ? behind_bracket(code, i) : i + 1;
    if (i == kNone) return kNone;
  }
  return i < code.size() ? i : kNone;
}

bool is_coroutine_body(std::string_view body) {
  return body.find("co_await") != kNone || body.find("co_return") != kNone ||
         body.find("co_yield") != kNone;
}

void check_awaits(const std::string& file, std::string_view code, Findings& findings) {
  for (std::size_t at = code.find("co_await"); at != kNone; at = code.find("co_await", at + 1)) {
    const std::size_t end = expression_end(code, at);
    for (std::size_t i = at; i < end; ++i) {
      if (opens_captures(code, i)) {
        findings.push_back(
            {file, line_at(code, i), "a lambda with captures within co_await: name it first"});
        break;
      }
      if (code[i] == '{') {
        findings.push_back(
            {file, line_at(code, i), "a braced temporary within co_await: name it first"});
        break;
      }
    }
  }
}

void check_lambdas(const std::string& file, std::string_view code, Findings& findings) {
  for (std::size_t at = code.find('['); at != kNone; at = code.find('[', at + 1)) {
    if (!opens_captures(code, at)) continue;
    const std::size_t body = lambda_body(code, at);
    if (body == kNone) continue;
    const std::size_t end = behind_bracket(code, body);
    if (end == kNone || !is_coroutine_body(code.substr(body, end - body))) continue;
    findings.push_back(
        {file, line_at(code, at),
         "a lambda with captures is a coroutine: use a function with parameters by value"});
  }
}

}  // namespace

Findings check_coroutines(const std::string& file, std::string_view text) {
  const std::string code = code_only(text);
  if (!is_coroutine_body(code)) return {};
  Findings findings;
  check_awaits(file, code, findings);
  check_lambdas(file, code, findings);
  return findings;
}

}  // namespace cohort::tidy
