#include "storage/base/result.h"

namespace banyan {

std::string_view ToString(Errc code) {
  switch (code) {
    case Errc::NotFound: return "NotFound";
    case Errc::Corrupt: return "Corrupt";
    case Errc::Invalid: return "Invalid";
    case Errc::Denied: return "Denied";
    case Errc::Withheld: return "Withheld";
    case Errc::Conflict: return "Conflict";
    case Errc::TooLarge: return "TooLarge";
    case Errc::NoSpace: return "NoSpace";
    case Errc::Unavailable: return "Unavailable";
    case Errc::Io: return "Io";
    case Errc::Cancelled: return "Cancelled";
  }
  return "Unknown";
}

}  // namespace banyan
