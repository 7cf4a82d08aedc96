#include "platform/daemon/site_daemon.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "platform/base/heap_trim.h"
#include "platform/base/rng.h"
#include "platform/core/protocols_process.h"
#include "platform/daemon/trace_ring.h"
#include "platform/net/client_server.h"
#include "platform/net/site_links.h"
#include "platform/store/sqlite/sqlite_store.h"

namespace cohort::daemon {

namespace {

std::vector<wire::Host> hosts_of(const config::PlantFile& plant) {
  std::vector<wire::Host> hosts;
  for (const config::Site& site : plant.sites) {
    wire::Host host{site.number, site.name, {{site.address, site.port}}, site.witness};
    if (!site.second_address.empty()) {
      host.endpoints.push_back({site.second_address, site.second_port});
    }
    hosts.push_back(std::move(host));
  }
  return hosts;
}

/// So that a flood does not hold back for long what a step sends: heartbeats, above all.
constexpr std::size_t kInputsPerStep = 1024;

/// The numbers of clients inside this program have this bit; those of the Unix socket count from 1.
constexpr std::uint64_t kLocalClient = std::uint64_t{1} << 63;

core::Channel to_core(net::Channel channel) {
  return static_cast<core::Channel>(channel);
}
net::Channel to_net(core::Channel channel) {
  return static_cast<net::Channel>(channel);
}

/// Who may change the plant at this site: root, the daemon's own user, whom the plant file names.
std::vector<std::uint32_t> operators_of(const config::PlantFile& plant) {
  std::vector<std::uint32_t> users = {0, ::geteuid()};
  for (const std::string& name : plant.plant.operators) {
    if (const passwd* user = ::getpwnam(name.c_str())) users.push_back(user->pw_uid);
  }
  return users;
}

/// Views, restarts and lost sessions are what an operator looks for; the rest is for developers.
LogLevel level_of(std::string_view trace) {
  for (std::string_view event : {"event=view.", "event=session.", "event=ballot.", "event=site.",
                                 "event=path.", "event=plant."}) {
    if (trace.starts_with(event)) return LogLevel::kInfo;
  }
  return LogLevel::kDebug;
}

}  // namespace

struct SiteDaemon::Parts : std::enable_shared_from_this<SiteDaemon::Parts> {
  Parts(net::Runtime& loop, LogFile& to_log, Settings told)
      : runtime(loop),
        log(to_log),
        settings(std::move(told)),
        ring(config::log_directory(settings.plant, settings.site) / "cohortd.trace"),
        tick(loop, [this] { give(core::Tick{}); }) {}

  Result<void> start();
  Result<void> open_store(core::Settings& core_settings);
  void choose_hosts(core::Settings& core_settings);
  Result<void> make_links(const std::vector<wire::Host>& hosts);
  void make_clients();

  void give(core::Input input);
  void run_inputs();
  void carry_out(core::Effects effects);
  void end(LifeEnd how);
  void close_local(std::uint64_t client, const std::string& reason);

  // ---- one for each effect
  void perform(core::SendFrame& effect) {
    links->send(effect.site, to_net(effect.channel), effect.frame, effect.body);
  }
  void perform(core::SendClient& effect);
  void perform(core::CloseClient& effect);
  void perform(core::CloseLink& effect) { links->close(effect.site, effect.reason); }
  void perform(core::StoreWrite& effect);
  void perform(core::LogWrite& effect);
  void perform(core::Trace& effect);
  void perform(core::FailStop& effect);
  void perform(core::SetHosts& effect) { links->set_hosts(effect.hosts); }
  void perform(const core::SetLease& effect) { set_lease(effect.until); }
  void set_lease(MonotonicTime until);

