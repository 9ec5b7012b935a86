// Let o(s) = 1 if row s has a target, else 0. For the regressors a and b of two tracks u and v,
//   P_h[a, b] = sum over origins t of o(t + 1 + h) u(t + a) v(t + b)
// moves by one row with the horizon, except for the two ends of the sum:
//   P_h[a, b] = P_{h-1}[a-1, b-1] - o(first + h) u(first + a-1) v(first + b-1)
//                                 + o(end + h) u(end + a-1) v(end + b-1).
// Within horizon 0 it changes where a run of observed rows begins or ends:
//   P_0[a, b] = P_0[a-1, b-1] + sum over t of (o(t) - o(t + 1)) u(t + a-1) v(t + b-1),
// where o(t) and o(t + 1) count for origins t - 1 and t only. So only entries with a = 0 or b = 0
// are summed at every horizon, over the observed or the missing rows, whichever are fewer.
#include "forecasting/horizon_gram.hpp"

#include <algorithm>
#include <cstdint>

namespace sluice::forecasting {
namespace {

constexpr std::size_t kChunk = 64;  // rows multiplied at once
constexpr std::size_t kBlock = 32;

// Accumulates factor * left^T right, buffering rows until a matrix product pays off.
class RowProducts {
 public:
  // `symmetric`: left equals right, and only entries right of the diagonal blocks are computed.
  RowProducts(std::size_t left, std::size_t right, bool symmetric, std::vector<double>& sums)
      : left_(kChunk * left), right_(kChunk * right), symmetric_(symmetric), sums_(sums) {}

  double* left() { return &left_[rows_ * (left_.size() / kChunk)]; }
  double* right() { return &right_[rows_ * (right_.size() / kChunk)]; }
  void add_row() {
    if (++rows_ == kChunk) flush();
  }
  void flush() {
    const std::size_t height = left_.size() / kChunk, width = right_.size() / kChunk;
    for (std::size_t i = 0; i < height; i += kBlock) {
      const std::size_t j = symmetric_ ? i : 0;
      add_product({.m = std::min(kBlock, height - i),
                   .k = rows_,
                   .n = width - j,
                   .a = {&left_[i], 1, height},
                   .b = &right_[j],
                   .b_row = width,
                   .factor = 1.0},
                  &sums_[i * width + j], width);
    }
    rows_ = 0;
  }

 private:
  std::vector<double> left_, right_;  // [kChunk, ..]
  bool symmetric_;
  std::vector<double>& sums_;
  std::size_t rows_ = 0;
};

}  // namespace

HorizonGram::HorizonGram(const NormalEquations& equations, Pulse pulse)
    : equations_(equations),
      pulse_(pulse),
      first_(equations.missing.tracks.size() * equations.size),
      sums_(equations.size * equations.size),
      gram_(equations.size * equations.size) {}

const std::vector<double>& HorizonGram::next() {
  pulse_();
  sum_first_regressors();
  const std::vector<double> before = horizon_ == 0 ? std::vector<double>{} : sums_;
  shift(horizon_ == 0 ? sums_ : before, changes());
  standardise();
  ++horizon_;
  return gram_;
}

bool HorizonGram::seen(std::size_t t) const {
  return equations_.missing.observed[t + 1 + horizon_] != 0;
}

void HorizonGram::sum_first_regressors() {
  const auto& [tracks, origins, observed, means] = equations_.missing;
  const std::size_t size = equations_.size;
  const double count = static_cast<double>(origins.count());
  const bool sum_seen = 2 * equations_.seen[horizon_] < origins.count();
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const double* whole = &means[tracks[i].regressor(0) * size];
    for (std::size_t r = 0; r < size; ++r) first_[i * size + r] = sum_seen ? 0.0 : count * whole[r];
  }
  RowProducts products(tracks.size(), size, false, first_);
  for (std::size_t t = origins.first; t < origins.end; ++t) {
    if (seen(t) != sum_seen) continue;
    double* row = products.right();
    for (std::size_t i = 0; i < tracks.size(); ++i) {
      const Track& track = tracks[i];
      const double* from = track.from(t);
      for (std::size_t k = 0; k < track.count; ++k) row[track.regressor(k)] = from[k];
      products.left()[i] = sum_seen ? from[0] : -from[0];
    }
    products.add_row();
    if (t % kChunk == 0) pulse_();
  }
  products.flush();
}

