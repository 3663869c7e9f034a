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
// copy is whole. Zero-filled memory is a valid, empty place.
template <std::size_t kBytes>
class SharedText {
 public:
  static constexpr std::size_t kCapacity = kBytes - 24;  // longer texts are cut, and end with "..."

  // Replaces the text by `text` of call `number` (not 0).
  void Write(std::uint64_t number, std::string_view text) {
    std::string cut;
    if (text.size() > kCapacity) {
      cut = std::string(text.substr(0, kCapacity - kMark.size())) + std::string(kMark);
      text = cut;
    }
    BeginChange();
    number_.store(number, std::memory_order_release);
    length_.store(text.size(), std::memory_order_release);
    for (std::size_t at = 0; at < text.size(); at += kWord) {
      std::uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min(kWord, text.size() - at));
      words_[at / kWord].store(word, std::memory_order_release);
    }
    EndChange();
  }

  // Forgets the text.
  void Clear() {
    BeginChange();
    number_.store(0, std::memory_order_release);
    EndChange();
  }

  // The text of call `number`; nothing when it holds another call's text or is being replaced.
  [[nodiscard]] std::optional<std::string> Read(std::uint64_t number) const {
    // acquire: who sees the version of EndChange sees the whole text.
    const std::uint64_t version = version_.load(std::memory_order_acquire);
    if (number == 0 || version % 2 != 0) return std::nullopt;
    // acquire here and on each word: the second look at the version cannot happen before them.
    if (number_.load(std::memory_order_acquire) != number) return std::nullopt;
    std::string text(std::min<std::size_t>(length_.load(std::memory_order_acquire), kCapacity),
                     '\0');
    for (std::size_t at = 0; at < text.size(); at += kWord) {
      const std::uint64_t word = words_[at / kWord].load(std::memory_order_acquire);
      std::memcpy(text.data() + at, &word, std::min(kWord, text.size() - at));
    }
    // relaxed: ordered behind the acquire loads above.
    if (version_.load(std::memory_order_relaxed) != version) return std::nullopt;
    return text;
  }

 private:
  static constexpr std::size_t kWord = sizeof(std::uint64_t);
  static constexpr std::string_view kMark = "...";

  // relaxed: there is one writer, and the release stores that follow carry the odd version: a
  // reader that sees one of them sees it, too.
  void BeginChange() {
    version_.store(version_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }
  // release: publishes the change to readers that see the even version.
  void EndChange() {
    version_.store(version_.load(std::memory_order_relaxed) + 1, std::memory_order_release);
  }

  std::atomic<std::uint64_t> version_;  // odd while the text changes
  std::atomic<std::uint64_t> number_;   // call the text belongs to, 0 = none
  std::atomic<std::uint64_t> length_;   // bytes
  std::array<std::atomic<std::uint64_t>, kCapacity / kWord> words_;
};

}  // namespace ferry::comm

#endif  // FERRY_COMM_SHARED_TEXT_H_
