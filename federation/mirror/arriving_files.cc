#include "federation/mirror/arriving_files.h"

#include <limits>

namespace banyan::federation {
namespace {

Status RequireBrought(storage::Connection& connection, std::int64_t card_row, const LogHash& leaf) {
  auto rows = connection.Query(
      "SELECT 1 FROM mirror JOIN repository_card ON repository_card.id = mirror.card "
      "WHERE mirror.card = ? AND repository_card.leaf = ? AND mirror.waits = 1",
      card_row, leaf);
  const bool is_brought = rows.Next();
  TRY(rows.status());
  return is_brought ? Ok() : Status(Error(Errc::NotFound, "file not found"));
}

}  // namespace

ArrivingFiles::Passing::~Passing() {
  if (files_ == nullptr) return;
  const MutexLock lock(files_->mutex_);
  std::erase_if(files_->passed_, [&](const auto& item) { return item.first.second == card_row_; });
}

void ArrivingFiles::Passing::Set(const LogHash& leaf, const FileHash& hash, FilePtr file) {
  if (files_ == nullptr) return;
  const MutexLock lock(files_->mutex_);
  files_->passed_.insert_or_assign({hash, card_row_}, Passed{leaf, std::move(file)});
}

Result<ArrivingFiles::FilePtr> ArrivingFiles::Find(storage::Connection& connection,
                                                   const FileHash& hash) {
  std::vector<std::pair<std::int64_t, Passed>> found;
  {
    const MutexLock lock(mutex_);
    const auto first = passed_.lower_bound({hash, std::numeric_limits<std::int64_t>::min()});
    for (auto at = first; at != passed_.end() && at->first.first == hash; ++at) {
      found.emplace_back(at->first.second, at->second);
    }
  }
  for (const auto& [card_row, passed] : found) {
    const auto brought = RequireBrought(connection, card_row, passed.leaf);
    if (brought) return passed.file;
    if (brought.error().code() != Errc::NotFound) return brought.error();
  }
  return Error(Errc::NotFound, "file not found");
}

}  // namespace banyan::federation
