/// A filter as an operator types it: words are AND, "-word" excludes, "key:word" looks into the
/// column of that name only. While the text is wrong the last good filter stays in force.
#pragma once

#include <QList>
#include <QString>
#include <QStringList>

namespace cohort::console {

struct FilterTerm {
  int column = -1;  ///< -1: any column
  bool exclude = false;
  QString word;  ///< lower case
  bool operator==(const FilterTerm&) const = default;
};

class TableFilter {
 public:
  /// `columns`: the keys in lower case, in the table's order.
  /// Ensures: on an error returns its reason in words and changes nothing, else an empty string.
  QString parse(const QString& text, const QStringList& columns);

  bool empty() const { return terms_.isEmpty(); }
  const QList<FilterTerm>& terms() const { return terms_; }
  /// `cells`: the texts of one row, in the table's order.
  bool matches(const QStringList& cells) const;

 private:
  QList<FilterTerm> terms_;
};

}  // namespace cohort::console
