/// Hand-made histories for the checkers' tests: who saw what, in a few words.
#pragma once

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "platform/sim/checkers/checker.h"

namespace cohort::sim::checkers {

class Story {
 public:
  using Processes = std::vector<ProcessId>;

  HistoryRecord& add(ProcessId process, HistoryKind kind) {
    HistoryRecord record;
    record.kind = kind;
    record.process = process;
    record.sequence = ++sequence_[process];
    records_.push_back(record);
    return records_.back();
  }
  void begin(ProcessId process, std::uint64_t number, std::vector<SiteLife> sites) {
    HistoryRecord& record = add(process, HistoryKind::kBegin);
    record.view = number;
    record.sites = std::move(sites);
  }
  void sites(ProcessId process, std::uint64_t number, std::vector<SiteLife> sites,
             std::string departed = {}) {
    HistoryRecord& record = add(process, HistoryKind::kSites);
    record.view = number;
    record.text = std::move(departed);
    record.sites = std::move(sites);
  }
  void ask(ProcessId process, std::string what) {
    HistoryRecord& record = add(process, HistoryKind::kAsk);
    record.text = std::move(what);
    if (record.text == "leave" || record.text == "kill") record.group = group;
  }
  /// All that departed did so for the same cause.
  void view(ProcessId process, std::uint64_t number, Processes members, Processes departed = {},
            const std::string& cause = "site failed") {
    HistoryRecord& record = add(process, HistoryKind::kView);
    for (std::size_t i = 0; i < departed.size(); ++i) record.text += (i > 0 ? ";" : "") + cause;
    record.group = group;
    record.view = number;
    record.members = std::move(members);
    record.peers = std::move(departed);
  }
  /// A send to the group and the word that it has its number.
  void send(ProcessId process, std::uint64_t number, Processes recipients,
            wire::Order order = wire::Order::kCausal, wire::Safety safety = wire::Safety::kAgreed) {
    HistoryRecord& send = add(process, HistoryKind::kSend);
    send.token = number;
    send.order = order;
    send.safety = safety;
    send.digest = number;
    send.destinations.groups = {group};
    HistoryRecord& sent = add(process, HistoryKind::kSent);
    sent.token = number;
    sent.id = id(process, number);
    sent.members = std::move(recipients);
    orders_[sent.id] = order;
  }
  HistoryRecord& deliver(ProcessId process, ProcessId sender, std::uint64_t number,
                         std::uint64_t view) {
    HistoryRecord& record = add(process, HistoryKind::kDeliver);
    record.id = id(sender, number);
    record.peer = sender;
    record.group = group;
    record.view = view;
    record.digest = number;
    record.destinations.groups = {group};
    record.order = orders_[record.id];
    return record;
  }
  void gone(ProcessId process, ProcessId who, std::string cause = "site failed") {
    HistoryRecord& record = add(process, HistoryKind::kGone);
    record.peer = who;
    record.text = std::move(cause);
  }
  void flush(ProcessId process, std::uint64_t token) {
    add(process, HistoryKind::kFlushBegin).token = token;
    add(process, HistoryKind::kFlushEnd).token = token;
  }
  HistoryRecord& note(ProcessId process, std::string text, std::uint64_t token = 0,
                      std::uint64_t digest = 0) {
    HistoryRecord& record = add(process, HistoryKind::kNote);
    record.text = std::move(text);
    record.token = token;
    record.digest = digest;
    record.group = group;
    return record;
  }
  void run_over(ProcessId process) { add(process, HistoryKind::kEnd).text = kRunOver; }

  static MessageId id(ProcessId sender, std::uint64_t number) {
    return {sender.life(), 1, sender.counter() * 1000 + number};
  }
  std::vector<HistoryRecord>& records() { return records_; }
  /// The violations of one property (or of all).
  std::vector<Violation> judge(std::string_view property = {}) const {
    Suite suite;
    for (const HistoryRecord& record : records_) suite.feed(record);
    return suite.finish(property);
  }

  GroupId group = GroupId::make(1);

 private:
  std::map<ProcessId, std::uint64_t> sequence_;
  std::map<MessageId, wire::Order> orders_;
  std::vector<HistoryRecord> records_;
};

}  // namespace cohort::sim::checkers
