// Cases that other implementations gave, as JSON: an ONNX model in hexadecimal, inputs, outputs.
// Made by the make_*.py beside this.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <stdexcept>
#include <string>
#include <vector>

#include "formats/onnx/onnx_model.hpp"
#include "formats/onnx/value.hpp"

namespace sluice::formats::onnx {

using Tensors = std::map<std::string, Tensor>;

inline nlohmann::json read_json(const std::string& path) {
  std::ifstream file(path);
  if (!file) throw std::runtime_error("cannot open " + path);
  return nlohmann::json::parse(file);
}

inline std::string from_hex(const std::string& text) {
  std::string bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes += static_cast<char>(std::stoi(text.substr(i, 2), nullptr, 16));
  }
  return bytes;
}

inline DType dtype_called(const std::string& name) {
  const std::map<std::string, DType> types = {{"float32", DType::f32}, {"float64", DType::f64},
                                              {"float16", DType::f16}, {"int64", DType::i64},
                                              {"int32", DType::i32},   {"bool", DType::boolean}};
  return types.at(name);
}

/// From {"dtype", "shape", "data"}.
inline Tensor tensor_from(const std::string& name, const nlohmann::json& json) {
  const DType dtype = dtype_called(json.value("dtype", "float32"));
  Value::Elements elements;
  switch (dtype) {
    case DType::f64:
      elements = json.at("data").get<std::vector<double>>();
      break;
    case DType::i64:
      elements = json.at("data").get<std::vector<std::int64_t>>();
      break;
    case DType::i32:
      elements = json.at("data").get<std::vector<std::int32_t>>();
      break;
    case DType::boolean:
      elements = json.at("data").get<std::vector<std::uint8_t>>();
      break;
    default:
      elements = json.at("data").get<std::vector<float>>();
  }
  return Value(dtype, json.at("shape").get<Shape>(), std::move(elements)).to_tensor(name);
}

inline Tensors tensors_from(const nlohmann::json& json) {
  Tensors tensors;
  for (const auto& item : json.items()) {
    tensors.emplace(item.key(), tensor_from(item.key(), item.value()));
  }
  return tensors;
}

struct Tolerance {
  double absolute = 1e-6;
  double relative = 1e-6;
};

struct Difference {
  double largest = 0.0;    ///< |got - expected|
  double over = 0.0;       ///< The largest of |got - expected| / (absolute + relative |expected|).
  std::string other = "";  ///< What differs in type or shape.
};

/// Integers must be the same.
inline Difference difference(const Tensor& got, const Tensor& expected, const Tolerance& allowed) {
  if (got.dtype != expected.dtype || got.shape != expected.shape) {
    return {0.0, 0.0,
            "type or shape of " + got.name + ": " + formats::to_string(got.shape) + " for " +
                formats::to_string(expected.shape)};
  }
  if (!is_float(got.dtype)) {
    return got.bytes == expected.bytes ? Difference{} : Difference{1.0, 2.0, "integers differ"};
  }
  const std::vector<double> a = got.as_doubles(), b = expected.as_doubles();
  Difference result;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (a[i] == b[i]) continue;
    const double error = std::fabs(a[i] - b[i]);
    result.largest = std::max(result.largest, error);
    result.over =
        std::max(result.over, error / (allowed.absolute + allowed.relative * std::fabs(b[i])));
    if (!(error <= 1e300)) result.other = "not a number";
  }
  return result;
}

/// Compares the outputs that `expected` has.
inline Difference difference(const Tensors& got, const Tensors& expected,
                             const Tolerance& allowed) {
  Difference all;
  for (const auto& one : expected) {
    const auto found = got.find(one.first);
    if (found == got.end()) return {0.0, 0.0, "no output " + one.first};
    const Difference found_difference = difference(found->second, one.second, allowed);
    all.largest = std::max(all.largest, found_difference.largest);
    all.over = std::max(all.over, found_difference.over);
    if (!found_difference.other.empty()) all.other = found_difference.other;
  }
  return all;
}

struct Counts {
  std::size_t cases = 0;
  double largest = 0.0;
};

/// Runs every case of a file; a case that is wrong fails the test by its name.
inline Counts run_cases(const std::string& path, const Tolerance& allowed) {
  Counts counts;
  const nlohmann::json file = read_json(path);
  for (const auto& one : file.at("cases")) {
    const std::string name = one.at("name");
    try {
      const OnnxModel model = OnnxModel::parse(from_hex(one.at("model")), "recorded.onnx");
      const Difference found = difference(model.run(tensors_from(one.at("inputs"))),
                                          tensors_from(one.at("outputs")), allowed);
      EXPECT_LE(found.over, 1.0) << name << ": " << found.largest;
      EXPECT_EQ(found.other, "") << name;
      counts.largest = std::max(counts.largest, found.largest);
    } catch (const std::exception& error) {
      ADD_FAILURE() << name << ": " << error.what();
    }
    ++counts.cases;
  }
  return counts;
}

}  // namespace sluice::formats::onnx
