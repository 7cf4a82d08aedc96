/// What a user has chosen; kept per user, written on change.
#pragma once

#include <QObject>

#include "console/models/time_text.h"

namespace cohort::console {

class Preferences : public QObject {
  Q_OBJECT

 public:
  /// Without `stored` nothing is read or written: demonstrations and tests are the same everywhere.
  explicit Preferences(bool stored, QObject* parent = nullptr);

  bool dark() const { return dark_; }
  Zone zone() const { return zone_; }
  void setDark(bool dark);
  void setZone(Zone zone);

 signals:
  void changed();

 private:
  void save() const;

  bool stored_;
  bool dark_ = false;
  Zone zone_ = Zone::kUtc;
};

}  // namespace cohort::console
