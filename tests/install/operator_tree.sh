# A program inside the operator tree, as CANN's examples are, finds its relative includes.
set -eu
prefix=$1 work=$2
rm -rf "$work" && mkdir -p "$work"
cp -a "$prefix/include" "$work/include"
program=$work/include/moe_distribute_dispatch_v2/examples/program.cpp
cat >"$program" <<'END'
#include "../op_host/op_api/aclnn_moe_distribute_dispatch_v2.h"
#include "../../moe_distribute_combine_v2/op_host/op_api/aclnn_moe_distribute_combine_v2.h"
#include <aclnnop/aclnn_moe_distribute_combine_v2.h>
#include <aclnnop/aclnn_moe_distribute_dispatch_v2.h>
auto* dispatch = &aclnnMoeDistributeDispatchV2;
auto* combine = &aclnnMoeDistributeCombineV2;
END
"$CXX" -std=c++11 -Wall -Wextra -Werror -fsyntax-only -I "$work/include" "$program"
