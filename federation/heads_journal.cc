#include "federation/heads_journal.h"

namespace banyan::federation {

Status BeginJournal(storage::Connection& connection) {
  return connection.Execute("UPDATE heads_journal SET id = lower(hex(randomblob(8)))");
}

}  // namespace banyan::federation
