// Runs a command as a container with the usual defaults would: an ordinary user without
// capabilities, a /dev/shm of 64 MB, and the system calls that default seccomp profiles refuse.
//
//   confine [--older] COMMAND ...   --older: also those that profiles of before 2020 do not know
//
// Exit status: the command's; 77 when this system allows no such thing.
#include <fcntl.h>
#include <grp.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

constexpr int kNotHere = 77;  // CTest: skipped
constexpr unsigned kNobody = 65534;

// What Docker's documentation lists as blocked without capabilities
// (docs.docker.com/engine/security/seccomp).
const std::vector<unsigned> kRefused = {
    SYS_acct,
    SYS_add_key,
    SYS_bpf,
    SYS_clock_adjtime,
    SYS_clock_settime,
    SYS_delete_module,
    SYS_finit_module,
    SYS_get_mempolicy,
    SYS_init_module,
    SYS_io_uring_setup,
    SYS_io_uring_enter,
    SYS_io_uring_register,
    SYS_kcmp,
    SYS_kexec_load,
    SYS_keyctl,
    SYS_mbind,
    SYS_mount,
    SYS_move_pages,
    SYS_open_by_handle_at,
    SYS_perf_event_open,
    SYS_pidfd_getfd,
    SYS_pivot_root,
    SYS_process_vm_readv,
    SYS_process_vm_writev,
    SYS_ptrace,
    SYS_quotactl,
    SYS_reboot,
    SYS_request_key,
    SYS_set_mempolicy,
    SYS_setns,
    SYS_settimeofday,
    SYS_swapon,
    SYS_swapoff,
    SYS_umount2,
    SYS_unshare,
    SYS_userfaultfd,
};
const std::vector<unsigned> kUnknownToOlder = {SYS_pidfd_open, SYS_close_range, SYS_openat2,
                                               SYS_faccessat2, SYS_memfd_secret};

[[noreturn]] void GiveUp(const char* what) {
  std::fprintf(stderr, "confine: %s: %s\n", what, std::strerror(errno));
  std::exit(kNotHere);
}

void Write(const char* path, const std::string& text) {
  const int fd = ::open(path, O_WRONLY);
  if (fd < 0 || ::write(fd, text.data(), text.size()) != static_cast<ssize_t>(text.size()))
    GiveUp(path);
  ::close(fd);
}

// A mount namespace; where this user may not make one, in a user namespace of its own.
void EnterNamespace() {
  if (::unshare(CLONE_NEWNS) == 0) return;
  const std::string user = std::to_string(::geteuid());
  const std::string group = std::to_string(::getegid());
  if (::unshare(CLONE_NEWUSER | CLONE_NEWNS) != 0) GiveUp("unshare");
  Write("/proc/self/setgroups", "deny");
  Write("/proc/self/uid_map", user + " " + user + " 1");
  Write("/proc/self/gid_map", group + " " + group + " 1");
}

void ShrinkSharedMemory() {
  if (::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) GiveUp("mount /");
  if (::mount("shm", "/dev/shm", "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
              "mode=1777,size=65536k") != 0)
    GiveUp("mount /dev/shm");
}

void BecomeOrdinary() {
  if (::geteuid() == 0 &&
      (::setgroups(0, nullptr) != 0 || ::setresgid(kNobody, kNobody, kNobody) != 0 ||
       ::setresuid(kNobody, kNobody, kNobody) != 0))
    GiveUp("setresuid");
  if (::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) GiveUp("no_new_privs");
}

void RefuseCalls(const std::vector<unsigned>& calls) {
  std::vector<sock_filter> filter = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
  };
  const auto answer = [&](unsigned call, unsigned error) {
    filter.push_back(BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, call, 0, 1));
    filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | error));
  };
  for (const unsigned call : calls) answer(call, EPERM);
  answer(SYS_clone3, ENOSYS);  // whose flags a filter cannot see: glibc uses clone then
  filter.push_back(BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW));
  sock_fprog program{static_cast<unsigned short>(filter.size()), filter.data()};
  if (::prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) != 0) GiveUp("seccomp");
}

}  // namespace

int main(int argc, char** argv) {
  const bool older = argc > 1 && std::string(argv[1]) == "--older";
  char** const command = argv + (older ? 2 : 1);
  if (*command == nullptr) {
    std::fprintf(stderr, "usage: confine [--older] COMMAND ...\n");
    return 2;
  }
  EnterNamespace();
  ShrinkSharedMemory();
  BecomeOrdinary();
  std::vector<unsigned> calls = kRefused;
  if (older) calls.insert(calls.end(), kUnknownToOlder.begin(), kUnknownToOlder.end());
  RefuseCalls(calls);
  ::execvp(*command, command);
  std::perror(*command);
  return 1;
}
