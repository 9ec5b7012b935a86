#include "training/batch_view.hpp"

#include <cmath>
#include <string>

#include "sluice/error.hpp"

namespace sluice::training {
namespace {

[[noreturn]] void refuse(const char* array, const std::string& what, const std::string& expected,
                         const std::string& got, ErrorCode code = ErrorCode::shape) {
  throw Error(
      code,
      {.where = std::string("batch, ") + array, .what = what, .expected = expected, .got = got});
}

void expect(const char* array, std::size_t got, std::size_t expected, const std::string& shape) {
  if (got == expected) return;
  refuse(array, "wrong size", shape + ", " + std::to_string(expected) + " values",
         std::to_string(got));
}

void expect_none(const char* array, std::size_t got, const char* reason) {
  if (got > 0) refuse(array, reason, "none", std::to_string(got) + " values", ErrorCode::usage);
}

void check_lengths(const Batch& batch, std::size_t steps) {
  if (!batch.lengths.empty()) expect("lengths", batch.lengths.size(), batch.batch, "[B]");
  for (const std::size_t length : batch.lengths) {
    if (length <= steps) continue;
    refuse("lengths", "longer than the sequences are", "0 to " + std::to_string(steps) + " steps",
           std::to_string(length));
  }
}

// Calls each(row of the judged arrays) for the rows that are read: not past a sequence's end.
template <class Each>
void over_judged_rows(const Batch& batch, const Judge& judge, Each each) {
  const BatchView view(batch, judge.inputs);
  for (std::size_t b = 0; b < view.batch(); ++b) {
    for (std::size_t t = 0; t < view.length(b); ++t) {
      if (view.judged(t, b)) each(view.judged_row(t, b));
    }
  }
}

void check_weights(const Batch& batch, std::size_t rows, const Judge& judge) {
  expect("weights", batch.weights.size(), rows, "one per row that carries a loss");
  over_judged_rows(batch, judge, [&batch](std::size_t n) {
    if (batch.weights[n] >= 0.0f && std::isfinite(batch.weights[n])) return;
    refuse(("weights[" + std::to_string(n) + "]").c_str(), "not a weight", "a finite number from 0",
           std::to_string(batch.weights[n]), ErrorCode::data);
  });
}

void check_labels(const Batch& batch, std::size_t rows, const Judge& judge) {
  expect("labels", batch.labels.size(), rows, "one per row that carries a loss");
  expect_none("targets", batch.targets.size(), "cross-entropy reads labels");
  over_judged_rows(batch, judge, [&](std::size_t n) {
    const std::int32_t label = batch.labels[n];
    if (label < static_cast<std::int64_t>(judge.outputs)) return;
    refuse(("labels[" + std::to_string(n) + "]").c_str(), "no such class",
           "at most " + std::to_string(judge.outputs - 1), std::to_string(label), ErrorCode::data);
  });
}

}  // namespace

std::size_t steps_of(const Batch& batch, std::size_t inputs) {
  return batch.batch == 0 ? 0 : batch.x.size() / inputs / batch.batch;
}

void check(const Batch& batch, const Judge& judge) {
  if (batch.batch == 0) refuse("batch", "no sequences", "1 or more", "0", ErrorCode::usage);
  const std::size_t steps = steps_of(batch, judge.inputs), rows = batch.batch * steps;
  if (rows == 0 || batch.x.size() != rows * judge.inputs) {
    refuse("x", "not a whole number of steps",
           "a multiple of " + std::to_string(batch.batch) + " sequences times " +
               std::to_string(judge.inputs) + " inputs",
           std::to_string(batch.x.size()) + " values");
  }
  check_lengths(batch, steps);
  if (batch.carry_on && !(batch.initial.h.empty() && batch.initial.c.empty()))
    refuse("initial", "two states to start from", "carry_on or initial", "both", ErrorCode::usage);
  if (!batch.mask.empty()) expect("mask", batch.mask.size(), rows, "[B, T]");
  if (judge.loss == nullptr) return;
  const std::size_t judged = batch.judged == JudgedSteps::last ? batch.batch : rows;
  if (!batch.weights.empty()) check_weights(batch, judged, judge);
  if (judge.loss->kind == LossKind::cross_entropy) return check_labels(batch, judged, judge);
  const std::size_t levels = judge.loss->kind == LossKind::quantile ? judge.loss->levels.size() : 1;
  const std::size_t targets = judge.outputs / levels;
  expect("targets", batch.targets.size(), judged * targets,
         batch.judged == JudgedSteps::last ? "[B, K]" : "[B, T, K]");
  expect_none("labels", batch.labels.size(), "only cross-entropy reads labels");
}

}  // namespace sluice::training
