// Makers of the rows that look at one tensor. Each takes the row's id first.
#ifndef FERRY_OPS_TENSOR_RULES_H_
#define FERRY_OPS_TENSOR_RULES_H_

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "ops/rule.h"
#include "ops/tensor_arg.h"

namespace ferry::ops {

// A tensor parameter: its name in rule ids, its name in the C API, and where a call holds it.
template <class Call>
struct TensorParam {
  const char* id;
  const char* name;
  OptionalTensor Call::*member;

  [[nodiscard]] const OptionalTensor& of(const Call& call) const { return call.*member; }
};

// A size that a dim is compared with, and its name: `max(tpWorldSize, 1) * A`.
template <class Call>
struct Size {
  std::string name;
  std::function<std::int64_t(const Call&)> value;

  [[nodiscard]] std::string Text(const Call& call) const {
    return fmt::format("{} = {}", name, value(call));
  }
};

template <class Call>
typename Rule<Call>::Predicate IsGiven(TensorParam<Call> tensor) {
  return [tensor](const Call& call) { return tensor.of(call).has_value(); };
}

template <class Call>
typename Rule<Call>::Predicate Both(typename Rule<Call>::Predicate a,
                                    typename Rule<Call>::Predicate b) {
  return [a = std::move(a), b = std::move(b)](const Call& call) { return a(call) && b(call); };
}

// A tensor's shape, or null.
template <class Call>
typename Rule<Call>::Text ValueOf(TensorParam<Call> tensor) {
  return [tensor](const Call& call) {
    return tensor.of(call) ? "a tensor " + ShapeText(tensor.of(call)) : "null";
  };
}

// Not a null pointer.
template <class Call>
Rule<Call> Given(std::string id, TensorParam<Call> tensor, Code code = Code::kParamNullptr) {
  return {std::move(id),   tensor.name,           code, IsGiven(tensor),
          ValueOf(tensor), Always("be a tensor"), {}};
}

// A null pointer.
template <class Call>
Rule<Call> Absent(std::string id, TensorParam<Call> tensor, const std::string& when,
                  typename Rule<Call>::Predicate applies = {}) {
  return {std::move(id),     tensor.name,
          Code::kTiling,     [tensor](const Call& call) { return !tensor.of(call).has_value(); },
          ValueOf(tensor),   Always("be null" + when),
          std::move(applies)};
}

// The handle of a living tensor. After the rows of stage 0, so that nulls are reported first.
template <class Call>
Rule<Call> Alive(const std::string& prefix, TensorParam<Call> tensor) {
  return {prefix + tensor.id,
          tensor.name,
          Code::kParamInvalid,
          [tensor](const Call& call) { return tensor.of(call)->alive; },
          [tensor](const Call& call) {
            return tensor.of(call)->alive ? "a tensor " + ShapeText(tensor.of(call))
                                          : "no handle of a tensor (destroyed, or never created)";
          },
          Always("come from aclCreateTensor"),
          IsGiven(tensor)};
}

template <class Call>
Rule<Call> HasDType(std::string id, TensorParam<Call> tensor, std::vector<DType> types) {
  std::vector<std::string> names;
  std::transform(types.begin(), types.end(), std::back_inserter(names), NameOf);
  return {std::move(id),
          fmt::format("dtype of {}", tensor.name),
          Code::kParamInvalid,
          [tensor, types = std::move(types)](const Call& call) {
            return std::find(types.begin(), types.end(), tensor.of(call)->dtype) != types.end();
          },
          [tensor](const Call& call) {
            return tensor.of(call) ? NameOf(tensor.of(call)->dtype) : "null";
          },
          Always(fmt::format("be in {{{}}}", fmt::join(names, ", "))),
          IsGiven(tensor)};
}

// The dtype of another tensor.
template <class Call>
Rule<Call> HasDTypeOf(std::string id, TensorParam<Call> tensor, TensorParam<Call> other,
                      typename Rule<Call>::Predicate applies) {
  const auto type = [](const OptionalTensor& t) { return t ? t->dtype : DType::kUndefined; };
  return {std::move(id),
          fmt::format("dtype of {}", tensor.name),
          Code::kTiling,
          [=](const Call& call) { return type(tensor.of(call)) == type(other.of(call)); },
          [=](const Call& call) { return NameOf(type(tensor.of(call))); },
          [=](const Call& call) {
            return fmt::format("be that of {} ({})", other.name, NameOf(type(other.of(call))));
          },
          std::move(applies)};
}

// As many dims as `low` to `high`.
template <class Call>
Rule<Call> HasRank(std::string id, TensorParam<Call> tensor, std::int64_t low, std::int64_t high,
                   typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {
      std::move(id),
      fmt::format("number of dims of {}", tensor.name),
      Code::kTiling,
      [=](const Call& call) {
        return Rank(tensor.of(call)) >= low && Rank(tensor.of(call)) <= high;
      },
      [=](const Call& call) {
        return fmt::format("{} (shape {})", Rank(tensor.of(call)), ShapeText(tensor.of(call)));
      },
      Always(low == high ? fmt::format("be {}", low) : fmt::format("be in [{}, {}]", low, high)),
      std::move(applies)};
}

// Any format but FRACTAL_NZ.
template <class Call>
Rule<Call> HasPlainFormat(std::string id, TensorParam<Call> tensor,
                          typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {std::move(id),
          fmt::format("format of {}", tensor.name),
          Code::kTiling,
          [tensor](const Call& call) {
            return !tensor.of(call) || tensor.of(call)->format != kFormatFractalNz;
          },
          [tensor](const Call& call) {
            const std::int32_t format = tensor.of(call) ? tensor.of(call)->format : 0;
            return format == kFormatFractalNz ? "FRACTAL_NZ (29)" : fmt::format("{}", format);
          },
          Always("be another format, as ND"),
          std::move(applies)};
}

template <class Call>
std::string DimName(TensorParam<Call> tensor, std::size_t dim) {
  return fmt::format("{} dim {}", tensor.name, dim);
}

template <class Call>
typename Rule<Call>::Text DimText(TensorParam<Call> tensor, std::size_t dim) {
  return [=](const Call& call) { return fmt::format("{}", Dim(tensor.of(call), dim)); };
}

template <class Call>
Rule<Call> DimIs(std::string id, TensorParam<Call> tensor, std::size_t dim, Size<Call> size,
                 typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {std::move(id),
          DimName(tensor, dim),
          Code::kTiling,
          [=](const Call& call) { return Dim(tensor.of(call), dim) == size.value(call); },
          DimText(tensor, dim),
          [=](const Call& call) { return "be " + size.Text(call); },
          std::move(applies)};
}

template <class Call>
Rule<Call> DimIsAtLeast(std::string id, TensorParam<Call> tensor, std::size_t dim, Size<Call> size,
                        typename Rule<Call>::Predicate applies = {}) {
  if (!applies) applies = IsGiven(tensor);
  return {std::move(id),
          DimName(tensor, dim),
          Code::kTiling,
          [=](const Call& call) { return Dim(tensor.of(call), dim) >= size.value(call); },
          DimText(tensor, dim),
          [=](const Call& call) { return "be at least " + size.Text(call); },
          std::move(applies)};
}

}  // namespace ferry::ops

#endif  // FERRY_OPS_TENSOR_RULES_H_
