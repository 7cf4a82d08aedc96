#include "platform/tools/replicated_data.h"
#include "services/scheduling/protocol.h"

namespace cohort::services::scheduling {

task::Task<Result<client::Message>> command(client::Process& process, client::Message change) {
  const Result<client::GroupView> view = co_await process.look_up(kGroup);
  if (!view) co_return std::unexpected(view.error());
  Result<client::Message> answer =
      co_await tools::update_data(process, view->group, kUpdateEntry, std::move(change));
  if (answer && !answer->flag("ok")) {
    co_return make_error(Errc::kRefused, answer->text("error"));
  }
  co_return answer;
}

task::Task<Result<client::Message>> ask(client::Process& process, client::Message question) {
  const Result<client::GroupView> view = co_await process.look_up(kGroup);
  if (!view) co_return std::unexpected(view.error());
  Result<client::Message> answer =
      co_await tools::read_data(process, view->group, kReadEntry, std::move(question));
  if (answer && answer->has("error")) {
    co_return make_error(Errc::kRefused, answer->text("error"));
  }
  co_return answer;
}

}  // namespace cohort::services::scheduling
