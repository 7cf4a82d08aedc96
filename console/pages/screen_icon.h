/// The screens' icons, drawn in the theme's ink at any size.
#pragma once

#include <QIcon>

namespace cohort::console {

QIcon screenIcon(const QString& screen, int size);

}  // namespace cohort::console
