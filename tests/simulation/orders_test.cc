// Every order in which whole events may come to an origin and two followers: publications, contacts
// from their first question to their last answer, hints; and faults between and within them.
#include <cstdlib>
#include <iostream>

#include "tests/simulation/order_search.h"
#include "tests/support/must.h"

using namespace banyan;
using namespace banyan::simulation;

namespace {

void TryAll(const OrderBound& bound) {
  OrderSearch search(bound);
  search.TryAll();
  std::cout << search.ToString() << "\n";
}

bool IsLong() { return std::getenv("BANYAN_LONG") != nullptr; }

}  // namespace

TEST_CASE("EveryOrderOfWholeContactsIsSafe") { TryAll({IsLong() ? 12u : 6u, 0, 2}); }
TEST_CASE("EveryOrderOfWholeContactsWithAFaultIsSafe") { TryAll({IsLong() ? 5u : 3u, 1, 2}); }
TEST_CASE("EveryOrderOfWholeContactsWithTwoFaultsIsSafe") { TryAll({IsLong() ? 4u : 2u, 2, 2}); }

// BANYAN_ORDERS=EVENTS,FAULTS,PUBLISHED asks for other bounds.
TEST_CASE("AskedForOrdersOfWholeContacts") {
  const auto* const asked = std::getenv("BANYAN_ORDERS");
  if (asked == nullptr) return;
  std::string text = asked;
  OrderBound bound;
  for (auto* part : {&bound.events, &bound.faults, &bound.published}) {
    *part = std::stoul(text);
    text.erase(0, text.find(',') + 1);
  }
  TryAll(bound);
}
