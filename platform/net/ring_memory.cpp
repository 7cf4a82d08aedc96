#include "platform/net/ring_memory.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstring>
#include <new>
#include <optional>
#include <vector>

#include "platform/base/limits.h"
#include "platform/net/frame_decoder.h"
#include "platform/net/net_limits.h"

namespace cohort::net {

namespace {

constexpr std::size_t kMappedBytes = kRingHeaderBytes + kRingBytes;
constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;
constexpr std::size_t kDescriptors = 5;  ///< the lease comes last, or alone

Error io_error(const char* what) {
  return Error{Errc::kIo, fmt::format("{}: {}", what, std::strerror(errno))};
}

Result<Descriptor> make_memory() {
  Descriptor memory(::memfd_create("cohort-ring", MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (memory.get() < 0) return std::unexpected(io_error("cannot make shared memory"));
  if (::ftruncate(memory.get(), kMappedBytes) != 0 ||
      ::fcntl(memory.get(), F_ADD_SEALS, kSeals) != 0) {
    return std::unexpected(io_error("cannot size shared memory"));
  }
  void* const mapped =
      ::mmap(nullptr, kRingHeaderBytes, PROT_READ | PROT_WRITE, MAP_SHARED, memory.get(), 0);
  if (mapped == MAP_FAILED) return std::unexpected(io_error("cannot map shared memory"));
  new (mapped) RingHeader{.size = kRingBytes};
  ::munmap(mapped, kRingHeaderBytes);
  return memory;
}

}  // namespace

void Descriptor::reset() {
  if (descriptor_ >= 0) ::close(descriptor_);
  descriptor_ = -1;
}

Result<RingMapping> RingMapping::map(int descriptor) {
  struct stat status{};
  const int seals = ::fcntl(descriptor, F_GET_SEALS);
  if (::fstat(descriptor, &status) != 0 || status.st_size != kMappedBytes || seals < 0 ||
      (seals & kSeals) != kSeals) {
    return make_error(Errc::kCorrupt, "the shared memory has another size, or is not sealed");
  }
  void* const mapped =
      ::mmap(nullptr, kMappedBytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  if (mapped == MAP_FAILED) return std::unexpected(io_error("cannot map shared memory"));
  auto* const header = static_cast<RingHeader*>(mapped);
  RingMapping mapping(
      RingPlace{header, static_cast<std::uint8_t*>(mapped) + kRingHeaderBytes, kRingBytes});
  if (header->magic != kRingMagic || header->version != kRingVersion) {
    return make_error(Errc::kCorrupt, "the shared memory is no ring of this version");
  }
  return mapping;
}

RingMapping::~RingMapping() {
  if (place_.header != nullptr) ::munmap(place_.header, kMappedBytes);
}

Result<RingDescriptors> make_rings() {
  RingDescriptors rings;
  auto to_daemon = make_memory();
  if (!to_daemon) return std::unexpected(to_daemon.error());
  auto to_client = make_memory();
  if (!to_client) return std::unexpected(to_client.error());
  rings.to_daemon = std::move(*to_daemon);
  rings.to_client = std::move(*to_client);
  rings.wake_daemon = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  rings.wake_client = Descriptor(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  if (rings.wake_daemon.get() < 0 || rings.wake_client.get() < 0) {
    return std::unexpected(io_error("cannot make an eventfd"));
  }
  return rings;
}

RingDescriptors duplicate(const RingDescriptors& rings) {
  const auto again = [](const Descriptor& descriptor) {
    return Descriptor(::fcntl(descriptor.get(), F_DUPFD_CLOEXEC, 0));
  };
  return {again(rings.to_daemon), again(rings.to_client), again(rings.wake_daemon),
          again(rings.wake_client)};
}

std::array<std::uint8_t, kRingOfferBytes> encode(const RingOffer& offer) {
  std::array<std::uint8_t, kRingOfferBytes> bytes{};
  bytes[1] = offer.granted ? 1 : 0;
  for (std::size_t i = 0; i < 4; ++i) {
    bytes[2 + i] = static_cast<std::uint8_t>(offer.version >> (8 * i));
  }
  return bytes;
}

std::optional<RingOffer> decode_ring_offer(ByteView bytes) {
  if (bytes.size() != kRingOfferBytes || bytes[0] != 0 || bytes[1] > 1) return std::nullopt;
  RingOffer offer{bytes[1] == 1, 0};
  for (std::size_t i = 0; i < 4; ++i) offer.version |= std::uint32_t{bytes[2 + i]} << (8 * i);
  return offer;
}

Result<void> send_answer(int socket, const RingOffer& answer, const RingDescriptors* rings,
                         int lease) {
  Bytes framed;
  append_frame(framed, encode(answer));
  iovec part{framed.data(), framed.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptors * sizeof(int))> control{};
  std::vector<int> passed;
  if (rings != nullptr) {
    passed = {rings->to_daemon.get(), rings->to_client.get(), rings->wake_daemon.get(),
              rings->wake_client.get()};
  }
  passed.push_back(lease);
  const std::size_t bytes = passed.size() * sizeof(int);
  message.msg_control = control.data();
  message.msg_controllen = CMSG_SPACE(bytes);
  cmsghdr* const head = CMSG_FIRSTHDR(&message);
  head->cmsg_level = SOL_SOCKET;
  head->cmsg_type = SCM_RIGHTS;
  head->cmsg_len = CMSG_LEN(bytes);
  std::memcpy(CMSG_DATA(head), passed.data(), bytes);
  // The first bytes of a fresh socket always find room in the kernel.
  if (::sendmsg(socket, &message, MSG_NOSIGNAL | MSG_DONTWAIT) !=
      static_cast<ssize_t>(framed.size())) {
    return std::unexpected(io_error("cannot hand the shared memory over"));
  }
  return {};
}

namespace {

/// All that came; each is closed with its owner.
std::vector<Descriptor> descriptors_of(msghdr& message) {
  std::vector<Descriptor> all;
  const cmsghdr* const head = CMSG_FIRSTHDR(&message);
  if (head == nullptr || head->cmsg_type != SCM_RIGHTS) return all;
  const std::size_t count = (head->cmsg_len - CMSG_LEN(0)) / sizeof(int);
  for (std::size_t i = 0; i < count; ++i) {
    int descriptor = -1;
    std::memcpy(&descriptor, CMSG_DATA(head) + i * sizeof(int), sizeof descriptor);
    all.emplace_back(descriptor);
  }
  return all;
}

}  // namespace

Result<ReceivedAnswer> receive_answer(int socket) {
  std::array<std::uint8_t, kFrameHeaderBytes + kRingOfferBytes> framed{};
  iovec part{framed.data(), framed.size()};
  msghdr message{};
  message.msg_iov = &part;
  message.msg_iovlen = 1;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(kDescriptors * sizeof(int))> control{};
  message.msg_control = control.data();
  message.msg_controllen = control.size();
  const ssize_t got = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
  if (got == 0) return make_error(Errc::kClosed, "closed by the other end");
  if (got < 0) return std::unexpected(io_error("cannot read the daemon's answer"));
  std::vector<Descriptor> passed = descriptors_of(message);
  const auto answer = decode_ring_offer(ByteView(framed).subspan(kFrameHeaderBytes));
  const bool whole = got == static_cast<ssize_t>(framed.size()) && answer.has_value();
  if (!whole || passed.size() != (answer->granted ? kDescriptors : 1)) {
    return make_error(Errc::kMalformed, "the daemon's answer to the wish for rings is malformed");
  }
  ReceivedAnswer received;
  received.answer = *answer;
  received.lease = std::move(passed.back());
  if (answer->granted) {
    received.rings = {std::move(passed[0]), std::move(passed[1]), std::move(passed[2]),
                      std::move(passed[3])};
  }
  return received;
}

}  // namespace cohort::net
