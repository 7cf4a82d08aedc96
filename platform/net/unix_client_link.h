/// A client process's connection to its site's daemon over the Unix socket.
#pragma once

#include <filesystem>
#include <memory>

#include "platform/base/result.h"
#include "platform/net/runtime.h"
#include "platform/wire/client_link.h"

namespace cohort::net {

class FrameConnection;

class UnixClientLink final : public wire::ClientLink {
 public:
  /// Connects. Errors: kClosed (no daemon listens there), kIo. Blocks: never for long: it is local.
  static Result<std::unique_ptr<UnixClientLink>> connect(Runtime& runtime,
                                                         const std::filesystem::path& path);
  ~UnixClientLink() override;

  void send(Bytes record) override;

 private:
  explicit UnixClientLink(std::shared_ptr<FrameConnection> connection);
  std::shared_ptr<FrameConnection> connection_;
};

}  // namespace cohort::net
