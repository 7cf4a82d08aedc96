/// Answers the questions of sensors/protocol.h from the store.
#pragma once

#include <functional>

#include "platform/client/process.h"
#include "sensors/intake.h"
#include "sensors/protocol.h"
#include "sensors/store.h"

namespace cohort::sensors {

class QueryService {
 public:
  /// Binds the entries. Requires: before process.connect(); all outlive the service.
  QueryService(client::Process& process, const Store& store, const Intake& intake);

 private:
  using Answer = Result<wire::Message> (QueryService::*)(const wire::Message& question) const;
  void bind(std::uint8_t entry, Answer answer);
  task::Task<void> serve(client::Delivery request, Answer answer);

  Result<wire::Message> list(const wire::Message& question) const;
  Result<wire::Message> window(const wire::Message& question) const;
  Result<wire::Message> interval(const wire::Message& question) const;

  client::Process& process_;
  const Store& store_;
  const Intake& intake_;
};

}  // namespace cohort::sensors
