#include "cli/onnx_run.hpp"

#include <fmt/format.h>

#include <cctype>
#include <filesystem>
#include <map>
#include <set>
#include <system_error>
#include <utility>

#include "cli/output_path.hpp"
#include "cli/standard_output.hpp"
#include "formats/npy.hpp"
#include "formats/onnx/onnx_model.hpp"
#include "sluice/error.hpp"

namespace sluice::cli {
namespace {

using formats::Tensor;
using formats::onnx::Declared;
using formats::onnx::OnnxModel;

std::string list(const std::vector<Declared>& all) {
  std::vector<std::string> texts;
  texts.reserve(all.size());
  for (const Declared& one : all) texts.push_back(fmt::format("'{}' {}", one.name, to_string(one)));
  return fmt::format("{}", fmt::join(texts, "; "));
}

// Splits "NAME=X.npy" at the name of an input; a graph with one input needs no name.
std::pair<std::string, std::string> split(const std::string& text, const OnnxModel& model) {
  for (const Declared& input : model.inputs()) {
    if (text.rfind(input.name + "=", 0) == 0)
      return {input.name, text.substr(input.name.size() + 1)};
  }
  if (model.inputs().size() == 1 && text.find('=') == std::string::npos)
    return {model.inputs().front().name, text};
  throw Error(ErrorCode::usage, {.where = "--input " + text,
                                 .what = "not an input of the graph",
                                 .expected = "NAME=X.npy with one of " + list(model.inputs()),
                                 .got = text});
}

std::map<std::string, Tensor> read_inputs(const OnnxRun& asked, const OnnxModel& model) {
  std::map<std::string, Tensor> inputs;
  for (const std::string& text : asked.inputs) {
    const auto [name, path] = split(text, model);
    formats::NpyArray array = formats::read_npy(path);
    const bool fresh = inputs
                           .emplace(name, Tensor{name, std::move(array.shape), array.dtype,
                                                 std::move(array.bytes)})
                           .second;
    if (!fresh) {
      throw Error(ErrorCode::usage, {.where = "--input " + text,
                                     .what = "the input is given twice",
                                     .expected = "each once"});
    }
  }
  for (const Declared& input : model.inputs()) {
    if (inputs.count(input.name) > 0) continue;
    throw Error(ErrorCode::usage,
                {.where = asked.model,
                 .what = "an input of the graph is missing",
                 .expected = "--input NAME=X.npy for each of " + list(model.inputs()),
                 .got = fmt::format("none for '{}'", input.name)});
  }
  return inputs;
}

// Makes an output's name safe as a file name: exporters use slashes and colons.
std::string file_name(const std::string& name) {
  std::string made;
  for (const char c : name) {
    const bool plain =
        std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '.' || c == '_' || c == '-';
    made += plain ? c : '_';
  }
  return made.empty() || made.front() == '.' ? "_" + made : made;
}

void make_folder(const std::string& path) {
  std::error_code error;
  std::filesystem::create_directories(path, error);
  if (!error && std::filesystem::is_directory(path)) return;
  throw Error(ErrorCode::file, {.where = path,
                                .what = "cannot create the folder",
                                .expected = "a folder to write to",
                                .got = error ? error.message() : "a file of that name"});
}

std::map<std::string, std::string> output_paths(const OnnxRun& asked, const OnnxModel& model) {
  std::map<std::string, std::string> paths;
  if (asked.output_dir.empty()) {
    if (model.outputs().size() != 1 || asked.output.empty()) {
      throw Error(ErrorCode::usage,
                  {.where = asked.model,
                   .what = asked.output.empty() ? "no place for the outputs"
                                                : "the graph has several outputs",
                   .expected = (model.outputs().size() == 1 ? "--output Y.npy or " : "") +
                               ("--output-dir DIR for " + list(model.outputs()))});
    }
    paths[model.outputs().front().name] = asked.output;
    return paths;
  }
  if (!asked.output.empty()) {
    throw Error(ErrorCode::usage, {.where = "--output",
                                   .what = "all outputs go to --output-dir",
                                   .expected = "one of the two options"});
  }
  std::set<std::string> taken;
  for (const Declared& output : model.outputs()) {
    std::string name = file_name(output.name);
    while (!taken.insert(name).second) name += "_";
    paths[output.name] = asked.output_dir + "/" + name + ".npy";
  }
  return paths;
}

// A missing output folder cannot hold an input, so it needs no check.
void check_paths(const OnnxRun& asked, const OnnxModel& model,
                 const std::map<std::string, std::string>& paths) {
  if (!asked.output_dir.empty() && !std::filesystem::exists(asked.output_dir)) return;
  std::vector<std::string> inputs = {asked.model}, outputs;
  for (const std::string& text : asked.inputs) inputs.push_back(split(text, model).second);
  for (const auto& entry : paths) outputs.push_back(entry.second);
  check_outputs(outputs, inputs);
}

}  // namespace

bool is_onnx(const std::string& path) {
  const std::string ending = ".onnx";
  return path.size() > ending.size() &&
         path.compare(path.size() - ending.size(), ending.size(), ending) == 0;
}

void run_onnx(const OnnxRun& asked) {
  const OnnxModel model = OnnxModel::load(asked.model);
  const std::map<std::string, std::string> paths = output_paths(asked, model);
  check_paths(asked, model, paths);
  std::map<std::string, Tensor> outputs = model.run(read_inputs(asked, model));
  if (!asked.output_dir.empty()) make_folder(asked.output_dir);
  for (const Declared& output : model.outputs()) {
    Tensor& tensor = outputs.at(output.name);
    const std::string& path = paths.at(output.name);
    formats::write_npy(path, {path, tensor.shape, tensor.dtype, std::move(tensor.bytes)});
    say("written: {} [{}]\n", path, fmt::join(tensor.shape, ", "));
  }
}

}  // namespace sluice::cli
