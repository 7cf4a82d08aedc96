/// The last look before a command: what it is, what follows from it, who asks and why. The default
/// is always Cancel; what takes a service below its minimum needs the service's name typed.
#pragma once

#include <QDialog>

#include "console/models/command_text.h"

class QFormLayout;
class QLabel;
class QLineEdit;
class QPushButton;
class QSpinBox;

namespace cohort::console {

class CommandDialog : public QDialog {
  Q_OBJECT

 public:
  CommandDialog(const PlantStatePtr& state, const CommandDraft& draft, QWidget* parent = nullptr);

  /// The plant moved on while this was open: consequences are computed again, and a changed view
  /// must be looked at before the act can be confirmed.
  void setState(const PlantStatePtr& state, const QString& refused);

  /// What was confirmed, with the view that was shown last.
  const CommandDraft& draft() const { return draft_; }
  QString reason() const;
  QPushButton* confirmButton() const { return confirm_; }
  QPushButton* cancelButton() const { return cancel_; }

 private:
  void makeLotFields(QFormLayout* form);
  void refresh();

  PlantStatePtr state_;
  CommandDraft draft_;
  QString refused_;
  QLabel* heading_;
  QLabel* consequence_;
  QLabel* notice_;
  QLineEdit* reason_;
  QLineEdit* typed_ = nullptr;
  QLineEdit* product_ = nullptr;
  QSpinBox* count_ = nullptr;
  QPushButton* confirm_;
  QPushButton* cancel_;
};

}  // namespace cohort::console
