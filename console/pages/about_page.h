/// Versions and diagnostics, with a report to copy.
#pragma once

#include "console/models/row_table.h"
#include "console/pages/page.h"

namespace cohort::console {

class AboutPage : public Page {
  Q_OBJECT

 public:
  explicit AboutPage(QWidget* parent = nullptr);
  void focusMain() override;

 protected:
  void refresh() override;

 private:
  RowTable facts_;
  DataTable* table_;
};

}  // namespace cohort::console
