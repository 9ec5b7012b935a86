// What the hot path answers instead of throwing.
#pragma once

namespace sluice {

/// Whatever is not `ok` has changed nothing: neither a state nor an output.
enum class Status : unsigned char {
  ok,
  wrong_inputs,     ///< x does not hold as many values as the model reads.
  wrong_outputs,    ///< y does not hold as many values as the model gives.
  not_a_number,     ///< x holds a NaN or an infinity, and the stream was not made to carry its
                    ///< state over such a row.
  unknown_stream,   ///< The pool holds no stream of that number.
  repeated_stream,  ///< A stream stands twice in one call: its second row must wait for the first.
};

/// In words, for a log: "x holds a value that is not a finite number".
const char* message(Status status) noexcept;

}  // namespace sluice
