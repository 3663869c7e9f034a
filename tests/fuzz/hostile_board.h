// A board on which another process has written whatever the input says, and its memory.
#ifndef FERRY_TESTS_FUZZ_HOSTILE_BOARD_H_
#define FERRY_TESTS_FUZZ_HOSTILE_BOARD_H_

#include <fuzzer/FuzzedDataProvider.h>

#include <memory>

#include "base/fd.h"
#include "comm/board.h"
#include "comm/scratch.h"

namespace ferry::fuzz {

inline constexpr std::int32_t kBoardRanks = 2;

// A memory file of some size and seals, with the bytes of a board or any others in front.
[[nodiscard]] UniqueFd AnyMemory(FuzzedDataProvider& data);

// A sound board of two ranks, the second of another process, ...
[[nodiscard]] std::shared_ptr<comm::Board> SoundBoard();
// ... and changes to it: words of slots, of the peer's state, of its records and texts.
void WriteAnything(comm::Board& board, FuzzedDataProvider& data);

// Scratch on the heap, and a peer that shares 64 KiB.
[[nodiscard]] std::shared_ptr<comm::ScratchSource> ScratchAndPeer();

}  // namespace ferry::fuzz

#endif  // FERRY_TESTS_FUZZ_HOSTILE_BOARD_H_
