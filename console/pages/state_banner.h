/// The full-width banner below the alarm strip while the plant is not heard or does not serve.
#pragma once

#include <QWidget>

#include "console/pages/page.h"

namespace cohort::console {

class StateBanner : public QWidget {
  Q_OBJECT

 public:
  explicit StateBanner(QWidget* parent = nullptr);
  /// Hides itself while the plant is live.
  void present(const Snapshot& snapshot);
  QString text() const;

 signals:
  void retryRequested();

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  ShellState shell_ = ShellState::kLive;
  QLabel* label_;
  QPushButton* retry_;
};

}  // namespace cohort::console
