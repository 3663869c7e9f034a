#include "copy_roof.h"

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <new>
#include <thread>
#include <vector>

namespace ferry::tool {
namespace {

std::byte* AllocateTouched(std::size_t bytes) {
  auto* memory = static_cast<std::byte*>(::operator new (bytes, std::align_val_t{64}));
  std::memset(memory, 1,
              bytes);  // a first touch costs far more than a write and must not be measured
  return memory;
}

}  // namespace

CopyRoof::CopyRoof(std::size_t bytes, std::size_t reuse)
    : source_bytes_(std::max<std::size_t>(bytes / std::max<std::size_t>(reuse, 1), 1)),
      bytes_(std::max<std::size_t>(bytes, 1)),
      source_(AllocateTouched(source_bytes_)),
      target_(AllocateTouched(bytes_)) {}

CopyRoof::~CopyRoof() {
  ::operator delete (source_, std::align_val_t{64});
  ::operator delete (target_, std::align_val_t{64});
}

double CopyRoof::Measure() {
  const std::size_t num_threads = std::max(1U, std::thread::hardware_concurrency());
  const std::size_t share = (bytes_ + num_threads - 1) / num_threads;
  const auto start = std::chrono::steady_clock::now();
  std::vector<std::thread> threads;
  for (std::size_t begin = 0; begin < bytes_; begin += share) {
    threads.emplace_back([this, begin, end = std::min(bytes_, begin + share)] {
      std::size_t at = begin;
      while (at < end) {
        const std::size_t from = at % source_bytes_;
        const std::size_t piece = std::min({end - at, source_bytes_ - from, std::size_t{1} << 14});
        std::memcpy(target_ + at, source_ + from, piece);
        at += piece;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

}  // namespace ferry::tool
