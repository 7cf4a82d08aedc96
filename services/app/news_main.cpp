// cohort-news: the member of the news service at one site.
#include "platform/tools/news.h"
#include "services/app/member_options.h"
#include "services/app/service_main.h"
#include "services/news/service.h"

using cohort::services::news::NewsService;

namespace {

cohort::Result<std::unique_ptr<NewsService>> make(cohort::client::Host& host) {
  return std::make_unique<NewsService>(
      host.process(), cohort::services::app::member_options(host, cohort::tools::kNewsGroup));
}

}  // namespace

int main(int argc, char** argv) {
  cohort::client::Application application;
  application.program = "news";
  application.description =
      "The news service's member at one site: numbers postings, keeps the last ones, sends each "
      "subscriber the items of its subjects in one order.";
  bool drills = false;
  application.add_options = [&drills](CLI::App& options) {
    cohort::services::app::accept_drills(options, drills);
  };
  return cohort::services::app::run_service<NewsService>(argc, argv, application, make);
}
