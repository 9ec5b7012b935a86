// What a call throws, as text that a test can look into.
#pragma once

#include <string>

#include "sluice/error.hpp"

namespace sluice::formats {

/// The message of the Error with this code, or a text that says what went otherwise.
template <class Call>
std::string error_message(ErrorCode code, Call call) {
  try {
    call();
  } catch (const Error& error) {
    return error.code() == code ? error.what() : std::string("another code: ") + error.what();
  }
  return "no error";
}

inline bool has(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace sluice::formats
