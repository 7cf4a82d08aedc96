#include "console/pages/main_window.h"

#include <QApplication>
#include <QDialog>
#include <QLabel>
#include <QScrollArea>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "console/models/failure_rows.h"
#include "console/pages/about_page.h"
#include "console/pages/alarm_strip.h"
#include "console/pages/command_dialog.h"
#include "console/pages/failures_page.h"
#include "console/pages/groups_page.h"
#include "console/pages/history_page.h"
#include "console/pages/lots_page.h"
#include "console/pages/nav_rail.h"
#include "console/pages/news_page.h"
#include "console/pages/overview_page.h"
#include "console/pages/plot_view.h"
#include "console/pages/preferences.h"
#include "console/pages/settings_page.h"
#include "console/pages/state_banner.h"
#include "console/pages/status_strip.h"
#include "console/pages/theme.h"

namespace cohort::console {

namespace {

constexpr int kNarrowBelow = 1440;

}  // namespace

QString userName() {
  const QString name = qEnvironmentVariable("USER");
  return name.isEmpty() ? QStringLiteral("operator") : name;
}

MainWindow::MainWindow(PlantSource* source, Preferences* preferences, bool recorded, Clock clock,
                       QWidget* parent)
    : QMainWindow(parent),
      source_(source),
      preferences_(preferences),
      clock_(std::move(clock)),
      builder_(recorded),
      stack_(new QStackedWidget(this)),
      rail_(new NavRail(this)),
      strips_{new AlarmStrip(this), new StateBanner(this), new StatusStrip(this)} {
  setMinimumSize(1024, 640);
  makeFrame();
  makePages(preferences);
  makeBindings();
  connect(source_, &PlantSource::batch, this, &MainWindow::apply);
  connect(preferences_, &Preferences::changed, this, &MainWindow::applyPreferences);
  snapshot_.zone = preferences_->zone();
  goTo(QStringLiteral("overview"));
}

void MainWindow::makeFrame() {
  auto* frame = new QWidget(this);
  auto* box = new QVBoxLayout(frame);
  box->setContentsMargins(0, 0, 0, 0);
  box->setSpacing(0);
  box->addWidget(strips_.alarms);
  box->addWidget(strips_.state);
  auto* row = new QHBoxLayout;
  row->setSpacing(0);
  row->addWidget(rail_);
  row->addWidget(stack_, 1);
  box->addLayout(row, 1);
  box->addWidget(strips_.status);
  setCentralWidget(frame);
  connect(rail_, &NavRail::chosen, this, [this](const QString& id) { goTo(id); });
  connect(strips_.alarms, &AlarmStrip::showRequested, this,
          [this](const QString& id) { goTo(QStringLiteral("failures"), id); });
  connect(strips_.alarms, &AlarmStrip::acknowledgeRequested, this,
          [this](const QString& id) { acknowledge({id}); });
  connect(strips_.state, &StateBanner::retryRequested, this, [this] { source_->retry(); });
}

void MainWindow::makePages(Preferences* preferences) {
  addPage(QStringLiteral("overview"), new OverviewPage(stack_), QStringLiteral("O"), false);
  addPage(QStringLiteral("groups"), new GroupsPage(stack_), QStringLiteral("G"), false);
  addPage(QStringLiteral("failures"), new FailuresPage(stack_), QStringLiteral("F"), false);
  addPage(QStringLiteral("news"), new NewsPage(stack_), QStringLiteral("N"), false);
  addPage(QStringLiteral("lots"), new LotsPage(stack_), QStringLiteral("L"), false);
  addPage(QStringLiteral("history"), new HistoryPage(stack_), QStringLiteral("H"), false);
  addPage(QStringLiteral("settings"), new SettingsPage(preferences, stack_), QStringLiteral("S"),
          true);
  addPage(QStringLiteral("about"), new AboutPage(stack_), QStringLiteral("I"), true);
}

void MainWindow::addPage(const QString& id, Page* page, const QString& key, bool low) {
  screens_.append({id, page, key});
  stack_->addWidget(page);
  rail_->addScreen(id, page->title(), QStringLiteral("g %1").arg(key.toLower()), low);
  connect(page, &Page::commandWanted, this, &MainWindow::confirm);
  connect(page, &Page::acknowledgeWanted, this, &MainWindow::acknowledge);
  connect(page, &Page::goTo, this, &MainWindow::goTo);
}

void MainWindow::makeBindings() {
  bindScreens();
  bindActs();
  const QString table = tr("In a table");
  bindings_.add(this, {table,
                       QKeySequence(QStringLiteral("Ctrl+C")),
                       tr("Copy the selected rows with their header"),
                       {}});
  bindings_.add(this, {table, QKeySequence(QStringLiteral("Return")), tr("Open the row"), {}});
  const QString plot = tr("In the plot");
  bindings_.add(this, {plot, QKeySequence(QStringLiteral("C")), tr("Drop cursor A, then B"), {}});
  bindings_.add(this, {plot, QKeySequence(QStringLiteral("+")), tr("Zoom in"), {}});
  bindings_.add(this, {plot, QKeySequence(QStringLiteral("-")), tr("Zoom out"), {}});
  bindings_.add(this,
                {plot, QKeySequence(QStringLiteral("Backspace")), tr("Take a zoom back"), {}});
}

void MainWindow::bindScreens() {
  for (const Screen& screen : std::as_const(screens_)) {
    const QString id = screen.id;
    bindings_.add(this, {tr("Screens"), QKeySequence(QStringLiteral("G, %1").arg(screen.key)),
                         screen.page->title(), [this, id] { goTo(id); }});
  }
}

void MainWindow::bindActs() {
  const auto bind = [this](const char* keys, const QString& what, std::function<void()> act) {
    bindings_.add(
        this, {tr("Everywhere"), QKeySequence(QString::fromLatin1(keys)), what, std::move(act)});
  };
  bind("/", tr("Filter"), [this] { page(currentScreen())->focusFilter(); });
  bind("Esc", tr("Close or clear the innermost thing"), [this] { escape(); });
  bind("F6", tr("Next pane"), [this] { page(currentScreen())->focusNextPane(); });
  bind("F11", tr("Full screen"), [this] { setWindowState(windowState() ^ Qt::WindowFullScreen); });
  bind("?", tr("This sheet"), [this] { showShortcuts(); });
  bind("A", tr("Acknowledge the selected failures (screen Failures)"), [this] {
    if (auto* failures = qobject_cast<FailuresPage*>(page(currentScreen()))) {
      failures->acknowledge();
    }
  });
  bind("T", tr("The table twin of a plot or board"), [this] {
    if (auto* history = qobject_cast<HistoryPage*>(page(currentScreen()))) history->toggleTwin();
    if (auto* lots = qobject_cast<LotsPage*>(page(currentScreen()))) lots->toggleTwin();
  });
  bind("End", tr("Follow the latest news (screen News)"), [this] {
    if (currentScreen() == QStringLiteral("news")) goTo(QStringLiteral("news"));
  });
}

QStringList MainWindow::screens() const {
  QStringList ids;
  for (const Screen& screen : screens_) ids.append(screen.id);
  return ids;
}

QString MainWindow::currentScreen() const {
  return screens_.at(stack_->currentIndex()).id;
}

Page* MainWindow::page(const QString& screen) const {
  for (const Screen& one : screens_) {
    if (one.id == screen) return one.page;
  }
  return nullptr;
}

void MainWindow::goTo(const QString& screen, const QString& id) {
  Page* next = page(screen);
  if (next == nullptr) return;
  stack_->setCurrentWidget(next);
  rail_->setCurrent(screen);
  refresh();
  if (id.isEmpty()) {
    next->focusMain();
  } else {
    next->open(id);
  }
}

void MainWindow::apply(const QList<PlantEvent>& events) {
  for (const PlantEvent& event : events) builder_.apply(event);
  snapshot_.state = builder_.publish();
  emit folded(events);
  refresh();
}

void MainWindow::tick() {
  refresh();
}

void MainWindow::refresh() {
  snapshot_.nowMs = clock_();
  snapshot_.shell = shellStateOf(*snapshot_.state, snapshot_.nowMs);
  const PlantState& state = *snapshot_.state;
  const QString name = state.plant.name.isEmpty() ? tr("no plant yet") : state.plant.name;
  setWindowTitle(tr("%1 – %2 – Cohort (%3)")
                     .arg(page(currentScreen())->title(), name, shellWord(snapshot_.shell)));
  strips_.alarms->present(snapshot_);
  strips_.state->present(snapshot_);
  strips_.status->present(snapshot_, source_->lagMs());
  rail_->setBadge(QStringLiteral("failures"), failureCount(state, FailureScope::kUnacknowledged));
  page(currentScreen())->present(snapshot_);
  if (dialog_ != nullptr) {
    dialog_->setState(snapshot_.state, commandsRefused(state, snapshot_.shell));
  }
}

void MainWindow::applyPreferences() {
  snapshot_.zone = preferences_->zone();
  if (auto* application = qobject_cast<QApplication*>(QApplication::instance())) {
    applyTheme(*application, preferences_->dark());
  }
  rail_->refreshIcons();
  refresh();
}

void MainWindow::acknowledge(const QStringList& failures) {
  QList<PlantEvent> events;
  for (const QString& id : failures) {
    events.append({clock_(), Acknowledgement{id, userName()}});
  }
  apply(events);
}

CommandDialog* MainWindow::confirm(const CommandDraft& draft) {
  if (dialog_ != nullptr) dialog_->reject();
  dialog_ = new CommandDialog(snapshot_.state, draft, this);
  connect(dialog_, &QDialog::finished, this, [this, dialog = dialog_](int result) {
    if (result == QDialog::Accepted) {
      source_->submit(dialog->draft(), userName(), dialog->reason());
    }
    if (dialog_ == dialog) dialog_ = nullptr;
    dialog->deleteLater();
  });
  dialog_->open();
  return dialog_;
}

void MainWindow::escape() {
  page(currentScreen())->escape();
}

void MainWindow::showShortcuts() {
  auto* sheet = new QDialog(this);
  sheet->setAttribute(Qt::WA_DeleteOnClose);
  sheet->setWindowTitle(tr("Keys"));
  auto* box = new QVBoxLayout(sheet);
  auto* area = new QScrollArea(sheet);
  auto* text = new QLabel(shortcutSheet(bindings_), area);
  text->setMargin(kGap);
  area->setWidget(text);
  area->setFrameShape(QFrame::NoFrame);
  box->addWidget(area);
  sheet->resize(460, 560);
  sheet->open();
}

void MainWindow::resizeEvent(QResizeEvent* event) {
  QMainWindow::resizeEvent(event);
  rail_->setNarrow(width() < kNarrowBelow);
}

}  // namespace cohort::console
