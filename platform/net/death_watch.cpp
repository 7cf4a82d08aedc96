#include "platform/net/death_watch.h"

#include <linux/futex.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <cerrno>
#include <map>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "platform/net/net_limits.h"
#include "platform/net/short_turns.h"

namespace cohort::net {

static_assert(kWatchedClients + 1 <= FUTEX_WAITV_MAX);

struct DeathWatch::Parts : std::enable_shared_from_this<DeathWatch::Parts> {
  Parts(Runtime& loop, std::function<void(Id)> to_call)
      : on_death(std::move(to_call)), news(loop.context()) {
    const int descriptor = ::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (descriptor >= 0) news.assign(descriptor);
  }

  struct Watched {
    Id id;
    std::shared_ptr<LifeLineWord> line;
    std::uint32_t held;  ///< the word's value as long as nothing happens
  };
  void work();
  std::vector<Watched> what_to_watch() const;
  bool is_closing() const;
  enum class Woken { kSomething, kNothing, kNever };
  Woken wait(const std::vector<Watched>& all, std::uint32_t seen, std::size_t& woken);
  void look_at(const Watched& watched, bool woken);
  void wake();
  void await_news();
  void on_news();

  std::function<void(Id)> on_death;
  /// Wakes the loop. Its own post() would hold the loop's lock while it wakes it: a thread that
  /// loses its core there keeps the loop waiting, and just then a process that ends wants the core.
  boost::asio::posix::stream_descriptor news;
  mutable std::mutex mutex;
  std::vector<Id> dead;                               ///< with the mutex: not yet told
  std::map<Id, std::shared_ptr<LifeLineWord>> lines;  ///< with the mutex
  bool closing = false;                               ///< with the mutex
  std::atomic<std::uint32_t> changes = 0;             ///< of the two; the thread waits for it too
  std::thread thread;
};

/// A word that changes, or is woken, with its holder alive is watched no longer: so a client costs
/// this thread one turn, whatever it does.
void DeathWatch::Parts::look_at(const Watched& watched, bool woken) {
  const std::uint32_t value = watched.line->value();
  const bool died = LifeLineWord::holder_died(value);
  if (!died && !woken && value == watched.held) return;
  {
    const std::scoped_lock lock(mutex);
    if (lines.erase(watched.id) == 0 || !died) return;
    dead.push_back(watched.id);
  }
  ::eventfd_write(news.native_handle(), 1);
}

void DeathWatch::Parts::await_news() {
  news.async_wait(boost::asio::posix::stream_descriptor::wait_read,
                  [weak = weak_from_this()](const boost::system::error_code& error) {
                    const auto self = weak.lock();
                    if (self && !error) self->on_news();
                  });
}

void DeathWatch::Parts::on_news() {
  eventfd_t ignored = 0;  // it only makes the descriptor unreadable again
  ::eventfd_read(news.native_handle(), &ignored);
  std::vector<Id> told;
  {
    const std::scoped_lock lock(mutex);
    told.swap(dead);
  }
  for (const Id id : told) {
    if (on_death) on_death(id);
  }
  await_news();
}

std::vector<DeathWatch::Parts::Watched> DeathWatch::Parts::what_to_watch() const {
  const std::scoped_lock lock(mutex);
  std::vector<Watched> all;
  for (const auto& [id, line] : lines) {
    if (all.size() == kWatchedClients) break;
    all.push_back({id, line, line->value()});
  }
  return all;
}

bool DeathWatch::Parts::is_closing() const {
  const std::scoped_lock lock(mutex);
  return closing;
}

DeathWatch::Parts::Woken DeathWatch::Parts::wait(const std::vector<Watched>& all,
                                                 std::uint32_t seen, std::size_t& woken) {
  const auto entry = [](const std::atomic<std::uint32_t>& word, std::uint32_t value,
                        std::uint32_t flags) {
    return futex_waitv{value, reinterpret_cast<std::uintptr_t>(&word), FUTEX_32 | flags, 0};
  };
  std::vector<futex_waitv> words;
  for (const Watched& watched : all) words.push_back(entry(watched.line->word(), watched.held, 0));
  words.push_back(entry(changes, seen, FUTEX_PRIVATE_FLAG));
  const long result = ::syscall(SYS_futex_waitv, words.data(), words.size(), 0, nullptr, 0);
  if (result < 0 && errno != EAGAIN && errno != EINTR) return Woken::kNever;
  if (result < 0) return Woken::kNothing;
  woken = static_cast<std::size_t>(result);
  return Woken::kSomething;
}

void DeathWatch::Parts::work() {
  ask_for_short_turns();
  while (true) {
    // Read first: what changes after it ends the wait at once.
    const std::uint32_t seen = changes.load();
    if (is_closing()) return;
    std::vector<Watched> all = what_to_watch();
    // What was dead, or free, at the beginning never wakes anybody.
    std::erase_if(all, [this](const Watched& watched) {
      const bool held =
          LifeLineWord::is_held(watched.held) && !LifeLineWord::holder_died(watched.held);
      if (!held) look_at(watched, true);
      return !held;
    });
    std::size_t woken = all.size();
    if (wait(all, seen, woken) == Woken::kNever) return;
    for (std::size_t i = 0; i < all.size(); ++i) look_at(all[i], i == woken);
  }
}

void DeathWatch::Parts::wake() {
  changes.fetch_add(1);
  ::syscall(SYS_futex, &changes, FUTEX_WAKE_PRIVATE, 1, nullptr, nullptr, 0);
}

DeathWatch::DeathWatch(Runtime& runtime, std::function<void(Id)> on_death)
    : parts_(std::make_shared<Parts>(runtime, std::move(on_death))) {
  parts_->await_news();
}

DeathWatch::~DeathWatch() {
  parts_->on_death = nullptr;
  if (!parts_->thread.joinable()) return;
  {
    const std::scoped_lock lock(parts_->mutex);
    parts_->closing = true;
  }
  parts_->wake();
  parts_->thread.join();
}

void DeathWatch::watch(Id id, std::shared_ptr<LifeLineWord> line) {
  if (!parts_->news.is_open()) return;  // nothing could be told: nothing is kept to tell
  {
    const std::scoped_lock lock(parts_->mutex);
    parts_->lines[id] = std::move(line);
  }
  if (!parts_->thread.joinable()) {
    parts_->thread = std::thread([&parts = *parts_] { parts.work(); });
    return;
  }
  parts_->wake();
}

void DeathWatch::forget(Id id) {
  {
    const std::scoped_lock lock(parts_->mutex);
    if (parts_->lines.erase(id) == 0) return;
  }
  parts_->wake();
}

}  // namespace cohort::net
