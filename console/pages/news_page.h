/// News in the order of posting: subjects, postings, the fields of one.
#pragma once

#include "console/models/news_table.h"
#include "console/models/row_table.h"
#include "console/pages/page.h"

class QCheckBox;

namespace cohort::console {

class NewsPage : public Page {
  Q_OBJECT

 public:
  explicit NewsPage(QWidget* parent = nullptr);
  /// The id is a posting's number.
  void open(const QString& id) override;
  void focusMain() override;
  bool escape() override;

 protected:
  void refresh() override;
  void filterChanged(const QString& text) override;

 private:
  void refreshFields();
  void setSubject(const QString& subject);
  void followChanged(bool on);

  NewsTable news_;
  RowTable subjects_;
  RowTable fields_;
  QString subject_;  ///< shown alone; empty: all
  QString typed_;
  DataTable* newsTable_ = nullptr;
  DataTable* subjectTable_ = nullptr;
  QCheckBox* follow_ = nullptr;
  QLabel* chosen_ = nullptr;
};

}  // namespace cohort::console
