# Installs the build into an empty folder, then configures, builds and runs the consumer against it.
file(REMOVE_RECURSE ${WORK})
file(MAKE_DIRECTORY ${WORK})

function(run)
  execute_process(COMMAND ${ARGN} WORKING_DIRECTORY ${WORK} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

run(${CMAKE_COMMAND} --install ${SLUICE_BUILD} --prefix ${WORK}/prefix)
run(${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/consumer -B ${WORK}/build -G ${GENERATOR}
    -D CMAKE_CXX_COMPILER=${COMPILER} -D CMAKE_PREFIX_PATH=${WORK}/prefix -D CMAKE_FIND_USE_PACKAGE_REGISTRY=OFF
    -D SLUICE_WANTED=${SLUICE_VERSION})
run(${CMAKE_COMMAND} --build ${WORK}/build)
run(${WORK}/build/consumer ${SLUICE_SOURCE}/data/tiny.csv)

# What the package says must hold on another machine: it may not name a folder of this one.
file(GLOB_RECURSE package ${WORK}/prefix/*.cmake)
foreach(file IN LISTS package)
  file(STRINGS ${file} named REGEX "${SLUICE_SOURCE}|${SLUICE_BUILD}")
  if(named)
    message(FATAL_ERROR "${file} names the build tree: ${named}")
  endif()
endforeach()
