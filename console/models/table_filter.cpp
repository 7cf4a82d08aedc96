#include "console/models/table_filter.h"

#include <QCoreApplication>
#include <algorithm>

namespace cohort::console {

QString TableFilter::parse(const QString& text, const QStringList& columns) {
  QList<FilterTerm> terms;
  for (QString word : text.toLower().split(QLatin1Char(' '), Qt::SkipEmptyParts)) {
    FilterTerm term;
    if (word.startsWith(QLatin1Char('-')) && word.size() > 1) {
      term.exclude = true;
      word.remove(0, 1);
    }
    const qsizetype colon = word.indexOf(QLatin1Char(':'));
    // Times hold colons too: only a word before the colon that is no number names a column.
    if (colon > 0 && !word.at(0).isDigit()) {
      const QString key = word.left(colon);
      term.column = int(columns.indexOf(key));
      if (term.column < 0) {
        return QCoreApplication::translate("TableFilter", "No column \"%1\". Columns: %2.")
            .arg(key, columns.join(QStringLiteral(", ")));
      }
      word.remove(0, colon + 1);
    }
    if (word.isEmpty()) continue;
    term.word = word;
    terms.append(term);
  }
  terms_ = terms;
  return {};
}

bool TableFilter::matches(const QStringList& cells) const {
  return std::all_of(terms_.cbegin(), terms_.cend(), [&](const FilterTerm& term) {
    const auto holds = [&](const QString& cell) {
      return cell.contains(term.word, Qt::CaseInsensitive);
    };
    const bool found = term.column >= 0 ? holds(cells.value(term.column))
                                        : std::any_of(cells.cbegin(), cells.cend(), holds);
    return found != term.exclude;
  });
}

}  // namespace cohort::console
