#include "random_ignored.h"

#include "random.h"

namespace ferry::support {
namespace {

constexpr int kMostDims = 8;

const std::vector<aclFormat>& AcceptedFormats() {
  static const std::vector<aclFormat> formats = {
      ACL_FORMAT_UNDEFINED,
      ACL_FORMAT_NCHW,
      ACL_FORMAT_NHWC,
      ACL_FORMAT_ND,
      ACL_FORMAT_NC1HWC0,
      ACL_FORMAT_FRACTAL_Z,
      ACL_FORMAT_NC1HWC0_C04,
      ACL_FORMAT_HWCN,
      ACL_FORMAT_NDHWC,
      ACL_FORMAT_NCDHW,
      ACL_FORMAT_NDC1HWC0,
      ACL_FRACTAL_Z_3D,
      ACL_FORMAT_NC,
      ACL_FORMAT_NCL,
      ACL_FORMAT_FRACTAL_NZ_C0_16,
      ACL_FORMAT_FRACTAL_NZ_C0_32,
      ACL_FORMAT_FRACTAL_NZ_C0_2,
      ACL_FORMAT_FRACTAL_NZ_C0_4,
      ACL_FORMAT_FRACTAL_NZ_C0_8,
      static_cast<aclFormat>(60),  // which no header names
  };
  return formats;
}

// The dims of a tensor that is not used: none, as those of a scalar, or some, of which any may
// be 0.
std::vector<std::int64_t> AnyDims(Random& random) {
  std::vector<std::int64_t> dims(static_cast<std::size_t>(random.Int(0, kMostDims)));
  for (std::int64_t& dim : dims) dim = random.Between(0, 3);
  return dims;
}

std::vector<std::int64_t> AnyShape(Random& random) {
  std::vector<std::int64_t> shape(static_cast<std::size_t>(random.Int(0, 5)));
  for (std::int64_t& dim : shape) {
    dim = random.OneOf<std::int64_t>({-1, 0, 1, 3, 1024, std::int64_t{1} << 40});
  }
  return shape;
}

// Of a tensor that is used: any format but FRACTAL_NZ.
void ChooseLabels(Random& random, Storage& storage) {
  if (random.OneIn(8)) storage.format = random.OneOf(AcceptedFormats());
  if (random.OneIn(4)) storage.shape = AnyShape(random);
}

// Of one that is not: other dims as well, unless the layout that was chosen stays.
void ChooseUnused(Random& random, Storage& storage, OtherDims& dims) {
  if (random.OneIn(2)) {
    dims = AnyDims(random);
    storage = {.foreign = storage.foreign};
  }
  ChooseLabels(random, storage);
  if (random.OneIn(4)) storage.format = ACL_FORMAT_FRACTAL_NZ;
}

void ChooseInDispatch(Random& random, const moe::MoeConfig& config, DispatchOptions& options) {
  for (Storage* const storage :
       {&options.x, &options.expert_ids, &options.scales, &options.mask, &options.expand_x,
        &options.assist_info, &options.expert_token_nums, &options.ep_recv_counts,
        &options.tp_recv_counts_storage}) {
    ChooseLabels(random, *storage);
  }
  if (config.quantizes()) {
    ChooseLabels(random, options.dynamic_scales_storage);
  } else {
    ChooseUnused(random, options.dynamic_scales_storage, options.dynamic_scales_dims);
  }
  ChooseUnused(random, options.expert_scales, options.expert_scales_dims);
  ChooseUnused(random, options.expand_scales, options.expand_scales_dims);
}

void ChooseInCombine(Random& random, const moe::MoeConfig& config, CombineOptions& options) {
  for (Storage* const storage :
       {&options.expert_scales, &options.mask, &options.shared_expert_x, &options.x_out,
        &options.expand_x, &options.expert_ids, &options.assist_info, &options.ep_send_counts}) {
    ChooseLabels(random, *storage);
  }
  if (config.tp_size == 2) {
    ChooseLabels(random, options.tp_send_counts);
  } else {
    ChooseUnused(random, options.tp_send_counts, options.tp_send_counts_dims);
  }
  ChooseUnused(random, options.expand_scales, options.expand_scales_dims);
}

}  // namespace

void ChooseWhatIsIgnored(RandomCase& test) {
  Random random(test.seed * 0xD1B54A32D192ED03ULL + 2);
  for (std::size_t w = 0; w < test.world_size(); ++w) {
    ChooseInDispatch(random, test.config, test.dispatch[w]);
    ChooseInCombine(random, test.config, test.combine[w]);
    if (test.config.tp_size == 2) continue;
    test.dispatch[w].call.group_tp = static_cast<GroupTp>(random.Int(0, 3));
    test.combine[w].call.group_tp = static_cast<GroupTp>(random.Int(0, 3));
  }
}

}  // namespace ferry::support
