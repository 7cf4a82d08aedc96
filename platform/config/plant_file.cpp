#include "platform/config/plant_file.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <iterator>

#include "platform/base/limits.h"
#include "platform/config/plant_checks.h"
#include "platform/config/reader.h"

namespace cohort::config {

namespace {

constexpr std::array kServiceNames = {"news",       "remote-execution", "emulsion",
                                      "processing", "transport",        "scheduling"};
constexpr std::array kStationKinds = {StationKind::kDiffusion, StationKind::kImplant,
                                      StationKind::kLithography, StationKind::kTransporter};
/// What a Unix socket's address holds, without its end (sockaddr_un).
constexpr std::size_t kSocketPathBytes = 107;
constexpr const char* kAddressRule = "an IPv4 or IPv6 address, for example 127.0.0.1";
constexpr double kClockFactorLeast = 0.001;
constexpr double kClockFactorMost = 1'000'000;

template <typename Names>
std::string joined(const Names& names) {
  std::string text;
  for (const auto& name : names) {
    if (!text.empty()) text += ", ";
    text += name;
  }
  return text;
}

/// Reads the whole file's tables into a PlantFile, noting each fault.
class PlantReader {
 public:
  PlantReader(const toml::table& root, const std::filesystem::path& path, Faults& faults)
      : root_(root, "", faults), faults_(faults) {
    file_.path = std::filesystem::absolute(path).lexically_normal();
  }

  PlantFile read() {
    read_plant();
    read_sites();
    read_services();
    read_stations();
    read_sensors();
    root_.finish();
    return std::move(file_);
  }

 private:
  std::string name_of(TableReader& reader, UniqueCheck& names) {
    const std::string name = reader.text("name", kPlainNameRule).value_or("");
    if (name.empty() && !reader.has("name")) return name;
    if (!is_plain_name(name)) {
      reader.fault("name", fmt::format("'{}' is no name", name), kPlainNameRule);
    } else {
      names.use(name, "name", reader);
    }
    return name;
  }

  std::string address_of(TableReader& reader) {
    const auto address = reader.text("address", kAddressRule);
    if (!address) return {};
    if (!is_address(*address)) {
      reader.fault("address", fmt::format("'{}' is no address", *address), kAddressRule);
    }
    return *address;
  }

  std::uint16_t port_of(TableReader& reader, const std::string& address) {
    const auto port = reader.integer("port", 1, 65535);
    if (!port) return 0;
    const auto number = static_cast<std::uint16_t>(*port);
    if (!address.empty()) ports_.use(address, number, reader);
    return number;
  }

  void read_plant() {
    const toml::table* table = root_.table("plant", "the table [plant]");
    if (!table) return;
    TableReader reader(*table, "plant", faults_);
    UniqueCheck names("name", "one plant");
    file_.plant.name = name_of(reader, names);
    file_.plant.model = reader.text("model", "minifab").value_or("minifab");
    if (file_.plant.model != "minifab") {
      reader.fault("model", fmt::format("'{}' is unknown", file_.plant.model), "minifab");
    }
    if (reader.has("id")) file_.plant.id = reader.text("id", "a text").value_or("");
    if (reader.has("operators")) {
      file_.plant.operators = reader.texts("operators", "a list of the host's users")
                                  .value_or(std::vector<std::string>{});
    }
    read_tls(reader);
    file_.plant.clock_factor =
        reader.real("clock_factor", kClockFactorLeast, kClockFactorMost).value_or(1);
    read_data_directory(reader);
    reader.finish();
  }

  void read_data_directory(TableReader& reader) {
    constexpr const char* kRule = "a folder, absolute or relative to this file";
    const auto folder = reader.text("data_directory", kRule);
    if (!folder) return;
    if (folder->empty()) {
      reader.fault("data_directory", "is empty", kRule);
      return;
    }
    file_.plant.data_directory = (file_.path.parent_path() / *folder).lexically_normal();
    const auto longest = socket_path(file_, SiteId{65535});
    if (longest.native().size() > kSocketPathBytes) {
      reader.fault(
          "data_directory",
          fmt::format("makes the path of a site's socket {} bytes long", longest.native().size()),
          fmt::format("a shorter folder: a socket's path holds {} bytes", kSocketPathBytes));
    }
  }

  void read_tls(TableReader& reader) {
    constexpr const char* kModes = "on, off, off-closed-network";
    const auto folder = reader.has("tls_directory")
                            ? reader.text("tls_directory", "a folder").value_or("tls")
                            : std::string("tls");
    file_.plant.tls_directory = (file_.path.parent_path() / folder).lexically_normal();
    if (!reader.has("tls")) return;
    tls_line_ = reader.line("tls");
    const std::string mode = reader.text("tls", kModes).value_or("on");
    if (mode == "off") {
      file_.plant.tls = TlsMode::kOff;
    } else if (mode == "off-closed-network") {
      file_.plant.tls = TlsMode::kOffClosedNetwork;
    } else if (mode != "on") {
      reader.fault("tls", fmt::format("'{}' is unknown", mode), kModes);
    }
  }

