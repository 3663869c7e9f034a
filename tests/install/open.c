/* Opens the libraries by CANN's names, as plug-ins do, and finds one library behind all of them. */
#include <dlfcn.h>
#include <stdio.h>

struct Name {
  const char* library;
  const char* symbol;
};

int main(void) {
  static const struct Name names[] = {
      {"libascendcl.so", "aclrtMalloc"},
      {"libnnopbase.so", "aclCreateTensor"},
      {"libopapi.so", "aclnnMoeDistributeDispatchV2GetWorkspaceSize"},
      {"libopapi.so", "aclCreateTensor"},
      {"libhccl.so", "HcclCommInitAll"},
  };
  const char* home = NULL;
  for (unsigned i = 0; i < sizeof names / sizeof names[0]; ++i) {
    void* library = dlopen(names[i].library, RTLD_NOW | RTLD_LOCAL);
    if (library == NULL) return printf("%s\n", dlerror());
    void* symbol = dlsym(library, names[i].symbol);
    if (symbol == NULL) return printf("%s\n", dlerror());
    Dl_info info;
    if (dladdr(symbol, &info) == 0) return printf("%s: of no library\n", names[i].symbol);
    if (home != NULL && info.dli_fbase != home) {
      return printf("%s: in %s, apart from the others\n", names[i].symbol, info.dli_fname);
    }
    home = info.dli_fbase;
  }
  printf("%d names, one library\n", (int)(sizeof names / sizeof names[0]));
  return 0;
}
