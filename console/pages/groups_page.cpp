#include "console/pages/groups_page.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>
#include <algorithm>

#include "console/models/group_rows.h"
#include "console/models/service_matrix.h"
#include "console/models/state_builder.h"
#include "console/pages/data_table.h"
#include "console/pages/lane_view.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kListWidth = 472;
constexpr int kMembersAtOnce = 8;

bool memberAt(const PlantState& state, const QString& group, int site) {
  const CellMark mark = memberMark(state, group, site);
  return mark == CellMark::kMember || mark == CellMark::kOldest || mark == CellMark::kDraining;
}

}  // namespace

GroupsPage::GroupsPage(QWidget* parent)
    : Page(tr("Groups"), true, parent),
      groups_(groupColumns()),
      members_(memberColumns()),
      views_(viewColumns()),
      requests_(requestColumns()),
      commands_(commandColumns()) {
  auto* splitter = new QSplitter(Qt::Horizontal, this);
  splitter->setChildrenCollapsible(false);
  splitter->setHandleWidth(kGap);
  groupTable_ = new DataTable(&groups_, tr("Groups"), splitter);
  groupTable_->setSelectionMode(QAbstractItemView::SingleSelection);
  groupTable_->setEmptyText(tr("No group is known yet. They appear when the site's daemon tells."));
  setFilteredTable(groupTable_);
  connect(groupTable_, &DataTable::currentIdChanged, this, [this] {
    refreshDetail();
    lanes_->setView(0);
  });
  splitter->addWidget(groupTable_);
  splitter->addWidget(makeDetail());
  splitter->setSizes({kListWidth, 10'000});
  splitter->setStretchFactor(0, 0);
  splitter->setStretchFactor(1, 1);
  content()->addWidget(splitter, 1);
}

QWidget* GroupsPage::makeDetail() {
  auto* detail = new QWidget(this);
  auto* box = new QVBoxLayout(detail);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(kGap);
  auto* row = new QHBoxLayout;
  row->setSpacing(kGap);
  heading_ = makeHeading({});
  row->addWidget(heading_, 1);
  makeCommands(row);
  box->addLayout(row);
  memberTable_ = new DataTable(&members_, tr("Members by rank"), detail);
  box->addWidget(memberTable_);
  box->addWidget(makeTabs(), 1);
  box->addWidget(makeHeading(tr("Members over the views")));
  lanes_ = new LaneView(detail);
  connect(lanes_, &LaneView::viewPicked, this, [this](quint64 number) {
    tabs_->setCurrentWidget(viewTable_);
    viewTable_->selectId(QString::number(number));
  });
  box->addWidget(lanes_);
  memberTable_->setSelectionMode(QAbstractItemView::SingleSelection);
  memberTable_->setEmptyText(tr("This group has no members and no place in the plant file."));
  connect(memberTable_, &DataTable::currentIdChanged, this, &GroupsPage::refreshCommands);
  return detail;
}

QWidget* GroupsPage::makeTabs() {
  tabs_ = new QTabWidget(this);
  tabs_->setDocumentMode(true);
  tabs_->setAccessibleName(tr("Details of the group"));
  viewTable_ = new DataTable(&views_, tr("Views, newest first"), tabs_);
  viewTable_->setEmptyText(tr("No view of this group has been seen yet."));
  connect(viewTable_, &DataTable::currentIdChanged, this,
          [this](const QString& id) { lanes_->setView(id.toULongLong()); });
  auto* requests = new DataTable(&requests_, tr("Computations that run now"), tabs_);
  requests->setEmptyText(
      tr("Nothing runs now. The coordinator is chosen for each computation alone."));
  auto* commands = new DataTable(&commands_, tr("Commands to members"), tabs_);
  commands->setEmptyText(tr("No command has been given to this group from this console."));
  tabs_->addTab(viewTable_, tr("Views"));
  tabs_->addTab(requests, tr("Requests"));
  tabs_->addTab(commands, tr("Commands"));
  return tabs_;
}

void GroupsPage::makeCommands(QHBoxLayout* row) {
  const QList<std::pair<CommandAction, QString>> acts = {{CommandAction::kStart, tr("Start…")},
                                                         {CommandAction::kStop, tr("Stop…")},
                                                         {CommandAction::kKill, tr("Kill…")}};
  for (const auto& [action, text] : acts) {
    QPushButton* button = addCommandButton(row, text);
    connect(button, &QPushButton::clicked, this, [this, act = action] { ask(act); });
    buttons_.append(button);
  }
}

QString GroupsPage::group() const {
  return groupTable_->currentId();
}

int GroupsPage::selectedSite() const {
  const QString id = memberTable_->currentId();
  return id.startsWith(QStringLiteral("site ")) ? id.mid(5).toInt() : siteOfProcess(id);
}

void GroupsPage::ask(CommandAction action) {
  CommandDraft draft;
  draft.action = action;
  draft.target = group();
  draft.site = selectedSite();
  const GroupState* seen = findGroup(state(), draft.target);
  draft.viewSeen = seen != nullptr ? seen->view : 0;
  emit commandWanted(draft);
}

void GroupsPage::open(const QString& id) {
  groupTable_->selectId(id);
  focusMain();
}

void GroupsPage::focusMain() {
  groupTable_->setFocus();
}

void GroupsPage::refresh() {
  groups_.assign(groupRows(state()));
  if (groupTable_->currentId().isEmpty() && groups_.rowCount() > 0) {
    groupTable_->selectId(groups_.idAt(0));
  }
  setCount(groups_.rowCount(), groups_.totalCount());
  refreshDetail();
}

void GroupsPage::refreshDetail() {
  const GroupState* seen = findGroup(state(), group());
  const ServiceInfo* service = findService(state(), group());
  const int members = seen != nullptr ? int(seen->members.size()) : 0;
  QString text = tr("%1 · view %2 · members: %3")
                     .arg(group())
                     .arg(seen != nullptr ? seen->view : 0)
                     .arg(members);
  if (service != nullptr) {
    text += tr(" of %1 (minimum %2)").arg(service->sites.size()).arg(service->minimum);
  }
  if (seen != nullptr && !seen->id.isEmpty()) text += tr(" · %1").arg(seen->id);
  heading_->setText(group().isEmpty() ? QString() : text);
  members_.assign(memberRows(state(), group(), snapshot().zone, snapshot().nowMs));
  members_.resort();
  if (memberTable_->currentId().isEmpty() && members_.rowCount() > 0) {
    memberTable_->selectId(members_.idAt(0));
  }
  memberTable_->setVisibleRows(std::clamp(members_.rowCount(), 3, kMembersAtOnce));
  views_.assign(viewRows(state(), group(), snapshot().zone));
  views_.resort();
  requests_.assign(requestRows(state(), group()));
  requests_.resort();
  commands_.assign(commandRows(state(), group(), snapshot().zone, snapshot().nowMs));
  commands_.resort();
  lanes_->setGroup(snapshot().state, group(), stale());
  refreshCommands();
}

void GroupsPage::refreshCommands() {
  const int site = selectedSite();
  const bool present = memberAt(state(), group(), site);
  const ServiceInfo* service = findService(state(), group());
  const bool deployed = service != nullptr && service->sites.contains(site);
  QString noStart;
  QString noStop;
  if (!deployed) {
    noStart = noStop = tr("Only services of the plant file can be started and stopped.");
  } else if (present) {
    noStart = tr("It is a member already.");
  } else {
    noStop = tr("It does not run.");
  }
  buttons_.at(0)->setProperty("refused", noStart);
  buttons_.at(1)->setProperty("refused", noStop);
  buttons_.at(2)->setProperty("refused", noStop);
  updateCommandButtons();
}

}  // namespace cohort::console
