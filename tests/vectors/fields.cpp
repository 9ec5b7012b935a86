#include "vectors/fields.hpp"

#include <algorithm>
#include <functional>
#include <numeric>

#include "sluice/error.hpp"

namespace sluice::vectors {
namespace {

// What a field may be called that only tells of the case and never changes a value.
bool only_tells(const std::string& key, const nlohmann::json& value) {
  if (value.is_structured()) return false;
  for (const char* part :
       {"source", "licen", "note", "comment", "tolerance", "numpy", "max_abs_err", "test",
        "description", "reason", "message", "validated"}) {
    if (key.find(part) != std::string::npos) return true;
  }
  return false;
}

std::size_t product(const std::vector<std::size_t>& shape) {
  return std::accumulate(shape.begin(), shape.end(), std::size_t{1}, std::multiplies<>());
}

std::string text_of(const std::vector<std::size_t>& shape) {
  std::string text = "[";
  for (std::size_t j = 0; j < shape.size(); ++j) {
    text += (j > 0 ? ", " : "") + std::to_string(shape[j]);
  }
  return text + "]";
}

double number(const nlohmann::json& value, const std::string& where) {
  if (value.is_number()) return value.get<double>();
  if (value.is_boolean()) return value.get<bool>() ? 1.0 : 0.0;
  refuse(where, "an element that is no number", "a number", value.dump().substr(0, 40));
}

void flatten(const nlohmann::json& value, std::size_t depth, Array& into,
             const std::string& where) {
  if (depth == into.shape.size()) {
    into.data.push_back(number(value, where));
    return;
  }
  if (!value.is_array() || value.size() != into.shape[depth]) {
    refuse(where, "nested lists of several lengths", text_of(into.shape));
  }
  for (const auto& item : value) flatten(item, depth + 1, into, where);
}

Array parse_nested(const nlohmann::json& value, const std::string& where) {
  Array array;
  for (const nlohmann::json* inner = &value; inner->is_array(); inner = &inner->front()) {
    array.shape.push_back(inner->size());
    if (inner->empty()) break;
  }
  flatten(value, 0, array, where);
  return array;
}

}  // namespace

void refuse(const std::string& where, const std::string& what, const std::string& expected,
            const std::string& got) {
  throw Error(ErrorCode::data, {.where = where, .what = what, .expected = expected, .got = got});
}

void expect_shape(const Array& array, const std::vector<std::size_t>& shape,
                  const std::string& where) {
  if (array.shape == shape) return;
  refuse(where, "an array that does not fit the case", text_of(shape), text_of(array.shape));
}

Array parse_array(const nlohmann::json& value, const std::string& where) {
  if (value.is_array()) return parse_nested(value, where);
  Fields fields(value, where);
  Array array{fields.get<std::vector<std::size_t>>("shape"), {}};
  fields.get_or<std::string>("dtype", "");
  fields.get_or<std::string>("order", "");
  for (const auto& item : fields.at("data")) array.data.push_back(number(item, where));
  fields.finish();
  if (array.data.size() != product(array.shape)) {
    refuse(where, "data that do not fill the shape " + text_of(array.shape),
           std::to_string(product(array.shape)), std::to_string(array.data.size()));
  }
  return array;
}

Fields::Fields(const nlohmann::json& object, std::string where)
    : object_(object), where_(std::move(where)) {
  if (!object_.is_object()) refuse(where_, "no object", "an object", object_.type_name());
}

bool Fields::has(const std::string& key) {
  read_.insert(key);
  const auto found = object_.find(key);
  return found != object_.end() && !found->is_null();
}

const nlohmann::json& Fields::at(const std::string& key) {
  if (!has(key)) refuse(where_, "a field is missing", key);
  return object_.at(key);
}

std::optional<std::string> Fields::first_of(const std::vector<std::string>& keys) {
  for (const std::string& key : keys) {
    if (has(key)) return key;
  }
  return std::nullopt;
}

std::optional<Array> Fields::array_of(const std::vector<std::string>& keys) {
  const auto key = first_of(keys);
  if (!key) return std::nullopt;
  return array(*key);
}

void Fields::says(const std::string& key, const std::string& part) {
  if (!has(key)) return;
  const auto text = get<std::string>(key);
  if (text.find(part) == std::string::npos)
    refuse(where_ + "." + key, "another " + key, part, text);
}

void Fields::finish() const {
  for (const auto& item : object_.items()) {
    if (read_.count(item.key()) > 0 || only_tells(item.key(), item.value())) continue;
    refuse(where_, "unknown field " + item.key() + " in " + where_, "a field that a loader reads",
           item.value().dump().substr(0, 60));
  }
}

}  // namespace sluice::vectors
