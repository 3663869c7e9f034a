#include "memory/fault_report.h"

#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstring>
#include <mutex>
#include <utility>

namespace ferry::memory {

namespace {
constexpr std::size_t kTextBytes = 500;
enum class State : std::uint8_t { kUnused, kLive, kFreed };
}  // namespace

// What the handler reads, so nothing here is ever given back: a slot is used again.
struct FaultRecord::Slot {
  // release when the rest is in place, acquire in the handler.
  std::atomic<State> state{State::kUnused};
  GuardedRange range;
  std::array<char, kTextBytes> description{};
  Slot* next = nullptr;    // the slot made before this one; never changes
  Slot* unused = nullptr;  // list of slots to use again; guarded by FaultSlots::mutex
};

struct FaultSlots {
  using Slot = FaultRecord::Slot;

  std::mutex mutex;
  std::atomic<Slot*> all{nullptr};
  Slot* unused = nullptr;  // guarded by mutex

  static FaultSlots& Get() {
    static auto* const slots = new FaultSlots;
    return *slots;
  }

  Slot* Take() {
    const std::lock_guard lock(mutex);
    if (unused != nullptr) return std::exchange(unused, unused->unused);
    auto* const slot = new Slot;
    slot->next = all.load(std::memory_order_relaxed);
    // release: the handler that sees the slot sees `next`.
    all.store(slot, std::memory_order_release);
    return slot;
  }

  void Give(Slot* slot) {
    const std::lock_guard lock(mutex);
    slot->unused = std::exchange(unused, slot);
  }

  // For the handler: no lock. Null if the address is none of ours.
  [[nodiscard]] const Slot* Find(const std::byte* address) const {
    for (const Slot* slot = all.load(std::memory_order_acquire); slot != nullptr;
         slot = slot->next) {
      if (slot->state.load(std::memory_order_acquire) == State::kUnused) continue;
      const GuardedRange& range = slot->range;
      if (address >= range.extent && address < range.extent + range.extent_bytes) return slot;
    }
    return nullptr;
  }

  static void Describe(const Slot& slot, const std::byte* address);
};

namespace {

using Line = std::array<char, 900>;  // made without the heap

void Write(Line& line, fmt::format_to_n_result<char*> text) {
  *text.out = '\n';
  const auto bytes = static_cast<std::size_t>(text.out - line.data()) + 1;
  const ssize_t written = ::write(STDERR_FILENO, line.data(), bytes);
  static_cast<void>(written);  // there is nobody to tell
}

struct sigaction previous;  // set once, before the handler can run

void HandOn(int signal, siginfo_t* info, void* context) {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN) {
    previous.sa_handler(signal);
  } else {
    const bool was_sent = info->si_code <= 0;
    if (was_sent && previous.sa_handler == SIG_IGN) return;
    // The access is made once more and ends the program as it would have without Ferry.
    struct sigaction none {};
    none.sa_handler = SIG_DFL;
    ::sigaction(signal, &none, nullptr);
    if (was_sent) ::raise(signal);  // nothing else would come again; blocked until this returns
  }
}

void OnFault(int signal, siginfo_t* info, void* context) {
  const auto* const address = static_cast<const std::byte*>(info->si_addr);
  // A signal that a process sent carries no address.
  if (info->si_code > 0) {
    if (const auto* const slot = FaultSlots::Get().Find(address))
      FaultSlots::Describe(*slot, address);
  }
  HandOn(signal, info, context);
}

void InstallHandlerOnce() {
  static const bool installed = [] {
    struct sigaction action {};
    action.sa_sigaction = OnFault;
    action.sa_flags = SA_SIGINFO | SA_ONSTACK;
    ::sigemptyset(&action.sa_mask);
    ::sigaction(SIGSEGV, nullptr, &previous);
    return ::sigaction(SIGSEGV, &action, nullptr) == 0;
  }();
  static_cast<void>(installed);
}

}  // namespace

void FaultSlots::Describe(const Slot& slot, const std::byte* address) {
  const GuardedRange& range = slot.range;
  const std::byte* const end = range.block + range.block_bytes;
  const void* const shown = address;
  const char* const what = slot.description.data();
  Line line{};
  const std::size_t room = line.size() - 1;
  if (slot.state.load(std::memory_order_acquire) == State::kFreed) {
    Write(line, fmt::format_to_n(line.data(), room,
                                 "[ferry] SIGSEGV: {} is memory that was freed, byte {} of {}; "
                                 "free it after its last use",
                                 shown, address - range.block, what));
  } else if (address >= end) {
    Write(line, fmt::format_to_n(line.data(), room,
                                 "[ferry] SIGSEGV: {} is {} byte(s) behind the end of {}; "
                                 "allocate more or touch less",
                                 shown, address - end + 1, what));
  } else {
    Write(line, fmt::format_to_n(line.data(), room,
                                 "[ferry] SIGSEGV: {} is {} byte(s) before the beginning of {}",
                                 shown, range.block - address, what));
  }
}

FaultRecord::FaultRecord(const GuardedRange& range) : slot_(FaultSlots::Get().Take()) {
  InstallHandlerOnce();
  slot_->range = range;
  slot_->range.description = {};  // the slot has a copy, with an end
  const std::size_t length = std::min(range.description.size(), kTextBytes - 1);
  std::memcpy(slot_->description.data(), range.description.data(), length);
  slot_->description[length] = '\0';
  slot_->state.store(State::kLive, std::memory_order_release);
}

FaultRecord::~FaultRecord() {
  slot_->state.store(State::kUnused, std::memory_order_release);
  FaultSlots::Get().Give(slot_);
}

void FaultRecord::MarkFreed() noexcept {
  slot_->state.store(State::kFreed, std::memory_order_release);
}

}  // namespace ferry::memory
