/// Scheduling's replicated state as ONE deterministic state machine: the same commands at the same
/// plant times make the same book, the same orders and the same digest at every member.
///
/// Promises: a step of a lot is ordered again only after an order that never started, and recorded
/// once (asserted); an order's result counts once, however often it comes.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "services/dispatch/book.h"
#include "services/dispatch/command.h"

namespace cohort::services::dispatch {

struct Choice;

/// What a command led to, for those who carry it out and for news.
struct Applied {
  std::vector<Order> orders;          ///< newly created: to be carried out
  std::vector<std::string> released;  ///< lots that entered the plant
  std::vector<std::string> finished;  ///< lots that left it
  std::vector<std::string> held;      ///< lots that came to a hold
  std::uint32_t planned = 0;          ///< lots added to the plan
  bool repeated = false;              ///< the order was over already; nothing changed
  /// The command was refused; what the time alone led to has happened all the same.
  std::optional<Error> refused;
};

class PlantBook {
 public:
  /// An empty plant. Requires: 1 to limits::kStations stations with different names.
  PlantBook(const std::vector<stations::StationSpec>& plant_stations, Policy policy);

  /// What is due until then happens first. A plant time before the book's is taken as the book's.
  /// Ensures: a refused command changes nothing else.
  /// Refusals: kInvalidArgument (unknown product, lot, order, policy, plan; a bad name), kRefused
  /// (an illegal transition; the text says which and what is possible), kAlreadyExists, kLimit.
  Applied apply(const Command& command, PlantTime at_ms);

  /// When to send a Tick at the latest; empty: time alone changes nothing.
  std::optional<PlantTime> next_tick() const;

  const Book& book() const { return book_; }
  /// No lot planned or in the plant.
  bool empty() const { return book_.plan.empty() && book_.active.empty(); }

  /// The whole book as bytes (state transfer, disk; docs/formats/plant-book.md), and back.
  Bytes encode() const;
  /// Errors: kMalformed, kVersion, kCorrupt (the invariants of book.h do not hold).
  static Result<PlantBook> decode(ByteView bytes);
  /// Equal at all members that applied the same commands.
  std::uint64_t digest() const;

 private:
  explicit PlantBook(Book book) : book_(std::move(book)) {}

  Result<void> handle(const ReleaseLots& release);
  Result<void> handle(const ReleasePlan& plan);
  Result<void> handle(const HoldLot& hold);
  Result<void> handle(const ReleaseHold& release);
  Result<void> handle(const CancelLot& cancel);
  Result<void> handle(const SetPolicy& set);
  Result<void> handle(const OrderStarted& started);
  Result<void> handle(const OrderDone& done);
  Result<void> handle(const OrderFailed& failed);
  Result<void> handle(const Tick&) { return {}; }

  Result<Lot*> find_active(const std::string& id);
  /// Null: the order is over, and the result is a repeated one.
  Result<Order*> find_order(std::uint64_t id);
  Result<void> check_new_lot(const std::string& id) const;
  std::string next_name(Product product);
  bool is_name_used(const std::string& id) const;
  void release(const std::string& id, Product product, PlantTime at_ms);
  void release_due();
  void decide();
  void create_order(BookStation& station, const Choice& choice);
  void complete_lot(Lot& lot, const Order& order, const OrderDone& done);
  BookStation& station_of(const Order& order);
  void close(std::uint64_t order);
  void enter(Lot& lot, LotEvent event, PlantTime at_ms);
  void hold_if_asked(Lot& lot);
  void retire(const std::string& id);

  Book book_;
  Applied applied_;  ///< of the command that is being applied
};

/// The invariants of book.h. Errors: kCorrupt; the text says which.
Result<void> check_invariants(const Book& book);

}  // namespace cohort::services::dispatch
