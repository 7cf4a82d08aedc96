#include "console/models/sorted_index_model.h"

#include <algorithm>
#include <numeric>

namespace cohort::console {

namespace {

bool variantLess(const QVariant& a, const QVariant& b) {
  if (a.typeId() == QMetaType::QString || b.typeId() == QMetaType::QString) {
    return a.toString().localeAwareCompare(b.toString()) < 0;
  }
  return QVariant::compare(a, b) == QPartialOrdering::Less;
}

}  // namespace

SortedIndexModel::SortedIndexModel(QList<Column> columns, QObject* parent)
    : QAbstractTableModel(parent), columns_(std::move(columns)) {}

int SortedIndexModel::rowCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(permutation_.size());
}

int SortedIndexModel::columnCount(const QModelIndex& parent) const {
  return parent.isValid() ? 0 : int(columns_.size());
}

QVariant SortedIndexModel::data(const QModelIndex& index, int role) const {
  if (!index.isValid() || index.row() >= permutation_.size()) return {};
  const int source = permutation_.at(index.row());
  if (role == kIdRole) return sourceId(source);
  if (role == kNumericRole) return columns_.at(index.column()).numeric;
  if (role == Qt::TextAlignmentRole) {
    return QVariant(columns_.at(index.column()).numeric ? Qt::AlignRight | Qt::AlignVCenter
                                                        : Qt::AlignLeft | Qt::AlignVCenter);
  }
  const Cell one = cell(source, index.column());
  switch (role) {
    case Qt::DisplayRole:
      return one.text;
    case Qt::ToolTipRole:
      return one.tip.isEmpty() ? one.text : one.tip;
    case Qt::AccessibleTextRole: {
      const QString spoken = one.spoken.isEmpty() ? one.text : one.spoken;
      return QStringLiteral("%1: %2").arg(columns_.at(index.column()).title, spoken);
    }
    case kMarkRole:
      return int(one.mark);
    case kFrameRole:
      return int(one.frame);
    case kPendingRole:
      return one.pending;
    case kSortRole:
      return one.sort.isValid() ? one.sort : QVariant(one.text);
    default:
      return {};
  }
}

QVariant SortedIndexModel::headerData(int section, Qt::Orientation orientation, int role) const {
  if (orientation != Qt::Horizontal || section < 0 || section >= columns_.size()) return {};
  const Column& column = columns_.at(section);
  if (role == Qt::DisplayRole) return column.title;
  if (role == Qt::TextAlignmentRole) {
    return QVariant(column.numeric ? Qt::AlignRight | Qt::AlignVCenter
                                   : Qt::AlignLeft | Qt::AlignVCenter);
  }
  return {};
}

void SortedIndexModel::sort(int column, Qt::SortOrder order) {
  sortColumn_ = column < columns_.size() ? column : -1;
  sortOrder_ = order;
  resort();
}

QString SortedIndexModel::setFilter(const QString& text) {
  QStringList keys;
  for (const Column& column : columns_) keys.append(column.key);
  const QString wrong = filter_.parse(text, keys);
  if (wrong.isEmpty()) resort();
  return wrong;
}

bool SortedIndexModel::accepted(int source) const {
  if (filter_.empty()) return true;
  QStringList cells;
  for (int column = 0; column < columns_.size(); ++column) cells.append(cell(source, column).text);
  return filter_.matches(cells);
}

bool SortedIndexModel::lessThan(int a, int b) const {
  const Cell left = cell(a, sortColumn_);
  const Cell right = cell(b, sortColumn_);
  const QVariant leftKey = left.sort.isValid() ? left.sort : QVariant(left.text);
  const QVariant rightKey = right.sort.isValid() ? right.sort : QVariant(right.text);
  return sortOrder_ == Qt::AscendingOrder ? variantLess(leftKey, rightKey)
                                          : variantLess(rightKey, leftKey);
}

QList<int> SortedIndexModel::sortedRows() const {
  QList<int> rows;
  for (int source = 0; source < sourceCount(); ++source) {
    if (accepted(source)) rows.append(source);
  }
  if (sortColumn_ >= 0) {
    std::sort(rows.begin(), rows.end(), [this](int a, int b) {
      if (lessThan(a, b)) return true;
      return !lessThan(b, a) && a < b;
    });
  }
  return rows;
}

