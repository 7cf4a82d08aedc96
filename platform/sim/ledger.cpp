#include "platform/sim/ledger.h"

#include <utility>

#include "platform/sim/decide.h"
#include "platform/tools/group_rpc.h"

namespace cohort::sim {

namespace {
/// Some states travel as multicasts, most over the connection of their own.
constexpr std::size_t kDirectAbove = 40'000;
}  // namespace

Ledger::Ledger(client::Process& process, Rng rng, std::size_t first_ballast)
    : process_(process),
      tooling_(process),
      rng_(rng),
      ballast_(first_ballast),
      cohort_(process, cohort_options()),
      data_(process, data_options()),
      transfer_(process, domains(), kDirectAbove) {
  process_.bind_update(kLedgerAsk, {},
                       [this](const client::Delivery& question) { return answer(question); });
}

std::optional<client::Message> Ledger::answer(const client::Delivery& question) {
  client::Message answer;
  answer.set("applied", applied_);
  // A program's mistake that must not reach its caller (R1).
  const bool twice = question.call != 0 && rng_.chance(0.1);
  if (twice) static_cast<void>(tools::reply(process_, question, answer));
  return answer;
}

task::Task<bool> Ledger::join() {
  while (!process_.closed()) {
    auto view = co_await transfer_.join(kLedgerGroup, true);
    if (view) {
      group_ = view->group;
      data_.attach(group_);
      co_return true;
    }
    co_await process_.scheduler().sleep_for(millis(50));
  }
  co_return false;
}

task::Task<void> Ledger::leave() {
  auto left = co_await process_.leave_group(group_);
  if (left) group_ = {};
}

void Ledger::apply(const client::Message& change, GroupId group) {
  ++applied_;
  digest_ = mix64(digest_ ^ wire::history_digest(change.encode()));
  wire::HistoryRecord note;
  note.text = "copy.applied";
  note.group = group;
  note.token = applied_;
  note.digest = digest_;
  tooling_.note(std::move(note));
}

task::Task<client::Message> Ledger::act(Ledger* ledger, tools::Computation computation) {
  const Duration work = exponential(ledger->rng_.next(), millis(150));
  co_await ledger->process_.scheduler().sleep_for(work);
  // The act on the world comes at the end of the work, by when others may have taken over.
  const bool may = co_await ledger->process_.until_may_act();
  if (may) ledger->tooling_.note("world.act");
  client::Message result = computation.request.message;
  result.set("by", ledger->process_.id());
  co_return result;
}

tools::CoordinatorCohort::Options Ledger::cohort_options() {
  tools::CoordinatorCohort::Options options;
  options.request_entry = kLedgerRequest;
  options.result_entry = kLedgerResult;
  options.action = [this](tools::Computation computation) {
    return act(this, std::move(computation));
  };
  options.apply = [this](const client::Delivery& request, const client::Message& result) {
    apply(result, request.group);
  };
  return options;
}

tools::ReplicatedData::Options Ledger::data_options() {
  tools::ReplicatedData::Options options;
  options.update_entry = kLedgerUpdate;
  options.read_entry = kLedgerRead;
  options.apply = [this](const client::Delivery& update) {
    apply(update.message, update.group);
    return client::Message{};
  };
  options.read = [this](const client::Message&) {
    client::Message answer;
    answer.set("applied", applied_);
    return answer;
  };
  return options;
}

std::vector<tools::Domain> Ledger::domains() {
  tools::Domain state;
  state.name = "ledger";
  state.encode = [this] {
    client::Message message;
    message.set("applied", applied_).set("digest", digest_);
    return message.encode();
  };
  state.decode = [this](ByteView bytes) -> Result<void> {
    auto message = client::Message::decode(bytes);
    if (!message) return std::unexpected(message.error());
    applied_ = static_cast<std::uint64_t>(message->integer("applied"));
    digest_ = static_cast<std::uint64_t>(message->integer("digest"));
    return {};
  };
  tools::Domain ballast;
  ballast.name = "ballast";
  ballast.decode = [this](ByteView bytes) -> Result<void> {
    ballast_ = bytes.size();
    return {};
  };
  // The same bytes, at once or in slices.
  if (rng_.chance(0.3)) {
    ballast.snapshot = [this] {
      return tools::Snapshot{ballast_,
                             [](std::uint64_t, std::size_t length) { return Bytes(length, 1); }};
    };
  } else {
    ballast.encode = [this] { return Bytes(ballast_, 1); };
  }
  tools::Domain pending;
  pending.name = "pending";
  pending.encode = [this] { return cohort_.encode_state(); };
  pending.decode = [this](ByteView bytes) { return cohort_.decode_state(bytes); };
  return {state, ballast, pending};
}

}  // namespace cohort::sim
