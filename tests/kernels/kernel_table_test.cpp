// The choice of an instruction set. Each choice is made once in a process, so the tests of the
// environment variable run in processes of their own.
#include "kernels/kernel_table.hpp"

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <set>
#include <string>

#include "core/aligned.hpp"
#include "sluice/error.hpp"

namespace sluice::kernels {
namespace {

constexpr int kAsExpected = 7;

// Ends the process; kAsExpected where `wanted` was chosen.
[[noreturn]] void choose_and_exit(const char* value, std::string_view wanted) {
  ::setenv("SLUICE_ISA", value, 1);
  std::exit(chosen().name == wanted ? kAsExpected : 1);
}

[[noreturn]] void fail_and_exit(const char* value) {
  ::setenv("SLUICE_ISA", value, 1);
  try {
    chosen();
  } catch (const Error& error) {
    std::fprintf(stderr, "%s\n", error.what());
    std::exit(error.code() == ErrorCode::usage ? kAsExpected : 2);
  }
  std::exit(1);
}

class TableDeathTest : public testing::Test {
 protected:
  TableDeathTest() { testing::FLAGS_gtest_death_test_style = "threadsafe"; }
};

TEST(KernelTable, ListsDifferentAndCompleteTables) {
  ASSERT_FALSE(available().empty());
  std::set<std::string_view> names;
  for (const KernelTable& table : available()) {
    EXPECT_TRUE(names.insert(table.name).second) << table.name;
    EXPECT_EQ(kLineFloats % table.lanes, 0u) << table.name;
    EXPECT_NE(table.multiply, nullptr);
    EXPECT_NE(table.add_outer, nullptr);
    EXPECT_NE(table.step_forward, nullptr);
    EXPECT_NE(table.step_backward, nullptr);
    EXPECT_NE(table.adam, nullptr);
    EXPECT_NE(table.multiply_adds, nullptr);
    EXPECT_EQ(table.panel % table.lanes, 0u) << table.name;
    EXPECT_NE(table.cell_forward, nullptr);
    EXPECT_NE(table.cell_backward, nullptr);
    EXPECT_NE(table.sigmoid, nullptr);
    EXPECT_NE(table.tanh, nullptr);
    for (const RowKernels& row : table.rows) {
      EXPECT_GE(row.vectors, 1u) << table.name;
      EXPECT_GE(row.depth, 1u) << table.name;
      EXPECT_NE(row.sums, nullptr);
      EXPECT_NE(row.step, nullptr);
    }
  }
}

TEST_F(TableDeathTest, TakesTheOneThatTheEnvironmentNames) {
  for (const KernelTable& table : available()) {
    const std::string name(table.name);
    EXPECT_EXIT(choose_and_exit(name.c_str(), table.name), testing::ExitedWithCode(kAsExpected),
                "");
  }
}

TEST_F(TableDeathTest, TakesTheFastestWhereTheEnvironmentNamesNone) {
  EXPECT_EXIT(choose_and_exit("", available().back().name), testing::ExitedWithCode(kAsExpected),
              "");
}

TEST_F(TableDeathTest, RefusesAnUnknownNameAndListsTheKnown) {
  const std::string message = "SLUICE_ISA: .*expected one of .*" +
                              std::string(available().front().name) + ".*got 'avx1024'";
  EXPECT_EXIT(fail_and_exit("avx1024"), testing::ExitedWithCode(kAsExpected), message);
}

}  // namespace
}  // namespace sluice::kernels
