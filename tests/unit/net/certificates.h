/// Makes a plant's certificates in a test's own folder, also wrong ones: expired, of another
/// authority, with another name.
#pragma once

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <sys/stat.h>

#include <cstdio>
#include <memory>
#include <string>

#include "platform/base/assert.h"

namespace cohort::net {

class Authority {
 public:
  explicit Authority(const std::string& name) : key_(new_key()) {
    certificate_.reset(sign("authority of " + name, "", 0, 3600, key_.get(), nullptr));
  }

  /// Writes authority.pem, site-N.pem and site-N.key; valid from and until so many seconds from
  /// now.
  void write(const std::string& folder, int site, const std::string& uri, long from = -3600,
             long until = 3600) {
    const Key key(new_key());
    const Certificate made(
        sign("site " + std::to_string(site), uri, from, until, key.get(), certificate_.get()));
    const std::string base = folder + "/site-" + std::to_string(site);
    write_to(folder + "/authority.pem",
             [&](FILE* file) { return PEM_write_X509(file, certificate_.get()); });
    write_to(base + ".pem", [&](FILE* file) { return PEM_write_X509(file, made.get()); });
    write_to(base + ".key", [&](FILE* file) {
      return PEM_write_PrivateKey(file, key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    ::chmod((base + ".key").c_str(), 0600);
  }

 private:
  struct Free {
    void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
    void operator()(X509* certificate) const { X509_free(certificate); }
  };
  using Key = std::unique_ptr<EVP_PKEY, Free>;
  using Certificate = std::unique_ptr<X509, Free>;

  static EVP_PKEY* new_key() { return EVP_EC_gen("P-256"); }

  X509* sign(const std::string& name, const std::string& uri, long from, long until, EVP_PKEY* key,
             X509* issuer) {
    X509* made = X509_new();
    X509_set_version(made, 2);
    ASN1_INTEGER_set(X509_get_serialNumber(made), ++serial_);
    X509_gmtime_adj(X509_getm_notBefore(made), from);
    X509_gmtime_adj(X509_getm_notAfter(made), until);
    X509_set_pubkey(made, key);
    X509_NAME* subject = X509_get_subject_name(made);
    X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                               reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
    X509_set_issuer_name(made, issuer ? X509_get_subject_name(issuer) : subject);
    add(made, NID_basic_constraints, issuer ? "critical,CA:FALSE" : "critical,CA:TRUE");
    if (!uri.empty()) add(made, NID_subject_alt_name, "URI:" + uri);
    const int signed_bytes = X509_sign(made, key_.get(), EVP_sha256());
    COHORT_ASSERT(signed_bytes > 0, "a certificate can be signed");
    return made;
  }

  static void add(X509* to, int what, const std::string& value) {
    X509_EXTENSION* extension = X509V3_EXT_conf_nid(nullptr, nullptr, what, value.c_str());
    COHORT_ASSERT(extension != nullptr, "the extension is well-formed");
    X509_add_ext(to, extension, -1);
    X509_EXTENSION_free(extension);
  }

  template <typename Write>
  static void write_to(const std::string& path, Write write) {
    std::remove(path.c_str());
    FILE* file = std::fopen(path.c_str(), "w");
    COHORT_ASSERT(file != nullptr, "the test's folder can be written to");
    write(file);
    std::fclose(file);
  }

  Key key_;
  Certificate certificate_;
  long serial_ = 0;
};

}  // namespace cohort::net