void SortedIndexModel::resort() {
  const QList<int> rows = sortedRows();
  stale_ = false;
  if (rows == permutation_) {
    emit summaryChanged();
    return;
  }
  QList<int> a = rows;
  QList<int> b = permutation_;
  std::sort(a.begin(), a.end());
  std::sort(b.begin(), b.end());
  if (a != b) {
    beginResetModel();
    permutation_ = rows;
    endResetModel();
  } else {
    emit layoutAboutToBeChanged({}, QAbstractItemModel::VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    const QList<int> old = std::exchange(permutation_, rows);
    QHash<int, int> place;
    for (int row = 0; row < rows.size(); ++row) place.insert(rows.at(row), row);
    QModelIndexList after;
    for (const QModelIndex& one : before) {
      after.append(index(place.value(old.at(one.row())), one.column()));
    }
    changePersistentIndexList(before, after);
    emit layoutChanged({}, QAbstractItemModel::VerticalSortHint);
  }
  emit summaryChanged();
}

int SortedIndexModel::rowOf(const QString& id) const {
  for (int row = 0; row < permutation_.size(); ++row) {
    if (sourceId(permutation_.at(row)) == id) return row;
  }
  return -1;
}

QString SortedIndexModel::idAt(int row) const {
  return row >= 0 && row < permutation_.size() ? sourceId(permutation_.at(row)) : QString();
}

QStringList SortedIndexModel::textsAt(int row) const {
  QStringList texts;
  for (int column = 0; column < columns_.size(); ++column) texts.append(cellAt(row, column).text);
  return texts;
}

void SortedIndexModel::removeMissing(const QHash<QString, int>& next) {
  int row = int(permutation_.size()) - 1;
  while (row >= 0) {
    if (next.contains(ids_.at(permutation_.at(row)))) {
      --row;
      continue;
    }
    const int last = row;
    while (row >= 0 && !next.contains(ids_.at(permutation_.at(row)))) --row;
    beginRemoveRows({}, row + 1, last);
    permutation_.remove(row + 1, last - row);
    endRemoveRows();
  }
}

void SortedIndexModel::announceChanges(const QList<int>& rows) {
  for (int first = 0; first < rows.size();) {
    int last = first;
    while (last + 1 < rows.size() && rows.at(last + 1) == rows.at(last) + 1) ++last;
    emit dataChanged(index(rows.at(first), 0), index(rows.at(last), columnCount() - 1));
    first = last + 1;
  }
}

void SortedIndexModel::replaceRows(const Replacement& replacement) {
  QHash<QString, int> next;
  for (int source = 0; source < replacement.ids.size(); ++source) {
    next.insert(replacement.ids.at(source), source);
  }
  removeMissing(next);
  QList<int> changed;
  QList<bool> shown(replacement.ids.size(), false);
  const QHash<QString, int> known = [this] {
    QHash<QString, int> all;
    for (int source = 0; source < ids_.size(); ++source) all.insert(ids_.at(source), source);
    return all;
  }();
  QList<int> moved;
  for (const int old : std::as_const(permutation_)) moved.append(next.value(ids_.at(old)));
  const QList<int> before = std::exchange(permutation_, moved);
  replacement.swap();
  for (int row = 0; row < moved.size(); ++row) {
    shown[moved.at(row)] = true;
    if (!replacement.same(before.at(row), moved.at(row))) changed.append(row);
  }
  ids_ = replacement.ids;
  announceChanges(changed);
  QList<int> fresh;
  bool hiddenChanged = false;
  for (int source = 0; source < ids_.size(); ++source) {
    if (shown.at(source)) continue;
    if (accepted(source)) fresh.append(source);
    hiddenChanged = hiddenChanged || known.contains(ids_.at(source));
  }
  if (!fresh.isEmpty()) {
    const int first = int(permutation_.size());
    beginInsertRows({}, first, first + int(fresh.size()) - 1);
    permutation_.append(fresh);
    endInsertRows();
  }
  const bool ordered = sortColumn_ < 0 && filter_.empty();
  stale_ = stale_ || (ordered ? !std::is_sorted(permutation_.cbegin(), permutation_.cend())
                              : !changed.isEmpty() || !fresh.isEmpty() || hiddenChanged);
  emit summaryChanged();
}

}  // namespace cohort::console
