/// The most urgent unacknowledged failure, on every screen.
#pragma once

#include <QWidget>

#include "console/pages/page.h"

namespace cohort::console {

class AlarmStrip : public QWidget {
  Q_OBJECT

 public:
  explicit AlarmStrip(QWidget* parent = nullptr);
  void present(const Snapshot& snapshot);
  QString spokenText() const { return text_; }

 signals:
  void showRequested(const QString& failure);
  void acknowledgeRequested(const QString& failure);

 protected:
  void paintEvent(QPaintEvent* event) override;

 private:
  QString text_;
  QString failure_;  ///< id; empty: nothing is unacknowledged
  int priority_ = 0;
  bool stale_ = false;
  QPushButton* show_;
  QPushButton* acknowledge_;
};

}  // namespace cohort::console
