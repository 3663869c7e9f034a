// Steps of joining and destroying: the linker lets calls of these functions come here first
// (--wrap), where __real_X is the library's X.
#include <memory>
#include <string>
#include <string_view>

#include "comm/board_table.h"
#include "comm/join/message.h"
#include "comm/presence.h"
#include "faults/strike.h"

#define FERRY_DECODE_HOME "_ZN5ferry4comm10DecodeHomeESt17basic_string_viewIcSt11char_traitsIcEE"
#define FERRY_FIND_BOARD                                                     \
  "_ZN5ferry4comm15FindSharedBoardERKNS0_4HomeERKNSt7__cxx1112basic_stringI" \
  "cSt11char_traitsIcESaIcEEERKNS_8DeadlineE"
#define FERRY_AWAIT_ATTACHED \
  "_ZN5ferry4comm13AwaitAttachedERKSt10shared_ptrINS0_5BoardEERKNS_8DeadlineE"
#define FERRY_MARK_DESTROYED "_ZN5ferry4comm13MarkDestroyedERNS0_5BoardEim"

namespace ferry::comm {

Home RealDecodeHome(std::string_view bytes) __asm__("__real_" FERRY_DECODE_HOME);
Home WrappedDecodeHome(std::string_view bytes) __asm__("__wrap_" FERRY_DECODE_HOME);
std::shared_ptr<Board> RealFindBoard(const Home& maker, const std::string& key,
                                     const Deadline& deadline) __asm__("__real_" FERRY_FIND_BOARD);
std::shared_ptr<Board> WrappedFindBoard(
    const Home& maker, const std::string& key,
    const Deadline& deadline) __asm__("__wrap_" FERRY_FIND_BOARD);
void RealAwaitAttached(const std::shared_ptr<Board>& board,
                       const Deadline& deadline) __asm__("__real_" FERRY_AWAIT_ATTACHED);
void WrappedAwaitAttached(const std::shared_ptr<Board>& board,
                          const Deadline& deadline) __asm__("__wrap_" FERRY_AWAIT_ATTACHED);
void RealMarkDestroyed(Board& board, std::int32_t rank, std::uint64_t last_number) noexcept
    __asm__("__real_" FERRY_MARK_DESTROYED);
void WrappedMarkDestroyed(Board& board, std::int32_t rank, std::uint64_t last_number) noexcept
    __asm__("__wrap_" FERRY_MARK_DESTROYED);

// The client of a join reads where the root lives when the root has accepted it.
Home WrappedDecodeHome(std::string_view bytes) {
  Home home = RealDecodeHome(bytes);
  faults::Reach(faults::Step::kAccepted);
  return home;
}

std::shared_ptr<Board> WrappedFindBoard(const Home& maker, const std::string& key,
                                        const Deadline& deadline) {
  faults::Reach(faults::Step::kTicket);
  return RealFindBoard(maker, key, deadline);
}

void WrappedAwaitAttached(const std::shared_ptr<Board>& board, const Deadline& deadline) {
  faults::Reach(faults::Step::kAttached);
  RealAwaitAttached(board, deadline);
}

void WrappedMarkDestroyed(Board& board, std::int32_t rank, std::uint64_t last_number) noexcept {
  faults::Reach(faults::Step::kDestroy);
  RealMarkDestroyed(board, rank, last_number);
}

}  // namespace ferry::comm
