#include "services/cli/printer.h"

#include <algorithm>

#include "platform/base/assert.h"

namespace cohort::cli {

namespace {

constexpr std::string_view kBetweenColumns = "  ";

void write(std::FILE* file, std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), file);
}

std::string without_trailing_blanks(std::string line) {
  line.erase(line.find_last_not_of(' ') + 1);
  return line;
}

}  // namespace

std::size_t width(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(
      text, [](char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }));
}

std::string harmless(std::string_view text) {
  std::string clean(text);
  for (char& c : clean) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7f) c = '?';
  }
  return clean;
}

void Table::row(std::vector<std::string> cells) {
  COHORT_ASSERT(cells.size() == columns_.size(), "a row has one cell a column");
  for (std::string& cell : cells) cell = harmless(cell);
  rows_.push_back(std::move(cells));
}

std::string Table::text() const {
  std::vector<std::size_t> widths;
  for (std::size_t column = 0; column < columns_.size(); ++column) {
    std::size_t widest = width(columns_[column].heading);
    for (const auto& cells : rows_) widest = std::max(widest, width(cells[column]));
    widths.push_back(widest);
  }
  const auto line = [&](const auto& cell_of) {
    std::string made;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      const std::string& cell = cell_of(column);
      const std::string blanks(widths[column] - width(cell), ' ');
      if (column > 0) made += kBetweenColumns;
      made += columns_[column].align == Align::kLeft ? cell + blanks : blanks + cell;
    }
    return without_trailing_blanks(std::move(made)) + "\n";
  };
  std::string all =
      line([&](std::size_t column) -> const std::string& { return columns_[column].heading; });
  for (const auto& cells : rows_) {
    all += line([&](std::size_t column) -> const std::string& { return cells[column]; });
  }
  return all;
}

void Printer::line(std::string_view text) {
  write(out_, text);
  write(out_, "\n");
  std::fflush(out_);
}

void Printer::table(const Table& table) {
  write(out_, table.text());
  std::fflush(out_);
}

void Printer::problem(std::string_view text) {
  std::fflush(out_);
  write(problems_, "cohort: ");
  write(problems_, text);
  write(problems_, "\n");
  std::fflush(problems_);
}

}  // namespace cohort::cli
