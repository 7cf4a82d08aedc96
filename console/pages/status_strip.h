/// The bottom line: how true the window is, views, sites, lag.
#pragma once

#include <QWidget>

#include "console/pages/page.h"

namespace cohort::console {

class StatusStrip : public QWidget {
  Q_OBJECT

 public:
  explicit StatusStrip(QWidget* parent = nullptr);
  void present(const Snapshot& snapshot, qint64 lagMs);
  QString stateText() const;

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ShellState shell_ = ShellState::kOffline;
  QLabel* state_;
  QLabel* facts_;
  QLabel* help_;
};

}  // namespace cohort::console
