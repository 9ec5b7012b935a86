# embed_page(TARGET NAME.cpp DOCUMENT file STYLE file SCRIPTS files...): the files' text as the C++ source NAME.cpp of
# the target, which defines sluice::inspection::page_parts() (src/inspection/page_parts.hpp). Written anew whenever a file
# changes; CMake alone does it. Run as a script (cmake -P) this file is the writer.
if(CMAKE_SCRIPT_MODE_FILE)
  # A raw string ends at this mark; each file is one literal of its own, as 65,536 bytes is what C++ promises for one.
  function(literal out file)
    file(READ "${file}" text)
    string(FIND "${text}" ")embedded\"" mark)
    string(LENGTH "${text}" length)
    if(NOT mark EQUAL -1 OR length GREATER 65000)
      message(FATAL_ERROR "${file}: cannot be one string literal (${length} characters)")
    endif()
    set(${out} "R\"embedded(${text})embedded\"" PARENT_SCOPE)
  endfunction()

  literal(document "${DOCUMENT}")
  literal(style "${STYLE}")
  set(scripts "")
  foreach(script IN LISTS SCRIPTS)
    literal(one "${script}")
    string(APPEND scripts "    ${one},\n")
  endforeach()
  file(WRITE "${OUTPUT}" "// Written by cmake/EmbedPage.cmake.\n#include \"inspection/page_parts.hpp\"\n\n"
       "namespace sluice::inspection {\nnamespace {\n\nconstexpr std::string_view kScripts[] = {\n${scripts}};\n\n}  // namespace\n\n"
       "PageParts page_parts() {\n  return {${document},\n          ${style},\n          kScripts};\n}\n\n"
       "}  // namespace sluice::inspection\n")
  return()
endif()

function(embed_page target name)
  cmake_parse_arguments(PARSE_ARGV 2 page "" "DOCUMENT;STYLE" "SCRIPTS")
  set(output ${CMAKE_CURRENT_BINARY_DIR}/${name})
  list(TRANSFORM page_SCRIPTS PREPEND ${CMAKE_CURRENT_SOURCE_DIR}/)
  set(document ${CMAKE_CURRENT_SOURCE_DIR}/${page_DOCUMENT})
  set(style ${CMAKE_CURRENT_SOURCE_DIR}/${page_STYLE})
  set(writer ${CMAKE_CURRENT_FUNCTION_LIST_FILE})
  add_custom_command(
    OUTPUT ${output}
    COMMAND ${CMAKE_COMMAND} -DOUTPUT=${output} -DDOCUMENT=${document} -DSTYLE=${style} "-DSCRIPTS=${page_SCRIPTS}" -P ${writer}
    DEPENDS ${writer} ${document} ${style} ${page_SCRIPTS}
    COMMENT "Embedding the report's page"
    VERBATIM)
  # The target is of another folder, which does not see this one's command: it waits for a target that does.
  add_custom_target(${target}_page DEPENDS ${output})
  add_dependencies(${target} ${target}_page)
  set_source_files_properties(${output} TARGET_DIRECTORY ${target} PROPERTIES GENERATED TRUE)
  target_sources(${target} PRIVATE ${output})
endfunction()
