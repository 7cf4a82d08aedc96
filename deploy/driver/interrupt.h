/// Ctrl-C and SIGTERM as a flag that the run looks at: whatever was started is then stopped in
/// order.
#pragma once

namespace cohort::deploy {

/// From now on SIGINT, SIGTERM and SIGHUP set the flag instead of ending the process.
void catch_interrupts();
bool interrupted();

/// Sleeps; a signal ends it early.
void sleep_ms(int duration_ms);

}  // namespace cohort::deploy
