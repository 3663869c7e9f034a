// A worker thread makes the call and has never set its device.
#include <thread>

#include "ranks.h"

int main() {
  wrong::Ranks ranks = wrong::Start();
  std::thread worker([&] {
    aclOpExecutor* executor = nullptr;
    wrong::PrepareDispatch(*ranks[0], &executor);  // wrong: no aclrtSetDevice on this thread
  });
  worker.join();
  wrong::Finish(ranks);
}