  net::Runtime& runtime;
  LogFile& log;
  Settings settings;
  TraceRing ring;
  net::Alarm tick;
  SiteLife life;
  std::unique_ptr<store::SqliteStore> store;
  std::unique_ptr<net::SiteLinks> links;
  std::unique_ptr<net::ClientServer> clients;
  std::unique_ptr<core::ProtocolsProcess> core;
  std::vector<core::Input> inputs;   ///< of the next turn
  std::vector<core::Input> working;  ///< of this one; empty between turns
  HeapTrim heap{release_free_memory};
  std::map<std::uint64_t, LocalClient> locals;
  std::uint64_t last_local = kLocalClient;
  MonotonicTime lease_until{};  ///< as told to the clients
  bool ended = false;
};

Result<void> SiteDaemon::Parts::start() {
  core::Settings core_settings;
  if (auto opened = open_store(core_settings); !opened) return opened;
  core_settings.self = life;
  core_settings.plant = settings.plant.plant.name;
  core_settings.seed = mix64((std::uint64_t{life.site.value} << 16) | life.incarnation.value);
  core_settings.joins = settings.joins;
  core_settings.operators = operators_of(settings.plant);
  choose_hosts(core_settings);
  if (auto links_made = make_links(core_settings.hosts); !links_made) return links_made;
  make_clients();
  if (auto listens = links->listen(); !listens) return listens;
  const auto socket = config::socket_path(settings.plant, settings.site);
  if (auto listens = clients->listen(socket); !listens) return listens;
  core_settings.hosts = hosts_of(settings.plant);
  core = std::make_unique<core::ProtocolsProcess>(std::move(core_settings));
  log.write(LogLevel::kInfo, fmt::format("event=start site={} plant={}", to_string(life),
                                         settings.plant.plant.name));
  give(core::Start{});
  links->connect();
  return {};
}

Result<void> SiteDaemon::Parts::open_store(core::Settings& core_settings) {
  const auto path = config::database_path(settings.plant, settings.site);
  auto opened = store::SqliteStore::open(
      path, [&loop = runtime](std::function<void()> function) { loop.post(std::move(function)); });
  if (!opened) return std::unexpected(opened.error());
  store = std::move(*opened);
  auto records = store->read_all();
  if (!records) return std::unexpected(records.error());
  core_settings.log = std::move(*records);
  const auto incarnation = store->next_incarnation();
  if (!incarnation) return std::unexpected(incarnation.error());
  life = {settings.site, *incarnation};
  return {};
}

/// What the plant's sites have agreed on counts more than the plant file; a site that knows both
/// says where they differ.
void SiteDaemon::Parts::choose_hosts(core::Settings& core_settings) {
  for (const config::Site& site : settings.plant.sites) core_settings.sites.push_back(site.number);
  core_settings.hosts = hosts_of(settings.plant);
  const auto recorded = core::recorded_plant(core_settings.log);
  if (!recorded || recorded->host(settings.site) == nullptr) return;
  for (const wire::Host& host : core_settings.hosts) {
    const wire::Host* agreed = recorded->host(host.site);
    if (agreed != nullptr && agreed->endpoints == host.endpoints) continue;
    log.write(
        LogLevel::kWarning,
        fmt::format("the plant file says that site {} listens at {} port {}, the plant has "
                    "agreed otherwise, which counts; see 'cohort sites', change it there",
                    host.site.value, host.endpoints.front().address, host.endpoints.front().port));
  }
  core_settings.hosts = recorded->hosts;
}

Result<void> SiteDaemon::Parts::make_links(const std::vector<wire::Host>& hosts) {
  net::SiteLinksSettings link_settings;
  link_settings.self = settings.site;
  link_settings.life = life.incarnation;
  link_settings.hosts = hosts;
  link_settings.plant = settings.plant.plant.name;
  link_settings.settings_hash = config::settings_hash(settings.plant);
  if (settings.plant.plant.tls == config::TlsMode::kOn) {
    auto tls =
        net::Tls::open(settings.plant.plant.tls_directory, link_settings.plant, settings.site);
    if (!tls) return std::unexpected(tls.error());
    link_settings.tls = std::move(*tls);
  } else if (settings.plant.plant.tls == config::TlsMode::kOffClosedNetwork) {
    log.write(LogLevel::kWarning,
              "TLS between the sites is off: whoever reaches their network can read and forge");
  }
  net::SiteLinks::Handlers handlers;
  handlers.on_up = [this](SiteId site, net::Channel channel) {
    give(core::LinkUp{site, to_core(channel)});
  };
  handlers.on_down = [this](SiteId site, net::Channel channel, bool process_gone,
                            const std::string& reason) {
    log.write(
        LogLevel::kInfo,
        fmt::format("event=link.down site={} peer={} channel={} process_gone={} reason=\"{}\"",
                    to_string(life), site.value, static_cast<int>(channel), process_gone, reason));
    give(core::LinkDown{site, to_core(channel), process_gone});
  };
  handlers.on_frame = [this](SiteId site, net::Channel channel, Bytes frame) {
    give(core::FrameReceived{site, to_core(channel), std::move(frame)});
  };
  handlers.on_trouble = [this](const std::string& text) { log.write(LogLevel::kWarning, text); };
  handlers.on_path = [this](SiteId site, net::Channel channel, std::size_t path,
                            const net::PathState& state) {
    give(core::PathReport{site, to_core(channel), path, state.up, state.carries, state.reason});
  };
  links = std::make_unique<net::SiteLinks>(runtime, std::move(link_settings), std::move(handlers));
  return {};
}

void SiteDaemon::Parts::make_clients() {
  using Client = net::ClientServer::Client;
  net::ClientServer::Handlers handlers;
  handlers.on_opened = [this](Client client, std::uint32_t user) {
    give(core::ClientOpened{{client}, user});
  };
  handlers.on_records = [this](Client client, Bytes records) {
    give(core::ClientFrame{{client}, std::move(records)});
  };
  handlers.on_gone = [this](Client client, const std::string& reason) {
    log.write(LogLevel::kDebug,
              fmt::format("event=client.gone client={} reason=\"{}\"", client, reason));
    give(core::ClientGone{{client}});
  };
  clients = std::make_unique<net::ClientServer>(runtime, std::move(handlers));
}

void SiteDaemon::Parts::give(core::Input input) {
  inputs.push_back(std::move(input));
  if (inputs.size() > 1) return;
  runtime.post([self = shared_from_this()] { self->run_inputs(); });
}

void SiteDaemon::Parts::run_inputs() {
  // All that came in this turn is one step: what it causes leaves together.
  working.swap(inputs);
  std::span<const core::Input> left = working;
  while (!left.empty() && !ended) {
    const std::size_t count = std::min(left.size(), kInputsPerStep);
    carry_out(core->step(left.first(count), net::Runtime::now()));
    left = left.subspan(count);
  }
  const std::size_t taken = working.size();
  working.clear();
  if (ended) return;
  tick.set(core->next_deadline());
  heap.after_turn(net::Runtime::now(), taken);
}

void SiteDaemon::Parts::carry_out(core::Effects effects) {
  for (core::Effect& effect : effects) {
    if (ended) return;
    std::visit([this](auto& known) { perform(known); }, effect);
  }
}

void SiteDaemon::Parts::perform(core::SendClient& effect) {
  if ((effect.client.value & kLocalClient) == 0) {
    clients->send(effect.client.value, std::move(effect.records));
  } else if (const auto local = locals.find(effect.client.value); local != locals.end()) {
    local->second.on_records(effect.records);
  }
}

void SiteDaemon::Parts::set_lease(MonotonicTime until) {
  lease_until = until;
  clients->set_lease(until);
  for (const auto& [client, local] : locals) local.on_lease(until);
}

void SiteDaemon::Parts::perform(core::CloseClient& effect) {
  if ((effect.client.value & kLocalClient) == 0) {
    clients->close(effect.client.value, effect.reason);
  } else {
    close_local(effect.client.value, effect.reason);
  }
}

void SiteDaemon::Parts::close_local(std::uint64_t client, const std::string& reason) {
  const auto gone = locals.extract(client);
  if (gone.empty()) return;
  give(core::ClientGone{{client}});
  gone.mapped().on_gone(reason);
}

void SiteDaemon::Parts::perform(core::StoreWrite& effect) {
  store::Store::Done done = [weak = weak_from_this(),
                             token = effect.token](const Result<void>& result) {
    const auto self = weak.lock();
    if (!self) return;
    if (result) {
      self->give(core::StoreDone{token});
    } else {
      self->end({"stable storage failed: " + result.error().text, false});
    }
  };
  if (effect.replaces) {
    std::vector<Bytes> only;
    only.push_back(std::move(effect.record));
    store->replace_all(std::move(only), std::move(done));
  } else {
    store->append(std::move(effect.record), std::move(done));
  }
}

void SiteDaemon::Parts::perform(core::LogWrite& effect) {
  store->append_to(effect.log, std::move(effect.record),
                   [weak = weak_from_this(), token = effect.token](const Result<void>& result) {
                     const auto self = weak.lock();
                     if (!self) return;
                     if (result) {
                       self->give(core::LogDone{token});
                     } else {
                       self->end({"stable storage failed: " + result.error().text, false});
                     }
                   });
}

void SiteDaemon::Parts::perform(core::Trace& effect) {
  log.write(level_of(effect.text), effect.text);
  ring.add(net::Runtime::now(), std::move(effect.text));
}

void SiteDaemon::Parts::perform(core::FailStop& effect) {
  if (effect.incarnation_above > life.incarnation) {
    const auto raised = store->raise_incarnation(effect.incarnation_above);
    if (!raised) log.write(LogLevel::kError, raised.error().text);
  }
  end({effect.reason, effect.final});
}

void SiteDaemon::Parts::end(LifeEnd how) {
  if (ended) return;
  ended = true;
  set_lease({});
  tick.cancel();
  for (auto& [client, local] : std::exchange(locals, {})) local.on_gone(how.reason);
  ring.add(net::Runtime::now(), "event=end reason=\"" + how.reason + "\"");
  runtime.post([self = shared_from_this(), how = std::move(how)] { self->settings.on_end(how); });
}

SiteDaemon::SiteDaemon(std::shared_ptr<Parts> parts) : parts_(std::move(parts)) {}

SiteDaemon::~SiteDaemon() {
  // Who listens is the sign of life that other sites ask for: it goes first, with all connections.
  parts_->ended = true;
  parts_->tick.cancel();
  parts_->links.reset();
  parts_->clients.reset();
  parts_->store.reset();
}

Result<std::unique_ptr<SiteDaemon>> SiteDaemon::start(net::Runtime& runtime, LogFile& log,
                                                      Settings settings) {
  auto parts = std::make_shared<Parts>(runtime, log, std::move(settings));
  std::unique_ptr<SiteDaemon> daemon(new SiteDaemon(parts));
  if (const auto started = parts->start(); !started) return std::unexpected(started.error());
  return daemon;
}

SiteLife SiteDaemon::life() const {
  return parts_->life;
}
void SiteDaemon::renew_certificates() {
  parts_->links->renew_certificates();
}

void SiteDaemon::leave() {
  parts_->give(core::Leave{});
}

std::uint64_t SiteDaemon::open_local(LocalClient client) {
  if (parts_->ended) {
    client.on_gone("the life is over");
    return 0;
  }
  const std::uint64_t number = ++parts_->last_local;
  client.on_lease(parts_->lease_until);
  parts_->locals.emplace(number, std::move(client));
  parts_->give(core::ClientOpened{{number}, ::getuid()});
  return number;
}

void SiteDaemon::send_local(std::uint64_t client, Bytes records) {
  if (parts_->locals.contains(client)) {
    parts_->give(core::ClientFrame{{client}, std::move(records)});
  }
}

void SiteDaemon::close_local(std::uint64_t client) {
  parts_->close_local(client, "closed by the process");
}

void SiteDaemon::dump_traces(std::string_view why) {
  const bool dumped = parts_->ring.dump(why);
  parts_->log.write(dumped ? LogLevel::kInfo : LogLevel::kWarning,
                    fmt::format("{} the last protocol events to {}",
                                dumped ? "wrote" : "cannot write", parts_->ring.path().native()));
}

}  // namespace cohort::daemon
