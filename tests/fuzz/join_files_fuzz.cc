// The files that a join reads: rank table, list of addresses, secret. Any bytes give what they say,
// or an Error that names the file.
#include <fuzzer/FuzzedDataProvider.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <set>
#include <string>

#include "base/error.h"
#include "comm/join/host_address.h"
#include "comm/join/rank_table.h"
#include "comm/join/secret_file.h"
#include "fuzz/require.h"

namespace ferry::fuzz {
namespace {

const int kFile = ::memfd_create("input", 0);
const std::string kPath = "/proc/self/fd/" + std::to_string(kFile);

void ReadTable() {
  const comm::RankTable table = comm::ReadRankTable(kPath);
  Must(!table.ranks.empty() && table.ranks.size() <= comm::kMaxJoinSize, "a table has ranks");
  std::set<std::pair<std::string, std::int32_t>> places;
  for (const comm::TableRank& rank : table.ranks)
    Must(places.insert({rank.server_id, rank.device}).second, "each rank has a place of its own");
  Must(!table.endpoint.address.empty(), "rank 0 has an address");
}

void ReadAddresses() {
  const auto addresses = comm::ReadWhitelist();
  Must(addresses.has_value(), "a list");
  for (const std::string& address : *addresses) Must(!address.empty(), "an address");
}

void ReadKey() {
  Must(comm::ReadSecret(kPath) != comm::Secret{}, "a secret");
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  static const bool set = ::setenv("HCCL_WHITELIST_DISABLE", "0", 1) == 0 &&
                          ::setenv("HCCL_WHITELIST_FILE", kPath.c_str(), 1) == 0;
  Must(set && kFile >= 0 && ::fchmod(kFile, 0600) == 0, "a file");
  Must(::ftruncate(kFile, 0) == 0, "an empty file");
  Must(::pwrite(kFile, bytes, size, 0) == static_cast<ssize_t>(size), "the input in a file");
  for (const auto read : {ReadTable, ReadAddresses, ReadKey}) {
    try {
      read();
    } catch (const ferry::Error& error) {
      Must(error.message().find(kPath) != std::string::npos, "an Error that names the file");
    }
  }
  return 0;
}
