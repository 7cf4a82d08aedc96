/// cohort-fault-proxy: a TCP proxy with faults to order (tests/lab/proxy/fault_proxy.h).
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <exception>

#include "lab/proxy/fault_proxy.h"

int main(int argc, char** argv) {
  using boost::asio::ip::tcp;
  CLI::App app("A TCP proxy that delays, holds, limits, cuts and half-closes connections.",
               "cohort-fault-proxy");
  std::uint16_t port = 0;
  std::string control;
  std::string target;
  std::uint16_t target_port = 0;
  std::uint64_t seed = 1;
  app.add_option("--port", port, "where to listen, at all addresses")->required();
  app.add_option("--control", control, "Unix socket that takes commands")->required();
  app.add_option("--target", target, "address; default: where the kernel redirected from");
  app.add_option("--target-port", target_port, "its port");
  app.add_option("--seed", seed, "of the jitter");
  app.footer(
      "Commands, one a line: set FROM TO [delay_ms=N] [jitter_ms=N] [rate=BYTES] [piece=BYTES] "
      "[hold=0|1] [refuse=0|1]; heal; cut FROM TO; cut-mid-frame FROM TO; half-open FROM TO; "
      "stats. FROM, TO: address or *.");
  CLI11_PARSE(app, argc, argv);
  try {
    boost::asio::io_context context;
    std::optional<tcp::endpoint> fixed;
    if (!target.empty()) fixed.emplace(boost::asio::ip::make_address(target), target_port);
    cohort::lab::FaultProxy proxy(context, {tcp::v4(), port}, fixed, seed);
    cohort::lab::ControlSocket commands(context, control, proxy);
    boost::asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&context](const auto&, int) { context.stop(); });
    context.run();
  } catch (const std::exception& error) {
    fmt::print(stderr, "cohort-fault-proxy: port {}, control {}: {}\n", port, control,
               error.what());
    return 1;
  }
  return 0;
}
