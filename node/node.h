#pragma once
// A running node: opens its data directory, serves HTTP, does background work. Several can run in
// one process, each with a directory of its own.
//
// Start:  data directory (lock, seed, catalog, content) ─▶ routes ─▶ server ─▶ jobs
// Stop:   who waits for a file leaves ─▶ no new connections ─▶ running requests end or are cut
//         ─▶ fetching ends ─▶ jobs end ─▶ figures are flushed ─▶ content and catalog close ─▶ lock
//         is released

#include <cstdint>
#include <memory>

#include "node/config.h"
#include "storage/base/result.h"

namespace banyan {
class Clock;
class FileSystem;
class Random;
}  // namespace banyan

namespace banyan::node {

class DataDirectory;
class DemandedFiles;
class Follower;
class OwnLog;
class Router;
class WantDesk;

class Node {
 public:
  struct Seams {
    Clock& clock;
    Random& random;
    FileSystem& fs;
    FileSystem* shared_fs = nullptr;  // for what is made to be given away; nullptr: fs
  };
  // `config` is checked (LoadConfig). The node serves when this returns.
  static Result<std::unique_ptr<Node>> Start(const Seams& seams, const Config& config);
  ~Node();

  std::uint16_t port() const;
  DataDirectory& data();
  OwnLog& own_log();
  Follower& follower();
  DemandedFiles& demanded_files();
  WantDesk& desk();
  const Router& router() const;
  // Idempotent.
  void Stop(std::int64_t grace_ms);

 private:
  class Parts;
  explicit Node(std::unique_ptr<Parts> parts);

  const std::unique_ptr<Parts> parts_;
};

}  // namespace banyan::node
