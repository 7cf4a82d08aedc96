/// The colours, fonts and sizes of the console: tokens only, nothing else may name a colour.
/// No green means "well": a healthy plant is grey. Contrasts are tested (tst_theme).
#pragma once

#include <QColor>
#include <QFont>
#include <array>

class QApplication;

namespace cohort::console {

/// Fill, ink and border of one priority's glyph.
struct AlarmColours {
  QColor fill;
  QColor ink;
  QColor border;
  QColor asText;  ///< where the priority colours a word on a surface
};

struct Theme {
  bool dark = false;
  QColor background;
  QColor surface;
  QColor text;
  QColor muted;
  QColor border;
  QColor grid;  ///< lines between rows and panels: no information
  QColor focus;
  QColor selection;
  QColor selectionText;
  QColor normalFill;  ///< equipment that is well
  QColor normalGlyph;
  AlarmColours high;
  AlarmColours medium;
  AlarmColours low;
  QColor staleInk;
  QColor staleFill;
  QColor bandFill;  ///< normal band behind a trend
  std::array<QColor, 4> trend;
};

Theme lightTheme();
Theme darkTheme();

/// The theme in force. Ensures: never changes during a paint.
const Theme& theme();
/// Sets style, palette and fonts of the whole application.
void applyTheme(QApplication& application, bool dark);

QFont textFont();
QFont titleFont();
QFont strongFont();
/// All digits have one width.
QFont numberFont();

inline constexpr int kGap = 8;
inline constexpr int kRowHeight = 22;
inline constexpr int kButtonHeight = 26;
inline constexpr int kSidePanelWidth = 380;

/// Contrast of two colours as WCAG 2 defines it, 1..21.
double contrast(const QColor& a, const QColor& b);

}  // namespace cohort::console
