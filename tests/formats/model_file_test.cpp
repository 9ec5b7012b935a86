// A model's way into its file and back, and everything that its reader refuses. The container
// itself is safetensors_test's and hostile_test's business.
#include "formats/model_file.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "forecasting/series.hpp"
#include "formats/error_message.hpp"
#include "formats/safetensors.hpp"

namespace sluice::formats {
namespace {

using forecasting::ForecastModel;
using nlohmann::json;

// Two targets, a past column with gaps, a known one, calendar inputs, a logarithm.
const data::Table& table() {
  static const data::Table made = [] {
    std::vector<double> skewed = forecasting::wave(211, 3), past = forecasting::noise(211, 5);
    for (double& value : skewed) value = std::exp(0.3 * (value - 20.0));
    for (std::size_t row = 10; row < 20; ++row) past[row] = forecasting::kMissing;
    return forecasting::hourly(forecasting::table_of({{"load", skewed},
                                                      {"price", forecasting::random_walk(211, 7)},
                                                      {"wind", past},
                                                      {"open", forecasting::noise(211, 9)}}));
  }();
  return made;
}

const ForecastModel& model() {
  static const ForecastModel made = [] {
    forecasting::ForecastOptions options = forecasting::small_options(2);
    options.features.targets = {"load", "price"};
    options.features.known = {"open"};
    options.hidden = 3;
    options.layers = 2;
    options.lags = 3;
    options.epochs = 3;
    ForecastModel trained = forecasting::train_forecast(table(), options).model;
    // So that a forecast depends on every part, whatever the LSTM learnt and earned.
    trained.alpha = 0.5;
    trained.network->set_parameters(
        initial_parameters(trained.network->architecture(), {.seed = 5}));
    return trained;
  }();
  return made;
}

const std::string& bytes() {
  static const std::string made = serialize_model(model());
  return made;
}

class ModelFile : public testing::Test {
 protected:
  StoredModel load(const std::string& content) {
    write_plainly(content);
    return load_model(path_);
  }

  std::string refusal(const std::string& content) {
    return error_message(ErrorCode::model, [&] { load(content); });
  }

  // The file with its description changed.
  std::string edited(const std::function<void(json&)>& edit) const {
    SafeTensors file = parse_safetensors(bytes(), "m");
    json description = json::parse(file.metadata.at("sluice"));
    edit(description);
    file.metadata["sluice"] = description.dump();
    return serialize_safetensors(file);
  }

  std::string with_tensors(const std::function<void(SafeTensors&)>& edit) const {
    SafeTensors file = parse_safetensors(bytes(), "m");
    edit(file);
    return serialize_safetensors(file);
  }

