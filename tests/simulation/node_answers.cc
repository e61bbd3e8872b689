#include "tests/simulation/node_answers.h"

#include "federation/follow/followed_log.h"
#include "federation/format/canonical_json.h"
#include "federation/head_rows.h"
#include "federation/known_keys.h"
#include "federation/open_objects.h"
#include "federation/origin_rows.h"
#include "federation/row_files.h"

namespace banyan::simulation {
namespace {

using namespace federation;

Bytes BytesOf(const std::string& text) { return Bytes(text.begin(), text.end()); }

Result<Bytes> AnswerHeads(SimNode& node, const std::string& path) {
  JournalPlace since;
  const auto at = path.find("?since=");
  if (at != path.npos) since = TRY(JournalPlace::Parse(path.substr(at + 7)));
  auto lease = TRY(node.database().Read());
  const auto page = TRY(ReadHeads(*lease, since, node.clock().NowMs()));
  return page ? BytesOf(page->ToString()) : Bytes();
}

Result<Bytes> AnswerInfo(SimNode& node) {
  if (!node.has_origin()) return Error(Errc::Unavailable, "the log is not open");
  auto lease = TRY(node.database().Read());
  const auto introduction = TRY(IntroductionOf(*lease, node.origin().log));
  return RenderCanonical(
      {{"introduction", introduction}, {"node", node.id().ToString()}, {"version", 0}});
}

// "/fed/<node>/epochs"
Result<Bytes> AnswerEpochs(SimNode& node, const std::string& id) {
  auto lease = TRY(node.database().Read());
  const auto origin = TRY(FindOrigin(*lease, TRY(NodeId::Parse(id))));
  const EpochsPage page{origin ? TRY(ListEpochs(*lease, origin->row)) : std::vector<EpochHead>()};
  if (page.epochs.empty()) return Error(Errc::NotFound, "no such log");
  return BytesOf(page.ToString());
}

// The own log's files are on the disk, another's are made from its rows.
Result<Bytes> AnswerLogFile(SimNode& node, const LogName& name, const std::string& file) {
  const bool is_open = node.files() != nullptr;
  if (is_open && name.ToString() == node.origin().Line()) return node.files()->Read(file);
  auto lease = TRY(node.database().Read());
  const auto origin = TRY(FindOrigin(*lease, name.node));
  if (!origin) return Error(Errc::NotFound, "no such log");
  if (origin->is_own && !is_open) return Error(Errc::Unavailable, "it is not open");
  const LogId log{origin->row, name.epoch};
  if (file != "fork") return ReadRowFile(*lease, log, file);
  const auto evidence = TRY(FindEvidence(*lease, log));
  return evidence ? Result(BytesOf(evidence->ToString())) : Error(Errc::NotFound, "no evidence");
}

// "/fed/<node>/epochs" or "/fed/<node>/<epoch>/<file>"
Result<Bytes> AnswerLog(SimNode& node, const std::string& path) {
  const auto rest = path.substr(std::string("/fed/").size());
  const auto slash = rest.find('/');
  if (rest.substr(slash + 1) == "epochs") return AnswerEpochs(node, rest.substr(0, slash));
  const auto file_at = rest.find('/', slash + 1);
  const auto name = TRY(LogName::Parse("banyan/" + rest.substr(0, file_at)));
  return AnswerLogFile(node, name, rest.substr(file_at + 1));
}

}  // namespace

Result<Bytes> AnswerFile(SimNode& node, const std::string& path) {
  if (path == "/fed/info") return AnswerInfo(node);
  if (path.starts_with("/fed/heads")) return AnswerHeads(node, path);
  return AnswerLog(node, path);
}

Result<std::vector<std::optional<Bytes>>> AnswerObjects(SimNode& node,
                                                        const std::vector<Sha256>& ids) {
  std::vector<std::optional<Bytes>> objects(ids.size());
  if (node.store() == nullptr) return objects;
  auto lease = TRY(node.database().Read());
  for (std::size_t i = 0; i < ids.size(); ++i) {
    auto object = ReadOpenObject(*lease, *node.store(), ids[i]);
    if (object) objects[i] = *std::move(object);
    if (!object && object.error().code() != Errc::NotFound) return object.error();
  }
  return objects;
}

Answer MakeAnswer(const Ask& ask, Result<Bytes> body) {
  Answer answer{ask.id, {}, {}, {}};
  if (body && body->size() > ask.max_bytes) body = Error(Errc::TooLarge, "too large");
  if (body) answer.body = *std::move(body);
  if (!body) answer.error = std::move(body.error());
  return answer;
}

Answer AnswerAsk(SimNode& node, const Ask& ask) {
  if (!ask.path.empty()) return MakeAnswer(ask, AnswerFile(node, ask.path));
  Answer answer{ask.id, {}, {}, {}};
  auto objects = AnswerObjects(node, ask.objects);
  if (objects) answer.objects = *std::move(objects);
  if (!objects) answer.error = std::move(objects.error());
  return answer;
}

}  // namespace banyan::simulation
