#include "console/pages/console_style.h"

#include <QPainter>
#include <QStyleFactory>
#include <QStyleOption>

#include "console/pages/theme.h"

namespace cohort::console {

namespace {

QColor outlineOf(const QStyleOption& option) {
  const bool focused = option.state.testFlag(QStyle::State_HasFocus);
  if (!option.state.testFlag(QStyle::State_Enabled)) return theme().grid;
  return focused ? theme().focus : theme().border;
}

double widthOf(const QStyleOption& option) {
  return option.state.testFlag(QStyle::State_HasFocus) ? 2 : 1;
}

void drawFrame(const QStyleOption& option, QPainter& painter, const QColor& fill) {
  painter.save();
  painter.setRenderHint(QPainter::Antialiasing);
  const double width = widthOf(option);
  painter.setPen(QPen(outlineOf(option), width));
  painter.setBrush(fill);
  const double inset = width / 2;
  painter.drawRoundedRect(QRectF(option.rect).adjusted(inset, inset, -inset, -inset), 2, 2);
  painter.restore();
}

}  // namespace

ConsoleStyle::ConsoleStyle() : QProxyStyle(QStyleFactory::create(QStringLiteral("Fusion"))) {}

void ConsoleStyle::drawButton(const QStyleOption& option, QPainter& painter) const {
  const bool down = option.state.testFlag(State_Sunken) || option.state.testFlag(State_On);
  const bool over = option.state.testFlag(State_MouseOver);
  const bool enabled = option.state.testFlag(State_Enabled);
  QColor fill = enabled ? option.palette.color(QPalette::Button) : theme().background;
  if (down) fill = theme().selection;
  if (over && enabled && !down) fill = theme().normalFill;
  drawFrame(option, painter, fill);
}

void ConsoleStyle::drawPrimitive(PrimitiveElement element, const QStyleOption* option,
                                 QPainter* painter, const QWidget* widget) const {
  switch (element) {
    case PE_PanelButtonCommand:
      drawButton(*option, *painter);
      return;
    case PE_PanelLineEdit:
    case PE_FrameLineEdit:
      drawFrame(*option, *painter, theme().surface);
      return;
    case PE_IndicatorCheckBox: {
      drawFrame(*option, *painter, theme().surface);
      if (!option->state.testFlag(State_On)) return;
      painter->save();
      painter->setRenderHint(QPainter::Antialiasing);
      painter->setPen(QPen(theme().text, 2));
      const QRectF box = QRectF(option->rect).adjusted(3, 3, -3, -3);
      painter->drawPolyline(
          QPolygonF({box.topLeft() + QPointF(0, box.height() / 2),
                     QPointF(box.center().x() - 1, box.bottom() - 1), box.topRight()}));
      painter->restore();
      return;
    }
    case PE_IndicatorRadioButton: {
      painter->save();
      painter->setRenderHint(QPainter::Antialiasing);
      const QRectF ring = QRectF(option->rect).adjusted(1, 1, -1, -1);
      painter->setPen(QPen(outlineOf(*option), widthOf(*option)));
      painter->setBrush(theme().surface);
      painter->drawEllipse(ring);
      if (option->state.testFlag(State_On)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme().text);
        painter->drawEllipse(ring.center(), 3, 3);
      }
      painter->restore();
      return;
    }
    case PE_Frame:
      painter->save();
      painter->setPen(theme().grid);
      painter->setBrush(Qt::NoBrush);
      painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
      painter->restore();
      return;
    case PE_FrameFocusRect:
      painter->save();
      painter->setPen(QPen(theme().focus, 1));
      painter->setBrush(Qt::NoBrush);
      painter->drawRect(option->rect.adjusted(0, 0, -1, -1));
      painter->restore();
      return;
    default:
      QProxyStyle::drawPrimitive(element, option, painter, widget);
  }
}

void ConsoleStyle::drawControl(ControlElement element, const QStyleOption* option,
                               QPainter* painter, const QWidget* widget) const {
  if (element == CE_HeaderSection || element == CE_HeaderEmptyArea) {
    painter->fillRect(option->rect, theme().background);
    return;
  }
  QProxyStyle::drawControl(element, option, painter, widget);
}

}  // namespace cohort::console
