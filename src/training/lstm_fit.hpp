// The LSTM's training steps on a long series: forking sequences (each row forecasts all its steps
// ahead) over chunks with carried state, truncated back-propagation, on threads. Not the choice of
// when to stop.
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
#include "training/lanes.hpp"
#include "training/losses.hpp"
#include "training/optimizer.hpp"

namespace sluice::training {

/// What the LSTM learns: the linear part's errors, in units of their deviation.
struct FitData {
  FloatVector inputs;          ///< [rows, row_stride(I)]
  std::vector<float> targets;  ///< [rows, K N]; NaN: missing, or not to be seen by this fit
  std::vector<float> offsets;  ///< [K N, Q'] added to the network's outputs before the loss
  std::vector<float> levels;   ///< [Q'] quantile levels; one entry, unused, for other losses
  Loss loss;
  std::size_t rows = 0;  ///< Rows of the fit.
};

/// Rows of a chunk that starts from the initial state which carry no loss: the LSTM is run in.
constexpr std::size_t rows_run_in(std::size_t chunk) { return chunk / 4; }

struct FitOptions {
  std::size_t batch = 64;
  std::size_t chunk = 96;
  /// Every chunk starts from the initial state and is judged by its last row alone, as a model of
  /// state policy "reset:T" runs it; else states are carried from chunk to chunk.
  bool windows = false;
  double dropout = 0.0;
  double clip = 1.0;
  std::uint64_t seed = 1;
  /// Activations are computed again on the way back instead of kept: the same bits, less memory.
  bool recompute = false;
  /// Of the batch, for threads to take.
  std::size_t most_parts = engine::MiniBatch::kMostParts;
  OptimizerOptions optimizer;
};

class LstmFit {
 public:
  /// The network, data and pool must outlive this. `data.rows` >= options.chunk.
  LstmFit(engine::Network& network, const FitData& data, const FitOptions& options,
          ThreadPool& pool);

  /// One optimiser step: the mean loss per target (and quantile) before it. Where the loss or the
  /// gradient is not finite, the parameters stay as they were and failure() says what it was.
  double step(double rate);
  const std::string& failure() const { return failure_; }
  std::size_t steps() const { return steps_; }

 private:
  // The loss of one sample's rows, and the targets (and quantiles) that it is a sum over.
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
  Lanes lanes_;
  engine::MiniBatch mini_batch_;
  std::vector<SampleLoss> losses_;
  std::vector<float> levels_;  // [K N, Q'] of each output
  std::vector<float> gradient_;
  Optimizer optimizer_;
  std::size_t steps_ = 0;
  std::string failure_;
};

}  // namespace sluice::training
