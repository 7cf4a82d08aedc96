#include <fmt/format.h>

#include "platform/tools/replicated_data.h"
#include "services/station_service/protocol.h"

namespace cohort::services::station_service {

bool is_phase(std::string_view text) {
  return text == kBeforeAct || text == kAfterStart || text == kAfterCompletion ||
         text == kAfterReply;
}

std::vector<std::string> lots_of(const client::Message& message) {
  std::vector<std::string> names;
  for (const client::Message& row : message.list("lots")) names.push_back(row.text("name"));
  return names;
}

client::Message::List to_lots(const std::vector<std::string>& names) {
  client::Message::List rows;
  for (const std::string& name : names) {
    client::Message row;
    row.set("name", name);
    rows.push_back(std::move(row));
  }
  return rows;
}

task::Task<Result<void>> arm_drill(client::Process& process, std::string group, std::string phase) {
  const Result<client::GroupView> view = co_await process.look_up(group);
  if (!view) co_return std::unexpected(view.error());
  client::Message change;
  change.set("change", "drill").set("phase", phase);
  const Result<client::Message> answer =
      co_await tools::update_data(process, view->group, kUpdateEntry, std::move(change));
  if (!answer) co_return std::unexpected(answer.error());
  if (!answer->flag("ok")) co_return make_error(Errc::kInvalidArgument, answer->text("error"));
  if (phase != "none" && !answer->flag("armed")) {
    co_return make_error(Errc::kRefused, fmt::format("'{}' was started without --drills", group));
  }
  co_return Result<void>{};
}

task::Task<Result<client::Message>> ask(client::Process& process, std::string group,
                                        client::Message question) {
  const Result<client::GroupView> view = co_await process.look_up(group);
  if (!view) co_return std::unexpected(view.error());
  Result<client::Message> answer =
      co_await tools::read_data(process, view->group, kReadEntry, std::move(question));
  if (answer && answer->has("error")) {
    co_return make_error(Errc::kRefused, answer->text("error"));
  }
  co_return answer;
}

}  // namespace cohort::services::station_service
