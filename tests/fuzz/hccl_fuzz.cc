// Sequences of hccl calls on communicators of every state: live, half destroyed, ended, null,
// foreign. The group of the fuzz world stays: it works after each sequence.
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "acl/acl.h"
#include "ferry/ferry.h"
#include "fuzz/fuzz_world.h"
#include "fuzz/hccl_session.h"
#include "fuzz/join_steps.h"
#include "fuzz/operator_target.h"
#include "hccl/hccl.h"

namespace ferry::fuzz {
namespace {

constexpr std::uint32_t kMostRanks = 16;  // the devices of a process

std::int32_t InitAll(Session& s) {
  std::array<std::int32_t, kMostRanks> devices{};
  const bool is_legal = s.data.ConsumeBool();
  for (std::uint32_t i = 0; i < kMostRanks; ++i) {
    devices[i] = is_legal ? static_cast<std::int32_t>(i) : s.number_as<std::int32_t>();
  }
  const auto count =
      is_legal ? s.data.ConsumeIntegralInRange<std::uint32_t>(1, 5) : s.number_as<std::uint32_t>();
  std::array<HcclComm, kMostRanks> comms{};
  const HcclResult result = HcclCommInitAll(count, devices.data(), comms.data());
  for (HcclComm comm : comms) {
    s.handles.Add(comm);
    Own(s).own.Add(comm);
  }
  return result;
}

// Every rank of the world meets.
std::int32_t MeetWorld(Session&) {
  for (int r = 0; r < kRanks; ++r) {
    Demand(HcclBarrier(RankOf(r).comm, RankOf(r).stream) == HCCL_SUCCESS, "HcclBarrier");
  }
  Demand(Collect(), "a barrier of the world");
  return 0;
}

const Step kCommSteps[] = {
    InitAll,
    MeetWorld,
    [](Session& s) { return std::int32_t{HcclCommDestroy(Own(s).own_handle())}; },
    [](Session& s) {
      std::array<char, COMM_NAME_MAX_LENGTH> name{};
      return std::int32_t{
          HcclGetCommName(s.handle(), s.data.ConsumeBool() ? name.data() : nullptr)};
    },
    [](Session& s) {
      std::uint32_t size = 0;
      return std::int32_t{HcclGetRankSize(s.handle(), &size)};
    },
    [](Session& s) {
      std::uint32_t rank = 0;
      return std::int32_t{HcclGetRankId(s.handle(), &rank)};
    },
    [](Session& s) {
      HcclResult error{};
      return std::int32_t{HcclGetCommAsyncError(s.handle(), &error)};
    },
    // Alone: the other ranks come later, never, or end before.
    [](Session& s) { return std::int32_t{HcclBarrier(Own(s).own_handle(), Own(s).own_handle())}; },
    [](Session& s) {
      for (void* const handle : Own(s).own.all()) {
        static_cast<void>(HcclBarrier(handle, Own(s).own_handle()));
      }
      return 0;
    },
};

const Step kStreamSteps[] = {
    [](Session& s) {
      static_cast<void>(aclrtSetDevice(s.data.ConsumeIntegralInRange(0, 4)));
      void* stream = nullptr;
      const aclError code = aclrtCreateStream(&stream);
      Own(s).own.Add(stream);
      return code;
    },
    [](Session& s) { return aclrtDestroyStreamForce(Own(s).own_handle()); },
    [](Session& s) { return aclrtStreamAbort(Own(s).own_handle()); },
    [](Session& s) { return aclrtSynchronizeStreamWithTimeout(Own(s).own_handle(), kShortWait); },
};

const Step kOtherSteps[] = {
    [](Session& s) {
      HcclConfigValue value{};
      value.value = s.number_as<std::int32_t>();
      return std::int32_t{HcclSetConfig(s.number_as<HcclConfig>(), value)};
    },
    [](Session& s) {
      HcclConfigValue value{};
      return std::int32_t{
          HcclGetConfig(s.number_as<HcclConfig>(), s.data.ConsumeBool() ? &value : nullptr)};
    },
    [](Session& s) {
      Demand(HcclGetErrorString(s.number_as<HcclResult>()) != nullptr, "HcclGetErrorString");
      return 0;
    },
    [](Session& s) {
      const auto call = s.data.PickValueInArray({HcclCommSuspend, HcclCommResume});
      Demand(call(s.handle()) == HCCL_E_NOT_SUPPORT, "what is not offered says so");
      return 0;
    },
    [](Session& s) {
      void* handle = nullptr;
      return std::int32_t{HcclCommRegister(s.handle(), s.handle(), s.number_as<std::uint64_t>(),
                                           &handle, s.number_as<std::uint32_t>())};
    },
};

// Not offered, with any arguments.
std::int32_t CallWhatIsNotOffered(Session& s) {
  void* const comm = s.handle();
  std::array<std::uint32_t, 2> ranks = {s.number_as<std::uint32_t>(), 0};
  std::array<bool, 2> backup{};
  const std::array<HcclResult, 9> answers = {
      HcclCommSetMemoryRange(comm, s.handle(), s.size(), s.size(), s.number_as<std::uint64_t>()),
      HcclCommUnsetMemoryRange(comm, s.handle()),
      HcclCommActivateCommMemory(comm, s.handle(), s.size(), s.size(), s.handle(), 0),
      HcclCommDeactivateCommMemory(comm, s.handle()),
      HcclCommWorkingDevNicSet(comm, ranks.data(), backup.data(), s.number_as<std::uint32_t>()),
      HcclGroupStart(),
      HcclGroupEnd(),
      HcclCommDeregister(comm, s.handle()),
      HcclCommExchangeMem(comm, s.handle(), ranks.data(), s.number_as<std::uint32_t>())};
  for (const HcclResult answer : answers) {
    Demand(answer == HCCL_E_NOT_SUPPORT, "what is not offered says so", answer);
  }
  return HCCL_E_NOT_SUPPORT;
}

std::int32_t ReadStats(Session& s) {
  std::array<ferry_peer_stats, 2 * kRanks> peers{};
  ferry_comm_stats total{};
  const bool has_peers = s.data.ConsumeBool();
  return ferry_stats(s.handle(), has_peers ? peers.data() : nullptr,
                     s.data.ConsumeIntegralInRange<std::size_t>(0, peers.size()),
                     s.data.ConsumeBool() ? &total : nullptr);
}

const Step kMoreSteps[] = {
    CallWhatIsNotOffered,
    ReadStats,
    [](Session&) {
      Demand(HcclGetCommConfigCapability() == HCCL_COMM_CONFIG_RESERVED, "fields of a config");
      return 0;
    },
};

const std::span<const Step> kTables[] = {kCommSteps,  kCommSteps,  kStreamSteps,
                                         kOtherSteps, JoinSteps(), kMoreSteps};

// Streams wait for peers that will never come, until those have gone.
void EndAll(HcclSession& s) {
  EndRoots(s);
  for (void* const handle : s.own.all()) static_cast<void>(HcclCommDestroy(handle));
  for (void* const handle : s.own.all()) static_cast<void>(aclrtDestroyStreamForce(handle));
}

}  // namespace
}  // namespace ferry::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace ferry::fuzz;
  HcclSession session{{.data = FuzzedDataProvider(bytes, size)}};
  for (int r = 0; r < kRanks; ++r) {
    session.handles.Add(RankOf(r).comm);
    session.handles.Add(RankOf(r).stream);
  }
  UseRank(0);
  TakeSteps(session, kTables);
  EndAll(session);
  static_cast<void>(MeetWorld(session));
  return 0;
}
