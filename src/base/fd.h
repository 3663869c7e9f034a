// A file descriptor with one owner.
#ifndef FERRY_BASE_FD_H_
#define FERRY_BASE_FD_H_

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace ferry {

class UniqueFd {
 public:
  UniqueFd() noexcept = default;
  explicit UniqueFd(int fd) noexcept : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.Release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    if (this != &other) Reset(other.Release());
    return *this;
  }
  UniqueFd(const UniqueFd&) = delete;
  UniqueFd& operator=(const UniqueFd&) = delete;
  ~UniqueFd() { Reset(); }

  [[nodiscard]] int get() const noexcept { return fd_; }
  [[nodiscard]] explicit operator bool() const noexcept { return fd_ >= 0; }

  // Gives the descriptor away without closing it.
  [[nodiscard]] int Release() noexcept { return std::exchange(fd_, -1); }

  // Closes what it owns and owns `fd` instead. Keeps errno: it often runs while an error is on its
  // way. close is not repeated after EINTR: Linux has freed the number by then.
  void Reset(int fd = -1) noexcept {
    const int old = std::exchange(fd_, fd);
    if (old < 0) return;
    const int saved = errno;
    ::close(old);
    errno = saved;
  }

 private:
  int fd_ = -1;
};

}  // namespace ferry

#endif  // FERRY_BASE_FD_H_
