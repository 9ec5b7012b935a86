# Configures a larger project that holds Sluice. Only that: building it would compile all of Sluice once more.
file(REMOVE_RECURSE ${WORK})
execute_process(COMMAND ${CMAKE_COMMAND} -S ${CMAKE_CURRENT_LIST_DIR}/parent -B ${WORK}/build -G ${GENERATOR}
                        -D CMAKE_CXX_COMPILER=${COMPILER} -D SLUICE_SOURCE=${SLUICE_SOURCE}
                COMMAND_ERROR_IS_FATAL ANY)
