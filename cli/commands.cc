#include "cli/commands.h"

namespace banyan::cli {
namespace {

// Commands cannot be copied, which initializer lists would do.
template <typename... Commands>
CommandSection Section(std::string title, Commands... commands) {
  CommandSection section{std::move(title), {}};
  (section.commands.push_back(std::move(commands)), ...);
  return section;
}

}  // namespace

std::vector<CommandSection> AllCommands() {
  std::vector<CommandSection> sections;
  sections.push_back(Section("Your nodes", MakeLogin(), MakeLogout(), MakeWhoAmI()));
  sections.push_back(Section("Find and read", MakeSearch(), MakeLs(), MakeInfo(), MakeLog()));
  sections.push_back(Section("Pull and push", MakePull(), MakePush()));
  sections.push_back(Section("Share", MakeCreate(), MakeSettings(), MakeMv(), MakeRm(),
                             MakeTakedown(), MakeReinstate(), MakeTagList(), MakeTagCreate(),
                             MakeTagDelete(), MakeBranchList(), MakeBranchCreate(),
                             MakeBranchDefault(), MakeBranchDelete()));
  sections.push_back(Section("On this machine", MakeVerify(), MakeHash(), MakeCacheList(),
                             MakeCachePrune(), MakeCacheVerify()));
  sections.push_back(Section(
      "Run a node", MakeServe(), MakeAdminUserList(), MakeAdminUserCreate(), MakeAdminUserChange(),
      MakeAdminUserDelete(), MakeAdminTokenList(), MakeAdminTokenCreate(), MakeAdminTokenRevoke(),
      MakeAdminOrgList(), MakeAdminOrgCreate(), MakeAdminOrgDelete(), MakeAdminOrgMembers(),
      MakeAdminOrgAdd(), MakeAdminOrgRemove(), MakeAdminQuotaList(), MakeAdminQuotaSet(),
      MakeAdminGc(), MakeAdminScrub(), MakeAdminBackup(), MakeAdminRestore(), MakeAdminStats(),
      MakeAdminDoctor()));
  sections.push_back(Section("Federate", MakePeerList(), MakePeerAdd(), MakePeerShow(),
                             MakePeerRemove(), MakeFollow(), MakeUnfollow(), MakeAlias(),
                             MakeSync(), MakeFederationStatus(), MakeGoOn(),
                             MakeFederationCompliance(), MakeBundleExport(), MakeBundleImport()));
  sections.push_back(Section("The program", MakeHelp(), MakeCompletion()));
  return sections;
}

}  // namespace banyan::cli
