/// A fuzz target: bytes from a stranger into one decoder, and what must hold for all of them.
///
/// Every target runs in two programs: under libFuzzer (preset fuzz, tests/fuzz/run), and in the
/// normal build over the corpus and the target's own seeds (test fuzz_corpus).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "platform/base/bytes.h"
#include "platform/base/result.h"

namespace cohort::fuzz {

struct Target {
  std::string name;
  /// Must come back for any bytes; require() says what else must hold.
  std::function<void(ByteView)> run;
  /// Valid inputs, so that a fuzzer need not find the format by itself.
  std::vector<Bytes> seeds;
};

/// Ends the program, with the text, where it is not so: the fuzzer keeps the input.
void require(bool so, const char* what);

/// decode(bytes) fails, or what it returns encodes to bytes that decode to the same encoding.
template <typename Decode, typename Encode>
void round_trip(ByteView bytes, const Decode& decode, const Encode& encode) {
  const auto first = decode(bytes);
  if (!first) return;
  const Bytes once = encode(*first);
  const auto second = decode(ByteView(once));
  require(second.has_value(), "what was decoded cannot be decoded again once encoded");
  require(encode(*second) == once, "encoding and decoding changes a value");
}

std::vector<Target> all_targets();

// ---- its parts, one file each
void add_wire_targets(std::vector<Target>& all);
void add_net_targets(std::vector<Target>& all);
void add_core_targets(std::vector<Target>& all);
void add_tool_targets(std::vector<Target>& all);
void add_text_targets(std::vector<Target>& all);
void add_service_targets(std::vector<Target>& all);
void add_equipment_targets(std::vector<Target>& all);

inline Bytes to_bytes(std::string_view text) {
  return Bytes(text.begin(), text.end());
}
inline std::string to_text(ByteView bytes) {
  return std::string(bytes.begin(), bytes.end());
}

}  // namespace cohort::fuzz
