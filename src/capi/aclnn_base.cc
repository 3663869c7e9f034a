// aclnn's beginning and end, which operators here do not need, and the dump of tensors, which there
// is none of.
#include <aclnn/aclnn_base.h>

aclnnStatus aclnnInit(const char* /*configPath*/) {
  return ACLNN_SUCCESS;
}

aclnnStatus aclnnFinalize(void) {
  return ACLNN_SUCCESS;
}

aclnnStatus aclDumpOpTensors(const char* /*opType*/, const char* /*opName*/,
                             aclTensor** /*tensors*/, size_t /*inputTensorNum*/,
                             size_t /*outputTensorNum*/, aclrtStream /*stream*/) {
  return ACLNN_SUCCESS;
}
