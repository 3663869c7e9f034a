// The secret of a join without a root info.
#ifndef FERRY_COMM_JOIN_SECRET_FILE_H_
#define FERRY_COMM_JOIN_SECRET_FILE_H_

#include <optional>
#include <string>

#include "comm/join/proof.h"

namespace ferry::comm {

// Made of the bytes of the file, without line ends behind them: 16 to 4096 of any kind. Throws
// Error{kHcclOpenFileFailure} when it is no regular file or cannot be read, Error{kHcclPara} for
// another length, another user's file, or one that group or others may read or write.
[[nodiscard]] Secret ReadSecret(const std::string& path);

// That of FERRY_SECRET_FILE; nothing when it is unset or empty.
[[nodiscard]] std::optional<Secret> SecretOfEnvironment();

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_SECRET_FILE_H_
