// Each function reduces its argument exactly, or to twice the precision where that matters, and
// sums a series until its terms are below 2^-56 of the result.
#include "core/elementary.hpp"

#include <bit>
#include <cmath>
#include <limits>
#include <numbers>

namespace sluice {
namespace {

// ln(2) in two parts. The first ends in 21 zero bits, so that its product with an exponent is
// exact.
constexpr double kLn2High = 0x1.62e42feep-1;
constexpr double kLn2Low = 0x1.a39ef35793c76p-33;

// 2^n for n in [-1022, 1023].
double power_of_two(int n) noexcept {
  return std::bit_cast<double>(static_cast<std::uint64_t>(n + 1023) << 52);
}

// sum of terms[k] x^k.
template <std::size_t kTerms>
double polynomial(const double (&terms)[kTerms], double x) noexcept {
  double sum = terms[kTerms - 1];
  for (std::size_t k = kTerms - 1; k-- > 0;) sum = sum * x + terms[k];
  return sum;
}

// sin and cos of an angle of at most pi / 4, by their Taylor series.
double sine(double angle) noexcept {
  constexpr double kTerms[] = {
      -1.0 / 6,        1.0 / 120,          -1.0 / 5040,         1.0 / 362880,
      -1.0 / 39916800, 1.0 / 6227020800.0, -1.0 / 1307674368e3, 1.0 / 355687428096e3};
  const double square = angle * angle;
  return angle + angle * square * polynomial(kTerms, square);
}
double cosine(double angle) noexcept {
  constexpr double kTerms[] = {
      1.0 / 24,        -1.0 / 720,           1.0 / 40320,         -1.0 / 3628800,
      1.0 / 479001600, -1.0 / 87178291200.0, 1.0 / 20922789888e3, -1.0 / 6402373705728e3};
  const double square = angle * angle;
  const double half = 0.5 * square, one_less = 1.0 - half;
  // What 1 - half lost to rounding is added to the rest.
  return one_less + ((1.0 - one_less - half) + square * square * polynomial(kTerms, square));
}

// The quarter turn that is nearest, 0 to 3, and the angle left, of at most pi / 4.
struct Quarter {
  unsigned number;
  double angle;
};
Quarter reduced(double turns) noexcept {
  const double quarters = std::floor(4.0 * turns + 0.5);
  const double number = quarters - 4.0 * std::floor(0.25 * quarters);
  // The difference is exact. Of infinitely many turns, number and angle are NaN.
  return {number >= 0.0 ? static_cast<unsigned>(number) : 0u,
          2.0 * std::numbers::pi * (turns - 0.25 * quarters)};
}

}  // namespace

double exponential(double x) noexcept {
  if (!(x > -745.2)) return x <= -745.2 ? 0.0 : x;  // a NaN stays a NaN
  if (x > 709.8) return std::numeric_limits<double>::infinity();
  // x = n ln(2) + r with |r| <= 0.35, and r = high - low.
  const double n = std::floor(x * std::numbers::log2e + 0.5);
  const double high = x - n * kLn2High, low = n * kLn2Low, r = high - low;
  // e^r - 1 - r, from r^2 on.
  constexpr double kTerms[] = {1.0 / 2,       1.0 / 6,        1.0 / 24,        1.0 / 120,
                               1.0 / 720,     1.0 / 5040,     1.0 / 40320,     1.0 / 362880,
                               1.0 / 3628800, 1.0 / 39916800, 1.0 / 479001600, 1.0 / 6227020800.0};
  const double rest = r * r * polynomial(kTerms, r);
  const double value = 1.0 + (high + (rest - low));
  // In two factors: neither 2^1024 nor 2^-1074 is normal.
  const int first = static_cast<int>(n) / 2, second = static_cast<int>(n) - first;
  return value * power_of_two(first) * power_of_two(second);
}

double logarithm(double x) noexcept {
  if (!(x > 0.0)) {
    return x == 0.0 ? -std::numeric_limits<double>::infinity()
                    : std::numeric_limits<double>::quiet_NaN();
  }
  if (x > std::numeric_limits<double>::max()) return x;
  // x = 2^n m with m in [sqrt(1/2), sqrt(2)).
  int n = 0;
  double m = std::frexp(x, &n);
  if (m < 1.0 / std::numbers::sqrt2) {
    m *= 2.0;
    --n;
  }
  // With f = m - 1 and s = f / (2 + f): log(m) = 2 artanh(s) = f - (f^2 / 2 - s (f^2 / 2 + t)), t
  // being the series of 2 artanh(s) / s - 2. |s| <= 0.1716.
  const double f = m - 1.0, s = f / (2.0 + f), square = s * s, half = 0.5 * f * f;
  constexpr double kTerms[] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11,
                               2.0 / 13, 2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21};
  const double t = square * polynomial(kTerms, square);
  const double exponent = n;
  return exponent * kLn2High - ((half - (s * (half + t) + exponent * kLn2Low)) - f);
}

double sine_of_turns(double turns) noexcept {
  const Quarter quarter = reduced(turns);
  const double value = quarter.number % 2 == 0 ? sine(quarter.angle) : cosine(quarter.angle);
  return quarter.number < 2 ? value : -value;
}

double cosine_of_turns(double turns) noexcept {
  const Quarter quarter = reduced(turns);
  const double value = quarter.number % 2 == 0 ? cosine(quarter.angle) : sine(quarter.angle);
  return quarter.number == 1 || quarter.number == 2 ? -value : value;
}

double power(double base, std::uint64_t exponent) noexcept {
  double result = 1.0;
  for (; exponent != 0; exponent >>= 1, base *= base) {
    if (exponent & 1u) result *= base;
  }
  return result;
}

}  // namespace sluice
