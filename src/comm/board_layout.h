// How a communicator's board lies in shared memory: plain records and offsets, nothing else.
//
// A board is [Header][Slot x 64][RankState x N][BoardRecord x 2N][FailureText x 64N]
// [FailureText x 64N]: meeting texts, then release texts. The memory is sparse: only what a call
// touches becomes real. Everything that two ranks may touch at once is an atomic; the contents of a
// BoardRecord are plain and guarded by the slot's meet word (comm/meeting.h).
#ifndef FERRY_COMM_BOARD_LAYOUT_H_
#define FERRY_COMM_BOARD_LAYOUT_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "comm/record.h"
#include "comm/shared_text.h"

namespace ferry::comm {

inline constexpr std::uint32_t kNumSlots = 64;     // calls that a board remembers
inline constexpr std::int32_t kMaxRanks = 4096;    // fits the 14 bits of a verdict's `by`
inline constexpr std::size_t kMaxGroupName = 127;  // bytes, without the terminating zero
inline constexpr std::size_t kMaxService = 47;     // bytes of a service's name, without the zero
inline constexpr std::uint64_t kBoardMagic = 0x3330647242797246;  // "FryBrd03"

// Texts long enough for operator, number, group name and cause.
using FailureText = SharedText<768>;
using DoingText = SharedText<256>;
using OperatorText = SharedText<128>;
using RefusalText = SharedText<640>;

struct Header {
  std::uint64_t magic;
  std::uint64_t generation;  // random: tells this board from a later one of the same name
  std::int32_t size;         // ranks
  char name[kMaxGroupName + 1];
  // Ranks that have been destroyed or have terminated. Raised (release) after the rank's `life`
  // says so; a waiting rank that reads 0 (acquire) may skip the look at every rank.
  std::atomic<std::uint32_t> num_gone;
  // Ranks that have attached, and kGivenUp. Raised (release) after the rank's `pid` is set; when it
  // equals size, every pid is known and the group is made, for all its ranks.
  std::atomic<std::uint32_t> num_attached;
};

// In num_attached: a rank has stopped waiting for those that had not attached, so none joins.
inline constexpr std::uint32_t kGivenUp = std::uint32_t{1} << 31;

// One call in flight: call n lies in slot n % 64.
struct alignas(64) Slot {
  // The meeting's one verdict, encoded by comm/meeting.h. Every change is an acq_rel CAS: an
  // arrival publishes the rank's record to the decider, the verdict publishes all records to all.
  std::atomic<std::uint64_t> meet;
  // Raised and woken (futex) after each verdict, so that a sleeper cannot miss it.
  std::atomic<std::uint32_t> meet_wake;
  // The second meeting, encoded by comm/release.h. Every change is an acq_rel CAS: an arrival says
  // that this rank's reads of its peers lie before it.
  alignas(64) std::atomic<std::uint64_t> release;
  std::atomic<std::uint32_t> release_wake;
};

enum class Life : std::uint8_t { kAbsent = 0, kAlive = 1, kDestroyed = 2, kTerminated = 3 };

enum class Phase : std::uint8_t {
  kIdle = 0,       // not in a call
  kWorking = 1,    // prepares its record
  kMeeting = 2,    // waits in Meet
  kMoving = 3,     // between GO and Release
  kReleasing = 4,  // waits in Release
};

// What one rank says of itself. Written by the rank (and `life` also by whoever sees it die), read
// by all; each number only grows and publishes nothing but itself unless said otherwise.
struct alignas(64) RankState {
  std::atomic<std::uint64_t> life;  // {Life:8 | last number if destroyed:56}
  std::atomic<std::int32_t> pid;    // 0 until known: attached, or of a group of several processes
  std::atomic<std::uint64_t>
      start_time;                        // of the process, clock ticks since boot: tells pids apart
  std::atomic<std::uint64_t> published;  // last call whose record was published
  std::atomic<std::uint64_t> arrived;    // last call met; stored after the arrival in `meet`
  std::atomic<std::uint64_t> released;   // last call released; stored after the arrival
  std::atomic<std::uint64_t> activity;   // {Phase:8 | number:56}
  // Of a group of several processes: where rank's memory is to be had (comm/host_service.h).
  // Written by the maker of the board before anybody else sees it.
  char service[kMaxService + 1];
  // The rest is for reports only.
  std::atomic<std::int32_t> device;          // virtual, of its process
  std::atomic<std::int64_t> activity_since;  // Clock, ns: when `activity` changed last
  std::atomic<std::uint64_t> queued;         // last call that phase 2 has put on a stream
  std::atomic<std::uint64_t> left;           // up to which all calls have ended or were dropped
  std::atomic<std::int64_t> refused_at;      // Clock, ns: of `refusal`; 0 = the last was accepted
  DoingText doing;                           // whom it waits for; tag = number
  OperatorText operation;                    // what `activity` runs or ran last; tag = number
  RefusalText refusal;                       // its last call, if phase 1 or 2 refused it; tag = 1
};

struct BoardAttribute {
  char name[kMaxAttributeName + 1];
  char value[kMaxAttributeValue + 1];
};

inline constexpr std::uint64_t kNotShared = ~std::uint64_t{0};

struct BoardPart {
  std::uint64_t address;  // in the publishing process
  std::uint64_t offset;   // in what it shares with other processes; kNotShared = not there
  std::uint64_t bytes;
};

// A published Record. Two a rank, by the parity of the call number: when call n + 2 is published,
// everybody has left call n.
struct alignas(64) BoardRecord {
  // The call this record belongs to, 0 once withdrawn. A rank that stops waiting for a stalled
  // reader withdraws first; a reader looks again after its last row (release.h).
  std::atomic<std::uint64_t> number;
  std::array<BoardPart, kNumParts> parts;
  std::array<std::int64_t, kNumValues> values;
  std::uint64_t staged;  // bytes of the parts that the rank had to copy; for statistics
  std::uint32_t cause;   // Cause
  std::uint32_t num_attributes;
  char failure[kMaxFailureText + 1];
  std::array<BoardAttribute, kMaxAttributes> attributes;
};

static_assert(std::atomic<std::uint64_t>::is_always_lock_free);
static_assert(std::atomic<std::uint32_t>::is_always_lock_free);
static_assert(sizeof(Slot) == 128 && sizeof(RankState) % 64 == 0 && sizeof(BoardRecord) % 64 == 0);
static_assert(sizeof(FailureText) % 64 == 0);
static_assert(std::is_standard_layout_v<Slot> && std::is_standard_layout_v<RankState> &&
              std::is_standard_layout_v<BoardRecord> && std::is_standard_layout_v<Header>);

// Offsets of the parts of a board of `size` ranks.
struct Layout {
  std::size_t slots;
  std::size_t ranks;
  std::size_t records;
  std::size_t meet_texts;
  std::size_t release_texts;
  std::size_t bytes;
};

[[nodiscard]] constexpr std::size_t RoundUp64(std::size_t bytes) {
  return (bytes + 63) / 64 * 64;
}

[[nodiscard]] constexpr Layout LayoutOf(std::int32_t size) {
  const auto n = static_cast<std::size_t>(size);
  Layout at{};
  at.slots = RoundUp64(sizeof(Header));
  at.ranks = at.slots + kNumSlots * sizeof(Slot);
  at.records = at.ranks + n * sizeof(RankState);
  at.meet_texts = at.records + 2 * n * sizeof(BoardRecord);
  at.release_texts = at.meet_texts + n * kNumSlots * sizeof(FailureText);
  at.bytes = at.release_texts + n * kNumSlots * sizeof(FailureText);
  return at;
}

}  // namespace ferry::comm

#endif  // FERRY_COMM_BOARD_LAYOUT_H_
