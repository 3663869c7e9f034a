// Scalars, arrays and lists: made, measured, destroyed, and everything that can be wrong with them.
#include <aclnn/aclnn_base.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <string>
#include <thread>
#include <type_traits>

#include "runtime/answers.h"

namespace ferry::runtime_test {
namespace {

// One kind of array with its functions, so that each case below is tried on all.
template <class Array, class Value>
struct ArrayApi {
  const char* name;  // in the functions' names
  Array* (*create)(const Value*, std::uint64_t);
  aclnnStatus (*destroy)(const Array*);
  aclnnStatus (*size)(const Array*, std::uint64_t*);
};

constexpr ArrayApi<aclIntArray, std::int64_t> kInt = {"IntArray", aclCreateIntArray,
                                                      aclDestroyIntArray, aclGetIntArraySize};
constexpr ArrayApi<aclFloatArray, float> kFloat = {"FloatArray", aclCreateFloatArray,
                                                   aclDestroyFloatArray, aclGetFloatArraySize};
constexpr ArrayApi<aclBoolArray, bool> kBool = {"BoolArray", aclCreateBoolArray,
                                                aclDestroyBoolArray, aclGetBoolArraySize};
constexpr ArrayApi<aclTensorList, const aclTensor*> kTensors = {
    "TensorList", aclCreateTensorList, aclDestroyTensorList, aclGetTensorListSize};
constexpr ArrayApi<aclScalarList, const aclScalar*> kScalars = {
    "ScalarList", aclCreateScalarList, aclDestroyScalarList, aclGetScalarListSize};

template <class Visit>
void ForEachKind(const Visit& visit) {
  visit(kInt);
  visit(kFloat);
  visit(kBool);
  visit(kTensors);
  visit(kScalars);
}

template <class Array, class Value>
std::uint64_t SizeOf(const ArrayApi<Array, Value>& api, const Array* array) {
  std::uint64_t size = 99;
  EXPECT_EQ(api.size(array, &size), ACLNN_SUCCESS) << RecentMessage();
  return size;
}

template <class Handle>
const Handle* Foreign() {
  static int local = 0;
  return static_cast<const Handle*>(static_cast<const void*>(&local));
}

aclTensor* NewTensor() {
  const std::int64_t dims[] = {2, 3};
  return aclCreateTensor(dims, 2, ACL_BF16, nullptr, 0, ACL_FORMAT_ND, dims, 2, nullptr);
}

aclScalar* NewScalar() {
  float value = 1.5f;
  return aclCreateScalar(&value, ACL_FLOAT);
}

TEST(AclnnArray, KnowsHowManyItHolds) {
  ForEachKind([](const auto& api) {
    const auto none = api.create(nullptr, 0);
    ASSERT_NE(none, nullptr) << api.name;
    EXPECT_EQ(SizeOf(api, none), 0U);
    EXPECT_EQ(api.destroy(none), ACLNN_SUCCESS);
  });
  const std::array<std::int64_t, 3> ints = {1, -2, 3};
  const std::array<float, 2> floats = {1.0f, 2.0f};
  const std::array<bool, 4> flags = {true, false, true, true};
  aclIntArray* const int_array = aclCreateIntArray(ints.data(), 3);
  aclFloatArray* const float_array = aclCreateFloatArray(floats.data(), 2);
  aclBoolArray* const bool_array = aclCreateBoolArray(flags.data(), 4);
  EXPECT_EQ(SizeOf(kInt, int_array), 3U);
  EXPECT_EQ(SizeOf(kFloat, float_array), 2U);
  EXPECT_EQ(SizeOf(kBool, bool_array), 4U);
  EXPECT_EQ(aclDestroyIntArray(int_array), ACLNN_SUCCESS);
  EXPECT_EQ(aclDestroyFloatArray(float_array), ACLNN_SUCCESS);
  EXPECT_EQ(aclDestroyBoolArray(bool_array), ACLNN_SUCCESS);
}

TEST(AclnnArray, IsNullWithoutTheValuesItCounts) {
  ForEachKind([](const auto& api) {
    EXPECT_EQ(api.create(nullptr, 2), nullptr);
    const std::string message = RecentMessage();
    EXPECT_EQ(
        message.find(std::string("aclCreate") + api.name + ": value is null; must point to 2"), 0U)
        << message;
  });
}

TEST(AclnnArray, NullIsDestroyedWithoutAnError) {
  ForEachKind([](const auto& api) { EXPECT_EQ(api.destroy(nullptr), ACLNN_SUCCESS); });
  EXPECT_EQ(aclDestroyScalar(nullptr), ACLNN_SUCCESS);
}

TEST(AclnnArray, SizeWantsAnArrayAndAPlace) {
  ForEachKind([](const auto& api) {
    std::uint64_t size = 99;
    const std::string prefix = std::string("aclGet") + api.name + "Size: ";
    ExpectFailure(api.size(nullptr, &size), ACLNN_ERR_PARAM_NULLPTR, {prefix + "array is null"});
    const auto array = api.create(nullptr, 0);
    ExpectFailure(api.size(array, nullptr), ACLNN_ERR_PARAM_NULLPTR, {prefix + "size is null"});
    EXPECT_EQ(size, 99U) << "a refused call writes nothing";
    EXPECT_EQ(api.destroy(array), ACLNN_SUCCESS);
  });
}

TEST(AclnnArray, OneThatIsNoneIsRefused) {
  ForEachKind([](const auto& api) {
    using Handle = std::remove_pointer_t<decltype(api.create(nullptr, 0))>;
    const auto destroyed = api.create(nullptr, 0);
    ASSERT_EQ(api.destroy(destroyed), ACLNN_SUCCESS);
    for (const Handle* const bad : {static_cast<const Handle*>(destroyed), Foreign<Handle>()}) {
      std::uint64_t size = 0;
      ExpectFailure(api.size(bad, &size), ACLNN_ERR_PARAM_INVALID,
                    {std::string("aclGet") + api.name + "Size: array is 0x", "been destroyed"});
      ExpectFailure(api.destroy(bad), ACLNN_ERR_PARAM_INVALID,
                    {std::string("aclDestroy") + api.name + ": array is 0x"});
    }
  });
}

TEST(AclnnArray, AnArrayOfAnotherTypeIsRefused) {
  aclIntArray* const array = aclCreateIntArray(nullptr, 0);
  const auto* const other = static_cast<const aclBoolArray*>(static_cast<const void*>(array));
  ExpectFailure(aclDestroyBoolArray(other), ACLNN_ERR_PARAM_INVALID, {"no array of this type"});
  EXPECT_EQ(aclDestroyIntArray(array), ACLNN_SUCCESS);
}

TEST(AclnnArray, AnotherThreadMayDestroyIt) {
  aclFloatArray* const array = aclCreateFloatArray(nullptr, 0);
  std::thread([array] { EXPECT_EQ(aclDestroyFloatArray(array), ACLNN_SUCCESS); }).join();
  EXPECT_EQ(aclDestroyFloatArray(array), ACLNN_ERR_PARAM_INVALID);
}

TEST(Scalar, IsMadeOfAnyTypeWithASize) {
  std::array<std::byte, 16> value{};
  for (const aclDataType type : {ACL_FLOAT, ACL_BOOL, ACL_INT64, ACL_DOUBLE, ACL_COMPLEX128}) {
    aclScalar* const scalar = aclCreateScalar(value.data(), type);
    EXPECT_NE(scalar, nullptr) << type;
    EXPECT_EQ(aclDestroyScalar(scalar), ACLNN_SUCCESS);
  }
}

TEST(Scalar, IsNullWithoutAValueOrASize) {
  float value = 1;
  EXPECT_EQ(aclCreateScalar(nullptr, ACL_FLOAT), nullptr);
  EXPECT_EQ(RecentMessage(), "aclCreateScalar: value is null; must be a valid pointer");
  EXPECT_EQ(aclCreateScalar(&value, ACL_STRING), nullptr);
  EXPECT_EQ(RecentMessage(),
            "aclCreateScalar: dataType is 13; must be an aclDataType of 1 to 16 bytes");
  EXPECT_EQ(aclCreateScalar(&value, Odd<aclDataType>(1234)), nullptr);
}

TEST(Scalar, OneThatIsNoneIsRefused) {
  aclScalar* const scalar = NewScalar();
  ASSERT_EQ(aclDestroyScalar(scalar), ACLNN_SUCCESS);
  ExpectFailure(aclDestroyScalar(scalar), ACLNN_ERR_PARAM_INVALID,
                {"aclDestroyScalar: scalar is 0x", "no scalar or one that has been destroyed"});
  ExpectFailure(aclDestroyScalar(Foreign<aclScalar>()), ACLNN_ERR_PARAM_INVALID, {"no scalar"});
}

TEST(List, EndsItsElements) {
  aclTensor* const tensors[] = {NewTensor(), nullptr, NewTensor()};
  aclTensorList* const list = aclCreateTensorList(tensors, 3);
  EXPECT_EQ(SizeOf(kTensors, list), 3U);
  EXPECT_EQ(aclDestroyTensorList(list), ACLNN_SUCCESS) << RecentMessage();
  EXPECT_EQ(aclDestroyTensor(tensors[0]), ACLNN_ERR_PARAM_INVALID);
  EXPECT_EQ(aclDestroyTensor(tensors[2]), ACLNN_ERR_PARAM_INVALID);

  aclScalar* const scalars[] = {NewScalar(), NewScalar()};
  aclScalarList* const scalar_list = aclCreateScalarList(scalars, 2);
  EXPECT_EQ(SizeOf(kScalars, scalar_list), 2U);
  EXPECT_EQ(aclDestroyScalarList(scalar_list), ACLNN_SUCCESS) << RecentMessage();
  EXPECT_EQ(aclDestroyScalar(scalars[1]), ACLNN_ERR_PARAM_INVALID);
}

TEST(List, NamesAnElementThatIsNoMoreAndEndsTheOthers) {
  aclTensor* const tensors[] = {NewTensor(), NewTensor(), NewTensor()};
  aclTensorList* const list = aclCreateTensorList(tensors, 3);
  ASSERT_EQ(aclDestroyTensor(tensors[1]), ACLNN_SUCCESS);
  ExpectFailure(aclDestroyTensorList(list), ACLNN_ERR_PARAM_INVALID,
                {"aclDestroyTensorList: element 1 of the list of tensors is 0x", "owns"});
  EXPECT_EQ(aclDestroyTensor(tensors[2]), ACLNN_ERR_PARAM_INVALID);
  ExpectFailure(aclDestroyTensorList(list), ACLNN_ERR_PARAM_INVALID, {"array is 0x"});
}

TEST(AclnnBase, DumpingTensorsIsAcceptedAndDoesNothing) {
  aclTensor* tensors[] = {NewTensor()};
  EXPECT_EQ(aclDumpOpTensors("type", "name", tensors, 1, 0, nullptr), ACLNN_SUCCESS);
  EXPECT_EQ(aclDumpOpTensors(nullptr, nullptr, nullptr, 0, 0, nullptr), ACLNN_SUCCESS);
  EXPECT_EQ(aclDestroyTensor(tensors[0]), ACLNN_SUCCESS);
}

}  // namespace
}  // namespace ferry::runtime_test
