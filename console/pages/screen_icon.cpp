#include "console/pages/screen_icon.h"

#include <QHash>
#include <QPainter>
#include <QPainterPath>
#include <QPixmap>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

/// All icons are drawn in a square of 20 units.
using Draw = void (*)(QPainter&);

void drawOverview(QPainter& p) {
  for (const double x : {3.0, 11.0}) {
    for (const double y : {3.0, 11.0}) p.drawRect(QRectF(x, y, 6, 6));
  }
}

void drawGroups(QPainter& p) {
  p.drawEllipse(QPointF(10, 5), 2.5, 2.5);
  p.drawEllipse(QPointF(4.5, 14.5), 2.5, 2.5);
  p.drawEllipse(QPointF(15.5, 14.5), 2.5, 2.5);
  p.drawLine(QPointF(8.7, 7.2), QPointF(5.8, 12.3));
  p.drawLine(QPointF(11.3, 7.2), QPointF(14.2, 12.3));
  p.drawLine(QPointF(7, 14.5), QPointF(13, 14.5));
}

void drawFailures(QPainter& p) {
  QPainterPath path;
  path.moveTo(10, 2.5);
  path.lineTo(18, 16.5);
  path.lineTo(2, 16.5);
  path.closeSubpath();
  p.drawPath(path);
  p.drawLine(QPointF(10, 7.5), QPointF(10, 11.5));
  p.drawPoint(QPointF(10, 14));
}

void drawNews(QPainter& p) {
  p.drawRect(QRectF(2.5, 3.5, 15, 13));
  for (const double y : {7.0, 10.0, 13.0}) p.drawLine(QPointF(5.5, y), QPointF(14.5, y));
}

void drawLots(QPainter& p) {
  p.drawRect(QRectF(2.5, 3, 4, 14));
  p.drawRect(QRectF(8, 3, 4, 9));
  p.drawRect(QRectF(13.5, 3, 4, 6));
}

void drawHistory(QPainter& p) {
  p.drawLine(QPointF(2.5, 3), QPointF(2.5, 17));
  p.drawLine(QPointF(2.5, 17), QPointF(17.5, 17));
  p.drawPolyline(QPolygonF({{4.5, 12.5}, {8, 7.5}, {11, 11}, {14, 4.5}, {17, 8}}));
}

void drawSettings(QPainter& p) {
  for (const double y : {5.0, 10.0, 15.0}) p.drawLine(QPointF(3, y), QPointF(17, y));
  p.setBrush(p.pen().color());
  p.drawEllipse(QPointF(7, 5), 2, 2);
  p.drawEllipse(QPointF(13, 10), 2, 2);
  p.drawEllipse(QPointF(6, 15), 2, 2);
}

void drawAbout(QPainter& p) {
  p.drawEllipse(QPointF(10, 10), 7.5, 7.5);
  p.drawLine(QPointF(10, 9), QPointF(10, 14));
  p.drawPoint(QPointF(10, 6));
}

}  // namespace

QIcon screenIcon(const QString& screen, int size) {
  static const QHash<QString, Draw> kDraws = {
      {QStringLiteral("overview"), drawOverview}, {QStringLiteral("groups"), drawGroups},
      {QStringLiteral("failures"), drawFailures}, {QStringLiteral("news"), drawNews},
      {QStringLiteral("lots"), drawLots},         {QStringLiteral("history"), drawHistory},
      {QStringLiteral("settings"), drawSettings}, {QStringLiteral("about"), drawAbout}};
  constexpr int kScale = 2;  // Crisp where the screen has twice the pixels.
  QPixmap pixmap(size * kScale, size * kScale);
  pixmap.setDevicePixelRatio(kScale);
  pixmap.fill(Qt::transparent);
  QPainter painter(&pixmap);
  painter.setRenderHint(QPainter::Antialiasing);
  painter.scale(size / 20.0, size / 20.0);
  painter.setPen(QPen(theme().text, 1.6, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
  if (const Draw draw = kDraws.value(screen, nullptr)) draw(painter);
  return QIcon(pixmap);
}

}  // namespace cohort::console
