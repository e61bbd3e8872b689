#include "storage/base/digest.h"

#include <openssl/evp.h>

namespace banyan {
namespace {

struct EvpFree {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using EvpContext = std::unique_ptr<EVP_MD_CTX, EvpFree>;

EvpContext Start(const EVP_MD* type) {
  EvpContext context(EVP_MD_CTX_new());
  ENSURE(context && EVP_DigestInit_ex(context.get(), type, nullptr) == 1);
  return context;
}

template <typename D>
D FinishAs(EVP_MD_CTX* context) {
  std::array<std::uint8_t, EVP_MAX_MD_SIZE> out;
  unsigned size = 0;
  ENSURE(EVP_DigestFinal_ex(context, out.data(), &size) == 1);
  return D::FromRaw(ByteView(out.data(), size));
}

}  // namespace

struct Sha256Hasher::Context {
  EvpContext evp;
};
Sha256Hasher::Sha256Hasher() : context_(new Context{Start(EVP_sha256())}) {}
Sha256Hasher::~Sha256Hasher() = default;
Sha256Hasher::Sha256Hasher(Sha256Hasher&&) noexcept = default;
Sha256Hasher& Sha256Hasher::operator=(Sha256Hasher&&) noexcept = default;
void Sha256Hasher::Update(ByteView bytes) {
  ENSURE(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
}
Sha256 Sha256Hasher::Finish() { return FinishAs<Sha256>(context_->evp.get()); }

Sha256 HashSha256(ByteView bytes) {
  Sha256Hasher hasher;
  hasher.Update(bytes);
  return hasher.Finish();
}

struct GitBlobHasher::Context {
  EvpContext evp;
};
GitBlobHasher::GitBlobHasher(std::uint64_t size_bytes) : context_(new Context{Start(EVP_sha1())}) {
  const std::string header = "blob " + std::to_string(size_bytes);
  Update(ByteView(reinterpret_cast<const std::uint8_t*>(header.c_str()), header.size() + 1));
}
GitBlobHasher::~GitBlobHasher() = default;
GitBlobHasher::GitBlobHasher(GitBlobHasher&&) noexcept = default;
void GitBlobHasher::Update(ByteView bytes) {
  ENSURE(EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size()) == 1);
}
GitOid GitBlobHasher::Finish() { return FinishAs<GitOid>(context_->evp.get()); }

}  // namespace banyan
