// Whether a model file is what was written, where the arithmetic differs: weights of large scale
// make an LSTM chaotic, and two programs give two answers.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "core/random.hpp"
#include "core/temporary_folder.hpp"
#include "formats/error_message.hpp"
#include "formats/model_file.hpp"
#include "formats/sensitivity.hpp"
#include "inspection/reference_network.hpp"
#include "reference/lstm.hpp"

namespace sluice::formats {
namespace {

// 2 layers of 17 and 13 units, 3 inputs; weights uniform in +-size.
engine::Network network_of(float size, std::uint64_t seed,
                           const kernels::KernelTable& kernels = kernels::chosen()) {
  Architecture architecture{.input = 3, .hidden = {17, 13}, .output = 2};
  engine::Network network(architecture, kernels);
  Random random(seed);
  std::vector<float> values(network.count());
  for (float& value : values) value = static_cast<float>(random.uniform(-1.0, 1.0)) * size;
  network.set_parameters(values);
  return network;
}

class Verified : public testing::Test {
 protected:
  SafeTensors file_of(const engine::Network& network) {
    save_model(path_, network, "unknown");
    return read_safetensors(path_);
  }
  static Tensor& tensor(SafeTensors& file, const std::string& name) {
    return *std::find_if(file.tensors.begin(), file.tensors.end(),
                         [&](const Tensor& one) { return one.name == name; });
  }
  static void set(SafeTensors& file, const std::string& name,
                  const std::function<void(std::vector<float>&)>& edit) {
    Tensor& one = tensor(file, name);
    std::vector<float> values = one.as_floats();
    edit(values);
    one = Tensor::from_floats(name, one.shape, values);
  }
  static void seal(SafeTensors& file) { file.metadata[kSealKey] = seal_of(file); }

  Verification verification(const SafeTensors& file) {
    write_file_atomically(path_, serialize_safetensors(file));
    return load_and_verify(path_).verification;
  }
  std::string refusal(const SafeTensors& file) {
    write_file_atomically(path_, serialize_safetensors(file));
    return error_message(ErrorCode::model, [&] { load_model(path_); });
  }

  /// The file with the answer of another arithmetic, the reference's, sealed.
  SafeTensors foreign(const engine::Network& network) {
    SafeTensors file = file_of(network);
    const Tensor x = tensor(file, "test.x");
    const std::vector<float> values = x.as_floats();
    const auto reference =
        inspection::reference_network(network.architecture(), network.parameters());
    const reference::Forward run = reference::forward(
        reference, {.x = {values.begin(), values.end()}, .steps = x.shape[0], .batch = 1},
        inspection::reference_start(network.architecture(), network.parameters(), 1));
    set(file, "test.y", [&](std::vector<float>& y) { y.assign(run.y.begin(), run.y.end()); });
    seal(file);
    return file;
  }

  TemporaryFolder folder_;
  std::string path_ = folder_ / "m.safetensors";
};

TEST_F(Verified, AChaoticNetworkOfAnotherArithmeticLoadsWithAndWithoutItsHash) {
  std::size_t differ = 0;
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    SafeTensors file = foreign(network_of(8.0f, seed));
    const Verification found = verification(file);
    differ += found.exact() ? 0 : 1;
    EXPECT_TRUE(found.passed()) << seed << " " << found.largest_error << " " << found.rounding;
    EXPECT_EQ(found.seal, Seal::whole);
    EXPECT_NO_THROW(load_model(path_));
    file.metadata.erase(kSealKey);
    EXPECT_TRUE(verification(file).passed()) << seed;
  }
  EXPECT_GT(differ, 6u) << "the test shows nothing";
}

// Each matrix in turn, with the hash taken away: only the numbers can tell.
TEST_F(Verified, AWeightChangedByAPercentIsStillFoundInAChaoticNetwork) {
  std::size_t found = 0, edits = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    const SafeTensors whole = file_of(network_of(4.0f, seed));
    for (const char* name :
         {"weight_ih_l0", "weight_hh_l0", "weight_ih_l1", "weight_hh_l1", "head.weight"}) {
      SafeTensors file = whole;
      file.metadata.erase(kSealKey);
      set(file, name, [&](std::vector<float>& values) { values[seed % values.size()] *= 1.01f; });
      found += verification(file).passed() ? 0 : 1;
      ++edits;
    }
  }
  EXPECT_GE(found * 10, edits * 8) << found << " of " << edits;  // saturated gates hide the others
}

TEST_F(Verified, GatesThatAreSwappedAreFoundInAChaoticNetwork) {
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    SafeTensors file = file_of(network_of(8.0f, seed));
    file.metadata.erase(kSealKey);
    set(file, "weight_ih_l0", [](std::vector<float>& values) {
      std::swap_ranges(values.begin(), values.begin() + 17 * 3, values.begin() + 17 * 3);
    });
    EXPECT_FALSE(verification(file).passed()) << seed;
    EXPECT_TRUE(has(refusal(file), "convert --unverified"));
  }
}

TEST_F(Verified, ATameNetworkIsHeldToTheToleranceWhateverItsHashSays) {
  SafeTensors file = file_of(network_of(0.3f, 5));
  EXPECT_TRUE(verification(file).exact());
  set(file, "test.y", [](std::vector<float>& values) { values[7] += 1e-3f; });
  seal(file);
  const Verification found = verification(file);
  EXPECT_FALSE(found.passed());
  EXPECT_LT(found.rounding, 1e-4);
  EXPECT_TRUE(has(refusal(file), "the file is intact by its hash")) << refusal(file);
}

TEST_F(Verified, AnEditIsSeenByTheHashWhereTheNumbersDoNotTell) {
  SafeTensors file = file_of(network_of(8.0f, 3));
  set(file, "weight_hh_l1", [](std::vector<float>& values) { values[5] *= 1.0f + 0x1p-20f; });
  const Verification found = verification(file);
  EXPECT_EQ(found.seal, Seal::broken);
  EXPECT_EQ(found.passed(), found.exact());
  for (const Tensor& one : file_of(network_of(0.3f, 3)).tensors) {
    SafeTensors changed = file_of(network_of(0.3f, 3));
    std::string& bytes = tensor(changed, one.name).bytes;
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    EXPECT_EQ(check_seal(changed), Seal::broken) << one.name;
    changed = file_of(network_of(0.3f, 3));
    tensor(changed, one.name).name += "_";
    EXPECT_EQ(check_seal(changed), Seal::broken) << one.name;
  }
}

TEST_F(Verified, TheHashDoesNotDependOnTheOrderOfTheTensors) {
  SafeTensors file = file_of(network_of(0.3f, 3));
  std::reverse(file.tensors.begin(), file.tensors.end());
  EXPECT_EQ(check_seal(file), Seal::whole);
  file.metadata["other"] = "a remark";
  EXPECT_EQ(check_seal(file), Seal::whole);
  file.metadata["sluice"] += " ";
  EXPECT_EQ(check_seal(file), Seal::broken);
  file.metadata.erase(kSealKey);
  EXPECT_EQ(check_seal(file), Seal::none);
}

// FNV-1a of the text and a byte 0, as other programs compute it.
TEST_F(Verified, TheHashIsTheOneThatTheDocumentDescribes) {
  SafeTensors file;
  EXPECT_EQ(seal_of(file), "af63bd4c8601b7df");  // of one byte 0
  file.metadata["sluice"] = "a";
  file.tensors.push_back(Tensor::from_floats("w", {2}, std::vector<float>{1.0f, -2.0f}));
  EXPECT_EQ(seal_of(file), "218bdfe617570a73");
}

}  // namespace
}  // namespace sluice::formats
