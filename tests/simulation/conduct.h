#pragma once
// How nodes lie.

#include <string>

#include "storage/base/bytes.h"
#include "storage/base/result.h"
#include "tests/support/fake_random.h"

namespace banyan::simulation {

// How a node answers its peers. It runs the real program and so follows like others.
enum class Conduct {
  Honest,
  Stale,    // shows the heads that it had when it first was asked
  Garbles,  // changes a byte of every tile and bundle
  Babbles,  // answers everything with noise
  Forges,   // shows heads of other origins that it signed itself
  Hints,    // tells everybody of heads that do not exist, often
};

// What one that garbles or babbles makes of an answer; the other conducts leave it as it is.
void Spoil(Conduct conduct, const std::string& path, Result<Bytes>& body, FakeRandom& random);

}  // namespace banyan::simulation
