#include "tests/simulation/scenario.h"

#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

constexpr std::int64_t kRoundMs = 75'000;  // the longest pause between two rounds with a peer
constexpr std::int64_t kMinuteMs = 60'000;
constexpr const char* kWithContent = ":content";

std::int64_t Draw(World& world, std::int64_t from, std::int64_t until) {
  return from +
         static_cast<std::int64_t>(world.random().Below(static_cast<std::uint64_t>(until - from)));
}

void SetConducts(World& world) {
  constexpr Conduct kLies[] = {Conduct::Stale, Conduct::Garbles, Conduct::Babbles, Conduct::Forges,
                               Conduct::Hints};
  for (std::size_t i = world.origins(); i < world.size(); ++i) {
    if (world.random().OneIn(6)) world.SetConduct(i, kLies[world.random().Below(std::size(kLies))]);
  }
}

void CutSomewhere(World& world) {
  std::set<std::size_t> side;
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (world.random().OneIn(2)) side.insert(i);
  }
  world.Cut(std::move(side));
  world.After(Draw(world, kMinuteMs / 2, 4 * kMinuteMs), [&world] { world.Cut({}); });
}

void Strike(World& world) {
  const auto i = world.random().Below(world.size());
  const auto restart_ms = Draw(world, 1'000, 3 * kMinuteMs);
  switch (world.random().Below(6)) {
    case 0: world.Crash(i, restart_ms); break;
    case 1:
    case 2: world.CrashAtWrite(i, 1 + world.random().Below(60), restart_ms); break;
    case 3: CutSomewhere(world); break;
    case 4: world.node(i).BackUp(); break;
    default:
      if (i >= world.origins()) world.Restore(i);
      break;
  }
}

// Faults and news at random times.
void Trouble(World& world, std::int64_t until_ms) {
  if (world.now_ms() >= until_ms) return;
  if (world.random().OneIn(3)) world.Publish(world.random().Below(world.origins()));
  if (world.random().OneIn(2)) Strike(world);
  world.After(Draw(world, 1'000, 20'000), [&world, until_ms] { Trouble(world, until_ms); });
}

}  // namespace

std::string Scenario::ToString() const {
  return simulation::ToString(topology) + ":" + std::to_string(nodes) + ":" + std::to_string(seed) +
         (has_content ? kWithContent : "");
}

Result<Scenario> Scenario::Parse(const std::string& text) {
  const auto first = text.find(':');
  const auto second = text.find(':', first + 1);
  if (second == text.npos) return Error(Errc::Invalid, "expected TOPOLOGY:NODES:SEED[:content]");
  Scenario scenario;
  scenario.topology = TRY(ParseTopology(text.substr(0, first)));
  scenario.nodes = std::stoul(text.substr(first + 1));
  scenario.seed = std::stoull(text.substr(second + 1));
  scenario.has_content = text.ends_with(kWithContent);
  return scenario;
}

Outcome Run(const Scenario& scenario) {
  INFO("replay: BANYAN_SIMULATE=" << scenario.ToString()
                                  << " build-test/tests/test_simulation AskedForRun");
  FakeRandom random(scenario.seed);
  WorldOptions options;
  options.seed = scenario.seed;
  options.origins = scenario.nodes < 5 ? 1 : 3;
  options.link.lost_in_1000 = 20;
  options.link.doubled_in_1000 = 20;
  if (scenario.has_content) {
    options.holds_content = true;
    options.service.mirrors_at_once = 2;
  }
  World world(MakeEdges(scenario.topology, scenario.nodes, random), options);
  if (scenario.has_liars) SetConducts(world);
  Trouble(world, world.now_ms() + scenario.faults_ms);
  world.RunFor(scenario.faults_ms +
               5 * kMinuteMs);  // all that fell is up again, and no cut is left
  world.link().lost_in_1000 = world.link().doubled_in_1000 = 0;
  for (std::size_t i = 0; i < world.origins(); ++i) world.Publish(i);
  const auto stopped_ms = world.now_ms();
  const auto longest_ms =
      options.service.pause_max_ms * 5 / 4 + static_cast<std::int64_t>(world.size()) * kRoundMs;
  while (!world.IsConverged() && world.now_ms() < stopped_ms + longest_ms) world.RunFor(1'000);
  INFO(world.Lagging());
  REQUIRE(world.IsConverged());
  if (scenario.has_content) {  // what failed often is tried after hours
    for (int hours = 0; hours < 8 && !world.HasAllContent(); ++hours) world.RunFor(60 * kMinuteMs);
    REQUIRE(world.HasAllContent());
  }
  return {world.digest(), world.counts(), world.now_ms() - stopped_ms};
}

}  // namespace banyan::simulation
