#include "services/cli/exit_code.h"

namespace cohort::cli {

Exit exit_of(Errc code, bool changes) {
  switch (code) {
    case Errc::kOk:
      return Exit::kOk;
    case Errc::kIo:
    case Errc::kNotServing:
    case Errc::kUnknownGroup:
    case Errc::kVersion:
      return Exit::kUnreachable;
    case Errc::kClosed:
    case Errc::kTimedOut:
    case Errc::kTotalFailure:
    case Errc::kNoReplyPossible:
      return changes ? Exit::kUnknown : Exit::kUnreachable;
    case Errc::kOutcomeUnknown:
      return Exit::kUnknown;
    case Errc::kMalformed:
    case Errc::kLimit:
    case Errc::kNotMember:
    case Errc::kAlreadyExists:
    case Errc::kRefused:
    case Errc::kCorrupt:
    case Errc::kInvalidArgument:
      return Exit::kRefused;
  }
  return Exit::kRefused;
}

}  // namespace cohort::cli
