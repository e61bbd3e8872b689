#include "storage/content/session_offers.h"

#include <algorithm>
#include <cstdlib>

namespace banyan::storage {
namespace {

constexpr std::uint64_t kMaxOfferBytes = 9 + kMaxOfferFiles * 44 + kMaxOfferChunks * 35;
constexpr std::uint32_t kMaxOffers = 10000;  // of a session: 10 TiB by our client

Error NoOffer() { return Error(Errc::NotFound, "no such offer in this session: send it again"); }

}  // namespace

// Whoever ends the session removes its offers then: not before this one is written.
Result<std::uint32_t> SessionOffers::Add(ContentSession& session, ByteView offer) {
  MutexLock lock(mutex_);
  const std::string directory = DirectoryOf(session.name());
  TRY(fs_.CreateDirectories(directory));
  std::uint32_t number = 0;
  for (const std::string& name : TRY(fs_.List(directory))) {
    number = std::max(number, static_cast<std::uint32_t>(std::strtoul(name.c_str(), nullptr, 10)));
  }
  if (++number > kMaxOffers) {
    return Error(Errc::TooLarge, "the session has too many offers: end it, and begin another");
  }
  TRY(session.CountOffer(BytesOnDisk(offer.size())));
  TRY(WriteFileDurably(fs_, directory + "/" + std::to_string(number), offer));
  return number;
}

Result<std::vector<OfferedFile>> SessionOffers::Get(const ContentSession& session,
                                                    std::uint32_t number) {
  auto bytes = ReadFile(fs_, PathOf(session, number), kMaxOfferBytes);
  if (!bytes && bytes.error().code() == Errc::NotFound) return NoOffer();
  return ParseOffer(TRY(std::move(bytes)));
}

Result<std::uint64_t> SessionOffers::SizeOf(const ContentSession& session,
                                            std::uint32_t number) const {
  const auto stat = fs_.Stat(PathOf(session, number));
  if (!stat && stat.error().code() == Errc::NotFound) return NoOffer();
  if (!stat) return stat.error();
  return stat->size_bytes;
}

Status SessionOffers::RemoveAll(const std::string& session_name) {
  MutexLock lock(mutex_);
  const std::string directory = DirectoryOf(session_name);
  auto names = fs_.List(directory);
  if (!names) return names.error().code() == Errc::NotFound ? Ok() : Status(names.error());
  for (const std::string& name : *names) TRY(fs_.Remove(directory + "/" + name));
  return fs_.Remove(directory);
}

Status SessionOffers::RemoveEnded(Connection& connection) {
  auto names = fs_.List(directory_ + "/sessions");
  if (!names) return names.error().code() == Errc::NotFound ? Ok() : Status(names.error());
  for (const std::string& name : *names) {
    bool alive = false;
    {
      auto rows = connection.Query("SELECT 1 FROM upload_session WHERE name = ?", name);
      alive = rows.Next();
      TRY(Status(rows.status()));
    }
    if (!alive) TRY(RemoveAll(name));
  }
  return Ok();
}

}  // namespace banyan::storage
