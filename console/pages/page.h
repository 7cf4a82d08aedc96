/// One screen. Only the screen that is seen is refreshed; it draws what its snapshot says and
/// changes nothing in the plant itself: it asks the window.
#pragma once

#include <QWidget>

#include "console/models/command_text.h"
#include "console/models/shell_state.h"
#include "console/models/time_text.h"

class QLabel;
class QLineEdit;
class QHBoxLayout;
class QPushButton;
class QVBoxLayout;

namespace cohort::console {

class DataTable;

/// Everything that a screen draws from.
struct Snapshot {
  PlantStatePtr state = std::make_shared<const PlantState>();
  ShellState shell = ShellState::kOffline;
  qint64 nowMs = 0;
  Zone zone = Zone::kUtc;
};

class Page : public QWidget {
  Q_OBJECT

 public:
  /// The title, the count and the filter stand at the same place on every screen.
  Page(const QString& title, bool filtered, QWidget* parent = nullptr);

  const QString& title() const { return title_; }
  /// Draws the snapshot; called at most at the rate of batches and only while seen.
  void present(const Snapshot& snapshot);
  /// Opens what the id names; empty: the screen itself.
  virtual void open(const QString& id);
  void focusFilter();
  virtual void focusMain() = 0;
  /// Closes the innermost thing that is open here. Returns false where there is none.
  virtual bool escape();
  /// The next pane in turn gets the focus.
  void focusNextPane();

 signals:
  void commandWanted(const CommandDraft& draft);
  void acknowledgeWanted(const QStringList& failures);
  void goTo(const QString& page, const QString& id);

 protected:
  virtual void refresh() = 0;
  /// The table that the filter works on; its counts are shown in the header.
  void setFilteredTable(DataTable* table);
  virtual void filterChanged(const QString& text);

  const Snapshot& snapshot() const { return snapshot_; }
  const PlantState& state() const { return *snapshot_.state; }
  /// True where values are shown that may no longer hold.
  bool stale() const { return snapshot_.shell != ShellState::kLive; }
  QVBoxLayout* content() const { return content_; }
  QHBoxLayout* headerSlot() const { return headerSlot_; }
  void setCount(int shown, int all);
  void setFilterFault(const QString& fault);
  /// A button that is disabled, with the reason, while commands are refused.
  QPushButton* addCommandButton(QHBoxLayout* row, const QString& text);
  QLabel* makeHeading(const QString& text);
  /// A button's own reason to be disabled is its property "refused".
  void updateCommandButtons();
  QList<DataTable*> tables() const;

 private:
  QString title_;
  Snapshot snapshot_;
  QVBoxLayout* content_;
  QHBoxLayout* headerSlot_;
  QLabel* count_;
  QLabel* fault_;
  QLineEdit* filter_ = nullptr;
  DataTable* filteredTable_ = nullptr;
  QList<QPushButton*> commandButtons_;
  qint64 lastBeatMs_ = 0;
};

}  // namespace cohort::console
