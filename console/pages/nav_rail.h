/// The screens, always at the same place; icons alone where the window is narrow.
#pragma once

#include <QWidget>

class QButtonGroup;
class QToolButton;
class QVBoxLayout;

namespace cohort::console {

class NavRail : public QWidget {
  Q_OBJECT

 public:
  explicit NavRail(QWidget* parent = nullptr);
  /// `keys` is what is shown of its shortcut; `low` entries stand at the bottom.
  void addScreen(const QString& id, const QString& title, const QString& keys, bool low);
  void setCurrent(const QString& id);
  /// The count beside a screen's name; 0: none.
  void setBadge(const QString& id, int count);
  void setNarrow(bool narrow);
  /// Draws the icons anew in the theme in force.
  void refreshIcons();

 signals:
  void chosen(const QString& id);

 private:
  void updateTexts();

  struct Entry {
    QString id;
    QString title;
    QString keys;
    int badge = 0;
    QToolButton* button = nullptr;
  };
  QList<Entry> entries_;
  QButtonGroup* group_;
  QVBoxLayout* top_;
  QVBoxLayout* bottom_;
  bool narrow_ = false;
};

}  // namespace cohort::console
