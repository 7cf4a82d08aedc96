#include <array>
#include <optional>

#include "tidy/checks.h"

namespace cohort::tidy {
namespace {

enum class Opens : std::uint8_t { kScope, kFunction, kMemberInitializer, kOther };

std::string_view trimmed(std::string_view text) {
  const std::size_t from = text.find_first_not_of(" \t\n");
  if (from == std::string_view::npos) return {};
  return text.substr(from, text.find_last_not_of(" \t\n") - from + 1);
}

bool has_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    const bool starts = at == 0 || !is_word(text[at - 1]);
    if (starts && (at + word.size() == text.size() || !is_word(text[at + word.size()])))
      return true;
  }
  return false;
}

/// The offset of the first parenthesis outside template brackets that are balanced before it.
std::size_t first_parenthesis(std::string_view head) {
  return head.find('(');
}

/// True where the head's constructor initializers have begun: ") :" but not "::".
bool in_initializers(std::string_view head) {
  const std::size_t open = first_parenthesis(head);
  if (open == std::string_view::npos) return false;
  const std::size_t close = behind_bracket(head, open);
  if (close == std::string_view::npos) return false;
  std::string_view rest = trimmed(head.substr(close));
  if (rest.starts_with("noexcept")) rest = trimmed(rest.substr(8));
  return rest.starts_with(":") && !rest.starts_with("::");
}

std::string_view last_word(std::string_view head) {
  std::size_t from = head.size();
  while (from > 0 && is_word(head[from - 1])) --from;
  return head.substr(from);
}

bool is_qualifier(std::string_view word) {
  static constexpr std::array<std::string_view, 6> kWords = {"const", "noexcept", "override",
                                                             "final", "mutable",  "try"};
  for (const std::string_view known : kWords) {
    if (word == known) return true;
  }
  return false;
}

/// What the brace behind `head` (the text since the last statement) opens, outside any function.
Opens classify(std::string_view head) {
  head = trimmed(head);
  if (head.empty()) return Opens::kOther;
  const std::string_view plain = head.substr(0, head.find('('));
  const bool has_parameters = plain.size() != head.size();
  if (has_word(plain, "namespace") || has_word(plain, "extern")) return Opens::kScope;
  if (!has_parameters) {
    for (const std::string_view word : {"class", "struct", "union", "enum"}) {
      if (has_word(plain, word)) return word == "enum" ? Opens::kOther : Opens::kScope;
    }
    return Opens::kOther;
  }
  if (head.back() == '=' || head.back() == ',' || head.back() == '(') return Opens::kOther;
  if (in_initializers(head)) {
    const std::string_view word = last_word(head);
    const bool names_member = !word.empty() && !is_qualifier(word);
    if (names_member || head.back() == '>' || head.back() == ',') return Opens::kMemberInitializer;
    return Opens::kFunction;
  }
  const bool assigned = plain.find('=') != std::string_view::npos && !has_word(plain, "operator");
  if (assigned && head.find('[') == std::string_view::npos) return Opens::kOther;
  return Opens::kFunction;
}

std::string name_of(std::string_view head) {
  head = trimmed(head);
  const std::string_view plain = trimmed(head.substr(0, head.find('(')));
  std::size_t from = plain.size();
  while (from > 0 &&
         (is_word(plain[from - 1]) || plain[from - 1] == ':' || plain[from - 1] == '~')) {
    --from;
  }
  return std::string(plain.substr(from));
}

/// Walks the code outside functions; each function's body is measured and skipped.
class Walk {
 public:
  Walk(const std::string& file, std::string_view code) : file_(file), code_(code) {}

  Findings run() {
    std::size_t i = 0;
    while (i < code_.size()) i = step(i);
    return findings_;
  }

 private:
  std::size_t step(std::size_t i) {
    const char c = code_[i];
    if (c == '#' && at_line_start(i)) return behind_directive(i);
    if (c == '(') return skip(i);
    if (c == ';' || c == '}' || (c == ':' && is_label(i))) {
      head_ = i + 1;
      return i + 1;
    }
    return c == '{' ? open(i) : i + 1;
  }

  std::size_t open(std::size_t i) {
    const std::string_view head = code_.substr(head_, i - head_);
    const Opens opens = classify(head);
    if (opens == Opens::kMemberInitializer) return skip(i);
    if (opens == Opens::kScope) {
      head_ = i + 1;
      return i + 1;
    }
    const std::size_t end = skip(i);
    if (opens == Opens::kFunction) {
      measure(head, end);
      head_ = end;
    }
    return end;
  }

  void measure(std::string_view head, std::size_t end) {
    const std::size_t blank = head.find_first_not_of(" \t\n");
    const std::size_t first = line_at(code_, head_ + (blank == std::string_view::npos ? 0 : blank));
    const std::size_t lines = line_at(code_, end - 1) - first + 1;
    if (lines <= kFunctionLines) return;
    findings_.push_back({file_, first,
                         name_of(head) + " has " + std::to_string(lines) + " lines; the limit is " +
                             std::to_string(kFunctionLines)});
  }

  std::size_t skip(std::size_t i) const {
    const std::size_t end = behind_bracket(code_, i);
    return end == std::string_view::npos ? code_.size() : end;
  }

  bool at_line_start(std::size_t i) const {
    while (i > 0 && (code_[i - 1] == ' ' || code_[i - 1] == '\t')) --i;
    return i == 0 || code_[i - 1] == '\n';
  }

  std::size_t behind_directive(std::size_t i) {
    while (i < code_.size() && !(code_[i] == '\n' && code_[i - 1] != '\\')) ++i;
    head_ = i;
    return i;
  }

  /// "public:", "private slots:" and the like.
  bool is_label(std::size_t i) const {
    const std::string_view head = trimmed(code_.substr(head_, i - head_));
    return head == "public" || head == "private" || head == "protected" || head == "signals" ||
           head == "public slots" || head == "private slots" || head == "protected slots";
  }

  const std::string& file_;
  std::string_view code_;
  std::size_t head_ = 0;
  Findings findings_;
};

}  // namespace

Findings check_function_length(const std::string& file, std::string_view text) {
  const std::string code = code_only(text);
  return Walk(file, code).run();
}

}  // namespace cohort::tidy
