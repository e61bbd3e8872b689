#include "storage/base/thread_priority.h"

#include <sys/resource.h>
#include <unistd.h>

namespace banyan {
namespace {

constexpr int kNice = 5;

}  // namespace

void GoAfterOthers() { setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), kNice); }

}  // namespace banyan
