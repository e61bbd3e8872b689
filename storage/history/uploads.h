#pragma once
// Files that were uploaded to a repository and wait for the commit that names them. They do not
// count as stored, so room for them is asked for together with those already waiting.
//
// Functions work on the connection they are given; those that change something only inside
// Database::Write.

#include "storage/catalog/quota.h"
#include "storage/content/content_store.h"

namespace banyan::storage {

// The file of this digest if the repository may use it: it holds it, uploaded or committed, or
// the file is public. nullopt for any other, whether the node has it or not.
Result<std::optional<FileContent>> FindUsableFile(Connection& connection, std::int64_t repository,
                                                  const Sha256& sha256);
// The same for a reader of the repository: committed there, or public.
Result<std::optional<FileContent>> FindCommittedFile(Connection& connection,
                                                     std::int64_t repository, const Sha256& sha256);

// How much more waits once the repository holds a file of these bytes: nothing when it holds it
// already, uploaded or committed, perhaps damaged. A file of this digest that has another size is
// another one. That it may use a public one makes no difference.
Result<std::uint64_t> CountNewBytes(Connection& connection, std::int64_t repository,
                                    const Sha256& sha256, std::uint64_t size_bytes);

// Room for `additional_bytes` on top of what is stored and what waits in the namespace of the
// repository. TooLarge with figures.
Status RequireUploadRoom(Connection& connection, std::int64_t repository,
                         std::uint64_t additional_bytes, const QuotaPolicy& policy);

// The same for chunks that no file has yet, with all of those that the namespace sent before
// (loose_places.h). Damaged files of the namespace have room: theirs is taken already, and their
// chunks are sent anew. Uploads of one moment may pass together. `additional_bytes`: raw; 0 when it
// is not known how many of them are new, and what is loose must just be within the room.
Status RequireLooseRoom(Connection& connection, std::int64_t repository,
                        std::uint64_t additional_bytes, const QuotaPolicy& policy);

// Room for what is sent in one go, such as a file or a commit: for `additional_bytes` on top of
// what is stored and waits, and for what is loose. These two are not added up, since who tries
// again after a failure sends what is loose from then: so a namespace takes at most twice its
// quota.
Status RequireRoomToSend(Connection& connection, std::int64_t repository,
                         std::uint64_t additional_bytes, const QuotaPolicy& policy);
// For so many bytes there is; nullopt: no limit.
Result<std::optional<std::uint64_t>> FindRoomToSend(Connection& connection, std::int64_t repository,
                                                    const QuotaPolicy& policy);

// Holds a file as uploaded (HoldFile), as a part of the one of this SHA-256.
Status HoldPart(Connection& connection, std::int64_t repository, const FileContent& file,
                const Sha256& whole, std::int64_t now_ms);
// Lets go of a part, unless it is wanted otherwise, too: it was committed, or uploaded by itself or
// as a part of another file. Then it expires like any other upload. No error when there is none.
Status DropPart(Connection& connection, std::int64_t repository, std::int64_t file,
                const Sha256& whole);

}  // namespace banyan::storage
