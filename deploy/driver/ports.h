/// Whether a port can be listened on, and who has it where not.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "platform/config/plant_file.h"

namespace cohort::deploy {

/// One line for each port of the plant that is taken: which, and by whom as far as can be seen.
std::vector<std::string> taken_ports(const config::PlantFile& plant);

/// True where somebody accepts connections there.
bool answers(const std::string& address, std::uint16_t port);
/// True where somebody accepts connections on the Unix socket.
bool answers(const std::string& socket_path);

}  // namespace cohort::deploy
