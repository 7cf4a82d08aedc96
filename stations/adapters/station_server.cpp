#include "stations/adapters/station_server.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "stations/limits.h"
#include "stations/sensor_model.h"

namespace cohort::stations {

using boost::asio::ip::tcp;
using boost::system::error_code;

namespace {

/// How far a host's clock may be from UTC; simulated stations share their host's clock.
constexpr Duration kWallError = millis(1);

}  // namespace

Result<std::unique_ptr<StationServer>> StationServer::open(net::Runtime& runtime,
                                                           ServerOptions options) {
  auto machine = std::make_unique<Machine>(options.station);
  auto memory = MemoryFile::open(options.memory, *machine);
  if (!memory) return std::unexpected(memory.error());
  std::unique_ptr<StationServer> server(
      new StationServer(runtime, std::move(options), std::move(machine), std::move(*memory)));
  if (auto started = server->start_clock(); !started) return std::unexpected(started.error());
  if (auto listening = server->listen(); !listening) return std::unexpected(listening.error());
  server->advance();
  server->publish_readings();
  return server;
}

StationServer::StationServer(net::Runtime& runtime, ServerOptions options,
                             std::unique_ptr<Machine> machine, MemoryFile memory)
    : options_(std::move(options)),
      machine_(std::move(machine)),
      memory_(std::move(memory)),
      clock_(WallTime{}, 0, 1),
      acceptor_(runtime.context()),
      completion_(runtime, [this] { advance(); }),
      readings_(runtime, [this] { publish_readings(); }) {}

StationServer::~StationServer() {
  for (auto& [id, client] : clients_) client.connection->close_now();
}

/// The clock goes on as if it had run all the time, also after a restart, and never back: a job
/// that was on the machine is finished when it would have been.
Result<void> StationServer::start_clock() {
  const WallTime wall = net::Runtime::wall_now();
  PlantTime plant = 0;
  if (memory_.restored().clock) plant = memory_.restored().clock->at(wall);
  if (machine_->last_started() != nullptr) {
    plant = std::max(plant, machine_->last_started()->started_ms);
  }
  clock_ = PlantClock(wall, plant, options_.clock_factor);
  clock_started_ = net::Runtime::now();
  return memory_.append(memory_log::clock_line(clock_));
}

Result<void> StationServer::listen() {
  error_code error;
  const auto address = boost::asio::ip::make_address(options_.address, error);
  const tcp::endpoint endpoint(address, options_.port);
  if (!error) acceptor_.open(endpoint.protocol(), error);
  if (!error) acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  if (!error) acceptor_.bind(endpoint, error);
  if (!error) acceptor_.listen(tcp::acceptor::max_listen_connections, error);
  if (error) {
    return make_error(
        Errc::kIo, fmt::format("station {}: cannot listen on {} port {}: {}", options_.station.name,
                               options_.address, options_.port, error.message()));
  }
  net::close_on_exec(acceptor_.native_handle());
  accept();
  return {};
}

std::uint16_t StationServer::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void StationServer::accept() {
  acceptor_.async_accept([this](const error_code& error, tcp::socket socket) {
    if (error == boost::asio::error::operation_aborted) return;
    if (!error) on_connection(std::move(socket));
    accept();
  });
}

void StationServer::on_connection(tcp::socket socket) {
  if (clients_.size() >= limits::kConnectionsPerStation) {
    log(fmt::format("a connection was refused: {} are open", clients_.size()));
    return;
  }
  net::close_on_exec(socket.native_handle());
  const std::uint64_t id = ++last_client_;
  LineConnection::Handlers handlers;
  handlers.on_line = [this, id](const std::string& line) { on_line(id, line); };
  handlers.on_closed = [this, id](const std::string& reason) {
    log(fmt::format("client {} is gone: {}", id, reason));
    clients_.erase(id);
  };
  Client& client = clients_[id];
  client.connection = LineConnection::open(std::move(socket), std::move(handlers));
  protocol::Hello hello;
  hello.station = options_.station;
  hello.plant_ms = now();
  hello.jobs_started = machine_->jobs_started();
  hello.duplicates_refused = machine_->duplicates_refused();
  client.connection->send(protocol::encode(hello));
}

void StationServer::on_line(std::uint64_t client, const std::string& line) {
  const auto request = protocol::decode_request(line);
  if (!request) {
    refuse(client, request.error().text);
    return;
  }
  std::visit([this, client](const auto& part) { handle(client, part); }, *request);
}

void StationServer::refuse(std::uint64_t client, const std::string& reason) {
  log(fmt::format("client {} is closed: {}", client, reason));
  auto connection = clients_.at(client).connection;
  clients_.erase(client);
  connection->send(protocol::encode(protocol::ErrorReport{reason.substr(0, limits::kReasonBytes)}));
  connection->close();
}

void StationServer::handle(std::uint64_t client, const protocol::StartRequest& request) {
  advance();
  StartReply reply = machine_->start(request.job, now());
  if (!keep(reply, request.job.key)) return;
  reply.reason.resize(std::min(reply.reason.size(), limits::kReasonBytes));
  log(fmt::format("start of job {} (step {}, lots {}): {} {}", request.job.key, request.job.step,
                  fmt::join(request.job.lots, ", "), to_string(reply.outcome), reply.reason));
  EquipmentEvent event;
  event.kind = reply.outcome == StartOutcome::kStarted ? EquipmentEvent::Kind::kStarted
                                                       : EquipmentEvent::Kind::kRefused;
  event.job = request.job;
  event.outcome = reply.outcome;
  event.status = reply.status;
  clients_.at(client).connection->send(
      protocol::encode(protocol::StartAnswer{request.call, std::move(reply)}));
  publish(event);
  advance();
}

/// What must not be forgotten goes to the disk before anybody is told. False: the disk failed, and
/// nobody may be told anything any more.
bool StationServer::keep(const StartReply& reply, const std::string& key) {
  Result<void> kept;
  if (reply.outcome == StartOutcome::kStarted) {
    kept = memory_.append(memory_log::started_line(*machine_->last_started()));
  } else if (reply.outcome == StartOutcome::kRefusedDuplicate) {
    kept = memory_.append(memory_log::refused_line(key));
  }
  if (!kept) options_.on_failure(kept.error());
  return kept.has_value();
}

void StationServer::handle(std::uint64_t client, const protocol::QueryRequest& request) {
  advance();
  const protocol::QueryAnswer answer{request.call, machine_->query(request.key)};
  clients_.at(client).connection->send(protocol::encode(answer));
}

void StationServer::handle(std::uint64_t client, const protocol::SubscribeRequest& request) {
  clients_.at(client).events = request.events;
  clients_.at(client).readings = request.readings;
}

void StationServer::advance() {
  for (const EquipmentEvent& event : machine_->advance(now())) {
    log(fmt::format("job {} completed", event.job.key));
    publish(event);
  }
  const auto next = machine_->next_completion();
  if (!next) {
    completion_.cancel();
    return;
  }
  const Duration left(clock_.when(*next).ns - clock_wall().ns);
  completion_.set_in(std::max(left, Duration(0)));
}

void StationServer::publish(const EquipmentEvent& event) {
  const std::string line = protocol::encode(protocol::EventReport{event});
  // A send may end a connection and so change the map.
  const auto clients = clients_;
  for (const auto& [id, client] : clients) {
    if (client.events) client.connection->send(line);
  }
}

void StationServer::publish_readings() {
  readings_.set_in(options_.readings_period);
  const PlantTime at = now();
  auto readings = sense(options_.station, machine_->moment(at), at, options_.seed);
  if (readings.empty()) return;
  for (Reading& reading : readings) {
    reading.wall = net::Runtime::wall_now();
    reading.wall_error = kWallError;
  }
  const std::string line = protocol::encode(protocol::ReadingsReport{std::move(readings)});
  const auto clients = clients_;
  for (const auto& [id, client] : clients) {
    if (client.readings) client.connection->send(line);
  }
}

/// The wall clock as it would be had nobody set it since the start: plant time never goes back.
WallTime StationServer::clock_wall() const {
  return WallTime{clock_.wall_start().ns + (net::Runtime::now() - clock_started_).count()};
}

PlantTime StationServer::now() const {
  return clock_.at(clock_wall());
}

void StationServer::log(std::string text) const {
  if (options_.log) options_.log(std::move(text));
}

}  // namespace cohort::stations
