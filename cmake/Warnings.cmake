# One interface target that carries the compiler's warnings, hardening, sanitizers and counters of coverage.
add_library(cohort_options INTERFACE)
target_compile_options(cohort_options INTERFACE
  -Wall -Wextra -Wpedantic -Wconversion -Wsign-conversion -Wshadow -Wold-style-cast
  -Woverloaded-virtual -Wnon-virtual-dtor -fstack-protector-strong -fno-omit-frame-pointer)
if(COHORT_WERROR)
  target_compile_options(cohort_options INTERFACE -Werror)
endif()
# A program carries the libraries that it uses, not all that some part of the tree may use: a client
# of a daemon needs no TLS.
target_link_options(cohort_options INTERFACE -Wl,--as-needed)
# Every function of a library is found when a program starts: not when a failure calls it for the first
# time, and nothing is left to be overwritten later.
target_link_options(cohort_options INTERFACE -Wl,-z,relro,-z,now)
target_compile_definitions(cohort_options INTERFACE _GLIBCXX_ASSERTIONS)
if(COHORT_SANITIZE)
  target_compile_options(cohort_options INTERFACE -fsanitize=${COHORT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(cohort_options INTERFACE -fsanitize=${COHORT_SANITIZE})
endif()
if(COHORT_COVERAGE)
  # Relocated counters can live in the file itself: processes that end by _exit or an assertion (the
  # simulator's children) count as well.
  target_compile_options(cohort_options INTERFACE
    -fprofile-instr-generate -fcoverage-mapping "SHELL:-mllvm -runtime-counter-relocation")
  target_link_options(cohort_options INTERFACE -fprofile-instr-generate)
endif()
