// The ONNX models that others published (../shared/vectors), each at the tolerance of its source.
// Prints one table: case, largest error, tolerance.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "formats/onnx/cases.hpp"
#include "formats/onnx/proto_tensor.hpp"
#include "sluice/error.hpp"

namespace sluice::formats::onnx {
namespace {

namespace fs = std::filesystem;

const fs::path kVectors = SLUICE_SOURCE_DIR "/../shared/vectors";

std::vector<fs::path> files_in(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  return files;
}

void print_row(const std::string& name, double error, double allowed) {
  std::printf("%-66s %9.2g  %g\n", name.c_str(), error, allowed);
}

// Runs the model and compares what `expected` has; a row of the table.
void check(const std::string& name, const fs::path& model, const Tensors& inputs,
           const Tensors& expected, const Tolerance& allowed) {
  try {
    const Difference found = difference(OnnxModel::load(model).run(inputs), expected, allowed);
    print_row(name, found.largest, allowed.absolute);
    EXPECT_LE(found.over, 1.0) << name << ": " << found.largest;
    EXPECT_EQ(found.other, "") << name;
  } catch (const std::exception& error) {
    ADD_FAILURE() << name << ": " << error.what();
  }
}

bool missing(const char* folder) { return !fs::exists(kVectors / folder); }

Tensor read_pb(const fs::path& path, const std::string& name) {
  const std::string bytes = read_file(path);
  ::onnx::TensorProto proto;
  if (!proto.ParseFromString(bytes)) throw std::runtime_error("not a tensor: " + path.string());
  return read_tensor(proto, path).to_tensor(name);
}

// input_0.pb, input_1.pb .. for the names in order.
Tensors read_pbs(const fs::path& folder, const std::string& prefix,
                 const std::vector<Declared>& declared) {
  Tensors tensors;
  for (std::size_t i = 0; i < declared.size(); ++i) {
    const fs::path path = folder / (prefix + std::to_string(i) + ".pb");
    tensors.emplace(declared[i].name, read_pb(path, declared[i].name));
  }
  return tensors;
}

TEST(Vectors, OnnxNodeTests) {
  if (missing("onnx_node_lstm")) GTEST_SKIP() << "no ../shared/vectors/onnx_node_lstm";
  for (const fs::path& folder : files_in(kVectors / "onnx_node_lstm")) {
    const fs::path path = folder / "model.onnx";
    if (!fs::exists(path)) continue;
    const OnnxModel model = OnnxModel::load(path);
    const fs::path data = folder / "test_data_set_0";
    check("onnx_node_lstm/" + folder.filename().string(), path,
          read_pbs(data, "input_", model.inputs()), read_pbs(data, "output_", model.outputs()),
          {1e-7, 1e-3});
  }
}

// ort_lstm__NAME.onnx has its expected outputs in ort_lstm/NAME.json, and so for the others.
TEST(Vectors, OnnxRuntimeKernelTests) {
  if (missing("ort_lstm_onnx")) GTEST_SKIP() << "no ../shared/vectors/ort_lstm_onnx";
  std::size_t refused = 0;
  for (const fs::path& path : files_in(kVectors / "ort_lstm_onnx")) {
    if (path.extension() != ".onnx") continue;
    std::string name = path.stem();
    name.replace(name.find("__"), 2, "/");
    const fs::path expected = kVectors / (name + ".json");
    if (!fs::exists(expected)) continue;
    const nlohmann::json json = read_json(expected);
    Tensors inputs;
    if (json.value("expect", "success") == "failure" ||
        name.find("Mismatched") != std::string::npos) {
      ++refused;
      const Tensor x = tensor_from("X", json.at("inputs").at("X"));
      EXPECT_THROW(OnnxModel::load(path).run({{"X", x}}), Error) << name;
      std::printf("%-66s   refused\n", name.c_str());
      continue;
    }
    const OnnxModel model = OnnxModel::load(path);
    for (const Declared& input : model.inputs()) {
      inputs.emplace(input.name, tensor_from(input.name, json.at("inputs").at(input.name)));
    }
    const bool node_test = name.find("onnx_node") == 0;
    check(name, path, inputs, tensors_from(json.at("outputs")),
          node_test ? Tolerance{1e-7, 1e-3} : Tolerance{1e-4, 0.0});
  }
  std::printf("%zu refused, as they should be\n", refused);
}

TEST(Vectors, PyTorchExports) {
  if (missing("torch_exported")) GTEST_SKIP() << "no ../shared/vectors/torch_exported";
  const fs::path folder = kVectors / "torch_exported";
  if (fs::exists(folder / "bilstm2_expected.json")) {
    const nlohmann::json json = read_json(folder / "bilstm2_expected.json");
    const Tensor x = tensor_from("x", {{"shape", json.at("x_shape")}, {"data", json.at("x")}});
    const std::vector<std::size_t> shape = {x.shape[0], json.at("expected").size() / x.shape[0]};
    const Tensor p = tensor_from("p", {{"shape", shape}, {"data", json.at("expected")}});
    check("torch_exported/bilstm2_batch_first", folder / "bilstm2_batch_first.onnx", {{"x", x}},
          {{"p", p}}, {1e-6, 0.0});
  }
}

}  // namespace
}  // namespace sluice::formats::onnx
