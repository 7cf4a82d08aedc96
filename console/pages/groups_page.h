/// Groups: who is a member in which rank, how the views went, what runs now, and the commands for
/// members.
#pragma once

#include "console/models/row_table.h"
#include "console/pages/page.h"

class QTabWidget;

namespace cohort::console {

class LaneView;

class GroupsPage : public Page {
  Q_OBJECT

 public:
  explicit GroupsPage(QWidget* parent = nullptr);
  /// The id is a group's name.
  void open(const QString& id) override;
  void focusMain() override;

 protected:
  void refresh() override;

 private:
  QWidget* makeDetail();
  QWidget* makeTabs();
  void makeCommands(QHBoxLayout* row);
  void refreshDetail();
  void refreshCommands();
  void ask(CommandAction action);
  QString group() const;
  int selectedSite() const;

  RowTable groups_;
  RowTable members_;
  RowTable views_;
  RowTable requests_;
  RowTable commands_;
  DataTable* groupTable_ = nullptr;
  DataTable* memberTable_ = nullptr;
  DataTable* viewTable_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  LaneView* lanes_ = nullptr;
  QLabel* heading_ = nullptr;
  QList<QPushButton*> buttons_;  ///< start, stop, kill
};

}  // namespace cohort::console
