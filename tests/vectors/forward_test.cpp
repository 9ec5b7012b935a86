// Every published case that is a run of one LSTM, through the double reference and through the
// engine: one test per kind.
#include <gtest/gtest.h>

#include <algorithm>

#include "sluice/error.hpp"
#include "vectors/cases.hpp"
#include "vectors/folders.hpp"
#include "vectors/machine.hpp"
#include "vectors/table.hpp"

namespace sluice::vectors {
namespace {

double error_of(const Case& test_case, const Outcome& outcome) {
  double largest = 0.0;
  for (const Expected& expected : test_case.expected) {
    largest = std::max(largest, largest_error(expected.read(outcome), expected.values));
  }
  return largest;
}

void check(const std::string& kind, const Case& test_case) {
  report({kind, test_case.name, error_of(test_case, run_reference(test_case)),
          error_of(test_case, run_engine(test_case)), test_case.reference_tolerance,
          test_case.tolerance});
}

// Runs load(path) of every file that `wanted` keeps.
template <class Load, class Wanted>
void check_kind(const std::string& kind, Load load, Wanted wanted) {
  for (const std::string& path : json_files(kind)) {
    if (!wanted(path)) continue;
    try {
      check(kind, load(path));
    } catch (const Error& error) {
      ADD_FAILURE() << error.what();
    }
  }
}

template <class Load>
void check_kind(const std::string& kind, Load load) {
  check_kind(kind, load, [](const std::string&) { return true; });
}

// A case that its project says is wrong.
template <class Load>
void check_refused(const std::string& kind, const std::string& path, Load load) {
  EXPECT_THROW(load(path), Error) << path << " was not refused";
  report({kind, stem(path), {}, {}, 0.0, 0.0, "refused"});
}

TEST(PublishedVectorsTest, OnnxNodeCases) {
  SLUICE_NEEDS_VECTORS("onnx_node_lstm_json");
  check_kind("onnx_node_lstm_json", onnx_case);
}

TEST(PublishedVectorsTest, OnnxRuntimeCases) {
  SLUICE_NEEDS_VECTORS("ort_lstm");
  check_kind("ort_lstm", onnx_case, [](const std::string& path) {
    if (!onnx_case_is_bad(path)) return true;
    check_refused("ort_lstm", path, onnx_case);
    return false;
  });
}

TEST(PublishedVectorsTest, KerasCases) {
  SLUICE_NEEDS_VECTORS("keras_lstm");
  check_kind("keras_lstm",
             [](const std::string& path) { return keras_case(path, KerasVersion::three); });
}

TEST(PublishedVectorsTest, KerasJsCases) {
  SLUICE_NEEDS_VECTORS("kerasjs_lstm");
  check_kind("kerasjs_lstm",
             [](const std::string& path) { return keras_case(path, KerasVersion::two); });
}

TEST(PublishedVectorsTest, TensorFlowJsCases) {
  SLUICE_NEEDS_VECTORS("tfjs_lstm");
  check_kind(
      "tfjs_lstm", [](const std::string& path) { return keras_case(path, KerasVersion::two); },
      [](const std::string& path) { return !is_keras_training(path); });
}

TEST(PublishedVectorsTest, TensorFlowLiteCases) {
  SLUICE_NEEDS_VECTORS("tflite_lstm");
  check_kind("tflite_lstm", tflite_case);
}

TEST(PublishedVectorsTest, PyTorchLiterals) {
  SLUICE_NEEDS_VECTORS("pytorch_lstm");
  check_kind("pytorch_lstm", pytorch_case,
             [](const std::string& path) { return stem(path) != "train_bit_sum"; });
}

TEST(PublishedVectorsTest, RtNeuralModels) {
  SLUICE_NEEDS_VECTORS("rtneural_lstm");
  check_kind("rtneural_lstm", rtneural_case, [](const std::string& path) {
    if (stem(path).rfind("bad", 0) != 0) return true;
    check_refused("rtneural_lstm", path, rtneural_case);
    return false;
  });
}

TEST(PublishedVectorsTest, TensorFlowLiteMicroDigits) {
  SLUICE_NEEDS_VECTORS("tflm_mnist_lstm");
  check("tflm_mnist_lstm", mnist_case());
}

}  // namespace
}  // namespace sluice::vectors
