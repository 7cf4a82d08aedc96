/// Extremes of any range of samples in a time that does not grow with their number, so that a
/// one-sample spike is seen at every zoom.
///
/// Level 0 is the samples; each node of level k covers kFan nodes of level k-1.
#pragma once

#include <QList>

#include "console/models/plant_state.h"

namespace cohort::console {

struct Extremes {
  double low = 0;
  double high = 0;
  int count = 0;  ///< samples; 0: the others mean nothing
  double sum = 0;
};

class MinMaxPyramid {
 public:
  static constexpr int kFan = 16;

  /// Appends what `samples` has beyond what is known; starts anew where it is another series.
  void follow(const QList<Sample>& samples);
  void clear();

  qsizetype size() const { return values_.size(); }
  /// Of the samples [first, last). Costs O(kFan * levels).
  Extremes extremes(qsizetype first, qsizetype last) const;

 private:
  void append(double value);

  QList<double> values_;
  QList<QList<Extremes>> levels_;  ///< [0] covers kFan samples a node; the last node may be partial
  qint64 firstMs_ = 0;
};

}  // namespace cohort::console
