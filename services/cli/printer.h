/// Where the command's words go: answers to standard output, problems to standard error.
#pragma once

#include <cstdio>
#include <string>
#include <string_view>
#include <vector>

namespace cohort::cli {

enum class Align : bool { kLeft, kRight };

/// Rows under headings, columns as wide as their widest cell, for a terminal. UTF-8 throughout.
class Table {
 public:
  struct Column {
    std::string heading;
    Align align = Align::kLeft;
  };
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}

  /// Requires: one cell a column.
  void row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  /// Headings and rows, each ended by a line feed, without trailing blanks.
  std::string text() const;

 private:
  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters of a UTF-8 text, which is what it takes on a terminal for the letters that we print.
std::size_t width(std::string_view text);

/// Control characters become '?': names come from other programs and must not drive the terminal.
std::string harmless(std::string_view text);

class Printer {
 public:
  Printer(std::FILE* out, std::FILE* problems) : out_(out), problems_(problems) {}

  void line(std::string_view text);
  void table(const Table& table);
  /// "cohort: " and the text.
  void problem(std::string_view text);

 private:
  std::FILE* out_;
  std::FILE* problems_;
};

}  // namespace cohort::cli
