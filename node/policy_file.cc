#include "node/policy_file.h"

namespace banyan::node {
namespace {

constexpr std::size_t kMaxPolicyBytes = 1u << 20;

}  // namespace

Result<std::string> PolicyFile::ReadText() const {
  const auto bytes = ReadFile(fs_, path_, kMaxPolicyBytes);
  const bool is_absent = !bytes && bytes.error().code() == Errc::NotFound;
  if (!is_absent) return std::string(AsText(TRY(Result<Bytes>(bytes))));
  MutexLock lock(mutex_);
  if (!was_there_ && missing_ == Missing::Fine) return std::string();
  return Error(Errc::Invalid, path_ +
                                  ": the policy is not there: put it back, or an empty file "
                                  "to have none");
}

Result<PolicyFile::Outcome> PolicyFile::Read() {
  auto text = ReadText();
  MutexLock lock(mutex_);
  was_there_ = was_there_ || (text && !text->empty());
  if (text && *text == text_) {
    problem_.clear();
    return Outcome::Same;
  }
  auto policy = text ? ParsePolicy(path_, *text) : Result<federation::Policy>(text.error());
  if (!policy) {
    problem_ = policy.error().message();
    return policy.error();
  }
  text_ = *std::move(text);
  problem_.clear();
  policy_ = std::make_shared<const federation::Policy>(*std::move(policy));
  return Outcome::Changed;
}

std::shared_ptr<const federation::Policy> PolicyFile::policy() const {
  MutexLock lock(mutex_);
  return policy_;
}

std::string PolicyFile::problem() const {
  MutexLock lock(mutex_);
  return problem_;
}

}  // namespace banyan::node
