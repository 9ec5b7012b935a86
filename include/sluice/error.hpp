// The exception that Sluice throws (beside std::bad_alloc, where memory runs out): by cold code,
// which loads, trains and checks arguments. The hot path is noexcept and answers a status instead.
#pragma once

#include <stdexcept>
#include <string>

namespace sluice {

/// What kind of thing went wrong. The command line maps a code to its exit status.
enum class ErrorCode {
  usage,     ///< The call itself is wrong: an option or argument out of range. Exit 2.
  file,      ///< A file cannot be opened, read or written. Exit 3.
  data,      ///< A data file was read, and what it says cannot be used. Exit 3.
  model,     ///< A model file is damaged, of another kind, or of a newer version. Exit 3.
  shape,     ///< Arrays whose sizes do not fit one another or the model. Exit 3.
  diverged,  ///< Training met a loss or gradient that is NaN or infinite. Exit 3.
  internal,  ///< A promise inside Sluice was broken: please report it. Exit 4.
};

/// The parts of a message, each may be empty. They print as
/// `where: what: expected EXPECTED, got GOT (hint)`, in one line.
struct ErrorParts {
  std::string where = {};     ///< File and line, column or tensor: "sales.csv:17, column 'price'".
  std::string what = {};      ///< What happened: "not a number".
  std::string expected = {};  ///< What would have been right: "a decimal number or an empty cell".
  std::string got = {};       ///< What was found: "'n.a. (est.)'".
  std::string hint = {};      ///< What to do: "write NA where the value is missing".
};

class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, ErrorParts parts);

  ErrorCode code() const noexcept { return code_; }
  const ErrorParts& parts() const noexcept { return parts_; }

 private:
  ErrorCode code_;
  ErrorParts parts_;
};

}  // namespace sluice
