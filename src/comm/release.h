// The second meeting of a call: everybody has finished reading its peers' rows.
//
// The release word of a slot holds {number:32 | failed:1 | closed:1 | by:14 | count:16}. Every rank
// that got GO arrives exactly once, with or without a failure. A failure is sticky and the lowest
// failing rank gives the text. The verdict stands when everybody has arrived, or when the release
// was closed without those that never will: dead ranks, or a stalled process.
#ifndef FERRY_COMM_RELEASE_H_
#define FERRY_COMM_RELEASE_H_

#include <cstdint>
#include <string>

#include "comm/board.h"

namespace ferry::comm {

// A release as it stood at one moment.
struct ReleaseView {
  bool passed = false;  // the slot belongs to a later call: this rank was given up long ago
  bool failed = false;
  bool closed = false;     // does not wait for those that have not arrived
  std::int32_t by = 0;     // when failed: whose text says why
  std::int32_t count = 0;  // ranks that have arrived

  [[nodiscard]] bool Stands(std::int32_t size) const { return passed || closed || count == size; }
};

[[nodiscard]] ReleaseView ReadRelease(const Board& board, std::uint64_t number);

// Counts `rank` in; `failure` is empty or the full sentence of its failure. The rank's own reads of
// its peers lie before the arrival.
ReleaseView ArriveAtRelease(Board& board, std::int32_t rank, std::uint64_t number,
                            const std::string& failure);

// Ends the release without those that have not arrived, for the reason `sentence`; a failure that
// somebody gave before keeps its text. Without effect once the verdict stands.
ReleaseView CloseRelease(Board& board, std::int32_t rank, std::uint64_t number,
                         const std::string& sentence);

}  // namespace ferry::comm

#endif  // FERRY_COMM_RELEASE_H_
