#include "console/pages/theme.h"

#include <QApplication>
#include <QPalette>
#include <algorithm>
#include <cmath>

#include "console/pages/console_style.h"

namespace cohort::console {

namespace {

Theme& current() {
  static Theme instance = lightTheme();
  return instance;
}

QColor hex(unsigned rgb) {
  return QColor::fromRgb(QRgb(0xff000000U | rgb));
}

double linear(double channel) {
  return channel <= 0.04045 ? channel / 12.92 : std::pow((channel + 0.055) / 1.055, 2.4);
}

double luminance(const QColor& colour) {
  return 0.2126 * linear(colour.redF()) + 0.7152 * linear(colour.greenF()) +
         0.0722 * linear(colour.blueF());
}

QFont sized(const QString& family, int pixels) {
  QFont font(family);
  font.setPixelSize(pixels);
  return font;
}

QPalette paletteOf(const Theme& t) {
  QPalette palette;
  palette.setColor(QPalette::Window, t.background);
  palette.setColor(QPalette::WindowText, t.text);
  palette.setColor(QPalette::Base, t.surface);
  palette.setColor(QPalette::AlternateBase, t.background);
  palette.setColor(QPalette::Text, t.text);
  palette.setColor(QPalette::PlaceholderText, t.muted);
  palette.setColor(QPalette::Button, t.dark ? hex(0x323940) : hex(0xdfe2e5));
  palette.setColor(QPalette::ButtonText, t.text);
  palette.setColor(QPalette::BrightText, t.text);
  palette.setColor(QPalette::ToolTipBase, t.surface);
  palette.setColor(QPalette::ToolTipText, t.text);
  palette.setColor(QPalette::Highlight, t.selection);
  palette.setColor(QPalette::HighlightedText, t.selectionText);
  palette.setColor(QPalette::Link, t.focus);
  palette.setColor(QPalette::LinkVisited, t.focus);
  palette.setColor(QPalette::Light, t.dark ? hex(0x4a535b) : hex(0xffffff));
  palette.setColor(QPalette::Midlight, t.dark ? hex(0x3f474e) : hex(0xf4f5f6));
  palette.setColor(QPalette::Mid, t.dark ? hex(0x5a636b) : hex(0xa9b0b6));
  palette.setColor(QPalette::Dark, t.dark ? hex(0x14171a) : hex(0x8d959c));
  palette.setColor(QPalette::Shadow, t.dark ? hex(0x0c0e10) : hex(0x525a62));
  for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
    palette.setColor(QPalette::Disabled, role, t.muted);
  }
  palette.setColor(QPalette::Disabled, QPalette::Highlight, t.normalFill);
  palette.setColor(QPalette::Disabled, QPalette::HighlightedText, t.muted);
  return palette;
}

}  // namespace

Theme lightTheme() {
  Theme t;
  t.background = hex(0xe9ebed);
  t.surface = hex(0xf4f5f6);
  t.text = hex(0x1f2429);
  t.muted = hex(0x525a62);
  t.border = hex(0x737b84);
  t.grid = hex(0xd5d9dd);
  t.focus = hex(0x0b5cad);
  t.selection = hex(0xcfe0f0);
  t.selectionText = hex(0x1f2429);
  t.normalFill = hex(0xc9ced3);
  t.normalGlyph = hex(0x1f2429);
  t.high = {hex(0xc8102e), hex(0xffffff), hex(0xc8102e), hex(0xa80d26)};
  t.medium = {hex(0xffc20a), hex(0x1a1a1a), hex(0x7a4f00), hex(0x7a4f00)};
  t.low = {hex(0x9b2f86), hex(0xffffff), hex(0x9b2f86), hex(0x8a2878)};
  t.staleInk = hex(0x525a62);
  t.staleFill = hex(0xdde0e3);
  t.bandFill = hex(0xe3e6e9);
  t.trend = {hex(0x24557f), hex(0x6b4e00), hex(0x4b3f8f), hex(0x1f6b5c)};
  return t;
}

Theme darkTheme() {
  Theme t;
  t.dark = true;
  t.background = hex(0x1e2226);
  t.surface = hex(0x252a2f);
  t.text = hex(0xe3e6e9);
  t.muted = hex(0xa6afb7);
  t.border = hex(0x7a838c);
  t.grid = hex(0x343b42);
  t.focus = hex(0x7cc4ff);
  t.selection = hex(0x24435f);
  t.selectionText = hex(0xffffff);
  t.normalFill = hex(0x3a4249);
  t.normalGlyph = hex(0xe3e6e9);
  t.high = {hex(0xc8102e), hex(0xffffff), hex(0xff5a5f), hex(0xff5a5f)};
  t.medium = {hex(0xffc20a), hex(0x1a1a1a), hex(0xffc20a), hex(0xffc20a)};
  t.low = {hex(0xe58ad3), hex(0x1a1a1a), hex(0xe58ad3), hex(0xe58ad3)};
  t.staleInk = hex(0xa6afb7);
  t.staleFill = hex(0x2a2f35);
  t.bandFill = hex(0x2f353b);
  t.trend = {hex(0x9cc7ea), hex(0xe0c074), hex(0xbdb2f2), hex(0x86d3c1)};
  return t;
}

const Theme& theme() {
  return current();
}

void applyTheme(QApplication& application, bool dark) {
  current() = dark ? darkTheme() : lightTheme();
  application.setStyle(new ConsoleStyle);
  application.setPalette(paletteOf(current()));
  application.setFont(textFont());
}

QFont textFont() {
  return sized(QStringLiteral("DejaVu Sans"), 12);
}

QFont titleFont() {
  QFont font = sized(QStringLiteral("DejaVu Sans"), 18);
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont strongFont() {
  QFont font = textFont();
  font.setWeight(QFont::DemiBold);
  return font;
}

QFont numberFont() {
  return sized(QStringLiteral("DejaVu Sans Mono"), 12);
}

double contrast(const QColor& a, const QColor& b) {
  const double first = luminance(a);
  const double second = luminance(b);
  return (std::max(first, second) + 0.05) / (std::min(first, second) + 0.05);
}

}  // namespace cohort::console
