#include "node/absent_answer.h"

#include "federation/mirror_state.h"
#include "node/demanded_files.h"
#include "node/http/http_error.h"

namespace banyan::node {
namespace {

using State = DemandedFiles::State;

constexpr std::string_view kNotHeldCode = "FileNotHeld";  // clients need not ask again for long

void AnswerNotHeld(Response& response, int status, const std::string& message,
                   std::int64_t retry_after_s) {
  Fail(response, status, message);
  response.headers.Set("Retry-After", std::to_string(retry_after_s));
  response.headers.Set("Cache-Control", "no-store");
}

void Answer(const DemandedFiles::Answer& answer, Response& response) {
  switch (answer.state) {
    case State::Held: return;
    case State::Arriving:
      return AnswerNotHeld(response, 429, "This file is arriving from another node: ask again",
                           answer.retry_after_s);
    case State::Failed:
      AnswerNotHeld(response, 503,
                    "This node does not hold this file and cannot fetch it now: " + answer.reason,
                    answer.retry_after_s);
      return response.headers.Set("X-Error-Code", kNotHeldCode);
    case State::Stopped:
      return AnswerNotHeld(response, 503, "This node is going down", answer.retry_after_s);
  }
}

}  // namespace

Result<std::string> WhyRefused(Hub& hub, const storage::Repository& repository) {
  auto lease = TRY(hub.database.Read());
  const auto mark = TRY(federation::FindMirrorMark(*lease, repository.row));
  // Of its own repositories a node has all, unless the disk lost it.
  if (!mark) return std::string("This node knows this file, but has lost its content");
  const bool comes = hub.demanded != nullptr && mark->is_on_demand && !repository.IsClosed();
  if (comes) return std::string();
  return "This node does not hold this file; its origin does: " + federation::DescribeOrigin(*mark);
}

Absent LookOrAnswer(Hub& hub, const storage::Repository& repository, Response& response) {
  const auto refusal = WhyRefused(hub, repository);
  if (refusal && refusal->empty()) return Absent::GoOn;
  if (!refusal) {
    Fail(response, refusal.error());
  } else if (repository.origin == 0) {
    AnswerNotHeld(response, 503, *refusal, 60);
  } else {
    Fail(response, 403, *refusal);
    response.headers.Set("Cache-Control", "no-store");
  }
  return Absent::Answered;
}

Absent FetchOrAnswer(Hub& hub, const storage::Repository& repository,
                     const storage::ManifestEntry& entry, Response& response) {
  if (LookOrAnswer(hub, repository, response) == Absent::Answered) return Absent::Answered;
  const auto answer = hub.demanded->Await(repository.row, entry);
  Answer(answer, response);
  return answer.state == State::Held ? Absent::GoOn : Absent::Answered;
}

}  // namespace banyan::node
