/// Who may talk to whom between sites: TLS 1.3 with certificates on both sides, signed by the
/// plant's own authority. A certificate's name is its site (docs/security.md).
#pragma once

#include <boost/asio/ssl/context.hpp>
#include <filesystem>
#include <memory>
#include <string>

#include "platform/base/ids.h"
#include "platform/base/result.h"
#include "platform/net/frame_connection.h"

namespace cohort::net {

/// The name in the certificate of a plant's site: a URI among the subject's alternative names, for
/// example "cohort:minifab/site/3".
std::string certificate_name(const std::string& plant, SiteId site);

/// One site's keys and whom it believes, read from a folder:
///   authority.pem  the certificate of the plant's authority
///   site-N.pem     this site's certificate
///   site-N.key     its key; readable by its owner only
///   revoked.pem    certificates that count no longer (a CRL of the authority); may be absent
/// Files that change are read anew without a restart.
class Tls {
 public:
  /// Errors: kIo (a file is missing, or others can read the key), kInvalidArgument (the certificate
  /// names another site, or does not belong to the key); the text says what to do. Blocks: for
  /// files.
  static Result<std::shared_ptr<Tls>> open(const std::filesystem::path& folder,
                                           const std::string& plant, SiteId site);

  /// From now on the connection speaks TLS, with what was read last. Call before its start().
  void secure(FrameConnection& connection, SecureLayer::Side side) const;

  /// Reads the files anew where one of them has changed since. Returns whether they had. On an
  /// error what was read before stays in use.
  Result<bool> reload_if_changed();

 private:
  Tls(std::filesystem::path folder, std::string plant, SiteId site)
      : folder_(std::move(folder)), plant_(std::move(plant)), site_(site) {}
  std::filesystem::path file(const std::string& name) const { return folder_ / name; }
  Result<void> load();
  std::string stamp() const;

  std::filesystem::path folder_;
  std::string plant_;
  SiteId site_;
  std::shared_ptr<boost::asio::ssl::context> context_;
  std::string stamp_;  ///< times and sizes of the files that context_ was made from
};

}  // namespace cohort::net
