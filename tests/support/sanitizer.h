#pragma once
// Whether a sanitizer instruments this build: memory and time then say little about the program.
// The thread sanitizer makes it some twenty times slower.

namespace banyan {

#if !defined(__has_feature)  // GCC 12 has none
#define __has_feature(feature) 0
#define BANYAN_NO_HAS_FEATURE
#endif
#if defined(__SANITIZE_THREAD__) || __has_feature(thread_sanitizer)
inline constexpr bool kThreadSanitized = true;
#else
inline constexpr bool kThreadSanitized = false;
#endif
#if defined(__SANITIZE_ADDRESS__) || __has_feature(address_sanitizer)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = kThreadSanitized;
#endif
#if defined(BANYAN_NO_HAS_FEATURE)
#undef __has_feature
#undef BANYAN_NO_HAS_FEATURE
#endif

}  // namespace banyan
