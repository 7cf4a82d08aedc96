# cohort_add_test(NAME LABEL label SOURCES ... DEPS our libraries... [EXTERNAL ...] [GUI] [TIMEOUT s])
# A Qt Test executable, run headless by CTest. One source file may hold one test class with its own
# QTEST_GUILESS_MAIN (QTEST_MAIN with GUI).
function(cohort_add_test name)
  cmake_parse_arguments(ARG "GUI" "LABEL;TIMEOUT" "SOURCES;DEPS;EXTERNAL" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  # moc cannot parse two headers of libstdc++ (<concepts>, <coroutine>): it sees empty ones.
  set_target_properties(${name} PROPERTIES AUTOMOC ON
    AUTOMOC_MOC_OPTIONS "-D_GLIBCXX_CONCEPTS=1;-D_GLIBCXX_COROUTINE=1")
  target_include_directories(${name} PRIVATE ${CMAKE_SOURCE_DIR}/tests)
  foreach(dep IN LISTS ARG_DEPS)
    target_link_libraries(${name} PRIVATE cohort_${dep})
  endforeach()
  target_link_libraries(${name} PRIVATE Qt6::Test ${ARG_EXTERNAL} cohort_options)
  if(ARG_GUI)
    target_link_libraries(${name} PRIVATE Qt6::Widgets)
  endif()
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 120)
  endif()
  add_test(NAME ${name} COMMAND ${name})
  set_tests_properties(${name} PROPERTIES LABELS "${ARG_LABEL}" TIMEOUT ${ARG_TIMEOUT}
    ENVIRONMENT "QT_QPA_PLATFORM=offscreen;XDG_RUNTIME_DIR=${CMAKE_BINARY_DIR}/xdg")
endfunction()
file(MAKE_DIRECTORY ${CMAKE_BINARY_DIR}/xdg)
file(CHMOD ${CMAKE_BINARY_DIR}/xdg PERMISSIONS OWNER_READ OWNER_WRITE OWNER_EXECUTE)
