/// The book as bytes: docs/formats/plant-book.md.
#include <fmt/format.h>

#include "platform/wire/codec.h"
#include "services/dispatch/limits.h"
#include "services/dispatch/plant_book.h"

namespace cohort::services::dispatch {
namespace {

using wire::Decoder;
using wire::Encoder;

constexpr std::uint8_t kBookVersion = 1;
constexpr std::size_t kLotsPerOrder = 24;

template <typename Enum>
void put_enum(Encoder& out, Enum value) {
  out.u8(static_cast<std::uint8_t>(value));
}
template <typename Enum>
Enum take_enum(Decoder& in, Enum last) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) in.fail("a value beyond the enumeration's last");
  return in.failed() ? Enum{} : static_cast<Enum>(value);
}

std::string take_name(Decoder& in) {
  return in.text(limits::kNameBytes);
}
Area take_area(Decoder& in) {
  return take_enum(in, Area::kOut);
}
Product take_product(Decoder& in) {
  return take_enum(in, Product::kTw);
}

void put_names(Encoder& out, const std::vector<std::string>& names) {
  out.varint(names.size());
  for (const std::string& name : names) out.text(name);
}
std::vector<std::string> take_names(Decoder& in) {
  std::vector<std::string> names;
  const std::size_t count = in.count(kLotsPerOrder);
  for (std::size_t i = 0; i < count; ++i) names.push_back(take_name(in));
  return names;
}

void put(Encoder& out, const StepRecord& record) {
  out.u8(record.step);
  out.varint(record.order);
  out.text(record.station);
  out.zigzag(record.started_ms);
  out.zigzag(record.completed_ms);
  out.boolean(record.short_batch);
}
StepRecord take_record(Decoder& in) {
  StepRecord record;
  record.step = in.u8();
  record.order = in.varint();
  record.station = take_name(in);
  record.started_ms = in.zigzag();
  record.completed_ms = in.zigzag();
  record.short_batch = in.boolean();
  return record;
}

void put(Encoder& out, const Lot& lot) {
  out.text(lot.id);
  out.varint(lot.serial);
  put_enum(out, lot.product);
  put_enum(out, lot.state);
  put_enum(out, lot.held_in);
  out.text(lot.hold_reason);
  out.u8(lot.step);
  put_enum(out, lot.area);
  out.varint(lot.order);
  out.zigzag(lot.since_ms);
  out.zigzag(lot.released_ms);
  out.zigzag(lot.finished_ms);
  out.varint(lot.history.size());
  for (const StepRecord& record : lot.history) put(out, record);
}
Lot take_lot(Decoder& in) {
  Lot lot;
  lot.id = take_name(in);
  lot.serial = in.varint();
  lot.product = take_product(in);
  lot.state = take_enum(in, LotState::kCancelled);
  lot.held_in = take_enum(in, LotState::kCancelled);
  lot.hold_reason = in.text(limits::kReasonBytes);
  lot.step = in.u8();
  lot.area = take_area(in);
  lot.order = in.varint();
  lot.since_ms = in.zigzag();
  lot.released_ms = in.zigzag();
  lot.finished_ms = in.zigzag();
  const std::size_t steps = in.count(stations::kSteps);
  for (std::size_t i = 0; i < steps; ++i) lot.history.push_back(take_record(in));
  return lot;
}

void put(Encoder& out, const Order& order) {
  out.varint(order.id);
  put_enum(out, order.kind);
  out.text(order.station);
  put_names(out, order.lots);
  out.u8(order.step);
  out.text(order.product);
  put_enum(out, order.from);
  put_enum(out, order.to);
  out.boolean(order.short_batch);
  out.boolean(order.started);
  out.zigzag(order.created_ms);
}
Order take_order(Decoder& in) {
  Order order;
  order.id = in.varint();
  order.kind = take_enum(in, OrderKind::kMove);
  order.station = take_name(in);
  order.lots = take_names(in);
  order.step = in.u8();
  order.product = take_name(in);
  order.from = take_area(in);
  order.to = take_area(in);
  order.short_batch = in.boolean();
  order.started = in.boolean();
  order.created_ms = in.zigzag();
  return order;
}

void put(Encoder& out, const BookStation& station) {
  out.text(station.spec.name);
  put_enum(out, station.spec.kind);
  out.varint(station.order);
  out.zigzag(station.paused_until_ms);
  out.u8(station.setup.step);
  put_enum(out, station.setup.product);
  put_enum(out, station.position);
  out.varint(station.jobs);
  out.zigzag(station.busy_ms);
}
BookStation take_station(Decoder& in) {
  BookStation station;
  station.spec.name = take_name(in);
  station.spec.kind = take_enum(in, stations::StationKind::kTransporter);
  station.order = in.varint();
  station.paused_until_ms = in.zigzag();
  station.setup.step = in.u8();
  station.setup.product = take_product(in);
  station.position = take_area(in);
  station.jobs = in.varint();
  station.busy_ms = in.zigzag();
  return station;
}

