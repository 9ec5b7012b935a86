// The error for an invalid graph.
#pragma once

#include <string>
#include <utility>

#include "sluice/error.hpp"

namespace sluice::formats::onnx {

/// `where` names file and node or tensor; the default hint is that for a damaged file.
[[noreturn]] inline void fail(const std::string& where, std::string what, std::string expected = "",
                              std::string got = "",
                              std::string hint = "the file is damaged: copy or export it again") {
  throw Error(ErrorCode::model, {.where = where,
                                 .what = std::move(what),
                                 .expected = std::move(expected),
                                 .got = std::move(got),
                                 .hint = std::move(hint)});
}

}  // namespace sluice::formats::onnx
