/// Lots as a board (one column a stage) and as a table, with the commands for lots.
#pragma once

#include <memory>
#include <vector>

#include "console/models/row_table.h"
#include "console/pages/page.h"

class QTabWidget;

namespace cohort::console {

class LotsPage : public Page {
  Q_OBJECT

 public:
  explicit LotsPage(QWidget* parent = nullptr);
  /// The id is a lot's name.
  void open(const QString& id) override;
  void focusMain() override;
  /// The board or its table twin.
  void toggleTwin();

 protected:
  void refresh() override;
  void filterChanged(const QString& text) override;

 private:
  struct Stage {
    LotStage stage;
    std::unique_ptr<RowTable> cards;
    DataTable* table;
    QLabel* heading;
  };
  QWidget* makeBoard();
  void makeCommands();
  void select(const QString& lot);
  void refreshCommands();
  void ask(CommandAction action);

  RowTable lots_;
  std::vector<Stage> stages_;
  QString lot_;  ///< the selected one
  DataTable* table_ = nullptr;
  QTabWidget* tabs_ = nullptr;
  QLabel* figures_ = nullptr;
  QList<QPushButton*> buttons_;  ///< hold, resume, cancel
};

}  // namespace cohort::console
