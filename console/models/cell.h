/// What a model says of one cell: text and state, never a colour. Delegates ask the theme.
#pragma once

#include <QString>
#include <QVariant>

namespace cohort::console {

/// The mark in front of a cell's text.
enum class CellMark {
  kNone,
  kNotDeployed,  ///< the service has no place here
  kMember,
  kOldest,    ///< rank 0
  kStarting,  ///< commanded, not yet a member
  kDraining,  ///< commanded to stop, still a member
  kSuspected,
  kFailed,
  kStopped,  ///< deployed here, left by command
  kPriority1,
  kPriority2,
  kPriority3,
  kEvent,
  kFirstOut,
  kConsequence,  ///< caused by the row that is first-out
};

/// How an alarm stands, drawn as the frame of its glyph.
enum class CellFrame { kPlain, kUnacknowledged, kReturned, kSuppressed };

struct Cell {
  QString text;
  QVariant sort;  ///< empty: sorts by text
  CellMark mark = CellMark::kNone;
  CellFrame frame = CellFrame::kPlain;
  bool pending = false;  ///< commanded, not yet reported
  QString spoken;        ///< for screen readers; empty: the text
  QString tip;           ///< empty: the text
  bool operator==(const Cell&) const = default;
};

/// Item data roles of all models of the console.
enum CellRole {
  kMarkRole = Qt::UserRole + 1,
  kFrameRole,
  kPendingRole,
  kSortRole,
  kIdRole,
  kNumericRole,
};

}  // namespace cohort::console
