/// Outcomes that can be expected: a value or an Error, never dropped.
#pragma once

#include <cstdint>
#include <expected>
#include <string>
#include <string_view>
#include <utility>

namespace cohort {

/// Why something was refused or failed. The numbers travel on the wire and into exit reports:
/// append only.
enum class Errc : std::uint8_t {
  kOk = 0,
  kMalformed = 1,         ///< bytes that no encoder of ours wrote
  kLimit = 2,             ///< beyond a limit of limits.h
  kNotMember = 3,         ///< the caller is no member of the group
  kUnknownGroup = 4,      ///< no group of that name or id
  kAlreadyExists = 5,     ///< the name is taken, or the caller is a member already
  kRefused = 6,           ///< a rule, a filter or a role forbids it; the text says which
  kNoReplyPossible = 7,   ///< every remaining destination failed or sent a null reply
  kTimedOut = 8,          ///< nothing came in the time that the caller allowed
  kOutcomeUnknown = 9,    ///< it may or may not have happened: ask before doing it again
  kNotServing = 10,       ///< the site has no quorum (retry when it serves again)
  kTotalFailure = 11,     ///< every member failed
  kClosed = 12,           ///< the session with the daemon is over
  kIo = 13,               ///< the operating system said no; the text says what
  kCorrupt = 14,          ///< stored data fails its check
  kInvalidArgument = 15,  ///< the caller's own value is wrong; the text says which
  kVersion = 16,          ///< no common protocol version
};

/// The enumerator's name in words for people, for example "not a member".
std::string_view to_string(Errc code);

/// True where the same call may succeed later without any change by the caller.
bool retryable(Errc code);

struct Error {
  Errc code = Errc::kOk;
  std::string text;  ///< what, where, why, and what to do; for people, never parsed
};

template <typename T>
using Result = std::expected<T, Error>;

inline std::unexpected<Error> make_error(Errc code, std::string text) {
  return std::unexpected<Error>(Error{code, std::move(text)});
}

}  // namespace cohort