void put(Encoder& out, const Counters& counters) {
  out.varint(counters.orders_created);
  out.varint(counters.orders_done);
  out.varint(counters.orders_failed);
  out.varint(counters.results_repeated);
  out.varint(counters.duplicates_refused);
  out.varint(counters.short_batches);
  out.varint(counters.lots_released);
  for (const std::uint32_t number : counters.last_number) out.fixed32(number);
}
Counters take_counters(Decoder& in) {
  Counters counters;
  counters.orders_created = in.varint();
  counters.orders_done = in.varint();
  counters.orders_failed = in.varint();
  counters.results_repeated = in.varint();
  counters.duplicates_refused = in.varint();
  counters.short_batches = in.varint();
  counters.lots_released = in.varint();
  for (std::uint32_t& number : counters.last_number) number = in.fixed32();
  return counters;
}

void put_lots(Encoder& out, const std::map<std::string, Lot>& lots) {
  out.varint(lots.size());
  for (const auto& [id, lot] : lots) put(out, lot);
}
std::map<std::string, Lot> take_lots(Decoder& in) {
  std::map<std::string, Lot> lots;
  const std::size_t count = in.count(limits::kLotsInBook);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    Lot lot = take_lot(in);
    const std::string id = lot.id;
    if (!lots.emplace(id, std::move(lot)).second) in.fail("a lot twice");
  }
  return lots;
}

void put(Encoder& out, const Book& book) {
  out.u8(kBookVersion);
  out.zigzag(book.now_ms);
  put_enum(out, book.policy);
  out.varint(book.stations.size());
  for (const BookStation& station : book.stations) put(out, station);
  out.varint(book.plan.size());
  for (const PlannedLot& planned : book.plan) {
    out.zigzag(planned.at_ms);
    out.text(planned.lot);
    put_enum(out, planned.product);
  }
  put_lots(out, book.active);
  put_lots(out, book.past);
  out.varint(book.orders.size());
  for (const auto& [id, order] : book.orders) put(out, order);
  out.varint(book.short_batches.size());
  for (const ShortBatch& batch : book.short_batches) {
    out.varint(batch.order);
    out.text(batch.station);
    out.u8(batch.step);
    put_names(out, batch.lots);
  }
  put(out, book.counters);
}

void take_plan(Decoder& in, Book& book) {
  const std::size_t count = in.count(limits::kLotsActive);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    PlannedLot planned;
    planned.at_ms = in.zigzag();
    planned.lot = take_name(in);
    planned.product = take_product(in);
    book.plan.push_back(std::move(planned));
  }
}

void take_orders(Decoder& in, Book& book) {
  const std::size_t count = in.count(limits::kStations);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    Order order = take_order(in);
    const std::uint64_t id = order.id;
    if (!book.orders.emplace(id, std::move(order)).second) in.fail("an order twice");
  }
}

void take_short_batches(Decoder& in, Book& book) {
  const std::size_t count = in.count(limits::kShortBatchesListed);
  for (std::size_t i = 0; i < count && !in.failed(); ++i) {
    ShortBatch batch;
    batch.order = in.varint();
    batch.station = take_name(in);
    batch.step = in.u8();
    batch.lots = take_names(in);
    book.short_batches.push_back(std::move(batch));
  }
}

Result<Book> take_book(ByteView bytes) {
  Decoder in(bytes);
  if (const std::uint8_t version = in.u8(); version != kBookVersion) {
    return make_error(Errc::kVersion, fmt::format("a book of version {}, this program reads {}",
                                                  version, kBookVersion));
  }
  Book book;
  book.now_ms = in.zigzag();
  book.policy = take_enum(in, Policy::kLastStepFirst);
  const std::size_t stations = in.count(limits::kStations);
  for (std::size_t i = 0; i < stations; ++i) book.stations.push_back(take_station(in));
  take_plan(in, book);
  book.active = take_lots(in);
  book.past = take_lots(in);
  take_orders(in, book);
  take_short_batches(in, book);
  book.counters = take_counters(in);
  if (auto finished = in.finish(); !finished) return std::unexpected(finished.error());
  return book;
}

}  // namespace

Bytes PlantBook::encode() const {
  Encoder out;
  put(out, book_);
  return out.take();
}

Result<PlantBook> PlantBook::decode(ByteView bytes) {
  auto book = take_book(bytes);
  if (!book) return std::unexpected(book.error());
  if (auto sound = check_invariants(*book); !sound) return std::unexpected(sound.error());
  return PlantBook(std::move(*book));
}

std::uint64_t PlantBook::digest() const {
  // FNV-1a, 64 bits.
  std::uint64_t hash = 0xcbf29ce484222325ULL;
  for (const std::uint8_t byte : encode()) hash = (hash ^ byte) * 0x100000001b3ULL;
  return hash;
}

}  // namespace cohort::services::dispatch
