#include "federation/bundle/bundle_export.h"

#include <map>

#include "federation/bundle/bundle_cards.h"
#include "federation/cosignatures.h"
#include "federation/format/epochs_page.h"
#include "federation/format/heads_page.h"
#include "federation/format/log_name.h"
#include "federation/format/tile.h"
#include "federation/open_objects.h"
#include "federation/row_files.h"
#include "storage/base/json.h"
#include "storage/catalog/repositories.h"
#include "storage/content/file_sections.h"
#include "storage/history/uploads.h"

namespace banyan::federation {
namespace {

using storage::Connection;
using Lasting = BundleSink::Lasting;

constexpr storage::EncodingSet kAllEncodings = 0b1111;     // as this program asks peers for
constexpr std::string_view kJournal = "0000000000000000";  // a bundle has no journal of changes

class BundleExport {
 public:
  BundleExport(storage::Database& database, storage::LocalContentStore& store,
               const ExportRequest& request, BundleSink& sink, const std::atomic<bool>& cancelled)
      : database_(database), store_(store), request_(request), sink_(sink), cancelled_(cancelled) {}

  // What says that something was taken down comes first, the bytes last, and the note at the end:
  // a bundle without it is none.
  Result<ExportReport> Run() {
    BundlePlan plan;
    TRY(database_.Snapshot([&](Connection& connection) -> Status {
      plan = TRY(PlanBundle(connection, request_));
      return Ok();
    }));
    if (plan.cards.empty() && !request_.patterns.empty()) {
      return Error(Errc::Invalid,
                   "no public repository that is here is called so; expected KIND/NAMESPACE/NAME "
                   "with * in it, such as models/lab/*");
    }
    auto lease = TRY(database_.Read());
    for (const auto& log : plan.logs) TRY(PutLog(*lease, log));
    TRY(PutHeads(*lease, plan));
    const auto before = TRY(ReachedByKnown(*lease, plan));
    for (const auto& card : plan.cards) {
      auto reached = TRY(ReachedByCard(*lease, card));
      TRY(PutObjects(*lease, reached, before));
      TRY(PutFiles(*lease, card, reached, before));
      ++report_.repositories;
    }
    TRY(PutNote(plan));
    TRY(sink_.Finish());
    report_.new_bytes = sink_.new_bytes();
    report_.parts = sink_.parts();
    report_.largest_part_bytes = sink_.largest_part_bytes();
    return report_;
  }

 private:
  Status Put(const std::string& path, ByteView content, Lasting lasting) {
    if (cancelled_) return Error(Errc::Cancelled, "interrupted: run it again");
    report_.bytes += content.size();
    return sink_.Put(path, content, lasting);
  }

  Status PutLog(Connection& connection, const BundleLog& log) {
    const auto base = LogName{log.node, log.log.epoch}.Path();
    const auto note = TRY(AddCosignatures(connection, log.log, log.note));
    TRY(Put(base + "checkpoint", AsBytes(note), Lasting::No));
    for (const auto& tile : NewTiles(0, log.size)) {
      if (TileWidth(tile.level, tile.index, log.known) == kTileWidth) continue;
      const auto path = tile.Path();
      TRY(Put(base + path, TRY(ReadRowFile(connection, log.log, path)), Lasting::Yes));
    }
    return Ok();
  }

  Status PutHeads(Connection& connection, const BundlePlan& plan) {
    HeadsPage page{{std::string(kJournal), 1}, {}};
    for (const auto& log : plan.logs) {
      auto note = TRY(AddCosignatures(connection, log.log, log.note));
      page.heads.push_back({0, std::move(note)});
    }
    TRY(Put("/fed/heads", AsBytes(page.ToString()), Lasting::No));
    std::map<NodeId, EpochsPage> epochs;
    for (const auto& log : plan.logs) epochs[log.node].epochs.push_back({log.log.epoch, log.note});
    for (const auto& [node, list] : epochs) {
      TRY(Put("/fed/" + node.ToString() + "/epochs", AsBytes(list.ToString()), Lasting::No));
    }
    const Json info{{"version", 0}, {"node", request_.maker.ToString()}};
    return Put("/fed/info", AsBytes(DumpJson(info)), Lasting::No);
  }

