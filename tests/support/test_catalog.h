#pragma once
// A migrated catalog in a temporary file, removed at the end.
#include <unistd.h>

#include <atomic>
#include <filesystem>

#include "storage/base/sqlite.h"
#include "storage/catalog/schema.h"
#include "tests/support/must.h"

namespace banyan::testing {

class TestCatalog {
 public:
  TestCatalog() {
    static std::atomic<int> count{0};
    path_ = (std::filesystem::temp_directory_path() /
             ("banyan-catalog-" + std::to_string(::getpid()) + "-" + std::to_string(++count)))
                .string();
    Remove();
    database_ = MUST(storage::Database::Open({path_, ""}));
    MUST(storage::Migrate(*database_));
  }
  ~TestCatalog() {
    database_.reset();
    Remove();
  }
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
  void Remove() {
    for (const char* suffix : {"", "-wal", "-shm"}) std::filesystem::remove(path_ + suffix);
  }
  std::string path_;
  std::unique_ptr<storage::Database> database_;
};

}  // namespace banyan::testing
