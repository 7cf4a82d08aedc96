/// What a lab client says of itself, ten times a second.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace cohort::lab {

struct ClientStatus {
  std::string process;
  std::uint64_t view = 0;     ///< number of the site view
  std::uint64_t sites = 0;    ///< in the site view
  std::uint64_t members = 0;  ///< in the view of the lab's group
  bool serving = false;
  bool joined = false;
  std::uint64_t rate = 0;       ///< operations a second that it begins
  std::uint64_t under_way = 0;  ///< operations that have not ended
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
  std::uint64_t noise = 0;    ///< plain multicasts delivered
  std::uint64_t applied = 0;  ///< ordered changes of the replicated state
  std::string digest;         ///< of the state
  std::int64_t wall_s = 0;    ///< the client's wall clock
};

/// Nothing where the line is no status.
std::optional<ClientStatus> parse_status(const std::string& line);

}  // namespace cohort::lab