  /// TLS is the rule; a plant that does not leave its host goes without unless it says "on".
  void settle_tls() {
    const bool local = std::all_of(file_.sites.begin(), file_.sites.end(), [](const Site& site) {
      return is_loopback(site.address) &&
             (site.second_address.empty() || is_loopback(site.second_address));
    });
    if (!tls_line_ && local) file_.plant.tls = TlsMode::kOff;
    if (file_.plant.tls != TlsMode::kOff || local) return;
    faults_.add(*tls_line_, "plant.tls", "is off, and a site has an address that leaves its host",
                "on; off-closed-network where nobody else can reach the network between the sites");
  }

  void read_second_address(TableReader& reader, Site& site) {
    if (!reader.has("second_address")) return;
    const auto address = reader.text("second_address", kAddressRule);
    if (!address) return;
    site.second_address = *address;
    if (!is_address(*address)) {
      reader.fault("second_address", fmt::format("'{}' is no address", *address), kAddressRule);
    }
    site.second_port = site.port;
    if (reader.has("second_port")) {
      site.second_port =
          static_cast<std::uint16_t>(reader.integer("second_port", 1, 65535).value_or(site.port));
    }
    ports_.use(*address, site.second_port, reader);
  }

  void read_sites() {
    UniqueCheck numbers("site number", "a number that no other site has");
    UniqueCheck names("site name", "a name that no other site has");
    const auto tables = root_.tables("sites", "one [[sites]] table for each site");
    for (std::size_t i = 0; i < tables.size(); ++i) {
      TableReader reader(*tables[i], fmt::format("sites[{}]", i + 1), faults_);
      Site site;
      if (const auto number = reader.integer("number", 1, 65535)) {
        site.number = SiteId{static_cast<std::uint16_t>(*number)};
        numbers.use(std::to_string(*number), "number", reader);
      }
      site.name = name_of(reader, names);
      site.address = address_of(reader);
      site.port = port_of(reader, site.address);
      read_second_address(reader, site);
      if (reader.has("witness")) site.witness = reader.flag("witness").value_or(false);
      reader.finish();
      file_.sites.push_back(std::move(site));
    }
    if (tables.size() > limits::kSitesPerPlant || (tables.empty() && root_.has("sites"))) {
      root_.fault("sites", fmt::format("there are {}", tables.size()),
                  fmt::format("1 to {} sites", limits::kSitesPerPlant));
    }
    const bool serves = std::any_of(file_.sites.begin(), file_.sites.end(),
                                    [](const Site& site) { return !site.witness; });
    if (!file_.sites.empty() && !serves) {
      root_.fault("sites", "has witnesses only", "one site at least that is no witness");
    }
    settle_tls();
    std::sort(file_.sites.begin(), file_.sites.end(),
              [](const Site& a, const Site& b) { return a.number < b.number; });
  }

  std::string site_rule() const {
    std::vector<std::string> numbers;
    for (const Site& site : file_.sites) numbers.push_back(std::to_string(site.number.value));
    return "numbers of this plant's sites, each once: " + joined(numbers);
  }

  std::vector<SiteId> sites_of(TableReader& reader) {
    std::vector<SiteId> sites;
    const auto numbers = reader.integers("sites", site_rule());
    if (!numbers) return sites;
    if (numbers->empty()) reader.fault("sites", "is empty", site_rule());
    for (std::int64_t number : *numbers) {
      const SiteId site{static_cast<std::uint16_t>(number)};
      if (number < 1 || number > 65535 || !file_.site(site)) {
        reader.fault("sites", fmt::format("{} is no site", number), site_rule());
      } else if (std::find(sites.begin(), sites.end(), site) != sites.end()) {
        reader.fault("sites", fmt::format("{} is there twice", number), site_rule());
      } else if (file_.site(site)->witness) {
        reader.fault("sites", fmt::format("{} is a witness", number), "sites that are no witness");
      } else {
        sites.push_back(site);
      }
    }
    return sites;
  }

  void read_services() {
    UniqueCheck names("service", "each service once");
    if (!root_.has("services")) return;
    const auto tables = root_.tables("services", "one [[services]] table for each service");
    for (std::size_t i = 0; i < tables.size(); ++i) {
      TableReader reader(*tables[i], fmt::format("services[{}]", i + 1), faults_);
      Service service;
      if (const auto name = reader.text("name", joined(kServiceNames))) {
        service.name = *name;
        if (std::find(kServiceNames.begin(), kServiceNames.end(), *name) == kServiceNames.end()) {
          reader.fault("name", fmt::format("'{}' is no service", *name), joined(kServiceNames));
        }
        names.use(*name, "name", reader);
      }
      service.sites = sites_of(reader);
      const auto most = static_cast<std::int64_t>(std::max<std::size_t>(service.sites.size(), 1));
      service.minimum = static_cast<std::uint32_t>(most);
      if (reader.has("minimum")) {
        service.minimum =
            static_cast<std::uint32_t>(reader.integer("minimum", 1, most).value_or(most));
      }
      reader.finish();
      file_.services.push_back(std::move(service));
    }
  }

