// What an experiment's problem is: it draws batches of sequences, lays them on the activations,
// scores the outputs and says which sequences were answered right. The training loop is
// forecasting::SmallTrainer.
#pragma once

#include <cstddef>
#include <memory>

#include "core/random.hpp"
#include "engine/activations.hpp"

namespace sluice::experiments {

/// A problem with one batch of its sequences. What reads the batch may be called from several
/// threads, each with its own activations.
class Task {
 public:
  Task() = default;
  Task(const Task&) = delete;
  Task& operator=(const Task&) = delete;
  virtual ~Task() = default;

  virtual std::size_t inputs() const = 0;   ///< I
  virtual std::size_t outputs() const = 0;  ///< O
  virtual std::size_t steps() const = 0;    ///< T, of the longest sequence
  /// The loss of a model that has learnt everything but the long dependency.
  virtual double baseline() const = 0;

  /// The next batch.
  virtual void draw(Random& random) = 0;
  /// x and, where they differ, the lengths of the activations' samples, the first of which is
  /// number `first` of the batch.
  virtual void fill(engine::Activations& activations, std::size_t first) const = 0;
  /// The slice's share of the batch's mean loss; writes all of d_y.
  virtual double score(engine::Activations& activations, std::size_t first) const = 0;
  /// How many of the slice's sequences are answered wrong, by the published criterion.
  virtual std::size_t wrong(engine::Activations& activations, std::size_t first) const = 0;
};

/// Two of `steps` numbers in [0, 1) are marked, one in each half; the answer at the end is their
/// sum (Hochreiter and Schmidhuber 1997, experiment 4, as Le 2015 has it). Loss: squared error.
/// Wrong: off by 4 % of the answer's range. Baseline: the variance of the sum, 1/6.
std::unique_ptr<Task> adding(std::size_t steps, std::size_t batch);

/// Two symbols X or Y among distractors, at a tenth to a fifth and at the half to six tenths; the
/// answer at the end, `length` to 1.1 `length` steps, is which of the four pairs it was (Hochreiter
/// and Schmidhuber 1997, experiment 6a, where `length` is 100). Loss: cross-entropy. Wrong: an
/// output off by 0.3. Baseline: a model that misses the first symbol, ln 2.
std::unique_ptr<Task> temporal_order(std::size_t length, std::size_t batch);

/// `kept` symbols, each one of eight, `delay` blanks the last of which is the call, `kept` blanks:
/// the answer is blanks, and after the call the symbols (Arjovsky 2016, where `kept` is 10). Loss:
/// cross-entropy, the mean of all steps. Wrong: one of the symbols is. Baseline: guessing the
/// symbols, kept ln 8 / (delay + 2 kept).
std::unique_ptr<Task> copy_memory(std::size_t kept, std::size_t delay, std::size_t batch);

/// The next symbol of each place of strings of the embedded Reber grammar (Hochreiter and
/// Schmidhuber 1997, experiment 1). Loss: cross-entropy, the sum of a string. Wrong: at some place
/// a symbol that may not follow is ranked above one that may. Baseline: not known, NaN.
std::unique_ptr<Task> embedded_reber(std::size_t batch);

}  // namespace sluice::experiments
