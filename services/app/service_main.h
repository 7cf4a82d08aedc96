/// The main of every service's program: makes the service before the process says hello, starts it,
/// runs until told to stop.
#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "platform/client/adapters/host.h"

namespace cohort::services::app {

namespace detail {
template <typename Service>
task::Task<int> serve(client::Host* host, const Result<std::unique_ptr<Service>>* service) {
  if (!*service) co_return host->fail(service->error());
  const Result<void> started = co_await (**service)->start();
  if (!started) co_return host->fail(started.error());
  co_await host->until_stopped();
  co_return int{client::kExitOk};
}
}  // namespace detail

/// `make` returns the service; an error is logged and ends the program.
template <typename Service>
int run_service(int argc, char** argv, client::Application application,
                std::function<Result<std::unique_ptr<Service>>(client::Host&)> make) {
  Result<std::unique_ptr<Service>> service = make_error(Errc::kClosed, "not made");
  application.before_connect = [&service, &make](client::Host& host) { service = make(host); };
  const int code = client::run_application(argc, argv, application, [&service](client::Host& host) {
    return detail::serve<Service>(&host, &service);
  });
  // The service refers to the host, which is gone: it ends with the process.
  if (service) static_cast<void>(service->release());
  return code;
}

}  // namespace cohort::services::app
