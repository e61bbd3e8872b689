#pragma once
// Short ways to fill a TestCatalog.
#include "storage/catalog/accounts.h"
#include "storage/catalog/repositories.h"
#include "tests/support/test_catalog.h"

namespace banyan::testing {

inline std::int64_t MakeUser(TestCatalog& catalog, const std::string& name) {
  return MUST(catalog.Write([&](storage::Connection& c) {
           return storage::CreateUser(c, {name, "", false}, 1);
         }))
      .row;
}
inline std::int64_t MakeOrganisation(TestCatalog& catalog, const std::string& name,
                                     std::int64_t founder) {
  return MUST(catalog.Write([&](storage::Connection& c) {
           return storage::CreateOrganisation(c, {name, "", founder}, 1);
         }))
      .row;
}
inline storage::RepositoryId ModelId(const std::string& path) {
  return MUST(storage::ParseRepositoryId(storage::RepositoryKind::Model, path));
}
// A model, made by a write of its own.
inline storage::Repository MakeModel(TestCatalog& catalog, const std::string& path,
                                     bool is_private = false, std::int64_t now_ms = 1) {
  storage::NewRepository made;
  made.id = ModelId(path);
  made.is_private = is_private;
  auto creation = MUST(catalog.Write([&](storage::Connection& c) {
    return storage::CreateRepository(c, SystemRandom(), made, now_ms);
  }));
  REQUIRE_FALSE(creation.existed);
  return creation.repository;
}

}  // namespace banyan::testing
