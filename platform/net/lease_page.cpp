#include "platform/net/lease_page.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <new>

namespace cohort::net {

namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

Error io_error(const char* what) {
  return Error{Errc::kIo, fmt::format("{}: {}", what, std::strerror(errno))};
}

}  // namespace

Result<std::pair<LeasePage, Descriptor>> LeasePage::make() {
  Descriptor memory(::memfd_create("cohort-lease", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (memory.get() < 0) return std::unexpected(io_error("cannot make the page of the lease"));
  if (::ftruncate(memory.get(), kLeaseBytes) != 0 ||
      ::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0) {
    return std::unexpected(io_error("cannot size the page of the lease"));
  }
  void* const mapped =
      ::mmap(nullptr, kLeaseBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return std::unexpected(io_error("cannot map the page of the lease"));
  LeasePage page(new (mapped) LeaseHeader{});
  return std::pair<LeasePage, Descriptor>(std::move(page), std::move(memory));
}

Result<LeasePage> LeasePage::map(int descriptor) {
  struct stat status{};
  const int seals = ::fcntl(descriptor, F_GET_SEALS);
  if (::fstat(descriptor, &status) != 0 || status.st_size != kLeaseBytes || seals < 0 ||
      (seals & kSeals) != kSeals) {
    return make_error(Errc::kCorrupt, "the page of the lease has another size, or is not sealed");
  }
  void* const mapped = ::mmap(nullptr, kLeaseBytes, PROT_READ, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return std::unexpected(io_error("cannot map the page of the lease"));
  LeasePage page(static_cast<LeaseHeader*>(mapped));
  if (page.header_->magic != kLeaseMagic || page.header_->version != kLeaseVersion) {
    return make_error(Errc::kCorrupt, "the page of the lease is of another version");
  }
  return page;
}

LeasePage::~LeasePage() {
  if (header_ != nullptr) ::munmap(header_, kLeaseBytes);
}

}  // namespace cohort::net
