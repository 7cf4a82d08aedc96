#include "console/pages/bindings.h"

#include <QCoreApplication>
#include <QShortcut>
#include <QWidget>
#include <algorithm>

#include "platform/base/assert.h"

namespace cohort::console {

void Bindings::add(QWidget* window, Binding binding) {
  COHORT_ASSERT(std::none_of(bindings_.cbegin(), bindings_.cend(),
                             [&](const Binding& one) {
                               return one.keys == binding.keys && one.group == binding.group;
                             }),
                "a key is bound once");
  bindings_.append(binding);
  if (!binding.act) return;
  auto* shortcut = new QShortcut(binding.keys, window);
  shortcut->setContext(Qt::WindowShortcut);
  QObject::connect(shortcut, &QShortcut::activated, window, binding.act);
}

QString shortcutSheet(const Bindings& bindings) {
  QString text = QStringLiteral("<table cellpadding='3'>");
  QString group;
  for (const Binding& one : bindings.all()) {
    if (one.group != group) {
      group = one.group;
      text += QStringLiteral("<tr><td colspan='2'><b>%1</b></td></tr>").arg(group.toHtmlEscaped());
    }
    const QString keys = one.keys.toString(QKeySequence::NativeText)
                             .toHtmlEscaped()
                             .replace(QStringLiteral(", "), QStringLiteral(" "));
    text += QStringLiteral("<tr><td><tt>%1</tt></td><td>%2</td></tr>")
                .arg(keys, one.what.toHtmlEscaped());
  }
  return text + QStringLiteral("</table>");
}

}  // namespace cohort::console
