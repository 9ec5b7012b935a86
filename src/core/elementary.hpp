// exp, log, sine and cosine in double precision from +, -, *, / and integers alone. The C library
// chooses its own versions by processor, and they differ in the last bit; these give the same bits
// everywhere. They are used wherever a result reaches a model, a forecast or a score.
#pragma once

#include <cstdint>

namespace sluice {

/// e^x, to 1 ulp wherever the result is normal; 0 below -745.2, infinity above 709.8.
double exponential(double x) noexcept;

/// The natural logarithm, to 1 ulp; -infinity at 0, NaN below.
double logarithm(double x) noexcept;

/// sin(2 pi turns) and cos(2 pi turns), to 4e-16. A turn is the unit, because its whole part can be
/// taken off exactly.
double sine_of_turns(double turns) noexcept;
double cosine_of_turns(double turns) noexcept;

/// base^exponent by repeated squaring.
double power(double base, std::uint64_t exponent) noexcept;

}  // namespace sluice
