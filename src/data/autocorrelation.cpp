// The series is cut into blocks. Correlating a block with the stretch that starts at the block and
// is `most` longer takes one pair of short transforms; the spectra of all blocks are added, and a
// single inverse transform gives the sums. The transform is our own: no distribution packages a
// header-only one, and the library links nothing.
#include "data/autocorrelation.hpp"

#include <algorithm>
#include <bit>
#include <complex>

#include "core/elementary.hpp"

namespace sluice::data {
namespace {

using Complex = std::complex<double>;

// In-place transforms of one power-of-two size. forward() leaves the spectrum in bit-reversed order
// and backward() expects it so: a product of spectra needs no order.
class Fourier {
 public:
  explicit Fourier(std::size_t size) : roots_(size / 2) {
    for (std::size_t k = 0; k < roots_.size(); ++k) {
      const double turns = -static_cast<double>(k) / static_cast<double>(size);
      roots_[k] = {cosine_of_turns(turns), sine_of_turns(turns)};
    }
  }

  void forward(std::vector<Complex>& x) const {
    for (std::size_t half = x.size() / 2; half > 0; half /= 2) {
      for (std::size_t start = 0; start < x.size(); start += 2 * half) {
        for (std::size_t k = 0; k < half; ++k) {
          Complex& low = x[start + k];
          Complex& high = x[start + k + half];
          const Complex difference = low - high;
          low += high;
          high = product(difference, roots_[k * (roots_.size() / half)]);
        }
      }
    }
  }

  /// The inverse transform, not divided by the size.
  void backward(std::vector<Complex>& x) const {
    for (std::size_t half = 1; half < x.size(); half *= 2) {
      for (std::size_t start = 0; start < x.size(); start += 2 * half) {
        for (std::size_t k = 0; k < half; ++k) {
          Complex& low = x[start + k];
          Complex& high = x[start + k + half];
          const Complex turned = product(high, std::conj(roots_[k * (roots_.size() / half)]));
          high = low - turned;
          low += turned;
        }
      }
    }
  }

  // std::complex's operator* checks for infinities and is several times slower.
  static Complex product(const Complex& a, const Complex& b) {
    return {a.real() * b.real() - a.imag() * b.imag(), a.real() * b.imag() + a.imag() * b.real()};
  }

 private:
  std::vector<Complex> roots_;
};

}  // namespace

std::vector<double> lagged_products(std::span<const double> series, std::size_t most, Pulse pulse) {
  const std::size_t size = 2 * std::bit_ceil(most + 1), block = size - most;
  const Fourier fourier(size);
  std::vector<Complex> spectrum(size), early(size), late(size);
  for (std::size_t start = 0; start < series.size(); start += block) {
    pulse();
    std::fill(early.begin(), early.end(), Complex());
    std::fill(late.begin(), late.end(), Complex());
    const auto stretch = series.subspan(start, std::min(size, series.size() - start));
    std::copy(stretch.begin(), stretch.end(), late.begin());
    std::copy_n(stretch.begin(), std::min(block, stretch.size()), early.begin());
    fourier.forward(early);
    fourier.forward(late);
    for (std::size_t k = 0; k < size; ++k)
      spectrum[k] += Fourier::product(std::conj(early[k]), late[k]);
  }
  fourier.backward(spectrum);
  std::vector<double> sums(most + 1);
  for (std::size_t lag = 0; lag <= most; ++lag)
    sums[lag] = spectrum[lag].real() / static_cast<double>(size);
  return sums;
}

}  // namespace sluice::data
