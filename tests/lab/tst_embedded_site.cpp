// Goal: three sites embedded in one program are a plant: their processes see one order and one
// sequence of views, over real TCP; when a life ends its processes get no upcall any more.
// Method: three EmbeddedSites, each on a thread of its own, three client::Processes on the
// program's one loop.
#include <QTemporaryDir>
#include <QtTest>

#include "platform/client/adapters/loop.h"
#include "platform/client/process.h"
#include "platform/daemon/embedded_site.h"
#include "platform/net/runtime.h"

using namespace cohort;

namespace {

constexpr std::uint8_t kEntry = 16;
constexpr int kEach = 50;

/// One site with one process.
struct Place {
  std::unique_ptr<LogFile> log;
  std::unique_ptr<daemon::EmbeddedSite> site;
  std::unique_ptr<wire::ClientLink> link;
  std::unique_ptr<client::Process> process;
  std::optional<daemon::LifeEnd> end;
  GroupId group;
  std::vector<std::string> delivered;
  std::string closed;
  int upcalls_after_the_end = 0;
};

}  // namespace

class TstEmbeddedSite : public QObject {
  Q_OBJECT

 private slots:
  void threeSites_inOneProgram_areAPlant();

 private:
  void start(std::uint16_t number);
  task::Task<void> join(Place& place);
  task::Task<void> send(Place& place);
  bool drive(const std::function<bool()>& condition);

  QTemporaryDir folder_;
  config::PlantFile plant_;
  client::Loop loop_;
  std::map<std::uint16_t, Place> places_;
};

void TstEmbeddedSite::start(std::uint16_t number) {
  Place& place = places_[number];
  const std::string name = "site-" + std::to_string(number);
  place.log = std::move(*LogFile::open(name, folder_.filePath("log").toStdString(), false));
  auto site = daemon::EmbeddedSite::start(
      loop_.runtime(), *place.log,
      {plant_, SiteId{number}, [&place](const daemon::LifeEnd& end) { place.end = end; }});
  QVERIFY2(site.has_value(), site ? "" : site.error().text.c_str());
  place.site = std::move(*site);
  place.link = place.site->connect();
  place.process = std::make_unique<client::Process>(*place.link, loop_.scheduler(), name, 1);
  place.process->bind_update(kEntry, {}, [&place](const client::Delivery& delivery) {
    if (place.process->closed()) ++place.upcalls_after_the_end;
    place.delivered.push_back(to_string(delivery.sender) + ":" +
                              std::to_string(delivery.message.integer("n")));
    return std::optional<client::Message>();
  });
  place.link->on_record = [this, handle = std::move(place.link->on_record)](ByteView record) {
    loop_.scheduler().run(net::Runtime::now());
    handle(record);
  };
  place.link->on_closed = [&place,
                           handle = std::move(place.link->on_closed)](const std::string& reason) {
    place.closed = reason;
    handle(reason);
  };
}

task::Task<void> TstEmbeddedSite::join(Place& place) {
  const auto connected = co_await place.process->connect();
  if (!connected) co_return;
  const auto joined = co_await place.process->join_group("embedded", true);
  if (joined) place.group = joined->group;
}

task::Task<void> TstEmbeddedSite::send(Place& place) {
  client::Destinations to;
  to.groups.push_back(place.group);
  for (int n = 0; n < kEach; ++n) {
    client::Message message;
    message.set("n", n);
    const auto sent =
        co_await place.process->multicast_numbered(client::Order::kTotal, to, kEntry, message);
    if (!sent) co_return;
  }
}

bool TstEmbeddedSite::drive(const std::function<bool()>& condition) {
  const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds(30);
  boost::asio::io_context& context = loop_.runtime().context();
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    context.restart();
    context.run_one_until(deadline);
  }
  return true;
}

void TstEmbeddedSite::threeSites_inOneProgram_areAPlant() {
  plant_.plant = {"embedded", "minifab", 1, folder_.path().toStdString()};
  for (std::uint16_t i = 1; i <= 3; ++i) {
    plant_.sites.push_back(
        {SiteId{i}, "site-" + std::to_string(i), "127.0.0." + std::to_string(i), 9461});
  }
  plant_.plant.tls = config::TlsMode::kOff;
  for (std::uint16_t i = 1; i <= 3; ++i) start(i);
  for (auto& [number, place] : places_) loop_.scheduler().spawn(join(place));
  QVERIFY(drive([this] {
    return std::all_of(places_.begin(), places_.end(), [](const auto& each) {
      const client::GroupView* view = each.second.process->view_of(each.second.group);
      return view != nullptr && view->members.size() == 3;
    });
  }));

  for (auto& [number, place] : places_) loop_.scheduler().spawn(send(place));
  QVERIFY(drive([this] {
    return std::all_of(places_.begin(), places_.end(),
                       [](const auto& each) { return each.second.delivered.size() == 3 * kEach; });
  }));
  QVERIFY(places_[1].delivered == places_[2].delivered);
  QVERIFY(places_[1].delivered == places_[3].delivered);

  // Site 3 leaves while all send: its process is closed, and hears nothing after that.
  for (auto& [number, place] : places_) loop_.scheduler().spawn(send(place));
  places_[3].site->leave();
  QVERIFY(drive([this] { return places_[3].end.has_value() && !places_[3].closed.empty(); }));
  QVERIFY(places_[3].end->final);
  QVERIFY(places_[3].process->closed());
  QVERIFY(drive([this] {
    const client::GroupView* view = places_[1].process->view_of(places_[1].group);
    return view != nullptr && view->members.size() == 2 &&
           places_[1].delivered.size() >= 5 * kEach &&
           places_[1].delivered.size() == places_[2].delivered.size();
  }));
  QVERIFY(places_[1].delivered == places_[2].delivered);
  QCOMPARE(places_[3].upcalls_after_the_end, 0);
  loop_.scheduler().drop_tasks();
  for (auto& [number, place] : places_) {
    place.process.reset();
    place.link.reset();
    place.site.reset();
  }
}

QTEST_GUILESS_MAIN(TstEmbeddedSite)
#include "tst_embedded_site.moc"
