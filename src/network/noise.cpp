#include "network/noise.hpp"

#include "core/random.hpp"

namespace sluice::network {
namespace {

// One hash serves four values: 16 bits each decide. value(hit) is what each becomes.
template <class Value>
void draw_row(float* row, std::size_t count, std::uint64_t limit, std::uint64_t place,
              Value value) noexcept {
  for (std::size_t u = 0; u < count; u += 4) {
    std::uint64_t bits = mix64(place + u);
    for (std::size_t j = u; j < u + 4 && j < count; ++j, bits >>= 16) {
      row[j] = value((bits & 0xffff) < limit);
    }
  }
}

std::uint64_t limit_of(double rate) { return static_cast<std::uint64_t>(rate * 65536.0); }
float scale_of(double rate) { return 65536.0f / (65536.0f - static_cast<float>(limit_of(rate))); }

// What a hit makes of a value that is else enlarged.
auto keep(double rate) {
  return [scale = scale_of(rate)](bool hit) { return hit ? 0.0f : scale; };
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
  const Tape& tape;
  const Noise& noise;
  std::size_t index;

  std::uint64_t place(Stream stream, std::size_t sample, std::size_t step) const {
    return place_of(noise.seed, stream + index * 8, noise.first_sample + sample, step);
  }

  // [steps, B, stride] from row `row` of the mask on
  template <class Value>
  void fill(FloatVector& mask, Steps steps, std::size_t row, std::size_t stride, Stream stream,
            double rate, Value value) const noexcept {
    if (mask.empty()) return;
    for (std::size_t t = steps.first; t < steps.last; ++t, ++row) {
      for (std::size_t b = 0; b < tape.batch(); ++b) {
        draw_row(mask.data() + (row * tape.batch() + b) * stride, stride, limit_of(rate),
                 place(stream, b, t), value);
      }
    }
  }
};

}  // namespace

void draw_factors(std::span<float> factors, double rate, std::uint64_t seed) noexcept {
  const float scale = scale_of(rate);
  draw_row(factors.data(), factors.size(), limit_of(rate), mix64(seed),
           [scale](bool hit) { return hit ? 0.0f : scale; });
}

void draw_sequence_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                         const Tape& tape, LayerTape& of) noexcept {
  const Drawer drawer{tape, noise, index};
  const double rate = options.variational_dropout;
  const auto varied = keep(rate);
  drawer.fill(of.keep_h, {0, 1}, 0, of.state_units, kKeepH, rate, varied);
  const std::size_t inputs = tape.batch() > 0 ? of.keep_x.size() / tape.batch() : 0;
  drawer.fill(of.keep_x, {0, 1}, 0, inputs, kKeepX, rate, varied);
}

void draw_step_noise(const CellOptions& options, std::size_t index, const Noise& noise,
                     const Tape& tape, LayerTape& of, Steps steps, std::size_t row) noexcept {
  const Drawer drawer{tape, noise, index};
  const auto zone = [](bool hit) { return hit ? 1.0f : 0.0f; };
  drawer.fill(of.zone_c, steps, row, of.units, kZoneC, options.zoneout_c, zone);
  drawer.fill(of.zone_h, steps, row, of.state_units, kZoneH, options.zoneout_h, zone);
  drawer.fill(of.keep_g, steps, row, of.units, kKeepG, options.recurrent_dropout,
              keep(options.recurrent_dropout));
}

void draw_dropout(std::size_t layer, const Noise& noise, const Tape& tape, BetweenTape& above,
                  Steps steps, std::size_t row) noexcept {
  const auto varied = keep(noise.dropout);
  for (std::size_t t = steps.first; t < steps.last; ++t, ++row) {
    for (std::size_t b = 0; b < tape.batch(); ++b) {
      const std::size_t at = (row * tape.batch() + b) * above.stride;
      draw_row(above.keep.data() + at, above.stride, limit_of(noise.dropout),
               place_of(noise.seed, layer, noise.first_sample + b, t), varied);
      for (std::size_t j = at; j < at + above.stride; ++j) above.out[j] *= above.keep[j];
    }
  }
}

}  // namespace sluice::network
