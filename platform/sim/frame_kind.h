/// The kind of a frame between two sites, by the name that docs/formats/frame.md gives it:
/// "WEDGE-ANSWER"; of a stream's frames, by the weightiest number in them, MESSAGE, HEADER, MARKER,
/// SKIP.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "platform/base/bytes.h"

namespace cohort::sim {

/// Empty where the bytes are no frame.
std::string frame_kind(ByteView envelope);
/// All kinds, for messages about a kind that does not exist.
std::vector<std::string> frame_kinds();
/// "STREAM" stands for all four kinds of a stream's frames.
bool kind_matches(std::string_view wanted, std::string_view kind);

}  // namespace cohort::sim
