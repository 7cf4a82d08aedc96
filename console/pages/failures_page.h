/// Failures as alarms: what came first, what followed, evidence, and what to do.
#pragma once

#include "console/models/failure_rows.h"
#include "console/pages/page.h"

class QTabBar;

namespace cohort::console {

class FailuresPage : public Page {
  Q_OBJECT

 public:
  explicit FailuresPage(QWidget* parent = nullptr);
  /// The id is a failure's.
  void open(const QString& id) override;
  void focusMain() override;
  bool escape() override;
  /// Acknowledges the selected rows and nothing else.
  void acknowledge();
  /// Lists these; the tabs do the same.
  void show(FailureScope scope);
  /// Opens or folds the consequences of the selected first-out failure.
  void toggleFold();

 protected:
  void refresh() override;
  void keyPressEvent(QKeyEvent* event) override;

 private:
  QWidget* makeDetail();
  void refreshDetail();
  FailureScope scope() const;
  const Failure* failureOfRow(const QString& rowId) const;
  QStringList selectedFailures() const;

  RowTable failures_;
  QStringList unfolded_;
  DataTable* table_ = nullptr;
  QTabBar* scopes_ = nullptr;
  QLabel* title_ = nullptr;
  QLabel* evidence_ = nullptr;
  QLabel* advice_ = nullptr;
  QPushButton* acknowledge_ = nullptr;
  QPushButton* fold_ = nullptr;
  QPushButton* goToGroup_ = nullptr;
};

}  // namespace cohort::console
