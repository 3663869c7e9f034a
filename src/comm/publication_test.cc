#include "comm/publication.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdint>
#include <memory>
#include <string>

#include "base/error.h"
#include "comm/presence.h"

namespace ferry::comm {
namespace {

// Knows one range, whoever allocates.
class OneRange : public ScratchSource {
 public:
  OneRange(std::uint64_t begin, std::uint64_t bytes) : begin_(begin), bytes_(bytes) {}
  std::byte* Allocate(std::size_t, std::int32_t) override { return nullptr; }
  void Free(std::byte*) noexcept override {}
  void Commit(const void*, std::size_t) override {}
  [[nodiscard]] std::optional<std::uint64_t> OffsetOf(const void* begin,
                                                      std::size_t bytes) const override {
    const auto address = reinterpret_cast<std::uintptr_t>(begin);
    if (address < begin_ || address + bytes > begin_ + bytes_) return std::nullopt;
    return address - begin_;
  }
  [[nodiscard]] const std::byte* PeerAddress(const Board&, std::int32_t, std::uint64_t offset,
                                             std::uint64_t) const override {
    return reinterpret_cast<const std::byte*>(begin_ + offset);
  }

 private:
  const std::uint64_t begin_;
  const std::uint64_t bytes_;
};

class Publication : public ::testing::Test {
 protected:
  Publication() {
    Attach(*board_, 0);
    Attach(*board_, 1);
  }

  // What reading rank 1's record of call 1 throws, "" if nothing.
  std::string ReadFailure(const ScratchSource& shared) {
    try {
      (void)ReadPeer(*board_, 1, 1, shared);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), Code::kRtAicoreException);
      return error.message();
    }
    return "";
  }

  void PublishPart(const void* data, std::uint64_t bytes, std::uint64_t offset = kNotShared) {
    Record record;
    record.parts[2] = {static_cast<const std::byte*>(data), bytes};
    record.values[7] = -4;
    WriteRecord(*board_, 1, 1, record, {.offsets = {0, 0, offset, 0}});
  }

  // Makes rank 1, as yet without a record, a rank of another process.
  void MoveRank1Away() {
    board_ = Board::Create("g", 2);
    Attach(*board_, 0);
  }

  std::shared_ptr<Board> board_ = Board::Create("g", 2);
  const OneRange nothing_{0, 0};
};

TEST_F(Publication, APeerReadsPartsAndValues) {
  const int row = 5;
  PublishPart(&row, sizeof row);
  const PeerRecord record = ReadPeer(*board_, 1, 1, nothing_);
  EXPECT_EQ(record.parts[2].data, reinterpret_cast<const std::byte*>(&row));
  EXPECT_EQ(record.parts[2].bytes, sizeof row);
  EXPECT_EQ(record.parts[0].bytes, 0U);
  EXPECT_EQ(record.values[7], -4);
}

TEST_F(Publication, ANullPartWithBytesIsRefused) {
  PublishPart(nullptr, 8);
  EXPECT_EQ(ReadFailure(nothing_), "rank 1 published part 2 of 8 bytes at a null address");
}

TEST_F(Publication, APartBeyondTheAddressSpaceIsRefused) {
  const int row = 5;
  PublishPart(&row, ~std::uint64_t{0});
  EXPECT_NE(ReadFailure(nothing_).find("that does not end"), std::string::npos);
}

TEST_F(Publication, PrivateMemoryOfAnotherProcessIsRefused) {
  const int row = 5;
  MoveRank1Away();
  PublishPart(&row, sizeof row);
  EXPECT_EQ(ReadFailure(nothing_),
            "rank 1 published part 2 of 4 bytes in memory that only its process can read");
}

TEST_F(Publication, SharedMemoryOfAnotherProcessIsRead) {
  const int row = 5;
  PublishPart(nullptr, sizeof row, /*offset=*/0);
  EXPECT_NE(ReadFailure(nothing_).find("at a null address"), std::string::npos);
  const int elsewhere = 6;  // where the row lies in the other process
  MoveRank1Away();
  PublishPart(&elsewhere, sizeof row, /*offset=*/0);
  const OneRange shared(reinterpret_cast<std::uintptr_t>(&row), sizeof row);
  EXPECT_EQ(ReadPeer(*board_, 1, 1, shared).parts[2].data,
            reinterpret_cast<const std::byte*>(&row));
}

TEST_F(Publication, AWithdrawnRecordIsNotRead) {
  PublishPart(nullptr, 0);
  EXPECT_TRUE(RecordStands(*board_, 1, 1));
  WithdrawRecord(*board_, 1, 1);
  EXPECT_FALSE(RecordStands(*board_, 1, 1));
  EXPECT_NE(ReadFailure(nothing_).find("has taken its rows back"), std::string::npos);
}

TEST_F(Publication, TooLongOrTooManyAttributesAreRefused) {
  Record record;
  record.attributes = {{"commAlg", std::string(kMaxAttributeValue, 'x')}};
  EXPECT_NO_THROW(WriteRecord(*board_, 0, 1, record, SharedParts{}));
  record.attributes[0].value += 'x';
  EXPECT_THROW(WriteRecord(*board_, 0, 1, record, SharedParts{}), Error);
  record.attributes = {{std::string(kMaxAttributeName + 1, 'x'), "1"}};
  EXPECT_THROW(WriteRecord(*board_, 0, 1, record, SharedParts{}), Error);
  record.attributes.assign(kMaxAttributes, {"a", "1"});
  EXPECT_NO_THROW(WriteRecord(*board_, 0, 1, record, SharedParts{}));
  record.attributes.push_back({"a", "1"});
  EXPECT_THROW(WriteRecord(*board_, 0, 1, record, SharedParts{}), Error);
}

}  // namespace
}  // namespace ferry::comm
