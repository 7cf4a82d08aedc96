/// The daemon's Unix socket: accepts client processes, carries their records both ways, through
/// shared memory where the client wishes it (docs/formats/client-protocol.md), bounds what waits
/// for each. A client that sends garbage or does not read is closed with a reason, nothing
/// else is touched. Handlers are called from the loop only.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>

#include "platform/base/bytes.h"
#include "platform/base/result.h"
#include "platform/base/time.h"
#include "platform/net/runtime.h"

namespace cohort::net {

class ClientServer {
 public:
  /// One connection; never reused.
  using Client = std::uint64_t;
  struct Handlers {
    std::function<void(Client, std::uint32_t user)> on_opened;  ///< `user`: the kernel's word
    std::function<void(Client, Bytes records)> on_records;      ///< framed (wire/record_stream.h)
    std::function<void(Client, const std::string& reason)> on_gone;
  };

  ClientServer(Runtime& runtime, Handlers handlers);
  /// Closes everything and removes the socket; no handler is called any more.
  ~ClientServer();
  ClientServer(const ClientServer&) = delete;
  ClientServer& operator=(const ClientServer&) = delete;

  /// Requires: no other daemon uses the path (the data directory is locked); what an earlier life
  /// left there is removed. Errors: kIo.
  Result<void> listen(const std::filesystem::path& path);

  /// Queues framed records (wire/record_stream.h); nothing where the client has gone.
  void send(Client client, Bytes records);
  /// Closes after what was sent before; then on_gone.
  void close(Client client, const std::string& reason);

  /// Until when every client may act on what it was handed (V11), for those that come later too.
  /// A client that is closed may act no more, nor may any once the server is gone.
  void set_lease(MonotonicTime until);

  std::size_t clients() const;

 private:
  struct Parts;
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::net
