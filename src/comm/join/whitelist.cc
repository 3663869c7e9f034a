#include <arpa/inet.h>

#include <array>
#include <nlohmann/json.hpp>

#include "base/env.h"
#include "base/error.h"
#include "comm/join/host_address.h"
#include "comm/join/input_file.h"

namespace ferry::comm {
namespace {

// As the system writes it, so that texts can be compared; "" for what is no address.
std::string Canonical(const std::string& text) {
  std::array<unsigned char, sizeof(in6_addr)> bytes;
  std::array<char, INET6_ADDRSTRLEN> out{};
  for (const int family : {AF_INET, AF_INET6})
    if (::inet_pton(family, text.c_str(), bytes.data()) == 1)
      return ::inet_ntop(family, bytes.data(), out.data(), out.size());
  return "";
}

}  // namespace

std::optional<std::vector<std::string>> ReadWhitelist() {
  const auto path = env::HcclWhitelistFile();
  if (!path) return std::nullopt;
  const InputFile file =
      ReadInputFile("HCCL_WHITELIST_FILE names " + *path + ", which", *path, kMostInput);
  const auto json = nlohmann::json::parse(file.content, nullptr, false);
  const bool has_list = json.is_object() && json.contains("host_ip") && json["host_ip"].is_array();
  Require(has_list, Code::kHcclPara, "{} must be a JSON object with a list host_ip", *path);
  std::vector<std::string> addresses;
  for (const auto& entry : json["host_ip"]) {
    const std::string address = entry.is_string() ? Canonical(entry.get<std::string>()) : "";
    Require(!address.empty(), Code::kHcclPara,
            "{}: host_ip must hold IPv4 and IPv6 addresses as texts", *path);
    addresses.push_back(address);
  }
  return addresses;
}

}  // namespace ferry::comm
