#include "formats/file_kind.hpp"

#include <algorithm>

namespace sluice::formats {
namespace {

using namespace std::string_view_literals;

struct Magic {
  std::string_view start;
  FileKind kind;
};

constexpr std::string_view kFromTorch =
    "in Python, safetensors.torch.save_file(model.state_dict(), PATH) makes a .safetensors file";
constexpr std::string_view kFromKeras =
    "save its weights as .safetensors in the program that made it";

constexpr Magic kMagics[] = {
    {"PK\x03\x04"sv, {"a zip archive (PyTorch .pt, Keras .keras or NumPy .npz)", kFromTorch}},
    {"\x80\x02"sv, {"a Python pickle (PyTorch .pt)", kFromTorch}},
    {"\x80\x03"sv, {"a Python pickle", kFromTorch}},
    {"\x80\x04"sv, {"a Python pickle", kFromTorch}},
    {"\x80\x05"sv, {"a Python pickle", kFromTorch}},
    {"\x89HDF\r\n\x1a\n"sv, {"an HDF5 file (Keras .h5)", kFromKeras}},
    {"\x93NUMPY"sv, {"a NumPy array (.npy)", "name it where an array is asked for"}},
    {"GGUF"sv, {"a GGUF file", ""}},
    {"\x1f\x8b"sv, {"a gzip archive", "unpack it first"}},
};

// A ModelProto starts with its format version, field 1, followed by any of the fields up to
// opset_import.
bool seems_onnx(std::string_view bytes) {
  constexpr auto kNextFields = "\x12\x1a\x22\x2a\x32\x3a\x42"sv;
  return bytes.size() >= 3 && bytes[0] == 0x08 && bytes[1] >= 1 && bytes[1] <= 32 &&
         kNextFields.find(bytes[2]) != std::string_view::npos;
}

bool seems_safetensors(std::string_view bytes) {
  return bytes.size() > 9 && bytes.substr(4, 4) == "\0\0\0\0"sv && bytes.substr(8, 2) == "{\""sv;
}

bool seems_text(std::string_view bytes) {
  const std::string_view start = bytes.substr(0, 256);
  return !start.empty() && std::all_of(start.begin(), start.end(), [](unsigned char ch) {
    return ch >= 0x20 || ch == '\n' || ch == '\r' || ch == '\t';
  });
}

}  // namespace

std::optional<FileKind> guess_kind(std::string_view bytes) {
  for (const Magic& magic : kMagics) {
    if (bytes.substr(0, magic.start.size()) == magic.start) return magic.kind;
  }
  if (seems_safetensors(bytes)) return FileKind{"a .safetensors file", ""};
  if (seems_onnx(bytes)) return FileKind{"an ONNX model", ""};
  if (seems_text(bytes)) {
    return FileKind{bytes[0] == '{' || bytes[0] == '[' ? "a JSON text file" : "a text file", ""};
  }
  return std::nullopt;
}

}  // namespace sluice::formats
