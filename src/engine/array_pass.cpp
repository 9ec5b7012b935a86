#include "engine/array_pass.hpp"

#include <algorithm>
#include <string>

#include "sluice/error.hpp"

namespace sluice::engine {
namespace {

const PassOptions& checked(const PassOptions& options) {
  const auto positive = [](const char* field, std::size_t value) {
    if (value > 0) return;
    throw Error(ErrorCode::usage, {.where = std::string("pass options, ") + field,
                                   .what = "out of its range",
                                   .expected = "1 or more",
                                   .got = "0"});
  };
  positive("batch", options.batch);
  positive("steps", options.steps);
  positive("threads", options.threads);
  constexpr std::size_t kMostRows = std::size_t{1} << 31;
  if (options.batch > kMostRows / options.steps) {
    throw Error(ErrorCode::usage, {.where = "pass options, batch and steps",
                                   .what = "too many rows",
                                   .expected = "at most 2147483648 in all",
                                   .got = std::to_string(options.batch) + " sequences of " +
                                          std::to_string(options.steps)});
  }
  return options;
}

void expect(const char* array, std::size_t got, std::size_t expected, const char* shape) {
  if (got == expected) return;
  throw Error(ErrorCode::shape, {.where = std::string("pass, ") + array,
                                 .what = "wrong size",
                                 .expected = shape + (", " + std::to_string(expected)) + " values",
                                 .got = std::to_string(got)});
}

State state_for(const Architecture& architecture, std::size_t batch) {
  return {std::vector<float>(h_floats(architecture, batch)),
          std::vector<float>(c_floats(architecture, batch))};
}

}  // namespace

ArrayPass::ArrayPass(const Architecture& architecture, const PassOptions& options)
    : architecture_(architecture),
      options_(checked(options)),
      pool_(options.threads),
      mini_batch_(architecture, options.steps, options.batch,
                  options.recompute ? Activations::Use::recompute : Activations::Use::with_backward,
                  architecture.dropout > 0.0, pool_),
      gradient_(parameter_count(parameter_list(architecture))),
      d_x_(options.batch * options.steps * architecture.input),
      last_state_(state_for(architecture, options.batch)),
      d_first_(state_for(architecture, options.batch)) {
  for (Activations& activations : mini_batch_.activations()) activations.want_d_x(true);
}

void ArrayPass::check(const PassInput& input, std::size_t y) const {
  const std::size_t rows = options_.batch * options_.steps;
  expect("x", input.x.size(), rows * architecture_.input, "[B, T, I]");
  expect("y", y, rows * architecture_.width(), "[B, T, O]");
  if (!input.lengths.empty()) expect("lengths", input.lengths.size(), options_.batch, "[B]");
  if (!input.mask.empty()) expect("mask", input.mask.size(), rows, "[B, T]");
  if (input.initial != nullptr)
    check_state(*input.initial, architecture_, options_.batch, "pass, initial");
  if (input.noise_seed && architecture_.cell.drop_connect > 0.0) {
    throw Error(ErrorCode::usage, {.where = "pass, noise_seed",
                                   .what = "drop_connect changes the weights that all passes share",
                                   .expected = "an architecture without drop_connect",
                                   .got = "one with it",
                                   .hint = "leave noise_seed unset, or train by a Trainer"});
  }
}

void ArrayPass::set_up(const PassInput& input) {
  mini_batch_.reset();
  lengths_.assign(input.lengths.begin(), input.lengths.end());
  if (!lengths_.empty()) mini_batch_.set_lengths(lengths_);
  if (!input.mask.empty()) {
    std::vector<std::uint8_t> mask(input.mask.size());
    for (std::size_t t = 0; t < options_.steps; ++t) {
      for (std::size_t b = 0; b < options_.batch; ++b)
        mask[t * options_.batch + b] = input.mask[row(t, b)];
    }
    mini_batch_.set_mask(mask);
  }
  if (input.initial != nullptr) mini_batch_.load_state(*input.initial, architecture_);
}

void ArrayPass::forward(const Network& network, const PassInput& input, std::span<float> y) {
  check(input, y.size());
  set_up(input);
  const std::size_t inputs = architecture_.input;
  mini_batch_.over_parts([&](Activations& activations, const Samples& samples) {
    for (std::size_t b = samples.first; b < samples.last; ++b) {
      for (std::size_t t = 0; t < options_.steps; ++t)
        std::copy_n(input.x.data() + row(t, b) * inputs, inputs, mini_batch_.x(t, b));
    }
    network.forward(activations, {.dropout = static_cast<float>(architecture_.dropout),
                                  .seed = input.noise_seed.value_or(0),
                                  .first_sample = samples.first,
                                  .expected = !input.noise_seed});
    take_y(samples, y);
  });
  last_state_ = mini_batch_.last_state(architecture_);
  went_forward_ = true;
}

void ArrayPass::take_y(const Samples& samples, std::span<float> y) {
  const std::size_t outputs = architecture_.width();
  for (std::size_t b = samples.first; b < samples.last; ++b) {
    const std::size_t length = lengths_.empty() ? options_.steps : lengths_[b];
    for (std::size_t t = 0; t < options_.steps; ++t) {
      float* to = y.data() + row(t, b) * outputs;
      if (t < length) {
        std::copy_n(mini_batch_.y(t, b), outputs, to);
      } else {
        std::fill_n(to, outputs, 0.0f);
      }
    }
  }
}

void ArrayPass::backward(const Network& network, const PassGradient& from) {
  const std::size_t rows = options_.batch * options_.steps;
  if (!from.d_y.empty()) expect("d_y", from.d_y.size(), rows * architecture_.width(), "[B, T, O]");
  if (from.d_last != nullptr)
    check_state(*from.d_last, architecture_, options_.batch, "pass, d_last");
  if (!went_forward_) {
    throw Error(ErrorCode::usage, {.where = "pass",
                                   .what = "no forward pass to go back over",
                                   .expected = "one forward() before each backward()",
                                   .got = "none"});
  }
  went_forward_ = false;  // the gates are overwritten
  mini_batch_.over_parts([&](Activations& activations, const Samples& samples) {
    give_d_y(samples, from.d_y);
    for (LayerActivations& layer : activations.layers) {
      std::fill(layer.d_h_last.begin(), layer.d_h_last.end(), 0.0f);
      std::fill(layer.d_c_last.begin(), layer.d_c_last.end(), 0.0f);
    }
    if (from.d_last != nullptr)
      load_d_last(*from.d_last, options_.batch, samples, architecture_, activations);
    network.backward_sums(activations);
    take_d_x(samples);
    store_d_first(activations, architecture_, samples, options_.batch, d_first_);
  });
  std::fill(gradient_.begin(), gradient_.end(), 0.0f);
  mini_batch_.add_gradient(network, gradient_);
}

void ArrayPass::give_d_y(const Samples& samples, std::span<const float> d_y) {
  const std::size_t outputs = architecture_.width();
  for (std::size_t b = samples.first; b < samples.last; ++b) {
    for (std::size_t t = 0; t < options_.steps; ++t) {
      float* to = mini_batch_.d_y(t, b);
      std::fill_n(to, mini_batch_.y_stride(), 0.0f);
      if (!d_y.empty()) std::copy_n(d_y.data() + row(t, b) * outputs, outputs, to);
    }
  }
}

void ArrayPass::take_d_x(const Samples& samples) {
  const std::size_t inputs = architecture_.input;
  Activations& activations = mini_batch_.activations()[samples.number];
  for (std::size_t b = samples.first; b < samples.last; ++b) {
    for (std::size_t t = 0; t < options_.steps; ++t) {
      std::copy_n(activations.d_x(t, b - samples.first), inputs, d_x_.data() + row(t, b) * inputs);
    }
  }
}

}  // namespace sluice::engine
