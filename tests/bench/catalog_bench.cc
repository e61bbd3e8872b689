// Lists, filters and search over a large catalog: bench_catalog [repositories, default 10000]
// [files in all, default 1000000] [data directory to fill]. Prints p50 and p99 of each kind of
// request in milliseconds of one reader, and how long opening takes. With a third argument it only
// fills that directory, which a node made that does not run.

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <random>

#include "storage/catalog/repository_head.h"
#include "storage/catalog/repository_search.h"
#include "storage/catalog/schema.h"
#include "storage/content/chunk.h"
#include "storage/content/content_store.h"
#include "storage/history/branches.h"
#include "storage/history/commit.h"
#include "storage/metadata/search_text.h"
#include "tests/support/temp_directory.h"

namespace banyan::storage {
namespace {

constexpr int kNamespaces = 200;
constexpr int kRequests = 300;
constexpr std::size_t kPage = 30;

using Engine = std::mt19937_64;

// Processor time of this thread, so that other programs disturb less; every page is in memory.
double NowMs() {
  timespec now{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e3 + static_cast<double>(now.tv_nsec) / 1e6;
}

// From 0 to just below 1.
double Unit(Engine& engine) { return static_cast<double>(engine() >> 11) * 0x1p-53; }
bool Chance(Engine& engine, double share) { return Unit(engine) < share; }
// A number below `end`, small ones far more often (roughly Zipf).
std::size_t Skewed(Engine& engine, std::size_t end) {
  const double at = std::pow(static_cast<double>(end), Unit(engine)) - 1;
  return std::min(end - 1, static_cast<std::size_t>(at));
}
// Two to five syllables, as different words as a language has.
std::string Word(std::size_t number) {
  std::uint64_t hash = (number + 1) * 0x9E3779B97F4A7C15u;
  std::string word;
  for (std::size_t syllables = 2 + hash % 4; syllables > 0; --syllables, hash >>= 8) {
    word += "bcdfghjklmnprstvwz"[(hash >> 40) % 18];
    word += "aeiouy"[(hash >> 44) % 6];
  }
  return word;
}
std::string Han(std::size_t number) {
  std::string out;
  const auto c = static_cast<unsigned>(0x4E00 + number);
  for (const unsigned byte : {0xE0 | c >> 12, 0x80 | (c >> 6 & 0x3F), 0x80 | (c & 0x3F)}) {
    out.push_back(static_cast<char>(byte));
  }
  return out;
}

const std::vector<std::string> kTasks = {"text-generation", "text-classification",  "image-to-text",
                                         "fill-mask",       "token-classification", "translation"};
const std::vector<std::string> kLibraries = {"transformers", "diffusers", "gguf", "keras"};
const std::vector<std::string> kLicences = {"Apache-2.0", "MIT", "CC-BY-4.0", "GPL-3.0-only"};

RepositoryHead RandomHead(Engine& engine, std::size_t number) {
  RepositoryHead head;
  head.bytes = engine() % 100'000'000'000;
  head.files = 100;
  head.task = kTasks[Skewed(engine, kTasks.size())];
  head.library = kLibraries[Skewed(engine, kLibraries.size())];
  head.licence = kLicences[Skewed(engine, kLicences.size())];
  if (Chance(engine, 0.7)) head.parameters = engine() % 100'000'000'000;
  head.languages = {Chance(engine, 0.6) ? "en" : "zh"};
  head.tags = {"region:us", "arxiv:" + std::to_string(number % 3000)};
  if (Chance(engine, 0.7)) head.tags.push_back("safetensors");
  if (Chance(engine, 0.55)) head.tags.push_back("pytorch");
  if (Chance(engine, 0.5)) head.tags.push_back("endpoints_compatible");
  for (int i = 0; i < 5; ++i) head.tags.push_back("tag" + std::to_string(Skewed(engine, 2000)));
  head.metadata = "{\"description\":\"" + std::string(2000, 'x') + "\"}";
  head.search_text = "this model was trained on data";
  for (int i = 0; i < 200; ++i) head.search_text += " " + Word(Skewed(engine, 20000));
  for (int i = 0; i < 200; ++i) head.search_text += Han(Skewed(engine, 3000));
  head.search_text = IndexText(head.search_text);
  return head;
}

void Must(const Status& status) {
  if (status) return;
  std::fprintf(stderr, "bench_catalog: %s\n", status.error().message().c_str());
  std::exit(1);
}

// Places for the bytes of files, as in the packs that a node of this size has. No disk has these
// packs: nothing that a start, a list or a search does reads them.
class Places {
 public:
  Recipe Next(std::uint32_t chunks) {
    Recipe recipe;
    while (chunks > 0) {
      const auto count = std::min(chunks, kPackChunks - chunk_);
      recipe.terms.push_back({pack_, chunk_, count, std::uint64_t{count} * kTargetChunkBytes});
      chunks -= count;
      chunk_ += count;
      if (chunk_ < kPackChunks) continue;
      ++pack_;
      chunk_ = 0;
    }
    return recipe;
  }

 private:
  static constexpr std::uint32_t kPackChunks = 1024;  // 64 MiB
  PackId pack_ = 1000;                                // real ones, of small files, come before
  std::uint32_t chunk_ = 0;
};

// Fills a catalog as a node does it: accounts, repositories with two commits, files as LFS pointers
// in folders, some tags. Their cards are written by the node at its next start.
class Filler {
 public:
  Filler(Database& database, ContentStore& store) : database_(database), store_(store) {}

  void AddUsers() {
    Must(database_.Write([](Connection& connection) -> Status {
      for (int i = 0; i < kNamespaces; ++i) {
        TRY(CreateUser(connection, {"user" + std::to_string(i), "", false}, 1));
      }
      return Ok();
    }));
  }

  Status AddRepository(std::size_t number, std::size_t files) {
    NewRepository made;
    made.id = {Chance(engine_, 0.8) ? RepositoryKind::Model : RepositoryKind::Dataset,
               "user" + std::to_string(Skewed(engine_, kNamespaces)),
               Word(Skewed(engine_, 20000)) + "-" + std::to_string(number)};
    made.is_private = Chance(engine_, 0.1);
    CommitRequest request;
    request.branch = "main";
    request.author = {made.id.owner, made.id.owner + "@example.org"};
    request.message = "Upload";
    request.time_ms = static_cast<std::int64_t>(1'700'000'000'000 + number * 1000);
    FirstCommit first;
    first.kind = made.id.kind;
    first.author = request.author;
    first.time_ms = request.time_ms;
    auto change = TRY(PrepareFirstCommit(database_, store_, first));
    EnterOptions options;
    options.now_ms = request.time_ms;
    TRY(database_.Write([&](Connection& connection) -> Status {
      const auto created = TRY(CreateRepository(connection, SystemRandom(), made, options.now_ms));
      request.repository = created.repository.row;
      TRY(EnterChange(connection, request.repository, change, options));
      return AddFiles(connection, request, files);
    }));
    const auto updated_ms = request.time_ms + static_cast<std::int64_t>(engine_() % 1'000'000'000);
    options.entered = [&](Connection& connection, const EnteredChange& entered) {
      return Describe(connection, entered, number, updated_ms);
    };
    TRY(Commit(database_, store_, request, options));
    if (!Chance(engine_, 0.1)) return Ok();
    options.entered = nullptr;
    const NewTag tag{"v1", "main", "", request.author, request.time_ms};
    return CreateTag(database_, store_, request.repository, tag, options);
  }

 private:
  Status AddFiles(Connection& connection, CommitRequest& request, std::size_t files) {
    for (std::size_t i = 0; i < files; ++i) {
      const auto chunks = static_cast<std::uint32_t>(1 + engine_() % 31);
      FileContent file;
      file.sha256 = HashSha256(AsBytes(std::to_string(files_++)));
      file.hash = FileHash::FromRaw(file.sha256.bytes());
      file.size_bytes = std::uint64_t{chunks} * kTargetChunkBytes;
      file.chunk_count = chunks;
      file.recipe = places_.Next(chunks);
      file.row = TRY(RecordFile(connection, file, request.time_ms));
      TRY(HoldFile(connection, request.repository, file, Holding::Uploaded, request.time_ms));
      const auto path = "part-" + std::to_string(i / 20) + "/shard-" + std::to_string(i) + ".bin";
      request.operations.push_back(AddUploaded{path, std::move(file)});
    }
    return Ok();
  }

  Status Describe(Connection& connection, const EnteredChange& entered, std::size_t number,
                  std::int64_t updated_ms) {
    auto head = RandomHead(engine_, number);
    head.commit = entered.head.value().commit;
    head.bytes = entered.head->bytes;
    head.files = entered.head->files;
    TRY(SetRepositoryHead(connection, entered.repository, head, updated_ms));
    return connection.Execute("UPDATE repository SET downloads = ? WHERE id = ?",
                              Skewed(engine_, 1'000'000), entered.repository);
  }

  Database& database_;
  ContentStore& store_;
  Engine engine_{1};
  Places places_;
  std::size_t files_ = 0;
};

struct Request {
  const char* name;
  std::function<RepositoryQuery(Engine&)> make;
};

std::string OneOf(Engine& engine, const std::vector<std::string>& from) {
  return from[engine() % from.size()];
}

std::vector<Request> Requests() {
  const auto with = [](const std::function<void(RepositoryQuery&, Engine&)>& set) {
    return [set](Engine& engine) {
      RepositoryQuery query;
      query.limit = kPage;
      query.sort = static_cast<SortKey>(engine() % 4);
      set(query, engine);
      return query;
    };
  };
  const auto search = [&](const std::function<std::string(Engine&)>& words) {
    return with([words](RepositoryQuery& q, Engine& e) { q.search = words(e); });
  };
  return {
      {"list", with([](RepositoryQuery& q, Engine& e) { q.ascending = e() % 2 == 0; })},
      {"list, 500 a page", with([](RepositoryQuery& q, Engine&) { q.limit = 500; })},
      {"author", with([](RepositoryQuery& q, Engine& e) {
         q.author = "user" + std::to_string(e() % kNamespaces);
       })},
      {"task, licence, library", with([](RepositoryQuery& q, Engine& e) {
         q.task = OneOf(e, kTasks);
         q.licence = OneOf(e, kLicences);
         q.library = OneOf(e, kLibraries);
       })},
      {"parameters only", with([](RepositoryQuery& q, Engine& e) {
         q.parameters.min = e() % 100'000'000'000;
         q.parameters.max = *q.parameters.min + 1'000'000'000;
       })},
      {"one tag",
       with([](RepositoryQuery& q, Engine& e) { q.tags = {"tag" + std::to_string(e() % 2000)}; })},
      {"two common tags", with([](RepositoryQuery& q, Engine&) {
         q.tags = {"safetensors", "pytorch"};
       })},
      {"common and rare tag", with([](RepositoryQuery& q, Engine& e) {
         q.tags = {"safetensors", "tag" + std::to_string(500 + e() % 1500)};
       })},
      {"four tags", with([](RepositoryQuery& q, Engine& e) {
         q.tags = {"safetensors", "pytorch", "tag" + std::to_string(e() % 10)};
         q.languages = {"zh"};
       })},
      {"search: rare word", search([](Engine& e) { return Word(1000 + e() % 19000); })},
      {"search: word in all", search([](Engine&) { return std::string("model"); })},
      {"search: two words",
       search([](Engine& e) { return Word(e() % 100) + " " + Word(e() % 1000); })},
      {"search: two letters", search([](Engine& e) { return Word(e() % 1000).substr(0, 2); })},
      {"search: three letters", search([](Engine& e) { return Word(e() % 1000).substr(0, 3); })},
      {"search: phrase in all", search([](Engine&) { return std::string("trained-on-data"); })},
      {"search: two Han, common", search([](Engine& e) { return Han(e() % 8) + Han(e() % 8); })},
      {"search: two Han, any", search([](Engine& e) { return Han(e() % 3000) + Han(e() % 3000); })},
      {"search and tags", with([](RepositoryQuery& q, Engine& e) {
         q.search = Word(e() % 50);
         q.tags = {"safetensors", "pytorch"};
       })},
      {"search and rare filter", with([](RepositoryQuery& q, Engine& e) {
         q.search = "model";
         q.parameters.min = 99'900'000'000;
         q.tags = {"tag" + std::to_string(e() % 2000)};
       })},
  };
}

void Measure(Database& database, const Request& request) {
  Engine engine(7);
  std::vector<double> took_ms;
  std::size_t items = 0;
  for (int i = 0; i < kRequests; ++i) {
    auto query = request.make(engine);
    auto lease = database.Read();
    Must(lease ? Ok() : Status(lease.error()));
    Caller caller;
    if (i % 2 == 1) caller.user = 1 + static_cast<std::int64_t>(engine() % kNamespaces);
    const double start_ms = NowMs();
    const auto page = SearchRepositories(**lease, caller, query);
    took_ms.push_back(NowMs() - start_ms);
    Must(page ? Ok() : Status(page.error()));
    items += page->items.size();
  }
  std::sort(took_ms.begin(), took_ms.end());
  std::printf("%-26s %8.2f %8.2f %8.1f\n", request.name, took_ms[kRequests / 2],
              took_ms[kRequests * 99 / 100], static_cast<double>(items) / kRequests);
  std::fflush(stdout);
}

std::unique_ptr<Database> Open(const std::string& path) {
  auto database = Database::Open({path, ""});
  Must(database ? Ok() : Status(database.error()));
  Must(Migrate(**database));
  return *std::move(database);
}

// `directory` has the catalog, and the packs of what is small.
void Fill(Database& database, const std::string& directory, std::size_t repositories,
          std::size_t files) {
  auto store = ContentStore::Open(SystemClock(), DiskFileSystem(), database, {directory, 0});
  Must(store ? Ok() : Status(store.error()));
  Filler filler(database, **store);
  filler.AddUsers();
  for (std::size_t i = 0; i < repositories; ++i) {
    Must(filler.AddRepository(i, files / repositories));
  }
}

void Run(std::size_t repositories, std::size_t files) {
  const TempDirectory directory;
  const auto path = directory.Join("catalog.db");
  double start_ms = NowMs();
  Fill(*Open(path), directory.path(), repositories, files);
  std::printf("%zu repositories, %zu files: filled in %.0f s\n", repositories, files,
              (NowMs() - start_ms) / 1000);
  start_ms = NowMs();
  auto database = Open(path);
  std::printf("opened in %.0f ms\n%-26s %8s %8s %8s\n", NowMs() - start_ms, "", "p50 ms", "p99 ms",
              "a page");
  for (const auto& request : Requests()) Measure(*database, request);
}

}  // namespace
}  // namespace banyan::storage

int main(int argc, char** argv) {
  using namespace banyan::storage;
  const auto number = [&](int at, std::size_t otherwise) {
    return argc > at ? static_cast<std::size_t>(std::strtoull(argv[at], nullptr, 10)) : otherwise;
  };
  const auto repositories = number(1, 10'000);
  const auto files = number(2, 1'000'000);
  if (argc > 3) {
    const std::string directory = argv[3];
    Fill(*Open(directory + "/catalog.db"), directory, repositories, files);
  } else {
    Run(repositories, files);
  }
}
