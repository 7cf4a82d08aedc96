/// Draws the marks of cells. Shape and number carry the meaning; colour only repeats it.
#pragma once

#include <QRectF>

#include "console/models/cell.h"

class QPainter;

namespace cohort::console {

inline constexpr int kMarkSize = 16;

/// Draws the mark centred in the rectangle; a stale mark is drawn in stale ink, without saturation.
void paintMark(QPainter& painter, const QRectF& area, CellMark mark, CellFrame frame, bool stale);
/// Diagonal lines over what is no longer known to be true.
void paintHatch(QPainter& painter, const QRectF& area);

}  // namespace cohort::console
