#include "console/pages/news_page.h"

#include <QCheckBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QMap>
#include <QScrollBar>
#include <QSplitter>
#include <QVBoxLayout>

#include "console/pages/data_table.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kSubjectsWidth = 230;
constexpr int kFieldsWidth = 280;
constexpr const char* kAll = "*";

Cell words(const QString& text) {
  Cell cell;
  cell.text = text;
  return cell;
}

QList<TableRow> subjectRows(const PlantState& state, const QString& all) {
  QMap<QString, int> counts;
  int sum = 0;
  for (const NewsRow& row : state.news) {
    if (row.gapTo != 0) continue;
    ++counts[row.subject];
    ++sum;
  }
  QList<TableRow> rows;
  const auto add = [&](const QString& id, const QString& name, int count) {
    Cell number = words(QString::number(count));
    number.sort = count;
    rows.append({id, {words(name), number}});
  };
  add(QString::fromLatin1(kAll), all, sum);
  for (auto one = counts.cbegin(); one != counts.cend(); ++one) {
    add(one.key(), one.key(), one.value());
  }
  return rows;
}

}  // namespace

NewsPage::NewsPage(QWidget* parent)
    : Page(tr("News"), true, parent),
      subjects_({{tr("Subject"), QStringLiteral("subject"), false, 20},
                 {tr("Posts"), QStringLiteral("posts"), true, 6}}),
      fields_({{tr("Field"), QStringLiteral("field"), false, 12},
               {tr("Value"), QStringLiteral("value"), false, 24}}) {
  follow_ = new QCheckBox(tr("Follow (End)"), this);
  follow_->setChecked(true);
  connect(follow_, &QCheckBox::toggled, this, &NewsPage::followChanged);
  headerSlot()->addWidget(follow_);
  chosen_ = new QLabel(this);
  headerSlot()->addWidget(chosen_);
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(kGap);
  subjectTable_ = new DataTable(&subjects_, tr("Subjects"), splitter);
  subjectTable_->setSelectionMode(QAbstractItemView::SingleSelection);
  connect(subjectTable_, &DataTable::currentIdChanged, this, &NewsPage::setSubject);
  newsTable_ = new DataTable(&news_, tr("Postings in order"), splitter);
  newsTable_->setEmptyText(tr("Nothing was posted since this console came."));
  connect(newsTable_, &DataTable::currentIdChanged, this, &NewsPage::refreshFields);
  setFilteredTable(newsTable_);
  auto* fields = new DataTable(&fields_, tr("Fields of the posting"), splitter);
  fields->setEmptyText(tr("Select a posting to see its fields."));
  splitter->addWidget(subjectTable_);
  splitter->addWidget(newsTable_);
  splitter->addWidget(fields);
  splitter->setSizes({kSubjectsWidth, 10'000, kFieldsWidth});
  splitter->setStretchFactor(0, 0);
  splitter->setStretchFactor(1, 1);
  splitter->setStretchFactor(2, 0);
  content()->addWidget(splitter, 1);
  connect(newsTable_->verticalScrollBar(), &QScrollBar::sliderMoved, this, [this] {
    // Whoever scrolls back wants to read: the list must not run away under him.
    const QScrollBar* bar = newsTable_->verticalScrollBar();
    if (bar->sliderPosition() < bar->maximum()) follow_->setChecked(false);
  });
}

void NewsPage::open(const QString& id) {
  if (!id.isEmpty()) {
    follow_->setChecked(false);
    setSubject(QString::fromLatin1(kAll));
    refresh();
    newsTable_->selectId(id);
  }
  focusMain();
}

void NewsPage::focusMain() {
  newsTable_->setFocus();
}

bool NewsPage::escape() {
  if (Page::escape()) return true;
  if (subject_.isEmpty()) return false;
  subjectTable_->selectId(QString::fromLatin1(kAll));
  return true;
}

void NewsPage::followChanged(bool on) {
  if (on) newsTable_->scrollToBottom();
}

void NewsPage::setSubject(const QString& subject) {
  subject_ = subject == QString::fromLatin1(kAll) ? QString() : subject;
  chosen_->setText(subject_.isEmpty() ? QString() : tr("only %1 (Esc: all)").arg(subject_));
  filterChanged(typed_);
}

void NewsPage::filterChanged(const QString& text) {
  typed_ = text;
  const QString only = subject_.isEmpty() ? QString() : QStringLiteral("subject:%1 ").arg(subject_);
  setFilterFault(news_.setFilter(only + text));
  if (follow_->isChecked()) newsTable_->scrollToBottom();
}

void NewsPage::refresh() {
  news_.setZone(snapshot().zone);
  news_.assign(state().news);
  if (news_.orderIsHeld()) news_.resort();
  subjects_.assign(subjectRows(state(), tr("all subjects")));
  subjects_.resort();
  setCount(news_.rowCount(), news_.totalCount());
  if (follow_->isChecked()) {
    newsTable_->scrollToBottom();
    if (news_.rowCount() > 0) newsTable_->selectId(news_.idAt(news_.rowCount() - 1));
  }
  refreshFields();
}

void NewsPage::refreshFields() {
  QList<TableRow> rows;
  const QModelIndex current = newsTable_->currentIndex();
  if (current.isValid()) {
    const NewsRow& row = news_.itemAt(current.row());
    for (const auto& [name, value] : row.fields) {
      const auto [field, told] = newsField(name, value);
      rows.append({name, {words(field), words(told)}});
    }
  }
  fields_.assign(rows);
  fields_.resort();
}

}  // namespace cohort::console
