#pragma once
// Every command, made once per run. One file per command, or per group of small ones; each
// defines its Make function. Commands that AllCommands does not list do not exist.

#include <memory>
#include <vector>

#include "cli/command_table.h"

namespace banyan::cli {

std::vector<CommandSection> AllCommands();

// cli/admin_accounts.cc
std::unique_ptr<Command> MakeAdminUserList();
std::unique_ptr<Command> MakeAdminUserCreate();
std::unique_ptr<Command> MakeAdminUserChange();
std::unique_ptr<Command> MakeAdminUserDelete();
std::unique_ptr<Command> MakeAdminQuotaList();
std::unique_ptr<Command> MakeAdminQuotaSet();

// cli/admin_organisations.cc
std::unique_ptr<Command> MakeAdminOrgList();
std::unique_ptr<Command> MakeAdminOrgCreate();
std::unique_ptr<Command> MakeAdminOrgDelete();
std::unique_ptr<Command> MakeAdminOrgMembers();
std::unique_ptr<Command> MakeAdminOrgAdd();
std::unique_ptr<Command> MakeAdminOrgRemove();

// cli/admin_tokens.cc
std::unique_ptr<Command> MakeAdminTokenList();
std::unique_ptr<Command> MakeAdminTokenCreate();
std::unique_ptr<Command> MakeAdminTokenRevoke();

// cli/admin_upkeep.cc
std::unique_ptr<Command> MakeAdminGc();
std::unique_ptr<Command> MakeAdminScrub();
std::unique_ptr<Command> MakeAdminBackup();
std::unique_ptr<Command> MakeAdminRestore();
std::unique_ptr<Command> MakeAdminStats();
std::unique_ptr<Command> MakeAdminDoctor();

std::unique_ptr<Command> MakeBranchCreate();   // refs.cc
std::unique_ptr<Command> MakeBranchDefault();  // refs.cc
std::unique_ptr<Command> MakeBranchDelete();   // refs.cc
std::unique_ptr<Command> MakeBranchList();     // refs.cc
std::unique_ptr<Command> MakeAlias();          // follow.cc
std::unique_ptr<Command> MakeBundleExport();   // bundle.cc
std::unique_ptr<Command> MakeBundleImport();   // bundle.cc
std::unique_ptr<Command> MakeCacheList();      // cache.cc
std::unique_ptr<Command> MakeCachePrune();     // cache.cc
std::unique_ptr<Command> MakeCacheVerify();    // cache.cc
std::unique_ptr<Command> MakeCompletion();     // help_commands.cc
std::unique_ptr<Command> MakeCreate();
std::unique_ptr<Command> MakeFederationCompliance();  // takedown.cc
std::unique_ptr<Command> MakeFederationStatus();      // follow.cc
std::unique_ptr<Command> MakeGoOn();                  // the same
std::unique_ptr<Command> MakeFollow();
std::unique_ptr<Command> MakeHash();
std::unique_ptr<Command> MakeHelp();  // help_commands.cc
std::unique_ptr<Command> MakeInfo();
std::unique_ptr<Command> MakeLog();
std::unique_ptr<Command> MakeLogin();
std::unique_ptr<Command> MakeLogout();  // login.cc
std::unique_ptr<Command> MakeLs();
std::unique_ptr<Command> MakeMv();
std::unique_ptr<Command> MakePeerAdd();     // peers.cc
std::unique_ptr<Command> MakePeerList();    // peers.cc
std::unique_ptr<Command> MakePeerRemove();  // peers.cc
std::unique_ptr<Command> MakePeerShow();    // peers.cc
std::unique_ptr<Command> MakePull();
std::unique_ptr<Command> MakePush();
std::unique_ptr<Command> MakeReinstate();  // takedown.cc
std::unique_ptr<Command> MakeRm();
std::unique_ptr<Command> MakeSearch();
std::unique_ptr<Command> MakeServe();
std::unique_ptr<Command> MakeSettings();
std::unique_ptr<Command> MakeSync();       // follow.cc
std::unique_ptr<Command> MakeTagCreate();  // refs.cc
std::unique_ptr<Command> MakeTagDelete();  // refs.cc
std::unique_ptr<Command> MakeTagList();    // refs.cc
std::unique_ptr<Command> MakeTakedown();
std::unique_ptr<Command> MakeUnfollow();  // follow.cc
std::unique_ptr<Command> MakeVerify();
std::unique_ptr<Command> MakeWhoAmI();  // login.cc

}  // namespace banyan::cli
