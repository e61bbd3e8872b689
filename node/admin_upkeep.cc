// Garbage collection, scrub, backup.
#include "node/admin_functions.h"
#include "node/collection.h"
#include "storage/base/json.h"
#include "storage/content/backup.h"
#include "storage/content/scrub.h"

namespace banyan::node {
Result<Json> CollectGarbage(const AdminContext& context, const Json& arguments) {
  NodeCollectionOptions options;
  auto& content = options.content;
  content.dry_run = TRY(ReadAnswer(arguments, "dry_run")).value_or(false);
  content.grace_ms = TRY(ReadNumber(arguments, "grace_ms")).value_or(content.grace_ms);
  options.history_grace_ms =
      TRY(ReadNumber(arguments, "history_grace_ms")).value_or(options.history_grace_ms);
  const auto report = TRY(CollectNode(context.content, options));
  return Json{{"dry_run", content.dry_run},
              {"revisions_unreachable", report.history.revisions_unreachable},
              {"revisions_deleted", report.history.revisions_deleted},
              {"files_released", report.history.files_released},
              {"catalog_freed_bytes", report.history.freed_bytes},
              {"sessions_expired", report.content.sessions_expired},
              {"files_quarantined", report.content.files_quarantined},
              {"files_deleted", report.content.files_deleted},
              {"packs_removed", report.content.packs_removed},
              {"packs_rewritten", report.content.packs_rewritten},
              {"chunks_dropped", report.content.chunks_dropped},
              {"freed_bytes", report.content.freed_bytes},
              {"dead_kept_bytes", report.content.dead_kept_bytes}};
}

Result<Json> ScrubContent(const AdminContext& context, const Json& arguments) {
  storage::ScrubOptions options;
  options.bytes_per_second =
      static_cast<std::uint64_t>(TRY(ReadNumber(arguments, "bytes_per_second")).value_or(0));
  options.after = static_cast<storage::PackId>(TRY(ReadNumber(arguments, "after")).value_or(0));
  options.cancelled = &context.cancelled;
  const auto report = TRY(storage::Scrub(context.content, options));
  Json damaged = Json::array();
  for (const auto& chunk : report.damaged) {
    damaged.push_back(
        {{"pack", chunk.pack}, {"chunk", chunk.id.ToString()}, {"reason", chunk.reason}});
  }
  Json files = Json::array();
  for (const auto& file : report.damaged_files) {
    files.push_back({{"sha256", file.sha256.ToString()}, {"repositories", file.repositories}});
  }
  return Json{{"packs", report.packs.size()},        {"chunks", report.chunks},
              {"stored_bytes", report.stored_bytes}, {"complete", report.complete},
              {"last_pack", report.last_pack},       {"damaged", std::move(damaged)},
              {"damaged_files", std::move(files)}};
}

Result<Json> BackUp(const AdminContext& context, const Json& arguments) {
  storage::BackupOptions options;
  options.target = TRY(NeedText(arguments, "target"));
  TRY(RequireTargetOutside(options.target, context.directory));
  options.extra_files = {"node.seed"};
  options.cancelled = &context.cancelled;
  const auto report = TRY(storage::Backup(context.content, options));
  return Json{{"target", options.target},
              {"packs_copied", report.packs_copied},
              {"packs_kept", report.packs_kept},
              {"bytes_copied", report.bytes_copied}};
}

}  // namespace banyan::node
