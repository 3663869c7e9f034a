// What another process may write on a board and into its memory: a board that is none, words and
// records that cannot be true, indices that lead nowhere. A call on it succeeds, or fails with a
// sentence; nothing outside the board and what the peer shares is read.
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "base/abort_flag.h"
#include "base/error.h"
#include "comm/call.h"
#include "comm/meeting.h"
#include "comm/member.h"
#include "comm/release.h"
#include "comm/report.h"
#include "comm/state_report.h"
#include "fuzz/hostile_board.h"
#include "fuzz/hostile_group.h"
#include "fuzz/require.h"
#include "moe/combine.h"
#include "moe/dispatch.h"

namespace ferry::fuzz {
namespace {

std::uint8_t ByteAt(const comm::Part& part, std::uint64_t at) {
  return *const_cast<const volatile std::uint8_t*>(
      reinterpret_cast<const std::uint8_t*>(part.data + at));
}

// Reads a byte of each page.
void Touch(const comm::PeerRecord& record) {
  for (const comm::Part& part : record.parts) {
    for (std::uint64_t at = 0; at < part.bytes; at += 4096) static_cast<void>(ByteAt(part, at));
    if (part.bytes > 0) static_cast<void>(ByteAt(part, part.bytes - 1));
  }
}

void MapAnything(FuzzedDataProvider& data) {
  const auto board = comm::Board::Map(AnyMemory(data));
  Must(board->size() >= 1 && board->size() <= comm::kMaxRanks, "a board has ranks");
  Must(board->name().size() <= comm::kMaxGroupName, "its name ends");
  static_cast<void>(comm::DescribeRank(*board, board->size() - 1));
}

// A call with the peer's words on the board before it, and others while it moves rows.
void MeetAnything(FuzzedDataProvider& data) {
  const auto board = SoundBoard();
  comm::MemberOptions options;
  options.wait_limit = std::chrono::milliseconds(1);
  options.watchdog = std::chrono::nanoseconds(0);
  options.scratch = ScratchAndPeer();
  const auto member = std::make_shared<comm::Member>(board, 0, 0, options);
  WriteAnything(*board, data);
  if (data.ConsumeBool()) comm::Arrive(*board, 1, 1);
  if (data.ConsumeBool()) comm::ArriveAtRelease(*board, 1, 1, "");
  AbortFlag abort;
  abort.Raise("nobody else comes");  // no patience with those that have not come
  const auto call = comm::TakeNumbers("fuzzed", member, nullptr, [](const auto&) {});
  try {
    comm::RunCall(*call, abort, [&](comm::Group& ep, comm::Group*) {
      static const std::array<std::byte, 64> row{};
      comm::Record record;
      record.parts[0] = {row.data(), row.size()};
      ep.Publish(record);
      ep.Meet();
      for (std::int32_t rank = 0; rank < ep.size(); ++rank) Touch(ep.Peer(rank));
      WriteAnything(*board, data);
      ep.Release();
    });
  } catch (const Error& error) {
    Must(!error.message().empty(), "a sentence");
  }
  static_cast<void>(member->WhyDead());
  static_cast<void>(comm::DescribeState());
}

// Two ranks, two experts and a shared one, tokens of four elements.
moe::MoeConfig Config(FuzzedDataProvider& data) {
  moe::MoeConfig config;
  config.ep_size = 2;
  config.top_k = 2;
  config.hidden = 4;
  config.global_batch = 8;
  if (data.ConsumeBool()) {
    config.num_shared_experts = 1;
    config.num_shared_ranks = 1;
  }
  config.num_experts = 2 * config.num_moe_ranks();
  if (data.ConsumeBool()) config.quantization = moe::Quantization::kPerToken;
  return config;
}

constexpr std::int64_t kTokens = 3;
constexpr std::int64_t kRows = 24;  // more than any rank can get

struct Tensors {
  std::vector<std::uint16_t> x = std::vector<std::uint16_t>(kTokens * 4, 0x3f80);
  std::vector<std::int32_t> ids = {0, 1, 1, 0, 0, 1};
  std::vector<float> weights = std::vector<float>(kTokens * 2, 0.5F);
  std::vector<std::uint16_t> rows = std::vector<std::uint16_t>(kRows * 4);
  std::vector<std::int32_t> assist = std::vector<std::int32_t>(3 * kRows);
  std::vector<std::int64_t> nums = std::vector<std::int64_t>(2);
  std::vector<std::int32_t> counts = std::vector<std::int32_t>(8);
  std::vector<float> scales = std::vector<float>(kRows);
  std::vector<std::uint16_t> sums = std::vector<std::uint16_t>(kTokens * 4);
};

std::byte* Bytes(std::vector<std::uint16_t>& elements) {
  return reinterpret_cast<std::byte*>(elements.data());
}

void Dispatch(FuzzedDataProvider& data) {
  const moe::MoeConfig config = Config(data);
  HostileGroup group(data, data.ConsumeIntegralInRange(0, 1));
  Tensors t;
  const auto item = static_cast<std::int64_t>(SizeOf(config.dispatched_type()));
  const moe::DispatchInput input{.config = config,
                                 .x = {Bytes(t.x), config.x_type, kTokens, 4, 8, 2},
                                 .expert_ids = {t.ids.data(), kTokens, 2, 2, 1}};
  const moe::DispatchOutput output{
      .expand_x = {Bytes(t.rows), config.dispatched_type(), kRows, 4, 4 * item, item},
      .assist_info = {t.assist.data(), 3 * kRows, 1},
      .expert_token_nums = {t.nums.data(), config.local_experts(group.rank()), 1},
      .ep_recv_counts = {t.counts.data(), 8, 1},
      .tp_recv_counts = {},
      .dynamic_scales = {t.scales.data(), kRows, 1}};
  moe::Dispatch(input, output, {}, group, nullptr);
}

void Combine(FuzzedDataProvider& data) {
  moe::MoeConfig config = Config(data);
  HostileGroup group(data, data.ConsumeIntegralInRange(0, 1));
  if (data.ConsumeBool()) config.transport = moe::Transport::kInt8Groups;
  Tensors t;
  // A row for each cell of this rank's tokens: the peer returns them all, or others.
  std::int32_t held = 0;
  for (std::int32_t token = 0; token < kTokens; ++token) {
    for (std::int32_t slot = 0; slot < config.slots(); ++slot, ++held) {
      const auto at = static_cast<std::size_t>(3 * held);
      t.assist[at] = group.rank();
      t.assist[at + 1] = token;
      t.assist[at + 2] = slot;
    }
  }
  t.counts.assign(t.counts.size(), held);
  const moe::CombineInput input{.config = config,
                                .expand_x = {Bytes(t.rows), config.x_type, kRows, 4, 8, 2},
                                .expert_ids = {t.ids.data(), kTokens, 2, 2, 1},
                                .assist_info = {t.assist.data(), 3 * kRows, 1},
                                .ep_send_counts = {t.counts.data(), 8, 1},
                                .tp_send_counts = {},
                                .expert_scales = {t.weights.data(), kTokens, 2, 2, 1},
                                .shared_expert_x = {},
                                .mask = {}};
  moe::Combine(input, {.x = {Bytes(t.sums), config.x_type, kTokens, 4, 8, 2}}, {}, group, nullptr);
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  FuzzedDataProvider data(bytes, size);
  constexpr void (*kKinds[])(FuzzedDataProvider&) = {MapAnything, MeetAnything, Dispatch, Combine};
  try {
    data.PickValueInArray(kKinds)(data);
  } catch (const ferry::Error& error) {
    Must(!error.message().empty(), "an Error says what is wrong");
  }
  return 0;
}
