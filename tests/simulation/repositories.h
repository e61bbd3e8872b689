#pragma once
// What a simulated node publishes: small repositories with real commits.

#include "storage/base/sqlite.h"
#include "storage/content/content_store.h"
#include "tests/support/fake_random.h"

namespace banyan::simulation {

// The one file that each of them has.
inline constexpr const char* kFileName = "file.txt";
inline constexpr std::size_t kMaxFileBytes = 600'000;
enum class Files { Small, SomeLarge };  // large ones travel in sections

// A new repository of that namespace with its first commit, or a change to one: another licence,
// which has its card at once, and perhaps another commit. The head is described then.
Status ChangeSomeRepository(storage::Database& database, storage::ContentStore& store,
                            const std::string& owner, Files files, FakeRandom& random,
                            std::int64_t now_ms);

}  // namespace banyan::simulation
