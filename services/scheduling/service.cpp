#include "services/scheduling/service.h"

#include <fmt/format.h>

#include <algorithm>

#include "services/scheduling/answers.h"
#include "services/scheduling/news_items.h"
#include "services/scheduling/protocol.h"
#include "services/scheduling/requests.h"
#include "services/station_service/protocol.h"

namespace cohort::services::scheduling {

namespace {

client::Message refusal(std::string_view text) {
  client::Message answer;
  answer.set("ok", false).set("error", text);
  return answer;
}

bool is_member(const client::GroupView& view, ProcessId process) {
  return std::find(view.members.begin(), view.members.end(), process) != view.members.end();
}

std::uint64_t unsigned_of(const client::Message& message, std::string_view field) {
  return static_cast<std::uint64_t>(std::max<std::int64_t>(0, message.integer(field)));
}

task::Task<void> hear_start(Driver* driver, client::Delivery delivery) {
  driver->order_started(unsigned_of(delivery.message, "order"));
  co_return;
}

}  // namespace

SchedulingService::SchedulingService(client::Process& process, Options options, store::Store& store)
    : options_(std::move(options)),
      stored_(dispatch::PlantBook(options_.stations, options_.policy)),
      state_(dispatch::PlantBook(options_.stations, options_.policy)),
      journal_(store, process.scheduler()),
      changes_(process,
               {.update_entry = kUpdateEntry,
                .read_entry = kReadEntry,
                .mode = tools::UpdateMode::kOrdered,
                .apply = [this](const client::Delivery& change) { return apply_change(change); },
                .read = [this](const client::Message& question) { return answer(question); }}),
      member_(process, options_.member, domains()),
      driver_(member_, state_, journal_, changes_) {
  const client::EntryRule any;
  process.bind_task(station_service::kStartedEntry, any, [this](client::Delivery delivery) {
    return hear_start(&driver_, std::move(delivery));
  });
  journal_.set_failure_handler([this](const Error& error) {
    member_.log(fmt::format("the log on disk failed: {}", error.text));
    if (options_.on_failure) options_.on_failure(error);
  });
  member_.on_view = [this](const client::ViewChange& change) {
    for (const auto& [gone, why] : change.departed) state_.member_gone(gone);
    driver_.look();
  };
}

std::vector<tools::Domain> SchedulingService::domains() {
  tools::Domain domain;
  domain.name = "plant book";
  domain.encode = [this] { return state_.encode(); };
  domain.decode = [this](ByteView bytes) {
    const Result<void> taken = state_.decode(bytes);
    if (taken && state_.is_open()) journal_.checkpoint(state_);
    return taken;
  };
  return {std::move(domain)};
}

task::Task<Result<void>> SchedulingService::start() {
  const Result<bool> loaded = journal_.load(stored_);
  if (!loaded) co_return std::unexpected(loaded.error());
  const Result<GroupId> joined = co_await member_.join();
  if (!joined) co_return std::unexpected(joined.error());
  changes_.attach(*joined);
  driver_.start();
  if (!state_.is_open()) member_.process().scheduler().spawn(assemble());
  driver_.look();
  co_return Result<void>{};
}

client::Message SchedulingService::apply_change(const client::Delivery& delivery) {
  const std::string command = delivery.message.text("command");
  const bool from_member = is_member(delivery.view, delivery.sender);
  const bool assembly =
      command == "report" || command == "elect" || command == "offer" || command == "open";
  if (assembly && from_member) return apply_assembly(delivery);
  if (!state_.is_open()) {
    return refusal("scheduling compares its logs after a start; try again in a moment");
  }
  return apply_command(delivery, from_member);
}

Result<dispatch::Command> SchedulingService::parse(const client::Message& change,
                                                   bool from_member) const {
  if (change.text("command") != "internal") return command_of(change);
  if (!from_member) return make_error(Errc::kRefused, "only members of scheduling may do that");
  return dispatch::decode_command(change.bytes("bytes"));
}

client::Message SchedulingService::apply_command(const client::Delivery& delivery,
                                                 bool from_member) {
  const Result<dispatch::Command> command = parse(delivery.message, from_member);
  if (!command) return refusal(command.error().text);
  const dispatch::PlantTime told =
      from_member ? delivery.message.integer("plant_time_ms") : dispatch::PlantTime{0};
  const dispatch::PlantTime at_ms = std::max(told, state_.book().book().now_ms);
  const std::optional<dispatch::Order> before = order_named(state_.book().book(), *command);
  const dispatch::Applied applied = state_.apply(*command, at_ms);
  journal_.append(state_, *command, at_ms);
  tell(*command, before ? &*before : nullptr, applied);
  driver_.look();
  return applied.refused ? refusal(applied.refused->text) : accepted(applied);
}

void SchedulingService::tell(const dispatch::Command& command, const dispatch::Order* before,
                             const dispatch::Applied& applied) {
  if (!member_.oldest()) return;
  for (NewsItem& item : news_of(state_.book().book(), command, before, applied)) {
    member_.post(std::move(item.subject), std::move(item.body));
  }
}

client::Message SchedulingService::answer(const client::Message& question) const {
  client::Message answer =
      question.text("question") == "state" ? describe_state() : answer_from(state_, question);
  answer.set("plant_time_ms", state_.is_open()
                                  ? std::max(state_.clock().at(options_.member.wall_now()),
                                             state_.book().book().now_ms)
                                  : state_.book().book().now_ms);
  return answer;
}

client::Message SchedulingService::describe_state() const {
  client::Message::List members;
  for (const ProcessId member : member_.view().members) {
    client::Message row;
    row.set("process", member).set("site", int{member.site().value});
    const auto reported = state_.reports().find(member);
    if (reported != state_.reports().end()) {
      row.set("life", reported->second.life).set("position", reported->second.position);
    }
    members.push_back(std::move(row));
  }
  client::Message answer;
  answer.set("open", state_.is_open()).set("life", state_.position().life);
  answer.set("position", state_.position().position);
  answer.set("clock_factor", state_.clock().factor()).set("members", std::move(members));
  answer.set("digest", state_.book().digest());
  return answer;
}

}  // namespace cohort::services::scheduling
