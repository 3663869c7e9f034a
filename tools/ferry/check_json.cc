#include "check_json.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <nlohmann/json.hpp>
#include <set>
#include <stdexcept>

#include "flag_value.h"
#include "read_file.h"

namespace ferry::tool {
namespace {

using Json = nlohmann::ordered_json;

// Hears the parser's events rather than reading a finished tree, which holds neither a member that
// is there twice nor the digits of a number that does not fit.
class FlagReader : public nlohmann::json_sax<Json> {
 public:
  FlagReader(std::string path, const CLI::App& app) : path_(std::move(path)), app_(app) {}

  std::vector<std::string> TakeFlags() { return std::move(flags_); }

  bool null() override { return Refuse("is null; must be a value"); }
  bool boolean(bool value) override {
    if (place_ != Place::kMembers || !IsSwitch())
      return Refuse(fmt::format("is {}; must be a value", value));
    flags_.push_back(fmt::format("--{}={}", member_, value));
    return true;
  }
  bool number_integer(number_integer_t value) override { return Value(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) override { return Value(std::to_string(value)); }
  bool number_float(number_float_t /*value*/, const string_t& digits) override {
    return Value(digits);
  }
  bool string(string_t& text) override { return Value(text); }
  bool binary(binary_t& /*bytes*/) override { return false; }  // JSON in text has none

  bool start_object(std::size_t /*size*/) override {
    if (place_ == Place::kOutside) {
      place_ = Place::kMembers;
    } else {
      Enter(Place::kTensors);
    }
    return true;
  }
  bool key(string_t& name) override {
    if (place_ == Place::kMembers) {
      BeginMember(name);
    } else {
      tensor_ = name;
      if (!tensors_.insert(name).second) RefuseTwice(member_ + "." + name);
    }
    return true;
  }
  bool end_object() override {
    place_ = place_ == Place::kTensors ? Place::kMembers : Place::kOutside;
    return true;
  }
  bool start_array(std::size_t /*size*/) override {
    if (place_ == Place::kOutside) return false;
    if (place_ == Place::kTensors) {
      place_ = Place::kNumbers;
      numbers_.clear();
    } else {
      Enter(Place::kList);
    }
    return true;
  }
  bool end_array() override {
    if (place_ == Place::kNumbers) {
      AddFlag(fmt::format("{}={}", tensor_, fmt::join(numbers_, ",")));
      place_ = Place::kTensors;
    } else {
      place_ = Place::kMembers;
    }
    return true;
  }
  bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                   const nlohmann::detail::exception& /*error*/) override {
    return false;
  }

 private:
  enum class Place {
    kOutside,
    kMembers,  // of the whole
    kList,     // "null": [
    kTensors,  // "shape": {
    kNumbers,  // "shape": {"x": [
  };

  [[noreturn]] bool Refuse(const std::string& what) const {
    throw std::invalid_argument(fmt::format("{}: member \"{}\" {}", path_, member_, what));
  }

  [[noreturn]] void RefuseTwice(const std::string& name) const {
    throw std::invalid_argument(
        fmt::format("{}: member \"{}\" is there twice; must be there once", path_, name));
  }

  void BeginMember(const std::string& name) {
    member_ = name;
    tensors_.clear();
    const bool is_source = name == "from" || name == "env";
    option_ = is_source ? nullptr : app_.get_option_no_throw("--" + name);
    if (option_ == nullptr) Refuse("is unknown; must be the name of a flag, as \"ep\" is");
    if (!members_.insert(name).second) RefuseTwice(name);
  }

  // A flag without value.
  [[nodiscard]] bool IsSwitch() const { return option_->get_items_expected_max() == 0; }

  void RefuseValueOfSwitch() const {
    if (IsSwitch()) Refuse("is given a value; must be true or false");
  }

  void Enter(Place place) {
    if (place_ != Place::kMembers) Refuse("holds a list or object too deep");
    RefuseValueOfSwitch();
    if (option_->get_multi_option_policy() != CLI::MultiOptionPolicy::TakeAll)
      Refuse("is a list; must be one value");
    place_ = place;
  }

  void AddFlag(const std::string& value) { AppendFlag("--" + member_, value, flags_); }

  bool Value(const std::string& text) {
    switch (place_) {
      case Place::kOutside:
        return false;
      case Place::kMembers:
        RefuseValueOfSwitch();
        AddFlag(text);
        break;
      case Place::kList:
        AddFlag(text);
        break;
      case Place::kTensors:
        AddFlag(tensor_ + "=" + text);
        break;
      case Place::kNumbers:
        numbers_.push_back(text);
        break;
    }
    return true;
  }

  const std::string path_;
  const CLI::App& app_;
  Place place_ = Place::kOutside;
  std::string member_;
  std::string tensor_;
  const CLI::Option* option_ = nullptr;      // of the member
  std::set<std::string> members_, tensors_;  // seen so far; the tensors of this member
  std::vector<std::string> numbers_;
  std::vector<std::string> flags_;
};

}  // namespace

std::vector<std::string> ReadJsonFlags(const std::string& path, const CLI::App& app) {
  FlagReader reader(path, app);
  if (!Json::sax_parse(ReadFile("--from", path), &reader)) {
    throw std::invalid_argument(
        fmt::format("--from is '{}', which holds no JSON object; must be like "
                    "{{\"op\": \"dispatch\", \"ep\": 8, \"shape\": {{\"x\": [8, 7168]}}}}",
                    path));
  }
  return reader.TakeFlags();
}

}  // namespace ferry::tool
