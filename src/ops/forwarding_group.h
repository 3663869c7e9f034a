// A group that passes everything on to another: for those that change one step of a call.
#ifndef FERRY_OPS_FORWARDING_GROUP_H_
#define FERRY_OPS_FORWARDING_GROUP_H_

#include "comm/group.h"

namespace ferry::ops {

class ForwardingGroup : public comm::Group {
 public:
  // `inner` outlives this.
  explicit ForwardingGroup(comm::Group& inner) : inner_(inner) {}

  [[nodiscard]] std::int32_t rank() const override { return inner_.rank(); }
  [[nodiscard]] std::int32_t size() const override { return inner_.size(); }
  [[nodiscard]] std::uint64_t number() const override { return inner_.number(); }
  void Publish(const comm::Record& record) override { inner_.Publish(record); }
  void Meet() override { inner_.Meet(); }
  [[nodiscard]] comm::PeerRecord Peer(std::int32_t rank) const override {
    return inner_.Peer(rank);
  }
  void Release() override { inner_.Release(); }
  [[nodiscard]] std::byte* ScratchFor(Scratch slot, std::size_t bytes) override {
    return inner_.ScratchFor(slot, bytes);
  }
  void CountRead(std::int32_t peer, std::uint64_t rows, std::uint64_t bytes) override {
    inner_.CountRead(peer, rows, bytes);
  }
  void Commit(const void* begin, std::size_t bytes) override { inner_.Commit(begin, bytes); }

 private:
  comm::Group& inner_;
};

}  // namespace ferry::ops

#endif  // FERRY_OPS_FORWARDING_GROUP_H_
