#include "comm/join/cbor.h"

#include <vector>

#include "base/error.h"

namespace ferry::comm {
namespace {

using nlohmann::json;

// Stops at what no message of ours holds; the parser recurses once a level.
class WithinBounds : public nlohmann::json_sax<json> {
 public:
  bool null() override { return true; }
  bool boolean(bool) override { return true; }
  bool number_integer(number_integer_t) override { return true; }
  bool number_unsigned(number_unsigned_t) override { return true; }
  bool number_float(number_float_t, const string_t&) override { return true; }
  bool string(string_t&) override { return true; }
  bool binary(binary_t&) override { return true; }
  bool start_object(std::size_t) override { return ++depth_ <= kMaxDepth; }
  bool key(string_t&) override { return true; }
  bool end_object() override { return --depth_ >= 0; }
  bool start_array(std::size_t) override { return ++depth_ <= kMaxDepth; }
  bool end_array() override { return --depth_ >= 0; }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) override {
    return false;
  }

 private:
  static constexpr int kMaxDepth = 4;
  int depth_ = 0;
};

bool HasControlCharacter(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](char c) { return static_cast<std::uint8_t>(c) < 0x20 || c == 0x7f; });
}

}  // namespace

json ParseCbor(std::string_view bytes, const char* what) {
  json value(json::value_t::discarded);
  try {
    WithinBounds bounds;
    if (json::sax_parse(bytes, &bounds, nlohmann::detail::input_format_t::cbor))
      value = json::from_cbor(bytes, true, false);
  } catch (const json::exception&) {
    value = json(json::value_t::discarded);  // a length that no container can have
  }
  Require(value.is_object(), Code::kHcclRemote, "{} is not the CBOR of an object", what);
  return value;
}

std::string ToCbor(const json& value) {
  std::string bytes;
  json::to_cbor(value, bytes);
  return bytes;
}

json Binary(std::string_view bytes) {
  return json::binary(std::vector<std::uint8_t>(bytes.begin(), bytes.end()));
}

const json* Fields::Find(const char* name) const {
  const auto found = object_.find(name);
  return found == object_.end() ? nullptr : &*found;
}

std::uint64_t Fields::Number(const char* name, std::uint64_t least, std::uint64_t most) const {
  const json* const field = Find(name);
  const bool is_number = field != nullptr && field->is_number_unsigned();
  const std::uint64_t value = is_number ? field->get<std::uint64_t>() : 0;
  Require(is_number && value >= least && value <= most, Code::kHcclRemote,
          "{}: {} must be a number in [{}, {}]", what_, name, least, most);
  return value;
}

std::string Fields::Text(const char* name, std::size_t most) const {
  const json* const field = Find(name);
  const auto* const text = field == nullptr ? nullptr : field->get_ptr<const json::string_t*>();
  Require(text != nullptr && text->size() <= most && !HasControlCharacter(*text), Code::kHcclRemote,
          "{}: {} must be a text of at most {} bytes", what_, name, most);
  return *text;
}

std::string Fields::Blob(const char* name, std::size_t least, std::size_t most) const {
  const json* const field = Find(name);
  const auto* const blob = field == nullptr ? nullptr : field->get_ptr<const json::binary_t*>();
  Require(blob != nullptr && blob->size() >= least && blob->size() <= most, Code::kHcclRemote,
          "{}: {} must be {} to {} bytes", what_, name, least, most);
  return {blob->begin(), blob->end()};
}

const json& Fields::List(const char* name, std::size_t most) const {
  const json* const field = Find(name);
  Require(field != nullptr && field->is_array() && field->size() <= most, Code::kHcclRemote,
          "{}: {} must be a list of at most {} entries", what_, name, most);
  return *field;
}

Fields Fields::Object(const char* name) const {
  const json* const field = Find(name);
  Require(field != nullptr && field->is_object(), Code::kHcclRemote, "{}: {} must be an object",
          what_, name);
  return {*field, what_};
}

}  // namespace ferry::comm
