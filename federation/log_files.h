#pragma once
// A log as plain files, made from its rows: tiles, entry bundles, and the checkpoint that signs
// them (PROTOCOL.md sections 5 and 7).
//
//   rows ─▶ tiles and bundles, durable ─▶ checkpoint signed ─▶ fence ─▶ checkpoint by rename
//                                                                   ─▶ journal of heads
//
// What is there of the tiles is never trusted: they are made again from the rows after each start,
// and a row that does not lead to the root of the published checkpoint stops all signing.

#include <string>

#include "federation/format/checkpoint.h"
#include "federation/format/tile_builder.h"
#include "federation/own_origin.h"
#include "federation/signed_head.h"
#include "storage/base/clock.h"
#include "storage/base/file_system.h"
#include "storage/base/mutex.h"

namespace banyan::federation {

struct LogFilesOptions {
  std::string directory;  // made if absent
  std::string fence;      // a file outside the data directory, at first empty; "": none
};

// What stands in the fence; empty: nothing was signed yet. NotFound when there is none, which says
// what to do.
Result<std::string> ReadFence(FileSystem& fs, const std::string& path);

// All references outlive it. Publish is called by one thread at a time, Read by any.
class LogFiles {
 public:
  // Conflict when the published checkpoint, or the fence's, is of a longer log than the catalog
  // has, or of a later epoch (the catalog is an older copy), Corrupt when the catalog's entries
  // lead to another root, NotFound when there should be a fence and is none.
  static Result<std::unique_ptr<LogFiles>> Open(storage::Database& database, FileSystem& fs,
                                                Clock& clock, const OwnOrigin& origin,
                                                LogFilesOptions options);

  // What Publish would sign is not public yet, or the files are to be compared with the rows.
  enum class News { None, Some };
  Result<News> Look() const;
  // Makes all rows so far public. After an error nothing newer is public; the next call goes on.
  // Conflict when another program wrote to the fence, NotFound when it is gone.
  Status Publish();

  // "checkpoint", or the path of a tile or bundle. A partial tile that has grown since is cut to
  // what is asked for. NotFound for anything that the log has not.
  Result<Bytes> Read(const std::string& path);
  LogState published() const;

 private:
  LogFiles(storage::Database& database, FileSystem& fs, Clock& clock, const OwnOrigin& origin,
           LogFilesOptions options)
      : database_(database),
        fs_(fs),
        clock_(clock),
        origin_(origin),
        options_(std::move(options)) {}
  Status OpenFence();
  Status RequireLedTo(const LogState& head) const;
  Result<std::optional<SignedHead>> ReadCheckpoint(const std::string& path) const;
  Status EnterEarlier(const SignedHead& head);
  // Appends the entries that `builder` has not, up to that many in all.
  Status TakeRows(storage::Connection& connection, std::uint64_t until, TileBuilder& builder) const;
  Status WriteTiles(std::uint64_t old_size);
  Status WriteBundle(const Tile& bundle);
  Status WriteFile(const Tile& tile, ByteView bytes);
  Status PublishRows();
  Status Release(const LogState& before);
  Status EnterHead(const std::string& note);
  Status WriteFence(const std::string& text);
  void SetPublished(const LogState& state) EXCLUDES(mutex_);
  void RemovePartials(std::uint64_t old_size, std::uint64_t size);
  Result<Bytes> ReadTile(const Tile& tile, unsigned width);

  storage::Database& database_;
  FileSystem& fs_;
  Clock& clock_;
  const OwnOrigin& origin_;
  const LogFilesOptions options_;
  TileBuilder builder_;
  std::uint64_t on_disk_ = 0;  // the size that the partial tiles on disk are of
  bool is_checked_ = false;    // all files were compared with the rows since start or failure
  std::string fence_;          // what the fence holds, as far as we know,
  std::string fence_tried_;    // or this, when writing it failed
  mutable Mutex mutex_;
  LogState published_ GUARDED_BY(mutex_);
};

}  // namespace banyan::federation
