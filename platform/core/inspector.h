/// Answers what a daemon is asked about itself (wire::Inspect): reads, never changes.
#pragma once

#include "platform/core/client_port.h"
#include "platform/core/failure_detector.h"
#include "platform/core/path_book.h"
#include "platform/core/sessions.h"
#include "platform/core/view_change.h"

namespace cohort::core {

struct Inspector {
  const Context& context;
  const Sessions& sessions;
  const FailureDetector& detector;
  const DataPlane& plane;
  const ViewChange& views;
  const PathBook& paths;

  /// what: "sites", "groups", "links", "statistics", "why-left" (argument: a site's number).
  /// An unknown question is answered with the field "error".
  wire::Message answer(const wire::Inspect& question) const;

 private:
  wire::Message sites() const;
  wire::Message::List hosts() const;
  wire::Message::List timers() const;
  wire::Message groups() const;
  wire::Message links() const;
  wire::Message statistics() const;
  wire::Message why_left(const std::string& site) const;
};

}  // namespace cohort::core
