#include "platform/sim/frame_kind.h"

#include <algorithm>
#include <cctype>
#include <type_traits>
#include <utility>
#include <variant>

#include "platform/base/instrument.h"
#include "platform/base/instrument_run.h"
#include "platform/wire/peer_protocol.h"

namespace cohort::sim {

namespace {

/// "WedgeAnswer" becomes "WEDGE-ANSWER".
std::string in_capitals(std::string_view name) {
  std::string text;
  for (const char c : name) {
    const auto letter = static_cast<unsigned char>(c);
    if (std::isupper(letter) != 0 && !text.empty()) text += '-';
    text += static_cast<char>(std::toupper(letter));
  }
  return text;
}

/// "WedgeAnswer" is "WEDGE-ANSWER", "OrderFrame" is "ORDER".
template <typename T>
std::string kind_of() {
  std::string name = in_capitals(instrument::type_name<T>());
  const std::size_t suffix = name.rfind("-FRAME");
  if (suffix != std::string::npos) name.erase(suffix);
  return name;
}

std::string stream_kind(wire::EntryKind kind) {
  if (kind == wire::EntryKind::kMessage) return "MESSAGE";
  if (kind == wire::EntryKind::kHeader) return "HEADER";
  if (kind == wire::EntryKind::kSkip) return "SKIP";
  if (kind == wire::EntryKind::kMarker) return "MARKER";
  return "STREAM";
}

/// A batch is called by the weightiest of its numbers.
std::string batch_kind(const wire::StreamBatch& batch) {
  using enum wire::EntryKind;
  for (const wire::EntryKind kind : {kMessage, kHeader, kMarker}) {
    const auto is_it = [kind](const wire::StreamFrame& frame) { return frame.kind == kind; };
    if (std::any_of(batch.frames.begin(), batch.frames.end(), is_it)) return stream_kind(kind);
  }
  return stream_kind(kSkip);
}

template <std::size_t... I>
std::vector<std::string> all_names(std::index_sequence<I...>) {
  return {kind_of<std::variant_alternative_t<I, wire::PeerFrame>>()...};
}

}  // namespace

std::string frame_kind(ByteView envelope) {
  const auto decoded = wire::decode_envelope(envelope);
  if (!decoded) return "";
  return std::visit(
      [](const auto& frame) -> std::string {
        using Frame = std::decay_t<decltype(frame)>;
        if constexpr (std::is_same_v<Frame, wire::StreamBatch>) return batch_kind(frame);
        return kind_of<Frame>();
      },
      decoded->frame);
}

std::vector<std::string> frame_kinds() {
  std::vector<std::string> kinds =
      all_names(std::make_index_sequence<std::variant_size_v<wire::PeerFrame>>{});
  for (const char* kind : {"STREAM", "MESSAGE", "HEADER", "SKIP", "MARKER"})
    kinds.emplace_back(kind);
  return kinds;
}

bool kind_matches(std::string_view wanted, std::string_view kind) {
  if (wanted == kind) return true;
  return wanted == "STREAM" &&
         (kind == "MESSAGE" || kind == "HEADER" || kind == "SKIP" || kind == "MARKER");
}

}  // namespace cohort::sim
