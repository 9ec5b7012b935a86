// A SAX reader whose state is the position in the header: which entry, which field, how many
// numbers of it. Any event that does not fit the state is an error.
#include "formats/safetensors_header.hpp"

#include <nlohmann/json.hpp>
#include <utility>

#include "formats/quotes.hpp"
#include "sluice/error.hpp"

namespace sluice::formats {
namespace {

using nlohmann::json;

// More than any real tensor has, and few enough to bound the memory of a hostile header.
constexpr std::size_t kMaxRank = 64;
constexpr std::size_t kMaxMetadata = 100'000;

constexpr std::string_view kMetadata = "__metadata__";

class Reader : public nlohmann::json_sax<json> {
 public:
  explicit Reader(const std::string& path) : path_(path) {}
  Header take() { return std::move(header_); }

  bool null() override { unexpected("null"); }
  bool boolean(bool value) override { unexpected(value ? "true" : "false"); }
  bool number_integer(number_integer_t value) override { unexpected(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& text) override { unexpected(in_quotes(text)); }
  bool binary(binary_t&) override { unexpected("binary data"); }

  bool number_unsigned(number_unsigned_t value) override {
    if (place_ == Place::shape) {
      if (tensor_->shape.size() == kMaxRank) {
        fail("too many dimensions", "at most " + std::to_string(kMaxRank), "more");
      }
      tensor_->shape.push_back(value);
    } else if (place_ == Place::offsets) {
      (offsets_ == 0 ? tensor_->begin : tensor_->end) = value;
      ++offsets_;
    } else {
      unexpected(std::to_string(value));
    }
    return true;
  }

  bool string(string_t& text) override {
    if (place_ == Place::metadata) {
      *text_ = std::move(text);
    } else if (place_ == Place::tensor && field_ == Field::dtype) {
      const auto dtype = dtype_named(text);
      if (!dtype) fail("unknown type of element", "a type such as F32", in_quotes(text));
      tensor_->dtype = *dtype;
    } else {
      unexpected(in_quotes(text));
    }
    return true;
  }

  bool start_object(std::size_t) override {
    if (place_ == Place::outside) {
      place_ = Place::root;
    } else if (place_ == Place::root) {
      place_ = tensor_ == nullptr ? Place::metadata : Place::tensor;
    } else {
      unexpected("an object");
    }
    return true;
  }

  bool key(string_t& name) override {
    if (place_ == Place::root) {
      root_key(name);
    } else if (place_ == Place::metadata) {
      metadata_key(name);
    } else {
      tensor_key(name);
    }
    return true;
  }

  bool end_object() override {
    if (place_ == Place::tensor && fields_ != kAllFields) {
      fail("an entry is incomplete", "dtype, shape and data_offsets", "fewer");
    }
    place_ = place_ == Place::root ? Place::outside : Place::root;
    return true;
  }

  bool start_array(std::size_t) override {
    if (place_ != Place::tensor || field_ == Field::dtype) unexpected("an array");
    place_ = field_ == Field::shape ? Place::shape : Place::offsets;
    return true;
  }

  bool end_array() override {
    if (place_ == Place::offsets && offsets_ != 2) unexpected(std::to_string(offsets_));
    place_ = Place::tensor;
    return true;
  }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::detail::exception&) override {
    tensor_ = nullptr;
    fail("the header is damaged", "JSON in UTF-8",
         "something else at byte " + std::to_string(position));
  }

 private:
  enum class Place { outside, root, metadata, tensor, shape, offsets };
  enum class Field { dtype, shape, offsets };
  static constexpr unsigned kAllFields = 7;

  void root_key(std::string& name) {
    if (name == kMetadata) {
      tensor_ = nullptr;
      if (std::exchange(has_metadata_, true)) fail("__metadata__ occurs twice", "one", "two");
      return;
    }
    const auto [entry, is_new] = header_.tensors.try_emplace(std::move(name));
    tensor_ = &entry->second;
    name_ = &entry->first;
    fields_ = 0;
    offsets_ = 0;
    if (!is_new) fail("the tensor occurs twice", "each name once", "two of them");
  }

  void metadata_key(std::string& name) {
    if (header_.metadata.size() == kMaxMetadata) {
      fail("too many metadata entries", "at most " + std::to_string(kMaxMetadata), "more");
    }
    const auto [entry, is_new] = header_.metadata.try_emplace(std::move(name));
    text_ = &entry->second;
    if (!is_new) fail("a metadata key occurs twice", "each key once", in_quotes(entry->first));
  }

  void tensor_key(const std::string& name) {
    if (name == "dtype") {
      field_ = Field::dtype;
    } else if (name == "shape") {
      field_ = Field::shape;
    } else if (name == "data_offsets") {
      field_ = Field::offsets;
    } else {
      fail("unknown key", "dtype, shape or data_offsets", in_quotes(name));
    }
    const unsigned bit = 1u << static_cast<unsigned>(field_);
    if ((fields_ & bit) != 0) fail("a key occurs twice", "each key once", in_quotes(name));
    fields_ |= bit;
  }

  std::string expected() const {
    switch (place_) {
      case Place::outside:
        return "an object";
      case Place::root:
        return tensor_ == nullptr ? "an object of texts as __metadata__"
                                  : "an object for the tensor";
      case Place::metadata:
        return "a text for each metadata key";
      case Place::shape:
        return "whole numbers, 0 or more, in shape";
      case Place::offsets:
        return "two whole numbers, 0 or more, in data_offsets";
      case Place::tensor:
        break;
    }
    return field_ == Field::dtype ? "a text as dtype" : "an array of whole numbers";
  }

  [[noreturn]] void unexpected(const std::string& got) const {
    fail("the header says something else than the format allows", expected(), got);
  }

  [[noreturn]] void fail(const std::string& what, const std::string& expected,
                         const std::string& got) const {
    const std::string place = tensor_ == nullptr ? "header" : "tensor " + in_quotes(*name_);
    throw Error(ErrorCode::model,
                {.where = path_ + ", " + place,
                 .what = what,
                 .expected = expected,
                 .got = got,
                 .hint = "the file is damaged or was written incorrectly: get it again"});
  }

  const std::string& path_;
  Header header_;
  Place place_ = Place::outside;
  Field field_ = Field::dtype;
  HeaderEntry* tensor_ = nullptr;      // null inside __metadata__
  const std::string* name_ = nullptr;  // name of *tensor_
  std::string* text_ = nullptr;        // the next metadata value goes here
  unsigned fields_ = 0;                // bit set of the fields seen of tensor_
  int offsets_ = 0;                    // numbers seen of data_offsets
  bool has_metadata_ = false;
};

}  // namespace

Header parse_header(std::string_view text, const std::string& path) {
  Reader reader(path);
  json::sax_parse(text.begin(), text.end(), &reader);
  return reader.take();
}

}  // namespace sluice::formats
