#pragma once
// Words of a policy that would hold for nothing that a card can say, and so were misspelt. A glob
// with a * in it may stand for what this program does not know yet. Pure functions; Invalid, with
// what is legal.

#include <string>

#include "storage/base/result.h"

namespace banyan::node {

Status CheckRepositoryGlob(const std::string& glob);
Status CheckKindGlob(const std::string& glob);
Status CheckLicenceGlob(const std::string& glob);
Status CheckTaskGlob(const std::string& glob);
Status CheckLanguageGlob(const std::string& glob);

}  // namespace banyan::node
