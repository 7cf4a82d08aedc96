// The services' replicated states and commands as bytes.
#include "fuzz/target.h"
#include "services/dispatch/command.h"
#include "services/dispatch/plant_book.h"
#include "services/news/board.h"
#include "services/scheduling/state.h"
#include "services/station_service/order_table.h"
#include "stations/mini_fab.h"

namespace cohort::fuzz {

namespace {

using services::dispatch::PlantBook;

PlantBook empty_book() {
  return PlantBook(stations::mini_fab_stations(), services::dispatch::Policy{});
}

PlantBook busy_book() {
  PlantBook book = empty_book();
  services::dispatch::ReleaseLots release;
  release.product = "Pa";
  release.count = 3;
  book.apply(release, 60'000);
  return book;
}

Target plant_book() {
  const auto encode = [](const PlantBook& book) { return book.encode(); };
  return {"plant_book",
          [=](ByteView bytes) {
            round_trip(bytes, PlantBook::decode, encode);
            auto book = PlantBook::decode(bytes);
            if (book) book->apply(services::dispatch::Tick{}, 120'000);
          },
          {empty_book().encode(), busy_book().encode()}};
}

template <std::size_t... I>
std::vector<Bytes> each_command(std::index_sequence<I...>) {
  return {
      services::dispatch::encode_command(services::dispatch::Command(std::in_place_index<I>))...};
}

Target command() {
  using services::dispatch::Command;
  const auto encode = [](const Command& c) { return services::dispatch::encode_command(c); };
  return {"plant_command",
          [=](ByteView bytes) {
            round_trip(bytes, services::dispatch::decode_command, encode);
            const auto one = services::dispatch::decode_command(bytes);
            if (!one) return;
            PlantBook book = busy_book();
            book.apply(*one, 90'000);
            const auto again = PlantBook::decode(book.encode());
            require(again.has_value(), "a command led to a book that breaks its own rules");
          },
          each_command(std::make_index_sequence<std::variant_size_v<Command>>{})};
}

/// For states that are decoded into an object made before.
template <typename State, typename Make>
Target state(const char* name, const Make& make, std::vector<Bytes> seeds) {
  const auto decode = [make](ByteView bytes) -> Result<State> {
    State made = make();
    if (auto done = made.decode(bytes); !done) return std::unexpected(done.error());
    return made;
  };
  const auto encode = [](const State& made) { return made.encode(); };
  return {name, [=](ByteView bytes) { round_trip(bytes, decode, encode); }, std::move(seeds)};
}

Target scheduling_state() {
  using services::scheduling::SchedulingState;
  const auto make = [] { return SchedulingState(empty_book()); };
  return state<SchedulingState>("scheduling_state", make, {make().encode()});
}

Target scheduling_snapshot() {
  using services::scheduling::SchedulingState;
  return {"scheduling_snapshot",
          [](ByteView bytes) {
            SchedulingState made(empty_book());
            if (!made.decode_snapshot(bytes)) return;
            const Bytes once = made.encode_snapshot();
            SchedulingState again(empty_book());
            require(again.decode_snapshot(once).has_value(), "a snapshot cannot be read again");
            require(again.encode_snapshot() == once, "a snapshot changes on its way");
          },
          {SchedulingState(busy_book()).encode_snapshot()}};
}

Target order_table() {
  using services::station_service::OrderTable;
  const auto make = [] { return OrderTable(); };
  return state<OrderTable>("order_table", make, {make().encode()});
}

Target news_board() {
  using services::news::Board;
  const auto make = [] { return Board(); };
  Board one;
  services::news::Item item;
  item.subject = "lots.finished";
  static_cast<void>(one.post(item));
  static_cast<void>(one.subscribe({}, "lots.*", 5));
  return state<Board>("news_board", make, {make().encode(), one.encode()});
}

}  // namespace

void add_service_targets(std::vector<Target>& all) {
  all.push_back(plant_book());
  all.push_back(command());
  all.push_back(scheduling_state());
  all.push_back(scheduling_snapshot());
  all.push_back(order_table());
  all.push_back(news_board());
}

}  // namespace cohort::fuzz
