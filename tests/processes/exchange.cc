#include "processes/exchange.h"

#include <fmt/core.h>

#include <atomic>
#include <cstring>
#include <memory>
#include <optional>

#include "base/error.h"
#include "comm/call.h"

namespace ferry::testing {
namespace {

constexpr std::size_t kRow = 64;  // numbers in a row

std::int64_t Expected(std::int32_t rank, std::size_t i) {
  return (rank + 1) * std::int64_t{1000003} + static_cast<std::int64_t>(i);
}

// The rank's row for `group`; each group has scratch of its own.
std::int64_t* FillRow(comm::Group& group) {
  auto* row = reinterpret_cast<std::int64_t*>(
      group.ScratchFor(comm::Group::Scratch::kRows, kRow * sizeof(std::int64_t)));
  for (std::size_t i = 0; i < kRow; ++i) row[i] = Expected(group.rank(), i);
  return row;
}

comm::Record RecordOf(const comm::Group& group, const std::int64_t* row,
                      const ExchangeOptions& options) {
  comm::Record record;
  record.attributes = {{"operator", "exchange"}, {"epWorldSize", std::to_string(group.size())}};
  record.attributes.insert(record.attributes.end(), options.attributes.begin(),
                           options.attributes.end());
  record.cause = options.cause;
  record.failure = options.failure;
  record.parts[0] = {reinterpret_cast<const std::byte*>(row), kRow * sizeof(std::int64_t)};
  record.values[0] = group.rank();
  return record;
}

void CheckRows(const comm::Group& group) {
  for (std::int32_t peer = 0; peer < group.size(); ++peer) {
    const comm::PeerRecord record = group.Peer(peer);
    bool right = record.values[0] == peer && record.parts[0].bytes == kRow * sizeof(std::int64_t);
    for (std::size_t i = 0; right && i < kRow; ++i) {
      std::int64_t value = 0;
      std::memcpy(&value, record.parts[0].data + i * sizeof value, sizeof value);
      right = value == Expected(peer, i);
    }
    Require(right, Code::kRtAicoreException, "rank {} read a wrong row of rank {}", group.rank(),
            peer);
  }
}

void SpoilRow(std::int64_t* row) {
  std::memset(row, 0xee, kRow * sizeof(std::int64_t));
}

}  // namespace

void Exchange(comm::Group& ep, comm::Group* tp, const ExchangeOptions& options) {
  FaultyGroup faulty_ep(ep, options.ep_faults);
  std::optional<FaultyGroup> faulty_tp;
  if (tp != nullptr) faulty_tp.emplace(*tp, options.tp_faults);
  std::int64_t* ep_row = FillRow(ep);
  std::int64_t* tp_row = tp != nullptr ? FillRow(*tp) : nullptr;

  faulty_ep.Publish(RecordOf(ep, ep_row, options));
  if (tp != nullptr) faulty_tp->Publish(RecordOf(*tp, tp_row, {}));
  faulty_ep.Meet();
  CheckRows(faulty_ep);
  if (tp != nullptr) {
    faulty_tp->Meet();
    CheckRows(*faulty_tp);
  }
  faulty_ep.Release();
  SpoilRow(ep_row);
  if (tp != nullptr) {
    faulty_tp->Release();
    SpoilRow(tp_row);
  }
}

std::shared_ptr<comm::Call> TakeOne(const RankRun& run, const char* operator_name) {
  return comm::TakeNumbers(operator_name, run.ep, run.tp, [](const auto&) {});
}

std::string RunOne(const RankRun& run, const Body& body, const char* operator_name) {
  const AbortFlag abort;
  return RunTaken(*TakeOne(run, operator_name), abort, body);
}

std::string RunTaken(comm::Call& call, const AbortFlag& abort, const Body& body) {
  try {
    comm::RunCall(call, abort, body);
  } catch (const Error& error) {
    if (error.code() != Code::kRtAicoreException) return "wrong code: " + error.message();
    return error.message();
  }
  return "ok";
}

std::string RunExchange(const RankRun& run, const ExchangeOptions& options) {
  return RunOne(run, [&options](comm::Group& ep, comm::Group* tp) { Exchange(ep, tp, options); });
}

std::string DropOne(const RankRun& run, const std::string& reason) {
  comm::DropCall(*TakeOne(run, "exchange"), reason);
  return "dropped";
}

}  // namespace ferry::testing