// [size, size], the change of each entry from (a-1, b-1) to (a, b), right of the diagonal blocks.
std::vector<double> HorizonGram::changes() const {
  const std::vector<std::uint8_t>& observed = equations_.missing.observed;
  const Origins origins = equations_.missing.origins;
  const std::size_t size = equations_.size;
  std::vector<double> sums(size * size, 0.0);
  RowProducts products(size, size, true, sums);
  const auto add = [&](std::size_t t, double factor) {
    for (const Track& track : equations_.missing.tracks) {
      const double* from = track.from(t);
      products.right()[track.regressor(0)] = products.left()[track.regressor(0)] = 0.0;
      for (std::size_t a = 1; a < track.count; ++a) {
        products.right()[track.regressor(a)] = from[a - 1];
        products.left()[track.regressor(a)] = factor * from[a - 1];
      }
    }
    products.add_row();
    pulse_();
  };
  if (horizon_ == 0) {
    for (std::size_t t = origins.first; t <= origins.end; ++t) {
      const bool leaves = t > origins.first && observed[t] != 0;
      const bool enters = t < origins.end && observed[t + 1] != 0;
      if (leaves != enters) add(t, leaves ? 1.0 : -1.0);
    }
  } else {
    if (observed[origins.first + horizon_] != 0) add(origins.first, -1.0);
    if (observed[origins.end + horizon_] != 0) add(origins.end, 1.0);
  }
  products.flush();
  return sums;
}

void HorizonGram::shift(const std::vector<double>& before, const std::vector<double>& change) {
  const std::vector<Track>& tracks = equations_.missing.tracks;
  const std::size_t size = equations_.size;
  for (std::size_t i = 0; i < tracks.size(); ++i) {
    const Track& u = tracks[i];
    for (std::size_t j = i; j < tracks.size(); ++j) {
      const Track& v = tracks[j];
      for (std::size_t a = 0; a < u.count; ++a) {
        const std::size_t r = u.regressor(a);
        for (std::size_t b = 0; b < v.count; ++b) {
          const std::size_t s = v.regressor(b);
          double& entry = sums_[r * size + s];
          if (a == 0) {
            entry = first_[i * size + s];
          } else if (b == 0) {
            entry = first_[j * size + r];
          } else {
            entry = before[u.regressor(a - 1) * size + v.regressor(b - 1)] +
                    change[std::min(r, s) * size + std::max(r, s)];
          }
          sums_[s * size + r] = entry;
        }
      }
    }
  }
}

void HorizonGram::standardise() {
  const std::size_t size = equations_.size;
  const std::size_t bias = size - 1;
  const double count = static_cast<double>(std::max<std::size_t>(equations_.seen[horizon_], 1));
  const std::vector<double>& means = equations_.missing.means;
  const auto offset = [&](std::size_t i) { return i == bias ? 0.0 : means[i * size + bias]; };
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = i; j < size; ++j) {
      const double scale = equations_.scale[i] * equations_.scale[j];
      const double sum = sums_[i * size + j] - offset(i) * sums_[j * size + bias] -
                         offset(j) * sums_[i * size + bias] +
                         offset(i) * offset(j) * sums_[bias * size + bias];
      gram_[i * size + j] = gram_[j * size + i] = scale > 0.0 ? sum / (count * scale) : 0.0;
    }
    if (!(equations_.scale[i] > 0.0)) gram_[i * size + i] = 1.0;
  }
}

}  // namespace sluice::forecasting
