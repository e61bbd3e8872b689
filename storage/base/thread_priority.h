#pragma once
// Which threads go first when there is more to do than the processors can.

namespace banyan {

// From now on the calling thread gets about a third of the time of one that did not call this, when
// both want to run: for work that feeds others, or that nobody waits for. For threads of one's own,
// since an ordinary user cannot take it back. A lock that such a thread holds is held longer when
// the processors are busy. Where the system refuses, nothing changes.
void GoAfterOthers();

}  // namespace banyan
