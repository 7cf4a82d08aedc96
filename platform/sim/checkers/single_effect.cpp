#include <map>
#include <optional>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

namespace {

/// Notes of the coordinator-cohort tool about one request, named by its message `id`: "cc.act"
/// (view = how many coordinators failed before; peer = the last of them), "cc.apply" (digest of the
/// result).
struct Request {
  std::optional<Place> original;
  std::optional<Place> applied;
  /// By the coordinator that failed before them, and how many had: one that left and came back may
  /// have been chosen, and have failed, again.
  std::map<std::pair<ProcessId, std::uint64_t>, Place> successors;
};

bool learned_of_failure(const ProcessHistory& history, ProcessId failed, std::size_t before) {
  for (std::size_t i = 0; i < before; ++i) {
    const HistoryRecord& record = history.records[i];
    if (record.kind == HistoryKind::kGone && record.peer == failed) return true;
    for (ProcessId peer : record.peers) {
      if (record.kind == HistoryKind::kView && peer == failed) return true;
    }
  }
  return false;
}

void check_act(const Index& index, Place here, Request& request, Findings& findings) {
  const HistoryRecord& record = index.at(here);
  const ProcessHistory& history = *index.find(here.process);
  if (record.view == 0) {
    if (request.original) {
      findings.add("two members act for one request", {*request.original, here});
    }
    request.original = here;
    return;
  }
  if (!learned_of_failure(history, record.peer, here.index)) {
    findings.add("a cohort takes over with no news of the coordinator's failure", {here});
  }
  const auto [successor, first] = request.successors.try_emplace({record.peer, record.view}, here);
  if (!first) {
    findings.add("two members take over from one failed coordinator", {successor->second, here});
  }
  for (std::size_t i = 0; i < here.index; ++i) {
    const HistoryRecord& before = history.records[i];
    if (before.kind == HistoryKind::kNote && before.text == "cc.apply" && before.id == record.id) {
      findings.add("a cohort takes over a request whose result it has",
                   {Place{here.process, i}, here});
    }
  }
}

void check_apply(const Index& index, Place here, Request& request, std::map<MessageId, Place>& own,
                 Findings& findings) {
  const HistoryRecord& record = index.at(here);
  auto [found, is_new] = own.try_emplace(record.id, here);
  if (!is_new) findings.add("one result is applied twice at one member", {found->second, here});
  if (!index.covered(here)) return;
  if (request.applied && index.at(*request.applied).digest != record.digest) {
    findings.add("two members apply different results of one request", {*request.applied, here});
  }
  if (!request.applied) request.applied = here;
}

}  // namespace

/// R2: one member acts as the original coordinator; one other acts after each that failed, only
/// when it was told so, and never when it has the result; each result is applied once, the same
/// everywhere.
void check_single_effect(const Index& index, Findings& findings) {
  std::map<MessageId, Request> requests;
  for (const auto& [process, history] : index.processes()) {
    std::map<MessageId, Place> own;
    for (std::size_t i = 0; i < history.records.size(); ++i) {
      const HistoryRecord& record = history.records[i];
      if (record.kind != HistoryKind::kNote) continue;
      if (record.text == "cc.act") check_act(index, {process, i}, requests[record.id], findings);
      if (record.text == "cc.apply") {
        check_apply(index, {process, i}, requests[record.id], own, findings);
      }
    }
  }
}

}  // namespace cohort::sim::checkers
