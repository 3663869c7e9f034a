// A group as an operator sees it during one numbered call: publish, meet, move, release.
//
//   ep.Publish(record);            on every group of the call before waiting on any
//   ep.Meet();                     returns on GO; throws Error{507015} on FAILED
//   ... read ep.Peer(r) and its parts ...
//   ep.Release();                  returns when every rank has finished reading
//
// An operator that fails in between just throws: RunCall (comm/call.h), which calls it, gives the
// failure to every group of the call, so that all ranks end with the same sentence. This interface
// is what moe/ knows of comm/, and what a test double stands behind.
#ifndef FERRY_COMM_GROUP_H_
#define FERRY_COMM_GROUP_H_

#include <cstddef>
#include <cstdint>

#include "comm/record.h"

namespace ferry::comm {

class Group {
 public:
  Group() = default;
  Group(const Group&) = delete;
  Group& operator=(const Group&) = delete;
  virtual ~Group() = default;

  [[nodiscard]] virtual std::int32_t rank() const = 0;
  [[nodiscard]] virtual std::int32_t size() const = 0;

  // Which call of the group this is, equal on all ranks; 0 where calls are not numbered.
  [[nodiscard]] virtual std::uint64_t number() const { return 0; }

  // Announces this rank in the call. May be called again before Meet, to add what was not yet
  // known.
  virtual void Publish(const Record& record) = 0;

  // Waits until all ranks have met. Throws the call's one failure if there is one.
  virtual void Meet() = 0;

  // What `rank` published. Valid from Meet to Release.
  [[nodiscard]] virtual PeerRecord Peer(std::int32_t rank) const = 0;

  // Waits until every rank has finished reading. Throws if a rank failed after the meeting.
  virtual void Release() = 0;

  // Memory of this rank and communicator that peers can read, kept from call to call and grown on
  // demand. Slot contents are undefined at the start of a call. 64-byte aligned.
  enum class Scratch : std::uint8_t { kPlan, kRows, kOutput };
  [[nodiscard]] virtual std::byte* ScratchFor(Scratch slot, std::size_t bytes) = 0;

  // For statistics: this rank has read `rows` rows of `bytes` bytes in all from what `peer`
  // published. Once a peer and call, not once a row; a group that keeps none ignores it.
  virtual void CountRead(std::int32_t /*peer*/, std::uint64_t /*rows*/, std::uint64_t /*bytes*/) {}

  // Makes sure that writing [begin, begin + bytes) cannot run out of memory. Throws if it would.
  virtual void Commit(const void* begin, std::size_t bytes) = 0;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_GROUP_H_
