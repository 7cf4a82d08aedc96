#include "services/scheduling/journal.h"

#include <fmt/format.h>

#include "platform/base/limits.h"
#include "platform/wire/codec.h"

namespace cohort::services::scheduling {

namespace {

enum class RecordKind : std::uint8_t { kSnapshot = 1, kCommand = 2 };

Result<void> replay(ByteView record, SchedulingState& state) {
  wire::Decoder in(record);
  const auto kind = static_cast<RecordKind>(in.u8());
  if (kind == RecordKind::kSnapshot) return state.decode_snapshot(in.rest());
  if (kind != RecordKind::kCommand) {
    return make_error(Errc::kCorrupt, "scheduling's log holds a record of an unknown kind");
  }
  LogPosition position;
  position.life = in.varint();
  position.position = in.varint();
  const dispatch::PlantTime at_ms = in.zigzag();
  const ByteView encoded = in.bytes(limits::kSnapshotFrameBytes);
  const Result<void> finished = in.finish();
  if (!finished) return finished;
  const Result<dispatch::Command> command = dispatch::decode_command(encoded);
  if (!command) return std::unexpected(command.error());
  // A refused command was logged too: it is refused again, in the same way.
  static_cast<void>(state.apply(*command, at_ms));
  if (state.position() != position) {
    return make_error(Errc::kCorrupt,
                      fmt::format("scheduling's log goes from command {} to {}",
                                  state.position().position - 1, position.position));
  }
  return {};
}

}  // namespace

Journal::Journal(store::Store& store, task::Scheduler& scheduler)
    : store_(store), progress_(std::make_shared<Progress>(scheduler)) {}

Result<bool> Journal::load(SchedulingState& state) {
  const Result<std::vector<Bytes>> records = store_.read_all();
  if (!records) return std::unexpected(records.error());
  for (const Bytes& record : *records) {
    const Result<void> replayed = replay(record, state);
    if (!replayed) return std::unexpected(replayed.error());
  }
  return !records->empty();
}

void Journal::set_failure_handler(std::function<void(const Error&)> handler) {
  progress_->on_failure = std::move(handler);
}

store::Store::Done Journal::done() {
  progress_->written += 1;
  return [progress = progress_](Result<void> result) {
    progress->durable += 1;
    if (!result && !progress->failed) {
      progress->failed = true;
      if (progress->on_failure) progress->on_failure(result.error());
    }
    progress->moved.pulse();
  };
}

void Journal::checkpoint(const SchedulingState& state) {
  wire::Encoder out;
  out.u8(static_cast<std::uint8_t>(RecordKind::kSnapshot));
  Bytes record = out.take();
  const Bytes snapshot = state.encode_snapshot();
  record.insert(record.end(), snapshot.begin(), snapshot.end());
  std::vector<Bytes> records;
  records.push_back(std::move(record));
  store_.replace_all(std::move(records), done());
  since_snapshot_ = 0;
}

void Journal::append(const SchedulingState& state, const dispatch::Command& command,
                     dispatch::PlantTime at_ms) {
  if (++since_snapshot_ > kCommandsPerSnapshot) {
    checkpoint(state);
    return;
  }
  wire::Encoder out;
  out.u8(static_cast<std::uint8_t>(RecordKind::kCommand));
  out.varint(state.position().life);
  out.varint(state.position().position);
  out.zigzag(at_ms);
  out.bytes(dispatch::encode_command(command));
  store_.append(out.take(), done());
}

task::Task<bool> Journal::durable() {
  const std::shared_ptr<Progress> progress = progress_;
  const std::uint64_t target = progress->written;
  while (progress->durable < target && !progress->failed) co_await progress->moved.wait();
  co_return !progress->failed;
}

}  // namespace cohort::services::scheduling
