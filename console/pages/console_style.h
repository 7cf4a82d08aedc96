/// Fusion with flat controls whose borders can be seen in both themes.
#pragma once

#include <QProxyStyle>

namespace cohort::console {

class ConsoleStyle : public QProxyStyle {
  Q_OBJECT

 public:
  ConsoleStyle();

  void drawPrimitive(PrimitiveElement element, const QStyleOption* option, QPainter* painter,
                     const QWidget* widget) const override;
  void drawControl(ControlElement element, const QStyleOption* option, QPainter* painter,
                   const QWidget* widget) const override;

 private:
  void drawButton(const QStyleOption& option, QPainter& painter) const;
};

}  // namespace cohort::console
