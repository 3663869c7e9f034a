// A group of two of which the other rank publishes whatever the input says.
#ifndef FERRY_TESTS_FUZZ_HOSTILE_GROUP_H_
#define FERRY_TESTS_FUZZ_HOSTILE_GROUP_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "comm/group.h"

namespace ferry::fuzz {

// A number that a record may hold: small, near another, or any.
[[nodiscard]] std::int64_t AnyValue(FuzzedDataProvider& data);

class HostileGroup : public comm::Group {
 public:
  // This rank is `rank` of two. The peer's record is this rank's own, with changes of the input.
  HostileGroup(FuzzedDataProvider& data, std::int32_t rank) : data_(data), rank_(rank) {}

  [[nodiscard]] std::int32_t rank() const override { return rank_; }
  [[nodiscard]] std::int32_t size() const override { return 2; }
  void Publish(const comm::Record& record) override { own_ = record; }
  void Meet() override;
  [[nodiscard]] comm::PeerRecord Peer(std::int32_t rank) const override;
  void Release() override {}
  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override;
  void Commit(const void* /*begin*/, std::size_t /*bytes*/) override {}

 private:
  void ChangePart(std::size_t part);

  FuzzedDataProvider& data_;
  const std::int32_t rank_;
  comm::Record own_;
  comm::PeerRecord hostile_;
  std::array<std::vector<std::byte>, comm::kNumParts> parts_;  // exactly as long as published
  std::array<std::vector<std::max_align_t>, 3> scratch_;
};

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_HOSTILE_GROUP_H_
