#include "engine/noise.hpp"

#include <algorithm>
#include <array>
#include <bit>

#include "core/random.hpp"

namespace sluice::engine {
namespace {

// What a value becomes: hit at the rate, else missed; or, where nothing is drawn, the mean.
struct Drawn {
  float hit, miss, mean;
};

std::uint64_t limit_of(double rate) { return static_cast<std::uint64_t>(rate * 65536.0); }

// A hit is dropped, what is kept is enlarged.
Drawn keep(double rate) {
  return {0.0f, 65536.0f / (65536.0f - static_cast<float>(limit_of(rate))), 1.0f};
}

// One hash serves four values: 16 bits each decide, from the lowest.
void draw_row(float* row, std::size_t count, double rate, std::uint64_t place,
              Drawn drawn) noexcept {
  static_assert(std::endian::native == std::endian::little);
  constexpr std::size_t kTogether = 64;
  const auto limit = static_cast<std::uint32_t>(limit_of(rate));
  for (; count > 0; row += kTogether, place += kTogether) {
    std::array<std::uint64_t, kTogether / 4> hashes;
    for (std::size_t four = 0; four < hashes.size(); ++four) hashes[four] = mix64(place + 4 * four);
    const auto bits = std::bit_cast<std::array<std::uint16_t, kTogether>>(hashes);
    const std::size_t now = std::min(count, kTogether);
    for (std::size_t u = 0; u < now; ++u) row[u] = bits[u] < limit ? drawn.hit : drawn.miss;
    count -= now;
  }
}

// The hash of one row: of a sample at a step.
std::uint64_t place_of(std::uint64_t seed, std::size_t stream, std::size_t sample,
                       std::size_t step) {
  return mix64(mix64(mix64(seed) + stream) ^ mix64(sample << 32 | step));
}

// Which mask is drawn: each has a stream of its own, beside dropout's, which are the layers'
// numbers.
enum Stream : std::size_t { kZoneC = 1 << 16, kZoneH, kKeepG, kKeepH, kKeepX };

struct Drawer {
  const Activations& activations;
  const Noise& noise;
  std::size_t index;

  std::uint64_t place(Stream stream, std::size_t sample, std::size_t step) const {
    return place_of(noise.seed, stream + index * 8, noise.first_sample + sample, step);
  }

  // [steps, B, stride] from row `row` of the mask on
  void fill(FloatVector& mask, Steps steps, std::size_t row, std::size_t stride, Stream stream,
            double rate, Drawn drawn) const noexcept {
    if (mask.empty()) return;
    if (noise.expected) {
      std::fill_n(mask.data() + row * activations.batch() * stride,
                  steps.count() * activations.batch() * stride, drawn.mean);
      return;
    }
    for (std::size_t t = steps.first; t < steps.last; ++t, ++row) {
      for (std::size_t b = 0; b < activations.batch(); ++b) {
        draw_row(mask.data() + (row * activations.batch() + b) * stride, stride, rate,
                 place(stream, b, t), drawn);
      }
    }
  }
};

}  // namespace

void draw_factors(std::span<float> factors, double rate, std::uint64_t seed) noexcept {
  draw_row(factors.data(), factors.size(), rate, mix64(seed), keep(rate));
}

void draw_sequence_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                         const Activations& activations, LayerActivations& own) noexcept {
  const Drawer drawer{activations, noise, index};
  const double rate = options.variational_dropout;
  const Drawn varied = keep(rate);
  drawer.fill(own.keep_h, {0, 1}, 0, own.state_units, kKeepH, rate, varied);
  const std::size_t inputs = activations.batch() > 0 ? own.keep_x.size() / activations.batch() : 0;
  drawer.fill(own.keep_x, {0, 1}, 0, inputs, kKeepX, rate, varied);
}

void draw_step_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                     const Activations& activations, LayerActivations& own, Steps steps,
                     std::size_t row) noexcept {
  const Drawer drawer{activations, noise, index};
  const auto zone = [](double rate) { return Drawn{1.0f, 0.0f, static_cast<float>(rate)}; };
  drawer.fill(own.zone_c, steps, row, own.units, kZoneC, options.zoneout_c,
              zone(options.zoneout_c));
  drawer.fill(own.zone_h, steps, row, own.state_units, kZoneH, options.zoneout_h,
              zone(options.zoneout_h));
  drawer.fill(own.keep_g, steps, row, own.units, kKeepG, options.recurrent_dropout,
              keep(options.recurrent_dropout));
}

void draw_dropout(std::size_t layer, const Noise& noise, const Activations& activations,
                  BetweenLayers& above, Steps steps, std::size_t row) noexcept {
  const Drawn varied = keep(noise.dropout);
  for (std::size_t t = steps.first; t < steps.last; ++t, ++row) {
    for (std::size_t b = 0; b < activations.batch(); ++b) {
      const std::size_t at = (row * activations.batch() + b) * above.stride;
      if (noise.expected) {
        std::fill_n(above.keep.data() + at, above.stride, varied.mean);
        continue;
      }
      draw_row(above.keep.data() + at, above.stride, noise.dropout,
               place_of(noise.seed, layer, noise.first_sample + b, t), varied);
      for (std::size_t j = at; j < at + above.stride; ++j) above.out[j] *= above.keep[j];
    }
  }
}

}  // namespace sluice::engine
