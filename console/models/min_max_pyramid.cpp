#include "console/models/min_max_pyramid.h"

#include <algorithm>

namespace cohort::console {

namespace {

void add(Extremes& into, const Extremes& other) {
  if (other.count == 0) return;
  into.low = into.count == 0 ? other.low : std::min(into.low, other.low);
  into.high = into.count == 0 ? other.high : std::max(into.high, other.high);
  into.count += other.count;
  into.sum += other.sum;
}

}  // namespace

void MinMaxPyramid::clear() {
  values_.clear();
  levels_.clear();
}

void MinMaxPyramid::follow(const QList<Sample>& samples) {
  const qint64 first = samples.isEmpty() ? 0 : samples.first().atMs;
  if (first != firstMs_ || samples.size() < values_.size()) clear();
  firstMs_ = first;
  for (qsizetype next = values_.size(); next < samples.size(); ++next) {
    append(samples.at(next).value);
  }
}

void MinMaxPyramid::append(double value) {
  values_.append(value);
  const Extremes one{value, value, 1, value};
  qsizetype node = (values_.size() - 1) / kFan;
  for (int level = 0;; ++level, node /= kFan) {
    if (level == levels_.size()) {
      if (level > 0 && levels_.at(level - 1).size() <= kFan) return;
      levels_.append(QList<Extremes>{});
      // A new level covers everything below it, not only what comes from now on.
      for (qsizetype below = 0; level > 0 && below < levels_.at(level - 1).size(); ++below) {
        if (below / kFan == levels_.at(level).size()) levels_[level].append(Extremes{});
        add(levels_[level].last(), levels_.at(level - 1).at(below));
      }
      if (level > 0) return;
    }
    QList<Extremes>& nodes = levels_[level];
    if (node == nodes.size()) nodes.append(Extremes{});
    add(nodes[node], one);
  }
}

Extremes MinMaxPyramid::extremes(qsizetype first, qsizetype last) const {
  Extremes result;
  first = std::max<qsizetype>(first, 0);
  last = std::min(last, values_.size());
  const auto single = [&](qsizetype at) {
    const double value = values_.at(at);
    add(result, Extremes{value, value, 1, value});
  };
  while (first < last && first % kFan != 0) single(first++);
  while (last > first && last % kFan != 0) single(--last);
  qsizetype low = first / kFan;
  qsizetype high = last / kFan;
  for (int level = 0; low < high && level < levels_.size(); ++level) {
    const bool top = level + 1 == levels_.size();
    while (low < high && (top || low % kFan != 0)) add(result, levels_.at(level).at(low++));
    while (high > low && high % kFan != 0) add(result, levels_.at(level).at(--high));
    low /= kFan;
    high /= kFan;
  }
  return result;
}

}  // namespace cohort::console
