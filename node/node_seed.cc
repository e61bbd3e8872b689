#include "node/node_seed.h"

#include <openssl/evp.h>
#include <openssl/kdf.h>

#include <algorithm>
#include <memory>

namespace banyan::node {

Status RequirePrivateFile(FileSystem& fs, const std::string& path) {
  const auto stat = TRY(fs.Stat(path));
  if (!stat.is_ours) {
    return Error(Errc::Denied, path + ": belongs to another user; run the node as its owner");
  }
  if (!stat.is_private) {
    return Error(Errc::Denied, path + ": others may read or change it; run: chmod 600 " + path);
  }
  return Ok();
}

Result<NodeSeed> NodeSeed::OpenOrCreate(FileSystem& fs, Random& random, const std::string& path) {
  DerivedKey seed{};
  const auto stat = fs.Stat(path);
  if (!stat && stat.error().code() == Errc::NotFound) {
    random.Fill(seed);
    TRY(WriteFileDurably(fs, path, seed));
    return NodeSeed(seed);
  }
  if (!stat) return stat.error();
  TRY(RequirePrivateFile(fs, path));
  const Bytes bytes = TRY(ReadFile(fs, path, seed.size()));
  if (bytes.size() != seed.size()) {
    return Error(Errc::Corrupt, path + ": not 32 bytes; restore it from a backup");
  }
  std::copy(bytes.begin(), bytes.end(), seed.begin());
  return NodeSeed(seed);
}

DerivedKey NodeSeed::Derive(std::string_view label) const {
  const std::unique_ptr<EVP_PKEY_CTX, decltype(&EVP_PKEY_CTX_free)> context(
      EVP_PKEY_CTX_new_id(EVP_PKEY_HKDF, nullptr), EVP_PKEY_CTX_free);
  DerivedKey key{};
  std::size_t size = key.size();
  ENSURE(context != nullptr && EVP_PKEY_derive_init(context.get()) > 0);
  ENSURE(EVP_PKEY_CTX_set_hkdf_md(context.get(), EVP_sha256()) > 0);
  ENSURE(EVP_PKEY_CTX_set1_hkdf_key(context.get(), seed_.data(), static_cast<int>(seed_.size())) >
         0);
  ENSURE(EVP_PKEY_CTX_add1_hkdf_info(context.get(),
                                     reinterpret_cast<const unsigned char*>(label.data()),
                                     static_cast<int>(label.size())) > 0);
  ENSURE(EVP_PKEY_derive(context.get(), key.data(), &size) > 0 && size == key.size());
  return key;
}

}  // namespace banyan::node
