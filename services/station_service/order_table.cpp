#include "services/station_service/order_table.h"

#include "platform/base/limits.h"

namespace cohort::services::station_service {

void OrderTable::begun(const Order& order, ProcessId coordinator) {
  const auto found = rows_.find(order.key);
  if (found == rows_.end() && rows_.size() - done_keys_.size() >= kRunningMost) return;
  OrderRow& row = rows_[order.key];
  if (row.done || row.coordinator.valid()) return;
  row.order = order;
  row.coordinator = coordinator;
}

void OrderTable::member_gone(ProcessId member) {
  for (auto& [key, row] : rows_) {
    if (!row.done && row.coordinator == member) row.coordinator = ProcessId{};
  }
}

bool OrderTable::done(const Order& order, const wire::Message& result) {
  OrderRow& row = rows_[order.key];
  if (row.done) return false;
  row.order = order;
  row.done = true;
  row.result = result;
  if (result.process("coordinator").valid()) row.coordinator = result.process("coordinator");
  ++done_count_;
  duplicates_refused_ += static_cast<std::uint64_t>(result.integer("duplicates_refused"));
  done_keys_.push_back(order.key);
  if (done_keys_.size() > kDoneKept) {
    rows_.erase(done_keys_.front());
    done_keys_.pop_front();
  }
  return true;
}

void OrderTable::taken_over(const Order& order, std::uint64_t view, ProcessId from, ProcessId to) {
  member_gone(from);
  begun(order, to);
  const auto found = rows_.find(order.key);
  if (found != rows_.end()) ++found->second.takeovers;
  ++takeover_count_;
  takeovers_.push_back(Takeover{order, view, from, to});
  if (takeovers_.size() > kTakeoversKept) takeovers_.pop_front();
}

bool OrderTable::claim(std::string_view phase) {
  if (drill_.empty() || drill_ != phase) return false;
  drill_.clear();
  return true;
}

const OrderRow* OrderTable::find(const std::string& key) const {
  const auto found = rows_.find(key);
  return found == rows_.end() ? nullptr : &found->second;
}

std::vector<const OrderRow*> OrderTable::running() const {
  std::vector<const OrderRow*> running;
  for (const auto& [key, row] : rows_) {
    if (!row.done) running.push_back(&row);
  }
  return running;
}

Bytes OrderTable::encode() const {
  wire::Encoder out;
  out.varint(rows_.size());
  for (const auto& [key, row] : rows_) {
    station_service::encode(row.order, out);
    out.process(row.coordinator);
    out.varint(row.takeovers);
    out.boolean(row.done);
    if (row.done) out.bytes(row.result.encode());
  }
  out.varint(done_keys_.size());
  for (const std::string& key : done_keys_) out.text(key);
  out.varint(takeovers_.size());
  for (const Takeover& takeover : takeovers_) {
    station_service::encode(takeover.order, out);
    out.varint(takeover.view);
    out.process(takeover.from);
    out.process(takeover.to);
  }
  out.text(drill_);
  out.varint(done_count_);
  out.varint(takeover_count_);
  out.varint(duplicates_refused_);
  return out.take();
}

Result<void> OrderTable::decode(ByteView bytes) {
  wire::Decoder in(bytes);
  OrderTable next;
  const std::size_t rows = in.count(kDoneKept + kRunningMost + 1);
  for (std::size_t i = 0; i < rows && !in.failed(); ++i) {
    OrderRow row;
    row.order = decode_order(in);
    row.coordinator = in.process();
    row.takeovers = static_cast<std::uint32_t>(in.varint());
    row.done = in.boolean();
    if (row.done) {
      Result<wire::Message> result = wire::Message::decode(in.bytes(limits::kPayloadBytes));
      if (!result) return std::unexpected(result.error());
      row.result = std::move(*result);
    }
    std::string key = row.order.key;
    next.rows_.emplace(std::move(key), std::move(row));
  }
  const std::size_t done_keys = in.count(kDoneKept);
  for (std::size_t i = 0; i < done_keys; ++i) {
    next.done_keys_.push_back(in.text(limits::kNameBytes));
  }
  const std::size_t takeovers = in.count(kTakeoversKept);
  for (std::size_t i = 0; i < takeovers && !in.failed(); ++i) {
    Takeover takeover;
    takeover.order = decode_order(in);
    takeover.view = in.varint();
    takeover.from = in.process();
    takeover.to = in.process();
    next.takeovers_.push_back(std::move(takeover));
  }
  next.drill_ = in.text(limits::kNameBytes);
  next.done_count_ = in.varint();
  next.takeover_count_ = in.varint();
  next.duplicates_refused_ = in.varint();
  const Result<void> finished = in.finish();
  if (finished) *this = std::move(next);
  return finished;
}

}  // namespace cohort::services::station_service
