#include "comm/publication.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "base/error.h"
#include "comm/presence.h"

namespace ferry::comm {
namespace {

// Fills the field up with zeros: attributes are compared as bytes first (verdict.cc).
template <std::size_t kBytes>
void CopyText(char (&to)[kBytes], const std::string& text) {
  const std::size_t length = std::min(text.size(), kBytes - 1);
  std::memcpy(to, text.data(), length);
  std::memset(to + length, 0, kBytes - length);
}

void WriteAttributes(BoardRecord& to, const Record& record) {
  Require(record.attributes.size() <= kMaxAttributes, Code::kRtAicoreException,
          "the record has {} attributes; must be at most {}", record.attributes.size(),
          kMaxAttributes);
  for (std::size_t i = 0; i < record.attributes.size(); ++i) {
    const Attribute& attribute = record.attributes[i];
    Require(attribute.name.size() <= kMaxAttributeName, Code::kRtAicoreException,
            "the attribute name \"{}\" has {} bytes; must be at most {}", attribute.name,
            attribute.name.size(), kMaxAttributeName);
    Require(attribute.value.size() <= kMaxAttributeValue, Code::kRtAicoreException,
            "{} is \"{}\", {} bytes; must be at most {}", attribute.name, attribute.value,
            attribute.value.size(), kMaxAttributeValue);
    CopyText(to.attributes[i].name, attribute.name);
    CopyText(to.attributes[i].value, attribute.value);
  }
  to.num_attributes = static_cast<std::uint32_t>(record.attributes.size());
}

void CheckPart(const BoardPart& part, std::int32_t peer, std::size_t index) {
  Require(part.bytes == 0 || part.address != 0, Code::kRtAicoreException,
          "rank {} published part {} of {} bytes at a null address", peer, index, part.bytes);
  Require(part.address + part.bytes >= part.address, Code::kRtAicoreException,
          "rank {} published part {} of {} bytes that does not end", peer, index, part.bytes);
}

// Where this process reads a part that `peer` of another process published.
const std::byte* AddressHere(const Board& board, std::int32_t peer, std::size_t index,
                             const BoardPart& part, const ScratchSource& shared) {
  if (part.bytes == 0) return nullptr;
  Require(part.offset != kNotShared, Code::kRtAicoreException,
          "rank {} published part {} of {} bytes in memory that only its process can read", peer,
          index, part.bytes);
  return shared.PeerAddress(board, peer, part.offset, part.bytes);
}

}  // namespace

void WriteRecord(Board& board, std::int32_t rank, std::uint64_t number, const Record& record,
                 const SharedParts& shared) {
  BoardRecord& to = board.record(rank, number);
  WriteAttributes(to, record);
  for (std::size_t i = 0; i < kNumParts; ++i)
    to.parts[i] = {reinterpret_cast<std::uintptr_t>(record.parts[i].data), shared.offsets[i],
                   record.parts[i].bytes};
  to.values = record.values;
  to.staged = shared.staged;
  to.cause = static_cast<std::uint32_t>(record.cause);
  CopyText(to.failure, record.failure);
  // relaxed: the arrival in the meet word publishes it together with the contents.
  to.number.store(number, std::memory_order_relaxed);
  // relaxed: for reports only.
  board.rank(rank).published.store(number, std::memory_order_relaxed);
}

PeerRecord ReadPeer(const Board& board, std::int32_t peer, std::uint64_t number,
                    const ScratchSource& shared) {
  Require(peer >= 0 && peer < board.size(), Code::kRtAicoreException,
          "peer rank is {}; must be in [0, {})", peer, board.size());
  const BoardRecord& from = board.record(peer, number);
  const bool local = IsLocal(board, peer);
  PeerRecord record;
  record.values = from.values;
  record.staged = from.staged;
  for (std::size_t i = 0; i < kNumParts; ++i) {
    const BoardPart part = from.parts[i];
    CheckPart(part, peer, i);
    record.parts[i] = {local ? reinterpret_cast<const std::byte*>(part.address)
                             : AddressHere(board, peer, i, part, shared),
                       part.bytes};
  }
  // acquire: if the record has been withdrawn, what was copied above must not be used.
  Require(from.number.load(std::memory_order_acquire) == number, Code::kRtAicoreException,
          "rank {} has taken its rows back: this process was stopped for too long", peer);
  return record;
}

void WithdrawRecord(Board& board, std::int32_t rank, std::uint64_t number) {
  // acq_rel: nothing that the rank writes into its rows afterwards can be seen before this.
  board.record(rank, number).number.exchange(0, std::memory_order_acq_rel);
}

bool RecordStands(Board& board, std::int32_t peer, std::uint64_t number) {
  // A read-modify-write with release, because this rank's reads of the rows must lie before it.
  return board.record(peer, number).number.fetch_add(0, std::memory_order_acq_rel) == number;
}

}  // namespace ferry::comm
