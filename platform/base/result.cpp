#include "platform/base/result.h"

namespace cohort {

std::string_view to_string(Errc code) {
  switch (code) {
    case Errc::kOk:
      return "ok";
    case Errc::kMalformed:
      return "malformed";
    case Errc::kLimit:
      return "beyond a limit";
    case Errc::kNotMember:
      return "not a member";
    case Errc::kUnknownGroup:
      return "unknown group";
    case Errc::kAlreadyExists:
      return "already exists";
    case Errc::kRefused:
      return "refused";
    case Errc::kNoReplyPossible:
      return "no reply possible";
    case Errc::kTimedOut:
      return "timed out";
    case Errc::kOutcomeUnknown:
      return "outcome unknown";
    case Errc::kNotServing:
      return "not serving";
    case Errc::kTotalFailure:
      return "total failure";
    case Errc::kClosed:
      return "closed";
    case Errc::kIo:
      return "input/output error";
    case Errc::kCorrupt:
      return "corrupt";
    case Errc::kInvalidArgument:
      return "invalid argument";
    case Errc::kVersion:
      return "no common version";
  }
  return "unknown error";
}

bool retryable(Errc code) {
  return code == Errc::kNotServing || code == Errc::kTimedOut;
}

}  // namespace cohort
