// The boards that ranks of several processes share: offered here, or fetched from the maker.
#ifndef FERRY_COMM_BOARD_TABLE_H_
#define FERRY_COMM_BOARD_TABLE_H_

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/fd.h"
#include "comm/board.h"
#include "comm/home.h"

namespace ferry::comm {

// Where each rank of a group will live.
using Homes = std::vector<Home>;

// Makes the board of a group whose rank r lives in homes[r], and offers it to them under `key`. The
// offer ends when all ranks have attached, or at the deadline. Throws as Board::Create and
// HostServiceName do, and Error{kHcclPara} for a key that is offered already.
void MakeSharedBoard(const std::string& name, const Homes& homes, const std::string& key,
                     const Deadline& deadline);

// The board that `maker`, perhaps this process, offers under `key`: one object for all ranks of
// this process. Throws Error{kHcclRemote} when it cannot be had before the deadline, and
// Error{kHcclInternal} for memory that is no board.
[[nodiscard]] std::shared_ptr<Board> FindSharedBoard(const Home& maker, const std::string& key,
                                                     const Deadline& deadline);

// A descriptor of the memory offered under `key`; none if nothing is. For the host service.
[[nodiscard]] UniqueFd OfferedMemory(const std::string& key);

// Waits until every rank of the board has attached. Throws Error{kHcclRemote} naming ranks that
// ended before, and Error{kHcclTimeout} naming those that did not come.
void AwaitAttached(const std::shared_ptr<Board>& board, const Deadline& deadline);

}  // namespace ferry::comm

#endif  // FERRY_COMM_BOARD_TABLE_H_
