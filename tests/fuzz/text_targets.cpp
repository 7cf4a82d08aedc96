// Text that people and programs write: plant files and histories.
#include "fuzz/target.h"
#include "platform/config/plant_file.h"
#include "platform/wire/history.h"

namespace cohort::fuzz {

namespace {

constexpr const char* kPlant = R"([plant]
name = "fuzz"
model = "minifab"
data_directory = "data"
[[sites]]
number = 1
name = "alpha"
address = "127.0.0.1"
port = 7401
[[services]]
name = "news"
sites = [1]
[[stations]]
name = "Ma"
kind = "diffusion"
address = "127.0.0.1"
port = 7501
[sensors]
site = 1
)";

Target plant_file() {
  return {"plant_file",
          [](ByteView bytes) {
            const auto plant = config::parse_plant_file(to_text(bytes), "/plant.toml");
            if (plant) {
              require(!plant->sites.empty(), "a plant without sites");
              static_cast<void>(config::settings_hash(*plant));
            } else {
              require(!plant.error().text.empty(), "a refusal without a reason");
            }
          },
          {to_bytes(kPlant), to_bytes("[plant]\nname = 3\n")}};
}

Target history_line() {
  const auto decode = [](ByteView bytes) { return wire::parse_history_line(to_text(bytes)); };
  const auto encode = [](const wire::HistoryRecord& record) {
    return to_bytes(wire::to_line(record));
  };
  return {"history_line",
          [=](ByteView bytes) { round_trip(bytes, decode, encode); },
          {to_bytes("kind=deliver time=81000000 process=2.1/3 sequence=9 id=1.1:4:17 peer=1.1/2 "
                    "order=total group=g2 view=3 entry=16 digest=9ae16a3b2f90404f "
                    "destinations=g2"),
           to_bytes("kind=sites view=2 sites=1.1,2.1,3.1 process=1.1/1 sequence=2"),
           to_bytes("kind=note text=cc.act%20x members=1.1/1,2.1/2 peers=3.1/1")}};
}

}  // namespace

void add_text_targets(std::vector<Target>& all) {
  all.push_back(plant_file());
  all.push_back(history_line());
}

}  // namespace cohort::fuzz
