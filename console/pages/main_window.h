/// The window: alarm strip, screens, status; folds what the source tells and shows it.
#pragma once

#include <QMainWindow>
#include <functional>

#include "console/models/plant_source.h"
#include "console/models/state_builder.h"
#include "console/pages/bindings.h"
#include "console/pages/page.h"

class QStackedWidget;

namespace cohort::console {

class AlarmStrip;
class CommandDialog;
class FailuresPage;
class NavRail;
class Preferences;
class StateBanner;
class StatusStrip;

class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  using Clock = std::function<qint64()>;

  /// Requires: source and preferences outlive the window. `clock`: UTC milliseconds.
  MainWindow(PlantSource* source, Preferences* preferences, bool recorded, Clock clock,
             QWidget* parent = nullptr);

  /// Folds the events and shows what came of them.
  void apply(const QList<PlantEvent>& events);
  /// Draws again by the clock: ages, staleness.
  void tick();
  void goTo(const QString& screen, const QString& id = {});

  QStringList screens() const;
  QString currentScreen() const;
  Page* page(const QString& screen) const;
  const Snapshot& snapshot() const { return snapshot_; }
  const Bindings& bindings() const { return bindings_; }
  /// The confirmation of a command, open and not yet answered. Owned by the window.
  CommandDialog* confirm(const CommandDraft& draft);
  void showShortcuts();

 signals:
  /// Everything that was folded, also this window's own acts: for a recording.
  void folded(const QList<PlantEvent>& events);

 protected:
  void resizeEvent(QResizeEvent* event) override;

 private:
  void makePages(Preferences* preferences);
  void makeFrame();
  void makeBindings();
  void bindScreens();
  void bindActs();
  void addPage(const QString& id, Page* page, const QString& key, bool low);
  void refresh();
  void applyPreferences();
  void acknowledge(const QStringList& failures);
  void escape();

  struct Screen {
    QString id;
    Page* page;
    QString key;
  };

  /// What stands above and below the screens.
  struct Strips {
    AlarmStrip* alarms;
    StateBanner* state;
    StatusStrip* status;
  };

  PlantSource* source_;
  Preferences* preferences_;
  Clock clock_;
  StateBuilder builder_;
  Snapshot snapshot_;
  Bindings bindings_;
  QList<Screen> screens_;
  QStackedWidget* stack_;
  NavRail* rail_;
  Strips strips_;
  CommandDialog* dialog_ = nullptr;
};

/// The account that runs this console.
QString userName();

}  // namespace cohort::console
