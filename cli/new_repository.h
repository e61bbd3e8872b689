#pragma once
// Making a repository at a node, and taking back one that was made for a push which the node or
// this program then refused.

#include <string>
#include <utility>

#include "cli/api_client.h"
#include "cli/repository_address.h"

namespace banyan::cli {

enum class Visibility { Public, Private };

// Denied when the node says that this token may only read. Who may make what where is the node's
// to decide.
Status RequireWritingToken(ApiClient& client);

// The node's answer. Conflict when it exists.
Result<Json> CreateRepository(ApiClient& client, const RepositoryAddress& address,
                              Visibility visibility);

// A repository that a push made or found.
class RepositoryOfPush {
 public:
  // Makes it unless it exists by now.
  static Result<RepositoryOfPush> Ensure(ApiClient& client, const RepositoryAddress& address,
                                         Visibility visibility);

  enum class Remains { Nothing, WhatWasMade };
  // After the push failed: deletes what Ensure made, unless somebody committed to it meanwhile, or
  // the same push may go on where it stopped (after an interruption, a broken line, a full disk).
  Remains Withdraw(const Error& failure);

 private:
  RepositoryOfPush(ApiClient& client, RepositoryAddress address)
      : client_(&client), address_(std::move(address)) {}
  std::string Heads() const;

  ApiClient* client_;
  RepositoryAddress address_;
  bool was_made_ = false;
  std::string heads_;  // as Ensure left it
};

}  // namespace banyan::cli