  static Result<Reached> ReachedByKnown(Connection& connection, const BundlePlan& plan) {
    Reached before;
    for (const auto& place : plan.known) {
      auto reached = TRY(ReachedBefore(connection, place));
      before.objects.merge(reached.objects);
      before.files.merge(reached.files);
    }
    return before;
  }

  Status PutObjects(Connection& connection, const Reached& reached, const Reached& before) {
    for (const auto& id : reached.objects) {
      if (before.objects.contains(id) || !put_.objects.insert(id).second) continue;
      const auto object = ReadOpenObject(connection, store_, id);
      if (!object && object.error().code() == Errc::NotFound) continue;  // closed meanwhile
      TRY(Put("/fed/o/" + id.ToString(), TRY(Result<Bytes>(object)), Lasting::Yes));
      ++report_.objects;
    }
    return Ok();
  }

  Status PutFiles(Connection& connection, const BundleCard& card, const Reached& reached,
                  const Reached& before) {
    const auto repository = TRY(storage::GetRepository(connection, card.repository));
    if (repository.IsClosed()) return Ok();  // by now
    for (const auto& [sha256, entry] : reached.files) {
      if (before.files.contains(sha256) || !put_.files.emplace(sha256, entry).second) continue;
      const auto file = TRY(storage::FindCommittedFile(connection, card.repository, sha256));
      if (!file) {  // of a mirror that holds a part
        ++report_.absent_files;
        partial_.insert(card.row);
        put_.files.erase(sha256);
        continue;
      }
      const auto before_bytes = sink_.new_bytes();
      TRY(PutFile(*file));
      ++report_.files;
      if (sink_.new_bytes() > before_bytes) ++report_.new_files;
    }
    return Ok();
  }

  Status PutFile(const storage::FileContent& file) {
    const auto sections = TRY(storage::FileSections::Load(store_, file));
    const std::string base = "/fed/f/" + file.hash.ToString() + "/";
    TRY(Put(base + "outline", storage::EncodeOutline(sections->outline()), Lasting::Yes));
    const auto count = sections->outline().sections.size();
    for (std::size_t i = 0; i < count; ++i) {
      const auto index = std::to_string(i);
      const auto chunks = TRY(sections->Section(i));
      TRY(Put(base + "section/" + index, storage::EncodeChunkList(chunks), Lasting::Yes));
      const auto data = TRY(sections->Data(i, kAllEncodings));
      report_.bytes += data->SizeBytes();
      TRY(sink_.PutPieces(base + "data/" + index, data->SizeBytes(),
                          [&](const BundleSink::Piece& put) {
                            return data->Stream(0, data->SizeBytes(), true, put);
                          }));
    }
    return Ok();
  }

  Status PutNote(const BundlePlan& plan) {
    BundleNote note;
    for (const auto& log : plan.logs) {
      if (note.origins.empty() || note.origins.back() != log.node) note.origins.push_back(log.node);
      if (log.known > 0) note.since.push_back({log.node, log.log.epoch, log.known});
    }
    for (const auto& card : plan.cards) {
      if (!partial_.contains(card.row)) note.cards.push_back(card.place);
    }
    return Put(std::string(kBundleNotePath), AsBytes(note.ToString()), Lasting::No);
  }

  storage::Database& database_;
  storage::LocalContentStore& store_;
  const ExportRequest& request_;
  BundleSink& sink_;
  const std::atomic<bool>& cancelled_;
  Reached put_;                     // what it has by now
  std::set<std::int64_t> partial_;  // cards, not all of whose content is here
  ExportReport report_;
};

}  // namespace

Result<ExportReport> ExportBundle(storage::Database& database, storage::LocalContentStore& store,
                                  const ExportRequest& request, BundleSink& sink,
                                  const std::atomic<bool>& cancelled) {
  return BundleExport(database, store, request, sink, cancelled).Run();
}

Result<BundleNote> ReadBundleNote(PeerSource& bundle) {
  auto bytes = bundle.Get(std::string(kBundleNotePath), kMaxBundleNoteBytes);
  if (!bytes && bytes.error().code() == Errc::NotFound) {
    return Error(Errc::Invalid, bundle.Name() + " is no bundle, or its export was not finished");
  }
  return BundleNote::Parse(AsText(TRY(std::move(bytes)))).Context(bundle.Name());
}

}  // namespace banyan::federation
