// A sentence in shared memory that one rank writes and any rank may copy at any time.
#ifndef FERRY_COMM_SHARED_TEXT_H_
#define FERRY_COMM_SHARED_TEXT_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>

namespace ferry::comm {

// kBytes in all. One writer at a time (its rank); readers copy without a lock and learn whether the
// copy is whole. Zero-filled memory is a valid text without a tag.
template <std::size_t kBytes>
class SharedText {
 public:
  static constexpr std::size_t kCapacity = kBytes - 16;  // longer texts are cut

  // Replaces the text by `text` of call `number` (not 0).
  void Write(std::uint64_t number, std::string_view text) {
    text = text.substr(0, kCapacity);
    // 0 says "being written". The release stores below keep it in front of every changed word.
    tag_.store(0, std::memory_order_relaxed);
    // release: a reader that sees a new length or word also sees tag 0 or a later one.
    length_.store(text.size(), std::memory_order_release);
    for (std::size_t at = 0; at < text.size(); at += kWord) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min(kWord, text.size() - at));
      words_[at / kWord].store(word, std::memory_order_release);
    }
    // release: a reader that sees this tag (acquire) sees the whole text.
    tag_.store(number, std::memory_order_release);
  }

  // Forgets the text.
  void Clear() { tag_.store(0, std::memory_order_relaxed); }

  // The text of call `number`; nothing when it holds another call's text or is being replaced.
  [[nodiscard]] std::optional<std::string> Read(std::uint64_t number) const {
    // acquire: pairs with the writer's last store.
    if (number == 0 || tag_.load(std::memory_order_acquire) != number) return std::nullopt;
    // acquire on each word: the second look at the tag cannot happen before them.
    const std::size_t length =
        std::min<std::size_t>(length_.load(std::memory_order_acquire), kCapacity);
    std::string text(length, '\0');
    for (std::size_t at = 0; at < length; at += kWord) {
      const std::uint64_t word = words_[at / kWord].load(std::memory_order_acquire);
      std::memcpy(text.data() + at, &word, std::min(kWord, length - at));
    }
    // relaxed: ordered behind the acquire loads above.
    if (tag_.load(std::memory_order_relaxed) != number) return std::nullopt;
    return text;
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);

  std::atomic<std::uint64_t> tag_;  // call the text belongs to, 0 = none
  std::atomic<std::uint64_t> length_;
  std::array<std::atomic<std::uint64_t>, kCapacity / kWord> words_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_SHARED_TEXT_H_
