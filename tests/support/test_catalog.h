#pragma once
// A migrated catalog in a directory of its own, removed at the end.
#include "storage/base/sqlite.h"
#include "storage/catalog/schema.h"
#include "tests/support/must.h"
#include "tests/support/temp_directory.h"

namespace banyan::testing {

class TestCatalog {
 public:
  TestCatalog() { MUST(storage::Migrate(*database_)); }
  TestCatalog(const TestCatalog&) = delete;
  TestCatalog& operator=(const TestCatalog&) = delete;

  storage::Database& database() { return *database_; }

  // Runs `change`, which returns a Result or a Status, in one transaction and hands its result on.
  template <typename Change>
  auto Write(const Change& change) {
    using Out = std::invoke_result_t<Change, storage::Connection&>;
    std::optional<Out> out;
    const Status committed = database_->Write([&](storage::Connection& connection) -> Status {
      out.emplace(change(connection));
      return *out ? Ok() : Status(out->error());
    });
    if (*out && !committed) out.emplace(committed.error());
    return *std::move(out);
  }
  template <typename Reading>
  auto Read(const Reading& reading) {
    auto lease = MUST(database_->Read());
    return reading(*lease);
  }

 private:
  TempDirectory directory_;  // outlives the database; nobody else has its name
  std::unique_ptr<storage::Database> database_ =
      MUST(storage::Database::Open({directory_.Join("catalog.db"), ""}));
};

}  // namespace banyan::testing
