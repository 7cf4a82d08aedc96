// Goal: every subscriber gets each posting of its pattern once, in one order, across failures.
// Method: the real news service on a plant in memory; members and sites die while news are posted.
#include "platform/tools/news.h"

#include <QtTest>

#include "plant_harness.h"
#include "services/news/service.h"

using namespace cohort;
using services::news::NewsService;
using test::App;
using test::Plant;

namespace {

struct Server {
  explicit Server(App& owner, SiteId site) : app(owner), service(owner.process(), options(site)) {}
  static services::MemberOptions options(SiteId site) {
    services::MemberOptions options;
    options.service = "news";
    options.site = site;
    options.wall_now = [] { return WallTime{1}; };
    return options;
  }
  App& app;
  NewsService service;
  bool up = false;
};

task::Task<void> start(std::shared_ptr<Server> server) {
  auto connected = co_await server->app.process().connect();
  if (!connected) co_return;
  auto started = co_await server->service.start();
  server->up = started.has_value();
}

struct Reader {
  Reader(App& owner, std::string pattern, std::uint32_t back_issues)
      : app(owner),
        subscription(owner.process(), std::move(pattern), back_issues,
                     [this](const tools::NewsItem& item) { take(item); }) {}
  void take(const tools::NewsItem& item) {
    if (item.subject.starts_with("test.")) {
      items.push_back(item.subject + " " + std::to_string(item.body.integer("n")));
    }
  }
  App& app;
  std::vector<std::string> items;
  bool enrolled = false;
  tools::NewsSubscription subscription;
};

task::Task<void> enrol(std::shared_ptr<Reader> reader) {
  auto connected = co_await reader->app.process().connect();
  if (!connected) co_return;
  auto enrolled = co_await reader->subscription.enrol();
  reader->enrolled = enrolled.has_value();
}

task::Task<void> post(App& app, std::string subject, int count) {
  auto connected = co_await app.process().connect();
  if (!connected) co_return;
  for (int i = 0; i < count; ++i) {
    client::Message body;
    body.set("n", i);
    const auto posted = tools::post_news(app.process(), subject, std::move(body), WallTime{i});
    COHORT_ASSERT(posted.has_value(), "there is room for the posting");
    co_await app.scheduler().sleep_for(millis(10));
  }
}

}  // namespace

class TstNews : public QObject {
  Q_OBJECT

  std::unique_ptr<Plant> plant_;
  std::vector<std::shared_ptr<Server>> servers_;

  std::shared_ptr<Server> serve(std::uint16_t site) {
    App& app = plant_->open(site, "news");
    const auto server = app.keep(std::make_shared<Server>(app, SiteId{site}));
    app.spawn(start(server));
    return server;
  }
  std::shared_ptr<Reader> read(std::uint16_t site, std::string pattern,
                               std::uint32_t back_issues = 0) {
    App& app = plant_->open(site, "reader");
    const auto reader = app.keep(std::make_shared<Reader>(app, std::move(pattern), back_issues));
    app.spawn(enrol(reader));
    return reader;
  }
  bool enrolled(const std::shared_ptr<Reader>& reader) {
    return plant_->run_until([&] { return reader->enrolled; });
  }
  App& write(std::uint16_t site, std::string subject, int count) {
    App& app = plant_->open(site, "poster");
    app.spawn(post(app, std::move(subject), count));
    return app;
  }

 private slots:
  void init() {
    servers_.clear();
    plant_ = std::make_unique<Plant>(4);
    for (std::uint16_t site = 1; site <= 3; ++site) {
      servers_.push_back(serve(site));
      QVERIFY(plant_->run_until([this] { return servers_.back()->up; }));
    }
  }

  void subscribers_twoPosters_seeOneOrder() {
    const auto near = read(1, "*");
    const auto far = read(4, "test.*");
    QVERIFY(enrolled(near) && enrolled(far));
    write(2, "test.a", 50);
    write(3, "test.b", 50);
    QVERIFY(plant_->run_until([&] { return far->items.size() == 100; }));
    plant_->run(seconds(1));
    QCOMPARE(near->items, far->items);
    QCOMPARE(near->items.size(), 100u);
  }

  void pattern_doesNotMatch_nothingComes() {
    const auto reader = read(4, "test.a");
    QVERIFY(enrolled(reader));
    write(2, "test.b", 5);
    write(2, "test.a", 5);
    plant_->run(seconds(1));
    QCOMPARE(reader->items.size(), 5u);
  }

  void backIssues_areAskedFor_comeFirst() {
    write(2, "test.a", 20);
    plant_->run(seconds(1));
    const auto reader = read(4, "test.*", 5);
    QVERIFY(plant_->run_until([&] { return reader->items.size() == 5; }));
    QCOMPARE(reader->items.front(), std::string("test.a 15"));
  }

  void members_dieOneByOne_nothingIsLostOrDoubled() {
    const auto reader = read(4, "test.*");
    const auto neighbour = read(1, "test.*");
    QVERIFY(enrolled(reader) && enrolled(neighbour));
    write(4, "test.a", 200);
    plant_->run(millis(500));
    plant_->kill(servers_[0]->app);
    plant_->run(millis(500));
    plant_->kill_site(2);
    QVERIFY(plant_->run_until([&] { return reader->items.size() >= 200; }));
    plant_->run(seconds(1));
    QCOMPARE(reader->items.size(), 200u);
    QCOMPARE(neighbour->items, reader->items);
    for (std::size_t i = 0; i < 200; ++i) {
      QCOMPARE(reader->items[i], "test.a " + std::to_string(i));
    }
  }

  void service_allMembersDieAndComeBack_subscriberIsEnrolledAgain() {
    const auto reader = read(4, "test.*");
    QVERIFY(enrolled(reader));
    for (const auto& server : servers_) plant_->kill(server->app);
    plant_->run(seconds(1));
    const auto server = serve(2);
    QVERIFY(plant_->run_until([&] { return server->up; }));
    plant_->run(seconds(2));
    write(3, "test.a", 3);
    QVERIFY(plant_->run_until([&] { return reader->items.size() == 3; }));
  }

  void postings_beforeTheServiceIsThere_areSentWhenItIs() {
    plant_ = std::make_unique<Plant>(3);
    write(1, "test.early", 3);
    plant_->run(seconds(1));
    const auto server = serve(2);
    QVERIFY(plant_->run_until([&] { return server->up; }));
    const auto reader = read(3, "test.*", 10);
    QVERIFY(plant_->run_until([&] { return reader->items.size() == 3; }));
  }

  void posting_subjectTooLong_isRefused() {
    App& app = plant_->open(1);
    const auto posted = tools::post_news(app.process(), std::string(200, 's'), {}, WallTime{});
    QVERIFY(posted.error().code == Errc::kInvalidArgument);
  }
};

QTEST_GUILESS_MAIN(TstNews)
#include "tst_news.moc"
