// CBOR from anyone: parsed within bounds, and read field by field.
#ifndef FERRY_COMM_JOIN_CBOR_H_
#define FERRY_COMM_JOIN_CBOR_H_

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace ferry::comm {

// The object that `bytes` consist of. Throws Error{kHcclRemote} for anything else, and for a depth
// that would cost the reader its stack.
[[nodiscard]] nlohmann::json ParseCbor(std::string_view bytes, const char* what);

[[nodiscard]] std::string ToCbor(const nlohmann::json& value);

[[nodiscard]] nlohmann::json Binary(std::string_view bytes);

// Reads the fields of an object. Each throws Error{kHcclRemote} that names object and field.
class Fields {
 public:
  Fields(const nlohmann::json& object, const char* what) : object_(object), what_(what) {}

  [[nodiscard]] std::uint64_t Number(const char* name, std::uint64_t least,
                                     std::uint64_t most) const;
  template <class T>
  [[nodiscard]] T NumberAs(const char* name, std::uint64_t least, std::uint64_t most) const {
    return static_cast<T>(Number(name, least, most));
  }
  // Text without control characters.
  [[nodiscard]] std::string Text(const char* name, std::size_t most) const;
  [[nodiscard]] std::string Blob(const char* name, std::size_t least, std::size_t most) const;
  template <class Array>
  [[nodiscard]] Array Bytes(const char* name) const {
    Array bytes;
    const std::string blob = Blob(name, bytes.size(), bytes.size());
    std::copy(blob.begin(), blob.end(), bytes.begin());
    return bytes;
  }
  [[nodiscard]] const nlohmann::json& List(const char* name, std::size_t most) const;
  [[nodiscard]] Fields Object(const char* name) const;

 private:
  [[nodiscard]] const nlohmann::json* Find(const char* name) const;

  const nlohmann::json& object_;
  const char* what_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_JOIN_CBOR_H_
