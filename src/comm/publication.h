// Records on the board: writing one's own, reading a peer's.
#ifndef FERRY_COMM_PUBLICATION_H_
#define FERRY_COMM_PUBLICATION_H_

#include <array>
#include <cstdint>

#include "comm/board.h"
#include "comm/record.h"
#include "comm/scratch.h"

namespace ferry::comm {

// Where processes other than the publishing one find each part.
struct SharedParts {
  // In what the process shares with them; kNotShared for what they cannot read.
  std::array<std::uint64_t, kNumParts> offsets{};
  std::uint64_t staged = 0;  // bytes of the parts that are copies (comm/staging.h)
};

// Writes what `rank` publishes for call `number`; before its arrival only. Throws
// Error{kRtAicoreException} when an attribute or their number exceeds the limits of record.h; a
// longer failure text is cut.
void WriteRecord(Board& board, std::int32_t rank, std::uint64_t number, const Record& record,
                 const SharedParts& shared);

// What `peer` published for call `number`, between GO and this rank's release. A part of a peer in
// this process is trusted once it is not null; one of another process is read through `shared`.
// Throws Error{kRtAicoreException}.
[[nodiscard]] PeerRecord ReadPeer(const Board& board, std::int32_t peer, std::uint64_t number,
                                  const ScratchSource& shared);

// Takes the record back before its rows may change under a reader that has stalled.
void WithdrawRecord(Board& board, std::int32_t rank, std::uint64_t number);

// Whether the record of `peer` still stands after this rank has read its rows.
[[nodiscard]] bool RecordStands(Board& board, std::int32_t peer, std::uint64_t number);

}  // namespace ferry::comm

#endif  // FERRY_COMM_PUBLICATION_H_