  // Without waiting for the disk, as save_model and some file systems do where a file is written
  // over: thousands of these are written.
  void write_plainly(const std::string& content) const {
    std::filesystem::remove(path_);
    std::FILE* file = std::fopen(path_.c_str(), "wb");
    ASSERT_NE(file, nullptr);
    ASSERT_EQ(std::fwrite(content.data(), 1, content.size(), file), content.size());
    ASSERT_EQ(std::fclose(file), 0);
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors";
};

forecasting::Forecasts forecasts_of(const ForecastModel& one) {
  return forecasting::forecast(one, data::make_frame(one.features, table()), 0, 209);
}

TEST_F(ModelFile, ComesBackToTheBit) {
  save_model(path_, model());
  EXPECT_EQ(read_file(path_), bytes());
  const StoredModel stored = load_model(path_);
  ASSERT_TRUE(stored.forecast);
  EXPECT_EQ(stored.state, "carried");
  EXPECT_EQ(stored.written_by.rfind("sluice ", 0), 0u);
  EXPECT_EQ(serialize_model(*stored.forecast), bytes());
  EXPECT_EQ(forecasts_of(*stored.forecast).values, forecasts_of(model()).values);
  EXPECT_EQ(forecasts_of(*stored.forecast).linear, forecasts_of(model()).linear);
}

TEST_F(ModelFile, OfWindowsComesBackWithItsWindow) {
  ForecastModel windowed = model();
  windowed.window = 11;
  const StoredModel loaded = load(serialize_model(windowed));
  EXPECT_EQ(loaded.state, "reset:11");
  const data::Frame frame = data::make_frame(windowed.features, table());
  const std::vector<double> expected = forecasting::forecast(windowed, frame, 50, 90).values;
  EXPECT_EQ(forecasting::forecast(*loaded.forecast, frame, 50, 90).values, expected);
  EXPECT_NE(forecasting::forecast(model(), frame, 50, 90).values, expected);
}

TEST_F(ModelFile, KeepsBoundsAndHasNoneWhereAFileHasNone) {
  ForecastModel bounded = model();
  bounded.features.targets[0].bounds = {.low = {}, .high = 3.25};
  bounded.features.targets[0].counts = true;
  const std::string with = serialize_model(bounded);
  const data::ScaledColumn target = load(with).forecast->features.targets[0];
  EXPECT_FALSE(target.bounds.low);
  EXPECT_EQ(target.bounds.high, 3.25);
  EXPECT_TRUE(target.counts);
  bounded.features.targets[0].bounds = {};
  bounded.features.targets[0].counts = false;
  const std::string without = serialize_model(bounded);
  EXPECT_EQ(without.find("bounds"), std::string::npos);
  EXPECT_EQ(without.find("counts"), std::string::npos);
  EXPECT_FALSE(load(without).forecast->features.targets[0].bounds.any());
}

TEST_F(ModelFile, KeepsTheLastRowsSeenAndHasNoneWhereAFileHasNone) {
  EXPECT_TRUE(load(bytes()).forecast->last_rows.empty());
  ForecastModel timeless = model();
  timeless.last_rows = {{0.1 + 0.2, forecasting::kMissing, -1e-300}, {3.0, 4.0, 5.0}};
  const std::string file = serialize_model(timeless);
  const ForecastModel loaded = *load(file).forecast;
  ASSERT_EQ(loaded.last_rows.size(), 2u);
  EXPECT_EQ(loaded.last_rows[0][0], 0.1 + 0.2);
  EXPECT_TRUE(std::isnan(loaded.last_rows[0][1]));
  EXPECT_EQ(loaded.last_rows[0][2], -1e-300);
  EXPECT_EQ(loaded.last_rows[1], timeless.last_rows[1]);
  EXPECT_EQ(serialize_model(loaded), file);
}

TEST_F(ModelFile, WithoutAnLstmComesBackToo) {
  forecasting::ForecastOptions options = forecasting::small_options(2);
  options.features.targets = {"price"};
  options.hidden = 0;
  const ForecastModel linear = forecasting::train_forecast(table(), options).model;
  const StoredModel stored = load(serialize_model(linear));
  ASSERT_TRUE(stored.forecast);
  EXPECT_EQ(stored.network(), nullptr);
  EXPECT_EQ(forecasts_of(*stored.forecast).values, forecasts_of(linear).values);
}

TEST_F(ModelFile, HoldsItsTestVectorsAndReproducesThem) {
  write_plainly(bytes());
  const Verification verification = load_and_verify(path_).verification;
  EXPECT_EQ(verification.checked, 17 * model().network_outputs() + 2 * 2);
  EXPECT_EQ(verification.largest_error, 0.0);
}

TEST_F(ModelFile, ANumberThatChangedInAnyTensorIsFoundByTheTestVectors) {
  const SafeTensors file = parse_safetensors(bytes(), "m");
  for (std::size_t t = 0; t < file.tensors.size(); ++t) {
    const Tensor& tensor = file.tensors[t];
    if (has(tensor.name, "spread")) continue;  // added to the forecast, not computed
    const std::string changed = with_tensors([&](SafeTensors& copy) {
      // The largest byte of the last number: its sign and exponent.
      std::string& raw = copy.tensors[t].bytes;
      raw.back() = static_cast<char>(raw.back() ^ 0x43);
    });
    const std::string text = refusal(changed);
    EXPECT_TRUE(has(text, "m.safetensors") && has(text, "test vectors")) << tensor.name << text;
    write_plainly(changed);
    EXPECT_FALSE(load_and_verify(path_).verification.passed()) << tensor.name;
  }
}

TEST_F(ModelFile, ATensorThatIsMissingOrUnknownOrOfAnotherShapeIsNamed) {
  const SafeTensors file = parse_safetensors(bytes(), "m");
  for (std::size_t t = 0; t < file.tensors.size(); ++t) {
    const std::string name = file.tensors[t].name;
    const std::string missing = refusal(with_tensors([&](SafeTensors& copy) {
      copy.tensors.erase(copy.tensors.begin() + static_cast<std::ptrdiff_t>(t));
    }));
    EXPECT_TRUE(has(missing, "'" + name + "'")) << missing;
    const std::string renamed =
        refusal(with_tensors([&](SafeTensors& copy) { copy.tensors[t].name += "_"; }));
    EXPECT_TRUE(has(renamed, "'" + name)) << renamed;
    const std::string reshaped = refusal(with_tensors([&](SafeTensors& copy) {
      copy.tensors[t].shape.insert(copy.tensors[t].shape.begin(), 1);
    }));
    EXPECT_TRUE(has(reshaped, "'" + name + "'") && has(reshaped, "wrong shape")) << reshaped;
  }
  const std::string stranger = refusal(with_tensors([](SafeTensors& copy) {
    copy.tensors.push_back(Tensor::from_floats("weight_ih_l7", {1}, std::vector<float>{1.0f}));
  }));
  EXPECT_TRUE(has(stranger, "'weight_ih_l7'") && has(stranger, "unknown tensor")) << stranger;
}

TEST_F(ModelFile, EveryFieldOfTheDescriptionIsNeededAndNoOtherIsAllowed) {
  const SafeTensors file = parse_safetensors(bytes(), "m");
  const json description = json::parse(file.metadata.at("sluice"));
  std::size_t tried = 0;
  // Each object of the description, by its place.
  std::function<void(const json::json_pointer&)> visit = [&](const json::json_pointer& place) {
    const json& here = description.at(place);
    for (const auto& [key, value] : here.items()) {
      const json::json_pointer child =
          here.is_array() ? place / static_cast<std::size_t>(std::stoul(key)) : place / key;
      if (here.is_object()) {
        const std::string text = refusal(edited([&](json& all) { all.at(place).erase(key); }));
        // Models of before do not have these.
        const bool optional = key == "bounds" || key == "counts" || key == "reading" ||
                              key == "clock" || key == "form";
        EXPECT_NE(has(text, "m.safetensors") && has(text, key), optional) << child << ": " << text;
        const std::string typed = refusal(edited([&](json& all) {
          all.at(child) = json{{"no", json::array({true})}};
        }));
        EXPECT_TRUE(has(typed, "m.safetensors")) << child << ": " << typed;
        ++tried;
      }
      if (value.is_structured()) visit(child);
    }
    if (here.is_object()) {
      const std::string text = refusal(edited([&](json& all) { all.at(place)["extra"] = 1; }));
      EXPECT_TRUE(has(text, "extra")) << place << ": " << text;
    }
  };
  visit(json::json_pointer());
  EXPECT_GT(tried, 60u);
}

struct Edit {
  const char* place;
  json value;
  const char* says;
};

TEST_F(ModelFile, AValueThatDoesNotFitIsRefused) {
  const std::size_t units = model().network->architecture().hidden[0];
  const std::vector<Edit> edits = {
      {"/format", kModelFormat + 1, "newer version"},
      {"/format", -1, "format"},
      {"/state", "often", "state policy"},
      {"/state", "reset:0", "state policy"},
      {"/state", "reset:9x", "state policy"},
      {"/state", "reset:99999999999999999999", "state policy"},
      {"/state", "unknown", "state policy"},
      {"/architecture/direction", "both", "weight_ih_l0_reverse"},
      {"/architecture/direction", "sideways", "forward, reverse, both"},
      {"/architecture/cell", {{"peephole", true}}, "peephole_l0"},
      {"/architecture/cell", {{"projection", 1000}}, "projection"},
      {"/architecture/cell", {{"gate_clip", -1.0}}, "gate_clip"},
      {"/architecture/cell", {{"peepholes", true}}, "peepholes"},
      {"/architecture/hidden", json::array(), "layers"},
      {"/architecture/hidden", {units, units + 2}, "weight_ih_l1"},
      {"/architecture/hidden", json::array({units}), "weight_ih_l1"},
      {"/architecture/hidden", {units, 0}, "hidden"},
      {"/architecture/hidden", {units, std::uint64_t{1} << 62}, "hidden"},
      {"/architecture/input", 5, "inputs"},
      {"/architecture/output", 5, "outputs"},
      {"/architecture/biases", 3, "bias"},
      {"/forecast/horizon", 0, "horizon"},
      {"/forecast/horizon", 3, "inputs"},
      {"/forecast/horizon", std::uint64_t{1} << 60, "horizon"},
      {"/forecast/period", 0, "period"},
      {"/forecast/season", 0, "period"},
      {"/forecast/quantiles", {0.9, 0.5, 0.1}, "quantiles"},
      {"/forecast/quantiles", {0.1, 0.4, 0.9}, "quantiles"},
      {"/forecast/quantiles", {-1.0, 0.5, 0.9}, "quantiles"},
      {"/forecast/quantiles", json::array(), "quantiles"},
      {"/forecast/alpha", 1.5, "alpha"},
      {"/forecast/loss/name", "median", "median"},
      {"/forecast/calendar", {"hour", "moon"}, "moon"},
      {"/forecast/linear/0/lags", 4, "weight"},
      // More lags than a file can hold, that with the other regressors come round to the right sum.
      {"/forecast/linear/0/lags", std::uint64_t{0} - 1, "lags"},
      {"/forecast/linear/0/now_width", 3, "linear part"},
      {"/forecast/linear/0/base", "plane", "plane"},
      {"/forecast/residual_scale", {1.0}, "go together"},
      {"/forecast/targets/0/deviation", 0.0, "go together"},
      {"/forecast/past/0/deviation", -1.0, "go together"},
      {"/forecast/split/train_end", 1 << 20, "split"},
      {"/forecast/split/last_rows", json::array({{1.0, 2.0}}), "last_rows"},
      {"/forecast/split/last_rows", json::array({{1.0, 2.0}, {1.0}}), "last_rows"},
      {"/forecast/split/last_rows", json::array({{1.0}, {"x"}}), "last_rows"},
      {"/forecast/split/last_rows", json::array({json::array(), json::array()}), "last_rows"},
      {"/forecast/split/last_rows", json::array({1.0, 2.0}), "last_rows"},
      {"/forecast/split/last_rows", {{"a", 1}, {"b", 2}}, "last_rows"},
      {"/forecast/time/step_seconds", -60, "can be counted"},
      {"/forecast/time/step_seconds", 1e300, "below 1e11"},
      {"/forecast/time/weekdays", 0, "can be counted"},
      {"/forecast/time/sessions", json::array({{7200, 3600}}), "can be counted"},
      {"/forecast/time/holidays", json::array({"soon"}), "ISO dates"},
      {"/forecast/reading/delimiter", ";;", "one character"},
  };
  for (const Edit& edit : edits) {
    const std::string text =
        refusal(edited([&](json& all) { all[json::json_pointer(edit.place)] = edit.value; }));
    EXPECT_TRUE(has(text, "m.safetensors") && has(text, edit.says))
        << edit.place << " = " << edit.value << ": " << text;
  }
  EXPECT_TRUE(has(refusal(with_tensors([](SafeTensors& file) { file.metadata["sluice"] = "{"; })),
                  "not JSON"));
}

TEST_F(ModelFile, OfAnotherKindIsNamed) {
  EXPECT_TRUE(has(refusal("PK\x03\x04 and so on"), "zip"));
  EXPECT_TRUE(has(refusal("time,y\n2024-01-01,3\n"), "text"));
  EXPECT_TRUE(has(refusal("\x93NUMPY\x01"), ".npy"));
  EXPECT_NE(refusal(""), "no error");
  const std::string another = refusal(with_tensors([](SafeTensors& file) {
    file.metadata.clear();
    file.tensors.resize(1);
  }));
  EXPECT_TRUE(has(another, "m.safetensors")) << another;
  EXPECT_TRUE(has(error_message(ErrorCode::file, [] { load_model("/nowhere/m.safetensors"); }),
                  "/nowhere/m.safetensors"));
}

TEST_F(ModelFile, CutAtAnyByteIsRefused) {
  write_plainly(bytes());
  for (std::size_t size = bytes().size(); size-- > 0;) {
    std::filesystem::resize_file(path_, size);
    const std::string text = error_message(ErrorCode::model, [&] { load_model(path_); });
    ASSERT_TRUE(has(text, "m.safetensors")) << size << ": " << text;
  }
}

// Each flip is refused or gives a model that still forecasts; none crashes.
TEST_F(ModelFile, FlipsAndEditsNeverCrash) {
  Random random(31);
  std::size_t refused = 0;
  constexpr std::size_t kTrials = 4000;
  const std::string& whole = bytes();
  const std::size_t end = whole.find("}}", whole.find("\"__metadata__\"")) + 2;
  for (std::size_t trial = 0; trial < kTrials; ++trial) {
    std::string flipped = whole;
    // Half of them in the header, digits for digits among them, so that numbers change.
    const std::size_t place = random.below(trial % 2 == 0 ? end : whole.size());
    const bool digit = flipped[place] >= '0' && flipped[place] <= '9';
    flipped[place] = digit && trial % 4 < 3 ? static_cast<char>('0' + random.below(10))
                                            : static_cast<char>(random.below(256));
    try {
      const StoredModel stored = load(flipped);
      if (stored.forecast) forecasts_of(*stored.forecast);
    } catch (const Error& error) {
      ++refused;
      EXPECT_NE(error.code(), ErrorCode::internal) << error.what();
      EXPECT_NE(error.code(), ErrorCode::usage) << error.what();
    }
  }
  EXPECT_GT(refused, kTrials / 4);
}

}  // namespace
}  // namespace sluice::formats
