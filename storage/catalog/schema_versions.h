#pragma once
// The scripts that bring the catalog from one version to the next, where they are about federation;
// the others stand in schema.cc, which runs them. Internal to the schema.

namespace banyan::storage {

extern const char* const kVersion3;
extern const char* const kVersion4;
extern const char* const kVersion5;
extern const char* const kVersion6;
extern const char* const kVersion7;
extern const char* const kVersion13;

}  // namespace banyan::storage
