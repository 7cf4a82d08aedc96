/// A TCP proxy in the test's own event loop that can do to connections what networks do: cut them
/// after any number of bytes, go silent in both directions without a word, refuse new ones.
#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "platform/net/runtime.h"

namespace cohort::net {

class Proxy {
 public:
  using Tcp = boost::asio::ip::tcp;

  /// Listens at a free port of `address` and connects to `target` for each connection.
  Proxy(Runtime& runtime, const std::string& address, Tcp::endpoint target)
      : runtime_(runtime),
        target_(std::move(target)),
        acceptor_(runtime.context(), Tcp::endpoint(boost::asio::ip::make_address(address), 0)) {
    accept();
  }
  ~Proxy() {
    boost::system::error_code ignored;
    acceptor_.close(ignored);
    cut();
    *gone_ = true;
  }
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;

  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }

  /// Ends every connection that there is.
  void cut() {
    for (const auto& pair : std::exchange(pairs_, {})) pair->close();
  }
  /// Nothing passes in either direction, and nobody is told; new connections hang.
  void freeze(bool frozen) {
    frozen_ = frozen;
    if (frozen) return;
    const auto waiting = pairs_;
    for (const auto& pair : waiting) pair->go_on(*this);
  }
  /// Called before each piece is passed on: how many bytes of it still pass before the connection
  /// is cut; nothing: all of it.
  std::function<std::optional<std::size_t>(std::size_t bytes)> cut_after;

  std::size_t connections() const { return pairs_.size(); }
  std::uint64_t cuts() const { return cuts_; }

 private:
  struct Pair : std::enable_shared_from_this<Pair> {
    explicit Pair(Runtime& runtime)
        : ends{Tcp::socket(runtime.context()), Tcp::socket(runtime.context())} {}

    /// What is called later finds its proxy gone, perhaps.
    void close() {
      closed = true;
      boost::system::error_code ignored;
      for (Tcp::socket& end : ends) end.close(ignored);
    }
    void go_on(Proxy& proxy) {
      for (const int from : {0, 1}) {
        if (!std::exchange(waits[from], false)) continue;
        if (const std::size_t size = std::exchange(held[from], 0); size > 0) {
          pass_on(proxy, from, size);
        } else {
          read(proxy, from);
        }
      }
    }
    void read(Proxy& proxy, int from) {
      if (proxy.frozen_) {
        waits[from] = true;
        return;
      }
      auto& end = ends[from];
      end.async_read_some(
          boost::asio::buffer(buffers[from]),
          [this, self = shared_from_this(), &proxy, from](const auto& error, std::size_t size) {
            if (closed) return;
            if (error) return proxy.end(self);
            if (proxy.frozen_) {
              held[from] = size;
              waits[from] = true;
              return;
            }
            pass_on(proxy, from, size);
          });
    }
    void pass_on(Proxy& proxy, int from, std::size_t size) {
      const auto passes = proxy.cut_after ? proxy.cut_after(size) : std::nullopt;
      auto& to = ends[1 - from];
      boost::asio::async_write(
          to, boost::asio::buffer(buffers[from], passes ? std::min(*passes, size) : size),
          [this, self = shared_from_this(), &proxy, from, cut = passes.has_value()](
              const auto& error, std::size_t) {
            if (closed) return;
            if (cut) ++proxy.cuts_;
            if (error || cut) return proxy.end(self);
            read(proxy, from);
          });
    }

    Tcp::socket ends[2];
    std::array<std::uint8_t, 16 * 1024> buffers[2];
    std::size_t held[2] = {0, 0};
    bool waits[2] = {false, false};
    bool closed = false;
  };

  void accept() {
    acceptor_.async_accept([this, gone = gone_](const auto& error, Tcp::socket socket) {
      if (error || *gone) return;
      auto pair = std::make_shared<Pair>(runtime_);
      pair->ends[0] = std::move(socket);
      pairs_.insert(pair);
      auto& far = pair->ends[1];
      far.async_connect(target_, [this, pair](const auto& failure) {
        if (pair->closed) return;
        if (failure) return end(pair);
        for (const int from : {0, 1}) pair->read(*this, from);
      });
      accept();
    });
  }
  void end(const std::shared_ptr<Pair>& pair) {
    pair->close();
    pairs_.erase(pair);
  }

  Runtime& runtime_;
  Tcp::endpoint target_;
  Tcp::acceptor acceptor_;
  std::set<std::shared_ptr<Pair>> pairs_;
  std::shared_ptr<bool> gone_ = std::make_shared<bool>(false);
  bool frozen_ = false;
  std::uint64_t cuts_ = 0;
};

}  // namespace cohort::net
