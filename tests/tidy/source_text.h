/// A source file as the tidy checks read it: its text, and the same text with everything in
/// comments and literals blanked out, so that a search finds code only. Line structure is kept.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::tidy {

/// One objection: where, and what is wrong.
struct Finding {
  std::string file;
  std::size_t line = 0;  ///< from 1
  std::string what;
};
using Findings = std::vector<Finding>;

/// "file:line: what".
std::string to_string(const Finding& finding);

/// The text with comments, string and character literals (raw ones too) turned into blanks;
/// newlines stay. Quotes of string literals stay too, so that an include's path is still
/// recognisable as one.
std::string code_only(std::string_view text);

/// The number, from 1, of the line that holds the offset.
std::size_t line_at(std::string_view text, std::size_t offset);

/// The lines without their ends.
std::vector<std::string_view> lines_of(std::string_view text);

/// True where the character can be part of an identifier.
bool is_word(char c);

/// The offset behind the bracket that closes the one at `open`, or npos.
/// Requires: text[open] is one of ( [ {; text comes from code_only().
std::size_t behind_bracket(std::string_view text, std::size_t open);

}  // namespace cohort::tidy