  void read_stations() {
    UniqueCheck names("station name", "a name that no other station has");
    std::vector<std::string> kinds;
    for (StationKind kind : kStationKinds) kinds.emplace_back(to_string(kind));
    if (!root_.has("stations")) return;
    const auto tables = root_.tables("stations", "one [[stations]] table for each station");
    for (std::size_t i = 0; i < tables.size(); ++i) {
      TableReader reader(*tables[i], fmt::format("stations[{}]", i + 1), faults_);
      Station station;
      station.name = name_of(reader, names);
      if (const auto kind = reader.text("kind", joined(kinds))) {
        const auto place = std::find(kinds.begin(), kinds.end(), *kind);
        if (place == kinds.end()) {
          reader.fault("kind", fmt::format("'{}' is unknown", *kind), joined(kinds));
        } else {
          station.kind = kStationKinds[static_cast<std::size_t>(place - kinds.begin())];
        }
      }
      station.address = address_of(reader);
      station.port = port_of(reader, station.address);
      reader.finish();
      file_.stations.push_back(std::move(station));
    }
  }

  void read_sensors() {
    if (!root_.has("sensors")) return;
    const toml::table* table = root_.table("sensors", "the table [sensors]");
    if (!table) return;
    TableReader reader(*table, "sensors", faults_);
    if (const auto number = reader.integer("site", 1, 65535)) {
      const SiteId site{static_cast<std::uint16_t>(*number)};
      if (!file_.site(site)) {
        reader.fault("site", fmt::format("{} is no site", *number), site_rule());
      } else if (file_.site(site)->witness) {
        reader.fault("site", fmt::format("{} is a witness", *number), "a site that is no witness");
      }
      file_.sensors = Sensors{site};
    }
    reader.finish();
  }

  TableReader root_;
  Faults& faults_;
  PlantFile file_;
  PortCheck ports_;
  std::optional<std::uint32_t> tls_line_;  ///< where the file says anything of TLS
};

template <typename List, typename Match>
auto* first_of(const List& list, Match match) {
  const auto place = std::find_if(list.begin(), list.end(), match);
  return place == list.end() ? nullptr : &*place;
}

}  // namespace

std::string_view to_string(StationKind kind) {
  switch (kind) {
    case StationKind::kDiffusion:
      return "diffusion";
    case StationKind::kImplant:
      return "implant";
    case StationKind::kLithography:
      return "lithography";
    case StationKind::kTransporter:
      return "transporter";
  }
  return "unknown";
}

const Site* PlantFile::site(SiteId number) const {
  return first_of(sites, [&](const Site& site) { return site.number == number; });
}

const Site* PlantFile::site_named(std::string_view name) const {
  return first_of(sites, [&](const Site& site) { return site.name == name; });
}

const Service* PlantFile::service(std::string_view name) const {
  return first_of(services, [&](const Service& service) { return service.name == name; });
}

const Station* PlantFile::station(std::string_view name) const {
  return first_of(stations, [&](const Station& station) { return station.name == name; });
}

Result<PlantFile> parse_plant_file(std::string_view text, const std::filesystem::path& path) {
  const toml::parse_result parsed = toml::parse(text, path.native());
  if (!parsed) {
    const toml::parse_error& error = parsed.error();
    return make_error(Errc::kInvalidArgument,
                      fmt::format("{}:{}: {}; allowed: TOML 1.0", path.native(),
                                  error.source().begin.line, error.description()));
  }
  Faults faults(path.native());
  PlantFile file = PlantReader(parsed.table(), path, faults).read();
  if (!faults.empty()) return make_error(Errc::kInvalidArgument, faults.text());
  return file;
}

Result<PlantFile> read_plant_file(const std::filesystem::path& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) {
    return make_error(Errc::kIo, fmt::format("{}: cannot be read: {}; give the plant file with "
                                             "--config FILE",
                                             path.native(), std::strerror(errno)));
  }
  const std::string text{std::istreambuf_iterator<char>(stream), std::istreambuf_iterator<char>()};
  if (stream.bad()) {
    return make_error(Errc::kIo, fmt::format("{}: reading failed", path.native()));
  }
  return parse_plant_file(text, path);
}

std::uint64_t settings_hash(const PlantFile& plant) {
  std::string text = plant.plant.id + "\n" + plant.plant.model + "\n";
  for (const std::size_t limit :
       {limits::kFrameBytes, limits::kPayloadBytes, limits::kSnapshotFrameBytes,
        limits::kSitesPerPlant, limits::kGroupsPerPlant, limits::kMembersPerGroup,
        limits::kDestinations, limits::kChangesPerEpoch, limits::kNameBytes, limits::kTextBytes}) {
    text += fmt::format("{} ", limit);
  }
  std::uint64_t hash = 0xcbf29ce484222325ULL;  // FNV-1a, 64 bits
  for (char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
  return hash;
}

}  // namespace cohort::config
