/// The scheduler's part of an early word.
#pragma once

namespace cohort::net {

/// Asks for short turns on a core for the calling thread and those that it starts: it then gets its
/// turn before a thread with longer ones that runs, as a process does that ends and keeps its core
/// for as long as its memory is taken down. Linux 6.12; before, and where it may not be, nothing.
void ask_for_short_turns();

}  // namespace cohort::net
