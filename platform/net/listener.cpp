#include "platform/net/listener.h"

#include <fmt/format.h>
#include <netinet/in.h>

#include <boost/asio/detail/socket_option.hpp>
#include <utility>

#include "platform/net/net_limits.h"

namespace cohort::net {

using boost::asio::ip::tcp;
using boost::system::error_code;

Result<tcp::endpoint> to_tcp(const wire::Endpoint& endpoint) {
  error_code error;
  const auto address = boost::asio::ip::make_address(endpoint.address, error);
  if (error) {
    return make_error(Errc::kInvalidArgument, "'" + endpoint.address + "' is no IP address");
  }
  return tcp::endpoint(address, endpoint.port);
}

Listener::Listener(Runtime& runtime, wire::Endpoint at, std::function<void(Socket)> on_accepted)
    : at_(std::move(at)),
      on_accepted_(std::move(on_accepted)),
      acceptor_(runtime.context()),
      accept_again_(runtime, [this] { accept(); }),
      alive_(std::make_shared<bool>(true)) {}

Listener::~Listener() {
  *alive_ = false;
  error_code ignored;
  acceptor_.close(ignored);
}

Result<void> Listener::listen(bool absent_too) {
  using FreeBind4 = boost::asio::detail::socket_option::boolean<IPPROTO_IP, IP_FREEBIND>;
  using FreeBind6 = boost::asio::detail::socket_option::boolean<IPPROTO_IPV6, IPV6_FREEBIND>;
  const auto endpoint = to_tcp(at_);
  if (!endpoint) return std::unexpected(endpoint.error());
  error_code error;
  acceptor_.open(endpoint->protocol(), error);
  if (!error) {
    close_on_exec(acceptor_.native_handle());
    acceptor_.set_option(tcp::acceptor::reuse_address(true), error);
  }
  if (!error && absent_too && endpoint->address().is_v4()) {
    acceptor_.set_option(FreeBind4(true), error);
  } else if (!error && absent_too) {
    acceptor_.set_option(FreeBind6(true), error);
  }
  if (!error) acceptor_.bind(*endpoint, error);
  if (!error) acceptor_.listen(boost::asio::socket_base::max_listen_connections, error);
  if (error) {
    return make_error(Errc::kIo, fmt::format("cannot listen on {} port {}: {}", at_.address,
                                             at_.port, error.message()));
  }
  accept();
  return {};
}

std::uint16_t Listener::port() const {
  error_code ignored;
  return acceptor_.local_endpoint(ignored).port();
}

void Listener::accept() {
  acceptor_.async_accept([this, alive = alive_](const error_code& error, tcp::socket socket) {
    if (!*alive || error == boost::asio::error::operation_aborted) return;
    if (error) {
      accept_again_.set_in(kAcceptPause);
      return;
    }
    on_accepted_(std::move(socket));
    if (*alive && acceptor_.is_open()) accept();
  });
}

}  // namespace cohort::net
