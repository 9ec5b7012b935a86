# find_package(sluice) gives the target sluice::sluice. Its users need no other library.
include(CMakeFindDependencyMacro)
find_dependency(Threads)
include(${CMAKE_CURRENT_LIST_DIR}/sluiceTargets.cmake)
