# One interface target that carries the compiler's warnings, hardening and sanitizers.
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
target_compile_definitions(cohort_options INTERFACE _GLIBCXX_ASSERTIONS)
if(COHORT_SANITIZE)
  target_compile_options(cohort_options INTERFACE -fsanitize=${COHORT_SANITIZE} -fno-sanitize-recover=all)
  target_link_options(cohort_options INTERFACE -fsanitize=${COHORT_SANITIZE})
endif()
