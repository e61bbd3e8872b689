// http_bench_server FILE [CERTIFICATE KEY]: serves /file from a mapping of FILE and /json, takes
// PUT /sink, prints the port it listens on, and ends when its standard input does.
#include <cstdio>
#include <string>

#include "node/http/http_server.h"
#include "node/http/router.h"
#include "storage/base/file_system.h"

using namespace banyan;
using namespace banyan::node;

int main(int argc, char** argv) {
  if (argc != 2 && argc != 4) return 2;
  auto file = DiskFileSystem().Open(argv[1], OpenMode::Read);
  if (!file) return 1;
  auto mapped = (*file)->Map();
  if (!mapped) return 1;
  const std::shared_ptr<Mapping> mapping = *std::move(mapped);

  Router router;
  router.Add("GET", "/file", [&](Request&, Response& response) {
    response.headers.Set("Content-Type", "application/octet-stream");
    response.producer = MappedBody(mapping->bytes(), mapping);
  });
  router.Add("GET", "/json", [](Request&, Response& response) {
    response.SetText("application/json", R"({"name":"banyan","items":[1,2,3,4,5,6,7,8]})");
  });
  router.Add("PUT", "/sink",
             [](Request& request, Response&) {
               Bytes buffer(256u << 10);
               for (;;) {
                 const auto count = request.ReadBody(buffer);
                 if (!count || *count == 0) break;
               }
             },
             {.max_body_bytes = 1ull << 40});
  HttpServerOptions options;
  if (argc == 4) {
    options.certificate_file = argv[2];
    options.key_file = argv[3];
  }
  auto server = HttpServer::Start(
      options, SystemClock(), SystemRandom(),
      [&](Request& request, Response& response) { router.Dispatch(request, response); });
  if (!server) {
    std::fprintf(stderr, "%s\n", server.error().message().c_str());
    return 1;
  }
  std::printf("%d\n", (*server)->port());
  std::fflush(stdout);
  while (std::getchar() != EOF) {
  }
  (*server)->Stop(1000);
  return 0;
}
