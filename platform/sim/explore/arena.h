/// Memory that can be put back to what it was: everything that is allocated while an Arena::Use
/// lives lies in one block at a fixed place, so a copy of the block is a copy of all objects in it,
/// pointers and all. How the exploration goes back to a state (explorer.h).
///
/// One arena a process; single-threaded.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

namespace cohort::sim {

class Arena {
 public:
  /// From now on everything is allocated in the arena, in this thread, until the end of this
  /// object. Frees what was allocated elsewhere as ever.
  class Use {
   public:
    Use();
    ~Use();
    Use(const Use&) = delete;
    Use& operator=(const Use&) = delete;

   private:
    bool before_;
  };

  /// What the block held. Requires: lives outside the arena.
  class Copy {
   public:
    /// Copies the block as it is now.
    void take();
    /// Puts the block back. Ensures: what was allocated since is gone, what was freed is there.
    /// Requires: take() came before; nothing outside points at what was allocated since.
    void put_back() const;
    std::size_t bytes() const { return size_; }

   private:
    std::unique_ptr<std::byte[]> bytes_;
    std::size_t size_ = 0;
    std::size_t room_ = 0;
  };

  /// Forgets all that was allocated. Requires: nothing points at it.
  static void clear();

  // ---- for operator new and operator delete
  static void* allocate(std::size_t size);
  static void free(void* memory);
};

}  // namespace cohort::sim
