/// Writes a picture of every screen, in every theme, size and state of the window.
#pragma once

#include <QString>

namespace cohort::console {

class MainWindow;
class Preferences;
class RecordedSource;

struct TourResult {
  int pictures = 0;
  QString fault;  ///< empty: all were written
};

/// Tours a recording by its marks "calm", "live", "blocked", "offline". Ensures: two tours of one
/// recording write the same pictures.
TourResult tourRecording(MainWindow& window, RecordedSource& source, Preferences& preferences,
                         const QString& folder);
/// Pictures of all screens as the plant is now, named `state`.
TourResult tourScreens(MainWindow& window, Preferences& preferences, const QString& folder,
                       const QString& state, const QStringList& screens);

}  // namespace cohort::console
