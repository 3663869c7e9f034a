// Making what a rank publishes readable for ranks of other processes.
#ifndef FERRY_COMM_STAGING_H_
#define FERRY_COMM_STAGING_H_

#include "comm/member.h"
#include "comm/publication.h"
#include "comm/record.h"

namespace ferry::comm {

// Where other processes find the parts of the record. A part that does not lie in memory that this
// process shares (aclrtMalloc) is copied into scratch first, and its bytes are counted as staged;
// not in a group of one process, whose ranks read it where it is. Throws
// Error{kRtMemoryAllocation}.
[[nodiscard]] SharedParts ShareParts(const Record& record, Member& member);

}  // namespace ferry::comm

#endif  // FERRY_COMM_STAGING_H_
