#include "console/pages/preferences.h"

#include <QSettings>

namespace cohort::console {

namespace {

QSettings settings() {
  return QSettings(QSettings::IniFormat, QSettings::UserScope, QStringLiteral("cohort"),
                   QStringLiteral("console"));
}

}  // namespace

Preferences::Preferences(bool stored, QObject* parent) : QObject(parent), stored_(stored) {
  if (!stored_) return;
  dark_ = settings().value(QStringLiteral("theme")).toString() == QStringLiteral("dark");
  zone_ = settings().value(QStringLiteral("zone")).toString() == QStringLiteral("local")
              ? Zone::kLocal
              : Zone::kUtc;
}

void Preferences::setDark(bool dark) {
  if (dark == dark_) return;
  dark_ = dark;
  save();
  emit changed();
}

void Preferences::setZone(Zone zone) {
  if (zone == zone_) return;
  zone_ = zone;
  save();
  emit changed();
}

void Preferences::save() const {
  if (!stored_) return;
  QSettings file = settings();
  file.setValue(QStringLiteral("theme"), dark_ ? QStringLiteral("dark") : QStringLiteral("light"));
  file.setValue(QStringLiteral("zone"),
                zone_ == Zone::kLocal ? QStringLiteral("local") : QStringLiteral("utc"));
}

}  // namespace cohort::console
