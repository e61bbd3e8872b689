// A refdb without refs that takes none: refs live in the catalog's ref table (revisions.h). It can
// be read (libgit2's pack builder looks for tags), every change fails.

#include "storage/history/git_backend.h"
#include "storage/history/git_library.h"

namespace banyan::storage {
namespace {

// Fits every callback: takes what it is given and fails.
template <typename... Arguments>
int Refuse(Arguments...) {
  git_error_set_str(GIT_ERROR_REFERENCE, "refs are kept in the catalog");
  return -1;
}

int NoneExists(int* exists, git_refdb_backend*, const char*) {
  *exists = 0;
  return 0;
}

int NoneFound(git_reference**, git_refdb_backend*, const char*) { return GIT_ENOTFOUND; }

int IterateNone(git_reference_iterator** out, git_refdb_backend*, const char*) {
  auto* iterator = new git_reference_iterator();
  iterator->next = [](git_reference**, git_reference_iterator*) -> int { return GIT_ITEROVER; };
  iterator->next_name = [](const char**, git_reference_iterator*) -> int { return GIT_ITEROVER; };
  iterator->free = [](git_reference_iterator* self) { delete self; };
  *out = iterator;
  return 0;
}

}  // namespace

git_refdb_backend* NewEmptyRefdb() {
  auto* backend = new git_refdb_backend();
  git_refdb_init_backend(backend, GIT_REFDB_BACKEND_VERSION);
  backend->exists = NoneExists;
  backend->lookup = NoneFound;
  backend->iterator = IterateNone;
  backend->write = Refuse;
  backend->rename = Refuse;
  backend->del = Refuse;
  backend->has_log = Refuse;
  backend->ensure_log = Refuse;
  backend->reflog_read = Refuse;
  backend->reflog_write = Refuse;
  backend->reflog_rename = Refuse;
  backend->reflog_delete = Refuse;
  backend->free = [](git_refdb_backend* self) { delete self; };
  return backend;
}

}  // namespace banyan::storage
