#include "console/pages/settings_page.h"

#include <QButtonGroup>
#include <QLabel>
#include <QRadioButton>
#include <QVBoxLayout>

#include "console/pages/preferences.h"
#include "console/pages/theme.h"

namespace cohort::console {

SettingsPage::SettingsPage(Preferences* preferences, QWidget* parent)
    : Page(tr("Settings"), false, parent), preferences_(preferences) {
  const auto addChoice = [this](const QString& name, const QString& first, const QString& second) {
    content()->addWidget(makeHeading(name));
    auto* group = new QButtonGroup(this);
    QList<QRadioButton*> buttons;
    for (const QString& text : {first, second}) {
      auto* button = new QRadioButton(text, this);
      button->setFixedHeight(kButtonHeight);
      group->addButton(button);
      content()->addWidget(button);
      buttons.append(button);
    }
    content()->addSpacing(kGap);
    return buttons;
  };
  const QList<QRadioButton*> themes = addChoice(tr("Theme"), tr("Light"), tr("Dark"));
  light_ = themes.at(0);
  dark_ = themes.at(1);
  const QList<QRadioButton*> zones =
      addChoice(tr("Time zone"), tr("UTC (the same at all sites)"), tr("This computer's zone"));
  utc_ = zones.at(0);
  local_ = zones.at(1);
  example_ = new QLabel(this);
  content()->addWidget(example_);
  content()->addStretch(1);
  connect(dark_, &QRadioButton::toggled, preferences_, &Preferences::setDark);
  connect(local_, &QRadioButton::toggled, preferences_,
          [this](bool on) { preferences_->setZone(on ? Zone::kLocal : Zone::kUtc); });
}

void SettingsPage::focusMain() {
  (preferences_->dark() ? dark_ : light_)->setFocus();
}

void SettingsPage::refresh() {
  (preferences_->dark() ? dark_ : light_)->setChecked(true);
  (preferences_->zone() == Zone::kLocal ? local_ : utc_)->setChecked(true);
  example_->setText(tr("The time now: %1. The plant's own clock is shown as \"plant\".")
                        .arg(dateTimeText(snapshot().nowMs, snapshot().zone)));
}

}  // namespace cohort::console
