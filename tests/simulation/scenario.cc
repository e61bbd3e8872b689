#include "tests/simulation/scenario.h"

#include <algorithm>

#include "tests/support/must.h"

namespace banyan::simulation {
namespace {

constexpr std::int64_t kRoundMs = 75'000;  // the longest pause between two rounds with a peer
constexpr std::int64_t kMinuteMs = 60'000;
constexpr const char* kWithContent = ":content";
constexpr std::size_t kManyNodes = 100;  // for more than that a run is shorter and coarser
constexpr std::size_t kFarthest = 60;    // so many rounds bring news to everybody
constexpr int kMostNews = 20;            // of an origin whose fork is not repaired yet

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

void CutOff(World& world, std::set<std::size_t> side) {
  world.Cut(std::move(side));
  world.After(Draw(world, kMinuteMs / 2, 4 * kMinuteMs), [&world] { world.Cut({}); });
}

void CutSomewhere(World& world) {
  std::set<std::size_t> side;
  for (std::size_t i = 0; i < world.size(); ++i) {
    if (world.random().OneIn(2)) side.insert(i);
  }
  CutOff(world, std::move(side));
}

// An origin perhaps where it reaches nobody, so that it signs what others would contradict.
void PutBack(World& world, std::size_t i) {
  const bool is_origin = i < world.origins();
  if (is_origin && !world.asks_first()) return;
  if (is_origin && world.random().OneIn(2)) CutOff(world, {i});
  world.Restore(i);
}

void Strike(World& world) {
  const auto i = world.random().Below(world.size());
  const auto restart_ms = Draw(world, 1'000, 3 * kMinuteMs);
  switch (world.random().Below(6)) {
    case 0: world.Crash(i, restart_ms); break;
    case 1:
    case 2: world.CrashAtWrite(i, 1 + world.random().Below(60), restart_ms); break;
    case 3: CutSomewhere(world); break;
    case 4: world.BackUp(i); break;
    default: PutBack(world, i); break;
  }
}

// Faults and news at random times; faults the more, the more nodes there are.
void Trouble(World& world, std::int64_t until_ms) {
  if (world.now_ms() >= until_ms) return;
  if (world.random().OneIn(3)) world.Publish(world.random().Below(world.origins()));
  if (world.random().OneIn(2)) {
    for (std::size_t i = 0; i < std::max<std::size_t>(world.size() / 50, 1); ++i) Strike(world);
  }
  world.After(Draw(world, 1'000, 20'000), [&world, until_ms] { Trouble(world, until_ms); });
}

// All origins say something, and everybody has it within a bounded time. A peer that a fork has
// stopped is asked why only while it holds less than was signed: so whose log was forked and is not
// repaired yet says something every minute, for a while. Time that a worker sleeps through, while
// another one of its mirror has no processor, brings nobody anything: it does not count.
void Settle(World& world, const WorldOptions& options) {
  const auto far = static_cast<std::int64_t>(std::min(world.size(), kFarthest));
  const auto longest_ms = options.service.pause_max_ms * 5 / 4 + far * kRoundMs +
                          (options.asks_first ? kMostNews * kMinuteMs : 0);
  for (std::size_t i = 0; i < world.origins(); ++i) world.Publish(i);
  std::int64_t run_ms = 0;
  int news = 1;
  while (!world.IsConverged() && run_ms < longest_ms) {
    world.RunFor(options.tick_ms);
    run_ms += options.tick_ms;
    if (news > kMostNews || run_ms < news * kMinuteMs) continue;
    ++news;
    for (std::size_t i = 0; i < world.origins(); ++i) {
      if (world.IsForked(i)) world.Publish(i);
    }
  }
  INFO(world.Lagging());
  REQUIRE(world.IsConverged());
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
                                  << " build-test/tests/test_simulation AskedForRun"
                                  << (scenario.has_content
                                          ? " (with content it may go another way: threads move it)"
                                          : ""));
  FakeRandom random(scenario.seed);
  const bool has_many = scenario.nodes > kManyNodes;
  WorldOptions options;
  options.seed = scenario.seed;
  options.origins = scenario.nodes < 5 ? 1 : 3;
  options.asks_first = !scenario.has_content;
  options.tick_ms = has_many ? 5'000 : 1'000;
  options.link.lost_in_1000 = 20;
  options.link.doubled_in_1000 = 20;
  if (scenario.has_content) {
    options.holds_content = true;
    options.service.mirrors_at_once = 2;
  }
  World world(MakeEdges(scenario.topology, scenario.nodes, random), options);
  SetConducts(world);
  const std::int64_t faults_ms = has_many ? 300'000 : 900'000;
  Trouble(world, world.now_ms() + faults_ms);
  world.RunFor(faults_ms + 5 * kMinuteMs);  // all that fell is up again, and no cut is left
  world.link().lost_in_1000 = world.link().doubled_in_1000 = 0;
  const auto stopped_ms = world.now_ms();
  Settle(world, options);
  const auto settled_after_ms = world.now_ms() - stopped_ms;
  if (scenario.has_content) {  // what failed often is tried after hours
    for (int hours = 0; hours < 8 && !world.HasAllContent(); ++hours) world.RunFor(60 * kMinuteMs);
    REQUIRE(world.HasAllContent());
  }
  std::size_t least_reached = world.size();
  for (std::size_t i = 0; i < world.origins(); ++i) {
    least_reached = std::min(least_reached, world.ProgressOf(i).reachable);
  }
  return {world.digest(), world.counts(), settled_after_ms, least_reached};
}

}  // namespace banyan::simulation
