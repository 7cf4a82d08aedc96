/// A client process's connection to its site's daemon: shared memory where the daemon grants it,
/// else the Unix socket alone (docs/formats/client-protocol.md).
#pragma once

#include <filesystem>
#include <memory>

#include "platform/base/result.h"
#include "platform/net/runtime.h"
#include "platform/wire/client_link.h"

namespace cohort::net {

class UnixClientLink final : public wire::ClientLink {
 public:
  enum class Transport {
    kRings,   ///< asks for shared memory; takes the socket where the daemon has none to give
    kSocket,  ///< asks for none
  };
  /// Connects. Errors: kClosed (no daemon listens there), kIo. Blocks: never for long: it is local.
  static Result<std::unique_ptr<UnixClientLink>> connect(Runtime& runtime,
                                                         const std::filesystem::path& path,
                                                         Transport transport = Transport::kRings);
  ~UnixClientLink() override;

  void send(Bytes record) override;
  MonotonicTime now() const override { return Runtime::now(); }
  /// Over as long as the daemon has not answered.
  MonotonicTime lease_until() const override;

  /// Whether records go through shared memory. False as long as the daemon has not answered.
  bool has_rings() const;

 private:
  struct Parts;
  explicit UnixClientLink(std::shared_ptr<Parts> parts);
  std::shared_ptr<Parts> parts_;
};

}  // namespace cohort::net
