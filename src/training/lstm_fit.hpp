// Training steps of the LSTM on a long series: forking sequences (each row forecasts all its steps
// ahead) over chunks with carried state, truncated back-propagation, on threads. See
// forecast_lstm_fit.cpp for when to stop.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "core/aligned.hpp"
#include "core/threads.hpp"
#include "engine/mini_batch.hpp"
#include "engine/network.hpp"
#include "training/losses.hpp"
#include "training/optimizer.hpp"
#include "training/series_cursors.hpp"

namespace sluice::training {

/// The LSTM's training data: errors of the linear part, in units of their standard deviation.
struct FitData {
  FloatVector inputs;          ///< [rows, row_stride(I)]
  std::vector<float> targets;  ///< [rows, K N]; NaN: missing, or excluded from this fit
  std::vector<float> offsets;  ///< [K N, Q'] added to the network's outputs before the loss
  std::vector<float> levels;   ///< [Q'] quantile levels; one entry, unused, for other losses
  Loss loss;
  std::size_t rows = 0;  ///< Number of rows to fit.
};

/// Warm-up rows of a chunk that starts from the initial state: they carry no loss.
constexpr std::size_t rows_run_in(std::size_t chunk) { return chunk / 4; }

struct FitOptions {
  std::size_t batch = 64;
  std::size_t chunk = 96;
  /// Every chunk starts from the initial state and only its last row carries a loss, like inference
  /// with state policy "reset:T"; else states are carried from chunk to chunk.
  bool windows = false;
  double dropout = 0.0;
  double clip = 1.0;
  std::uint64_t seed = 1;
  /// Recompute activations in the backward pass instead of storing them: the same bits, less
  /// memory.
  bool recompute = false;
  /// Upper limit on parts of the batch, the units of work of threads.
  std::size_t most_parts = engine::MiniBatch::kMostParts;
  OptimizerOptions optimizer;
};

class LstmFit {
 public:
  /// The network, data and pool must outlive this. `data.rows` >= options.chunk.
  LstmFit(engine::Network& network, const FitData& data, const FitOptions& options,
          ThreadPool& pool);

  /// Performs one optimiser step; returns the mean loss per target (and quantile) before it. If the
  /// loss or the gradient is not finite, the parameters do not change and failure() gives the
  /// reason.
  double step(double rate);
  const std::string& failure() const { return failure_; }
  std::size_t steps() const { return steps_; }

 private:
  // The summed loss of one sample's rows, and the number of targets (and quantiles) in the sum.
  struct SampleLoss {
    double loss = 0.0, terms = 0.0;
  };

  std::uint64_t step_seed() const;
  void run_part(engine::Activations& activations, const engine::Samples& samples);
  void fill_inputs(std::size_t sample);
  void find_loss(std::size_t sample);
  void add_row_loss(std::size_t step, std::size_t sample, std::span<const float> targets,
                    SampleLoss& sum);
  void find_failure(double loss);

  engine::Network& network_;
  const FitData& data_;
  FitOptions options_;
  ThreadPool& pool_;
  SeriesCursors cursors_;
  engine::MiniBatch mini_batch_;
  std::vector<SampleLoss> losses_;
  std::vector<float> levels_;  // [K N, Q'] level of each output
  std::vector<float> gradient_;
  Optimizer optimizer_;
  std::size_t steps_ = 0;
  std::string failure_;
};

}  // namespace sluice::training
