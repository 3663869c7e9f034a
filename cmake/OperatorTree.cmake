# The operators' headers once more, where programs written beside CANN's sources look for them:
#
#   moe_distribute_dispatch_v2/examples/                  (empty: a program here includes ../op_host/...)
#   moe_distribute_dispatch_v2/op_host/op_api/aclnn_moe_distribute_dispatch_v2.h, aclnn_util.h
#   moe_distribute_combine_v2/op_host/op_api/aclnn_moe_distribute_combine_v2.h, aclnn_util.h
#
# They are copies of include/aclnnop, made when CMake configures; the tree is installed as it is.
set(FERRY_OPERATOR_TREE ${CMAKE_BINARY_DIR}/operator_tree)
file(MAKE_DIRECTORY ${FERRY_OPERATOR_TREE}/moe_distribute_dispatch_v2/examples)
foreach(operator dispatch combine)
  set(op_api ${FERRY_OPERATOR_TREE}/moe_distribute_${operator}_v2/op_host/op_api)
  foreach(header aclnn_moe_distribute_${operator}_v2.h aclnn_util.h)
    configure_file(${PROJECT_SOURCE_DIR}/include/aclnnop/${header} ${op_api}/${header} COPYONLY)
  endforeach()
endforeach()
