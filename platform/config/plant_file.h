/// The plant file: what every program of a plant is told at its start (docs/formats/config.md).
///
/// One TOML file describes the whole plant and is the same at all sites; a program that belongs to
/// a site is told the site's number on its command line.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/result.h"

namespace cohort::config {

/// Whether the sites talk through TLS (docs/security.md).
enum class TlsMode : std::uint8_t {
  kOn,
  kOff,               ///< only where every site's address is a loopback one
  kOffClosedNetwork,  ///< said explicitly: the network between the sites is nobody else's
};

struct Plant {
  std::string name;
  std::string model;                     ///< "minifab": the built-in Intel Mini-Fab
  double clock_factor = 1;               ///< plant time runs this much faster than real time
  std::filesystem::path data_directory;  ///< absolute (given relative to the file's folder)
  std::string id = {};                   ///< tells plants of one name apart; may be empty
  TlsMode tls = TlsMode::kOn;
  std::filesystem::path tls_directory = {};  ///< absolute; where the certificates lie
  /// Users of the host, besides root and the daemon's own, who may change the plant.
  std::vector<std::string> operators = {};
};

struct Site {
  SiteId number;
  std::string name;
  std::string address;              ///< an IPv4 or IPv6 literal
  std::uint16_t port = 0;           ///< where the site's daemon listens for other sites
  std::string second_address = {};  ///< on the plant's second network; empty: there is one only
  std::uint16_t second_port = 0;
  bool witness = false;  ///< it only votes: no clients, no groups
};

struct Service {
  std::string name;           ///< its group's name; the program is "cohort-" + name
  std::vector<SiteId> sites;  ///< one member on each
  std::uint32_t minimum = 0;  ///< members that should always run
};

enum class StationKind : std::uint8_t { kDiffusion, kImplant, kLithography, kTransporter };

/// "diffusion", "implant", "lithography", "transporter".
std::string_view to_string(StationKind kind);

struct Station {
  std::string name;
  StationKind kind = StationKind::kDiffusion;
  std::string address;
  std::uint16_t port = 0;
};

/// The process that stores the stations' readings.
struct Sensors {
  SiteId site;
};

struct PlantFile {
  std::filesystem::path path;  ///< of the file itself, absolute
  Plant plant;
  std::vector<Site> sites;        ///< by number
  std::vector<Service> services;  ///< as in the file
  std::vector<Station> stations;  ///< as in the file
  std::optional<Sensors> sensors;

  const Site* site(SiteId number) const;
  const Site* site_named(std::string_view name) const;
  const Service* service(std::string_view name) const;
  const Station* station(std::string_view name) const;
};

/// Reads and checks a plant file.
/// Ensures: names and ports are unique, every site named by a service exists, paths fit a socket.
/// Errors: kIo (cannot be read), kInvalidArgument: every fault found, one line each, in the form
/// "FILE:LINE: key 'x.y': what is wrong; allowed: what is allowed". Blocks: for the file.
Result<PlantFile> read_plant_file(const std::filesystem::path& path);

/// The same from text in memory; `path` names the file and is what relative paths start from.
Result<PlantFile> parse_plant_file(std::string_view text, const std::filesystem::path& path);

/// Sites with different values must not talk to each other: a hash of the plant's id and model and
/// of the limits that frames rely on. Not of the list of sites, which changes while a plant runs.
std::uint64_t settings_hash(const PlantFile& plant);

/// True for an IPv4 or IPv6 literal.
bool is_address(const std::string& address);

// ---- where a site keeps its files, under data_directory/site-N/
std::filesystem::path site_directory(const PlantFile& plant, SiteId site);
std::filesystem::path socket_path(const PlantFile& plant, SiteId site);    ///< the daemon's socket
std::filesystem::path database_path(const PlantFile& plant, SiteId site);  ///< the daemon's log
std::filesystem::path log_directory(const PlantFile& plant, SiteId site);
std::filesystem::path history_directory(const PlantFile& plant, SiteId site);

}  // namespace cohort::config
