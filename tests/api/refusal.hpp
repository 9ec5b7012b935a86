// What a call refuses, as text, and whether that text says what it should.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "sluice/error.hpp"

namespace sluice {

/// The message of the Error that the call throws; empty if it throws none.
inline std::string refusal(const std::function<void()>& call) {
  try {
    call();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

inline testing::AssertionResult says(const std::string& message, const char* part) {
  if (message.find(part) != std::string::npos) return testing::AssertionSuccess();
  return testing::AssertionFailure() << "'" << message << "' does not say '" << part << "'";
}

}  // namespace sluice
