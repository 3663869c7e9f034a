#include "comm/join/rank_table.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <utility>

#include "base/env.h"
#include "base/error.h"
#include "base/text.h"
#include "comm/join/input_file.h"

namespace ferry::comm {
namespace {

using nlohmann::json;

constexpr std::size_t kMaxServerId = 64;
constexpr std::int64_t kMaxDevice = 4095;
constexpr std::int64_t kMaxPort = 65535;

// One device entry, with what its server says.
struct Entry {
  TableRank rank;
  std::optional<std::string> host_ip;
  std::optional<std::int64_t> host_port;
};

class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}

  // Every value of a rank table is a text.
  std::optional<std::string> FindText(const json& object, const char* name) const {
    const auto found = object.find(name);
    if (found == object.end()) return std::nullopt;
    Require(found->is_string(), Code::kHcclPara, "rank table {}: {} must be a text", path_, name);
    return found->get<std::string>();
  }
  std::string Text(const json& object, const char* name) const {
    auto text = FindText(object, name);
    Require(text.has_value(), Code::kHcclPara, "rank table {}: {} is missing", path_, name);
    return *std::move(text);
  }
  std::optional<std::int64_t> FindNumber(const json& object, const char* name, std::int64_t least,
                                         std::int64_t most) const {
    const auto text = FindText(object, name);
    if (!text) return std::nullopt;
    const auto number = ParseInteger(*text);
    Require(number && *number >= least && *number <= most, Code::kHcclPara,
            "rank table {}: {} is \"{}\"; must be in [{}, {}]", path_, name, *text, least, most);
    return number;
  }
  std::int64_t Number(const json& object, const char* name, std::int64_t most) const {
    const auto number = FindNumber(object, name, 0, most);
    Require(number.has_value(), Code::kHcclPara, "rank table {}: {} is missing", path_, name);
    return *number;
  }
  const json& List(const json& object, const char* name) const {
    const auto found = object.find(name);
    bool sound = found != object.end() && found->is_array() && !found->empty();
    if (sound)
      for (const json& entry : *found) sound = sound && entry.is_object();
    Require(sound, Code::kHcclPara, "rank table {}: {} must be a list of objects", path_, name);
    return *found;
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  const std::string& path_;
};

void CheckHead(const Reader& in, const json& table) {
  const std::string status = in.Text(table, "status");
  Require(status != "initializing", Code::kHcclUnavail,
          "rank table {}: status is \"initializing\"; must be \"completed\" before it is used",
          in.path());
  Require(status == "completed", Code::kHcclPara,
          "rank table {}: status is \"{}\"; must be \"completed\"", in.path(), status);
  const std::string version = in.Text(table, "version");
  Require(version == "1.0" || version == "1.2", Code::kHcclPara,
          "rank table {}: version is \"{}\"; must be 1.0 or 1.2", in.path(), version);
  const json& servers = in.List(table, "server_list");
  const auto count = in.FindNumber(table, "server_count", 1, kMaxJoinSize);
  Require(!count || static_cast<std::size_t>(*count) == servers.size(), Code::kHcclPara,
          "rank table {}: server_count is {}, but server_list has {} entries", in.path(),
          count.value_or(0), servers.size());
}

void ReadServer(const Reader& in, const json& server, std::map<std::int64_t, Entry>* entries) {
  const std::string id = in.Text(server, "server_id");
  Require(!id.empty() && id.size() <= kMaxServerId, Code::kHcclPara,
          "rank table {}: server_id must have 1 to {} characters: \"{}\"", in.path(), kMaxServerId,
          id);
  const auto host_ip = in.FindText(server, "host_ip");
  std::set<std::int64_t> devices;
  for (const json& device : in.List(server, "device")) {
    const std::int64_t number = in.Number(device, "device_id", kMaxDevice);
    const std::int64_t rank = in.Number(device, "rank_id", kMaxJoinSize - 1);
    Require(devices.insert(number).second, Code::kHcclPara,
            "rank table {}: server {} has device_id {} twice", in.path(), id, number);
    const bool is_new =
        entries
            ->emplace(rank,
                      Entry{.rank = {.server_id = id, .device = static_cast<std::int32_t>(number)},
                            .host_ip = host_ip,
                            .host_port = in.FindNumber(device, "host_port", 1, kMaxPort)})
            .second;
    Require(is_new, Code::kHcclPara, "rank table {}: rank_id {} occurs twice", in.path(), rank);
  }
}

// A server's ranks follow one another.
void CheckOrder(const Reader& in, const std::vector<TableRank>& ranks) {
  std::set<std::string> seen;
  for (std::size_t rank = 0; rank < ranks.size(); ++rank) {
    const std::string& server = ranks[rank].server_id;
    if (rank > 0 && ranks[rank - 1].server_id == server) continue;
    Require(seen.insert(server).second, Code::kHcclPara,
            "rank table {}: the ranks of server {} are interleaved with others at rank_id {}",
            in.path(), server, rank);
  }
}

}  // namespace

RankTable ParseRankTable(std::string_view text, const std::string& path, std::uint16_t base_port) {
  const json table = json::parse(text, nullptr, false);
  Require(table.is_object(), Code::kHcclPara, "rank table {} is not a JSON object", path);
  const Reader in(path);
  CheckHead(in, table);
  std::map<std::int64_t, Entry> entries;
  for (const json& server : in.List(table, "server_list")) ReadServer(in, server, &entries);
  RankTable result;
  for (auto& [rank, entry] : entries) {
    Require(rank == static_cast<std::int64_t>(result.ranks.size()), Code::kHcclPara,
            "rank table {}: rank_id {} is missing; {} devices must have 0..{}", path,
            result.ranks.size(), entries.size(), entries.size() - 1);
    result.ranks.push_back(entry.rank);
  }
  CheckOrder(in, result.ranks);
  const Entry& first = entries.at(0);
  Require(first.host_ip || in.List(table, "server_list").size() == 1, Code::kHcclPara,
          "rank table {}: the server of rank 0 needs a host_ip, since there are several servers",
          path);
  result.endpoint = {.address = first.host_ip.value_or("127.0.0.1"),
                     .port = static_cast<std::uint16_t>(first.host_port.value_or(base_port))};
  return result;
}

RankTable ReadRankTable(const std::string& path) {
  const InputFile file = ReadInputFile("rank table " + path, path, kMostInput);
  return ParseRankTable(file.content, path, env::HcclIfBasePort());
}

}  // namespace ferry::comm
