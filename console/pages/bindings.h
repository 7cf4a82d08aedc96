/// Every key of the console, in one register: what is bound is what the sheet shows.
#pragma once

#include <QKeySequence>
#include <QList>
#include <QString>
#include <functional>

class QWidget;

namespace cohort::console {

struct Binding {
  QString group;
  QKeySequence keys;
  QString what;
  std::function<void()> act;  ///< empty: a key that a widget handles itself
};

class Bindings {
 public:
  /// Requires: no binding has these keys already (asserted).
  void add(QWidget* window, Binding binding);
  const QList<Binding>& all() const { return bindings_; }

 private:
  QList<Binding> bindings_;
};

/// The sheet of all keys as rich text, made from the register.
QString shortcutSheet(const Bindings& bindings);

}  // namespace cohort::console
