#include "comm/join/admission.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <vector>

#include "base/error.h"

namespace ferry::comm {
namespace {
constexpr std::size_t kMaxRefusals = 8;

// A rank sends what is left of its time, so a little less than was meant.
std::string Seconds(std::chrono::milliseconds time) {
  const double seconds = static_cast<double>(time.count()) / 1000;
  return seconds < 10 ? fmt::format("{:.1f}", seconds) : fmt::format("{:.0f}", seconds);
}

}  // namespace

void Admission::CheckHome(const JoinRequest& request) const {
  const Home& home = request.home;
  Require(OnSameHost(home, root_), Code::kHcclNotSupport,
          "rank {} is on host {}, the root on host {}, or in another namespace; ranks on several "
          "hosts are not supported yet",
          request.rank, home.hostname, root_.hostname);
  Require(home.uid == root_.uid, Code::kHcclNotSupport,
          "rank {} runs as user {}, the root as user {}; must be the same user", request.rank,
          home.uid, root_.uid);
  for (const auto& [rank, other] : accepted_)
    Require(other.device != request.device || !IsSameProcess(other.home, home), Code::kHcclPara,
            "ranks {} and {} of one process are both on device {}; must be on different devices",
            rank, request.rank, request.device);
}

void Admission::Admit(const JoinRequest& request) {
  const JoinRequest& first = accepted_.empty() ? request : accepted_.at(first_);
  Require(request.size == first.size, Code::kHcclPara,
          "rank {} says {} ranks, rank {} said {}; must be equal", request.rank, request.size,
          first.rank, first.size);
  Require(request.rank < request.size, Code::kHcclPara, "rank is {}; must be in [0, {})",
          request.rank, request.size);
  const auto same = accepted_.find(request.rank);
  Require(same == accepted_.end(), Code::kHcclPara,
          "rank {} has joined already, from pid {}; this is pid {}", request.rank,
          same == accepted_.end() ? 0 : same->second.home.pid, request.home.pid);
  Require(request.product == first.product, Code::kHcclPara,
          "rank {} has product \"{}\", rank {} has \"{}\"; must be equal", request.rank,
          request.product, first.rank, first.product);
  CheckHome(request);
  Require(request.name.empty() || name_.empty() || request.name == name_, Code::kHcclPara,
          "rank {} wants the name \"{}\", others want \"{}\"; must be equal or empty", request.rank,
          request.name, name_);
  if (accepted_.empty()) first_ = request.rank;
  if (name_.empty()) name_ = request.name;
  accepted_.emplace(request.rank, request);
}

void Admission::NoteRefusal(const std::string& from, const std::string& text) {
  refusals_.push_back(fmt::format("{}: {}", from, text));
  if (refusals_.size() > kMaxRefusals) refusals_.pop_front();
}

bool Admission::IsComplete() const {
  return !accepted_.empty() &&
         accepted_.size() == static_cast<std::size_t>(accepted_.at(first_).size);
}

JoinedGroup Admission::Group() const {
  JoinedGroup group{.name = name_, .ranks = {}};
  for (const auto& [rank, request] : accepted_)
    group.ranks.push_back({.device = request.device, .home = request.home});
  return group;
}

std::string Admission::SayMissing(std::chrono::milliseconds limit) const {
  std::vector<std::int32_t> missing;
  const std::int32_t size = accepted_.empty() ? 0 : accepted_.at(first_).size;
  for (std::int32_t rank = 0; rank < size; ++rank)
    if (!accepted_.contains(rank)) missing.push_back(rank);
  std::string text =
      fmt::format("rank(s) {} did not join within {} s", fmt::join(missing, ", "), Seconds(limit));
  if (!refusals_.empty()) text += fmt::format("; refused: {}", fmt::join(refusals_, "; "));
  return text;
}

}  // namespace ferry::comm
