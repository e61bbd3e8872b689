#include "node/admin.h"

#include "node/admin_functions.h"
#include "storage/base/json.h"
#include "storage/base/logging.h"

namespace banyan::node {
namespace {

constexpr bool kReads = false;
constexpr bool kChanges = true;
constexpr bool kLong = true;

constexpr AdminOperation kOperations[] = {
    {"users/list", ListUsers, kReads},
    {"users/create", CreateUser, kChanges},
    {"users/change", ChangeUser, kChanges},
    {"users/delete", DeleteUser, kChanges},
    {"orgs/list", ListOrganisations, kReads},
    {"orgs/create", CreateOrganisation, kChanges},
    {"orgs/delete", DeleteOrganisation, kChanges},
    {"orgs/members", ListMembers, kReads},
    {"orgs/set-member", SetMember, kChanges},
    {"orgs/remove-member", RemoveMember, kChanges},
    {"tokens/list", ListTokens, kReads},
    {"tokens/create", CreateToken, kChanges},
    {"tokens/revoke", RevokeToken, kChanges},
    {"quota", SetQuota, kChanges},
    {"peers/list", ListPeers, kReads},
    {"peers/add", AddPeer, kChanges},
    {"peers/remove", RemovePeer, kChanges},
    {"follow", Follow, kChanges},
    {"unfollow", Unfollow, kChanges},
    {"alias", BindAlias, kChanges},
    {"federation", ShowFederation, kReads},
    {"sync", SyncNow, kReads, kLong},
    {"go-on", GoOn, kChanges},
    {"bundle/export", ExportBundle, kReads, kLong},
    {"bundle/import", ImportBundle, kChanges, kLong},
    {"stats", ShowStats, kReads},
    {"doctor", Diagnose, kReads, kLong},
    {"gc", CollectGarbage, kChanges, kLong},
    {"scrub", ScrubContent, kReads, kLong},
    {"backup", BackUp, kChanges, kLong},
};

}  // namespace

std::span<const AdminOperation> AdminOperations() { return kOperations; }

Result<Json> Administer(const AdminContext& context, std::string_view operation,
                        const Json& arguments, std::string_view who) {
  for (const auto& known : kOperations) {
    if (known.name != operation) continue;
    auto result = known.run(context, arguments);
    if (known.is_change) {
      log::Info("node", "event=admin operation={} by={} outcome={}", operation, who,
                result ? "done" : ToString(result.error().code()));
    }
    return result;
  }
  return Error(Errc::NotFound, "there is no such operation on this node");
}

}  // namespace banyan::node
