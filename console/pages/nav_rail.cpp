#include "console/pages/nav_rail.h"

#include <QButtonGroup>
#include <QToolButton>
#include <QVBoxLayout>

#include "console/pages/screen_icon.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kWide = 140;
constexpr int kNarrow = 44;
constexpr int kButton = 36;
constexpr int kIcon = 20;

}  // namespace

NavRail::NavRail(QWidget* parent)
    : QWidget(parent),
      group_(new QButtonGroup(this)),
      top_(new QVBoxLayout),
      bottom_(new QVBoxLayout) {
  setAccessibleName(tr("Screens"));
  auto* box = new QVBoxLayout(this);
  box->setContentsMargins(4, kGap, 4, kGap);
  box->setSpacing(4);
  top_->setSpacing(4);
  bottom_->setSpacing(4);
  box->addLayout(top_);
  box->addStretch(1);
  box->addLayout(bottom_);
  setFixedWidth(kWide);
}

void NavRail::addScreen(const QString& id, const QString& title, const QString& keys, bool low) {
  auto* button = new QToolButton(this);
  button->setCheckable(true);
  button->setAutoRaise(true);
  button->setIconSize(QSize(kIcon, kIcon));
  button->setFixedHeight(kButton);
  button->setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
  group_->addButton(button);
  (low ? bottom_ : top_)->addWidget(button);
  connect(button, &QToolButton::clicked, this, [this, id] { emit chosen(id); });
  entries_.append({id, title, keys, 0, button});
  refreshIcons();
  updateTexts();
}

void NavRail::setCurrent(const QString& id) {
  for (const Entry& entry : entries_) {
    if (entry.id == id) entry.button->setChecked(true);
  }
}

void NavRail::setBadge(const QString& id, int count) {
  for (Entry& entry : entries_) {
    if (entry.id != id || entry.badge == count) continue;
    entry.badge = count;
    updateTexts();
  }
}

void NavRail::setNarrow(bool narrow) {
  if (narrow == narrow_) return;
  narrow_ = narrow;
  setFixedWidth(narrow ? kNarrow : kWide);
  updateTexts();
}

void NavRail::refreshIcons() {
  for (const Entry& entry : entries_) entry.button->setIcon(screenIcon(entry.id, kIcon));
}

void NavRail::updateTexts() {
  for (const Entry& entry : entries_) {
    const QString count = entry.badge > 0 ? tr(" (%1)").arg(entry.badge) : QString();
    entry.button->setToolButtonStyle(narrow_ ? Qt::ToolButtonIconOnly
                                             : Qt::ToolButtonTextBesideIcon);
    entry.button->setText(entry.title + count);
    entry.button->setAccessibleName(entry.title + count);
    entry.button->setToolTip(entry.keys.isEmpty()
                                 ? entry.title + count
                                 : tr("%1%2   keys: %3").arg(entry.title, count, entry.keys));
  }
}

}  // namespace cohort::console
