#include "moe/token_rows.h"

#include <gtest/gtest.h>

#include <utility>
#include <vector>

#include "base/error.h"
#include "moe/published.h"

namespace ferry::moe {
namespace {

MoeConfig Config(Quantization quantization) {
  return {.ep_size = 2,
          .num_experts = 2,
          .top_k = 1,
          .hidden = 4,
          .global_batch = 8,
          .quantization = quantization};
}

// Two tokens of four elements, and scales for two experts.
class PublishedTokens : public testing::Test {
 protected:
  static ConstRows View(const void* data, DType type, std::int64_t cols) {
    const auto bytes = static_cast<std::int64_t>(SizeOf(type));
    return {static_cast<const std::byte*>(data), type, 2, cols, cols * bytes, bytes};
  }
  [[nodiscard]] TokenRows Plain() const { return {RowForm::kPlain, x(), {}}; }
  [[nodiscard]] TokenRows Smoothed() const {
    return {RowForm::kSmoothed, x(), View(floats_.data(), DType::kFloat32, 4)};
  }
  [[nodiscard]] TokenRows Quantized() const {
    return {RowForm::kQuantized, View(int8s_.data(), DType::kInt8, 4),
            View(floats_.data(), DType::kFloat32, 1)};
  }
  static comm::PeerRecord Publish(const TokenRows& tokens) {
    comm::Record record;
    PublishTokens(tokens, record);
    return {record.parts, record.values};
  }

 private:
  [[nodiscard]] ConstRows x() const { return View(x_.data(), DType::kBFloat16, 4); }

  const std::vector<std::uint16_t> x_ = std::vector<std::uint16_t>(8);
  const std::vector<std::int8_t> int8s_ = std::vector<std::int8_t>(8);
  const std::vector<float> floats_ = std::vector<float>(8);
};

TEST_F(PublishedTokens, AreReadBackInTheirForm) {
  const TokenRows plain = OpenTokens(Config(Quantization::kNone), 1, Publish(Plain()));
  EXPECT_EQ(plain.form, RowForm::kPlain);
  EXPECT_EQ(plain.rows.row(1), Plain().rows.row(1));
  const MoeConfig config = Config(Quantization::kPerToken);
  const TokenRows smoothed = OpenTokens(config, 1, Publish(Smoothed()));
  EXPECT_EQ(smoothed.form, RowForm::kSmoothed);
  EXPECT_EQ(smoothed.rows.dtype, DType::kBFloat16);
  EXPECT_EQ(smoothed.scales.row(1), Smoothed().scales.row(1));
  const TokenRows quantized = OpenTokens(config, 1, Publish(Quantized()));
  EXPECT_EQ(quantized.form, RowForm::kQuantized);
  EXPECT_EQ(quantized.rows.dtype, DType::kInt8);
  EXPECT_EQ(quantized.scales.row(1), Quantized().scales.row(1));
}

TEST_F(PublishedTokens, AreRefusedInAFormThatWasNotAgreed) {
  const MoeConfig plain = Config(Quantization::kNone);
  const MoeConfig quantizes = Config(Quantization::kPerToken);
  EXPECT_THROW((void)OpenTokens(plain, 1, Publish(Smoothed())), Error);
  EXPECT_THROW((void)OpenTokens(plain, 1, Publish(Quantized())), Error);
  EXPECT_THROW((void)OpenTokens(quantizes, 1, Publish(Plain())), Error);
  comm::PeerRecord unknown = Publish(Quantized());
  unknown.values[kRowForm] = 3;
  EXPECT_THROW((void)OpenTokens(quantizes, 1, unknown), Error);
}

TEST_F(PublishedTokens, AreRefusedWhenScalesAreMissingOrLeaveTheirPart) {
  const MoeConfig config = Config(Quantization::kPerToken);
  const std::size_t first = kScalesSlot.first_value;
  const std::vector<std::pair<std::size_t, std::int64_t>> damages = {
      {first + kNumRows, 1},    {first + kNumRows, 3},         {first + kRowsOrigin, -4},
      {first + kRowsOrigin, 2}, {first + kRowStride, 1 << 20}, {first + kColStride, INT64_MAX}};
  for (const TokenRows& tokens : {Smoothed(), Quantized()}) {
    for (const auto& [which, value] : damages) {
      comm::PeerRecord damaged = Publish(tokens);
      damaged.values[which] = value;
      const bool harmless = tokens.scales.cols == 1 && which == first + kColStride;
      if (harmless) continue;  // a single column has no next one
      EXPECT_THROW((void)OpenTokens(config, 1, damaged), Error) << which << " = " << value;
    }
  }
}

TEST_F(PublishedTokens, AreRefusedWhereElementsWouldLieAcross) {
  comm::PeerRecord damaged = Publish(Plain());
  damaged.values[kRowStride] = 7;
  EXPECT_THROW((void)OpenTokens(Config(Quantization::kNone), 1, damaged), Error);
}

}  // namespace
}  // namespace ferry::moe
