/// What a user may choose: theme and time zone.
#pragma once

#include "console/pages/page.h"

class QRadioButton;

namespace cohort::console {

class Preferences;

class SettingsPage : public Page {
  Q_OBJECT

 public:
  explicit SettingsPage(Preferences* preferences, QWidget* parent = nullptr);
  void focusMain() override;

 protected:
  void refresh() override;

 private:
  Preferences* preferences_;
  QRadioButton* light_;
  QRadioButton* dark_;
  QRadioButton* utc_;
  QRadioButton* local_;
  QLabel* example_;
};

}  // namespace cohort::console
