#include "platform/net/tls.h"

#include <fmt/format.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <cerrno>
#include <cstring>

namespace cohort::net {

namespace {

using boost::system::error_code;
namespace ssl = boost::asio::ssl;

constexpr const char* kSuites =
    "TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256";

template <typename T, void (*Free)(T*)>
struct Freed {
  void operator()(T* value) const { Free(value); }
};
using BioPointer = std::unique_ptr<BIO, Freed<BIO, BIO_free_all>>;
using CertificatePointer = std::unique_ptr<X509, Freed<X509, X509_free>>;
using RevokedPointer = std::unique_ptr<X509_CRL, Freed<X509_CRL, X509_CRL_free>>;
using NamesPointer = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES, GENERAL_NAMES_free>>;

std::string name_in(X509* certificate) {
  const NamesPointer names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  if (!names) return {};
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    if (name->type != GEN_URI) continue;
    const ASN1_IA5STRING* text = name->d.uniformResourceIdentifier;
    const auto* bytes = reinterpret_cast<const char*>(ASN1_STRING_get0_data(text));
    return {bytes, static_cast<std::size_t>(ASN1_STRING_length(text))};
  }
  return {};
}

Result<void> cannot(const std::filesystem::path& path, const std::string& why) {
  return make_error(
      Errc::kIo,
      fmt::format("{}: {}; deploy/certificates makes a plant's certificates", path.native(), why));
}

Result<void> check_key_file(const std::filesystem::path& path) {
  struct stat found{};
  if (::stat(path.c_str(), &found) != 0) return cannot(path, std::strerror(errno));
  constexpr mode_t kOthers = S_IRWXG | S_IRWXO;
  if ((found.st_mode & kOthers) != 0) {
    return make_error(Errc::kIo, fmt::format("{}: others can read this key; chmod 600 {}",
                                             path.native(), path.native()));
  }
  return {};
}

Result<void> load_revoked(SSL_CTX* context, const std::filesystem::path& path) {
  const BioPointer file(BIO_new_file(path.c_str(), "r"));
  if (!file) return {};  // none: nothing has been revoked
  const RevokedPointer revoked(PEM_read_bio_X509_CRL(file.get(), nullptr, nullptr, nullptr));
  if (!revoked) return cannot(path, "is no list of revoked certificates");
  X509_STORE* store = SSL_CTX_get_cert_store(context);
  X509_STORE_add_crl(store, revoked.get());
  X509_STORE_set_flags(store, X509_V_FLAG_CRL_CHECK);
  return {};
}

/// An end without TLS's farewell is an end: what came before it is whole by its frames' lengths.
error_code as_close(const error_code& error) {
  return error == ssl::error::stream_truncated ? error_code(boost::asio::error::eof) : error;
}

class TlsLayer : public SecureLayer {
 public:
  TlsLayer(FrameConnection::Socket& socket, ssl::context& context, Side side)
      : stream_(socket, context),
        side_(side == Side::kConnects ? ssl::stream_base::client : ssl::stream_base::server) {}

  void shake_hands(std::function<void(const error_code&)> done) override {
    stream_.async_handshake(
        side_, [done = std::move(done)](const error_code& error) { done(as_close(error)); });
  }
  void read_some(boost::asio::mutable_buffer into, Moved done) override {
    stream_.async_read_some(into,
                            [done = std::move(done)](const error_code& error, std::size_t size) {
                              done(as_close(error), size);
                            });
  }
  void write(const std::vector<boost::asio::const_buffer>& from, Moved done) override {
    boost::asio::async_write(stream_, from, std::move(done));
  }
  std::string peer_name() const override {
    const CertificatePointer certificate(SSL_get1_peer_certificate(native()));
    return certificate ? name_in(certificate.get()) : std::string();
  }
  std::string explain(const error_code& error) const override {
    const long verdict = SSL_get_verify_result(native());
    if (verdict == X509_V_OK) return "TLS: " + error.message();
    return std::string("TLS: the other end's certificate is refused: ") +
           X509_verify_cert_error_string(verdict);
  }

 private:
  SSL* native() const { return stream_.native_handle(); }

  mutable ssl::stream<FrameConnection::Socket&> stream_;  ///< whose handle is never asked as const
  ssl::stream_base::handshake_type side_;
};

}  // namespace

std::string certificate_name(const std::string& plant, SiteId site) {
  return fmt::format("cohort:{}/site/{}", plant, site.value);
}

Result<std::shared_ptr<Tls>> Tls::open(const std::filesystem::path& folder,
                                       const std::string& plant, SiteId site) {
  std::shared_ptr<Tls> tls(new Tls(folder, plant, site));
  if (auto loaded = tls->load(); !loaded) return std::unexpected(loaded.error());
  return tls;
}

void Tls::secure(FrameConnection& connection, SecureLayer::Side side) const {
  connection.secure(std::make_unique<TlsLayer>(connection.socket(), *context_, side));
}

Result<void> Tls::load() {
  const std::string own = fmt::format("site-{}", site_.value);
  const auto authority = file("authority.pem");
  const auto certificate = file(own + ".pem");
  const auto key = file(own + ".key");
  const std::string stamp_before = stamp();
  auto context = std::make_shared<ssl::context>(ssl::context::tlsv13);
  SSL_CTX* native = context->native_handle();
  SSL_CTX_set_min_proto_version(native, TLS1_3_VERSION);
  SSL_CTX_set_ciphersuites(native, kSuites);
  // No resumption: every connection shows its certificate, so that a revoked one ends.
  SSL_CTX_set_options(native, SSL_OP_NO_TICKET);
  SSL_CTX_set_num_tickets(native, 0);
  SSL_CTX_set_session_cache_mode(native, SSL_SESS_CACHE_OFF);
  context->set_verify_mode(ssl::verify_peer | ssl::verify_fail_if_no_peer_cert);
  error_code error;
  context->load_verify_file(authority.native(), error);
  if (error) return cannot(authority, error.message());
  context->use_certificate_chain_file(certificate.native(), error);
  if (error) return cannot(certificate, error.message());
  if (auto private_key = check_key_file(key); !private_key) return private_key;
  context->use_private_key_file(key.native(), ssl::context::pem, error);
  if (error) return cannot(key, error.message());
  const std::string name = name_in(SSL_CTX_get0_certificate(native));
  if (name != certificate_name(plant_, site_)) {
    return make_error(Errc::kInvalidArgument,
                      fmt::format("{}: is the certificate of '{}', not of '{}'",
                                  certificate.native(), name, certificate_name(plant_, site_)));
  }
  if (auto revoked = load_revoked(native, file("revoked.pem")); !revoked) return revoked;
  context_ = std::move(context);
  stamp_ = stamp_before;
  return {};
}

std::string Tls::stamp() const {
  std::string stamp;
  const std::string own = fmt::format("site-{}", site_.value);
  for (const std::string& name :
       {std::string("authority.pem"), own + ".pem", own + ".key", std::string("revoked.pem")}) {
    struct stat found{};
    const bool there = ::stat(file(name).c_str(), &found) == 0;
    stamp += there ? fmt::format("{}.{}.{}.{} ", found.st_mtim.tv_sec, found.st_mtim.tv_nsec,
                                 found.st_size, found.st_ino)
                   : "absent ";
  }
  return stamp;
}

Result<bool> Tls::reload_if_changed() {
  const std::string now = stamp();
  if (now == stamp_) return false;
  if (auto loaded = load(); !loaded) {
    stamp_ = now;  // told once; the next change is looked at again
    return std::unexpected(loaded.error());
  }
  return true;
}

}  // namespace cohort::net
