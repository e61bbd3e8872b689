#pragma once
// The licence tables behind storage/metadata/licence.h, by every spelling that names a row.

#include <string>
#include <string_view>

#include "storage/metadata/licence.h"

namespace banyan::storage {

inline constexpr std::string_view kOnlyOrLater = "only-or-later-ambiguous";

// One spelling for "Apache License, 2.0", "apache_license-2.0" and the like: lower case, words
// joined by single dashes.
std::string LicenceKey(std::string_view text);

// The licence whose id, title or alias has this key (`declared` left empty), or nullptr. An id
// wins over a title, the hub's table over SPDX's, SPDX's over the names of AI licences.
const Licence* FindLicence(const std::string& key);

}  // namespace banyan::storage
