#pragma once
// The examples of a page of the API: a block "```http request" and right after it a block
// "```http response". Words after that say more:
//   hex        the body is written as hex digits; from "#" to the end of a line is a remark
//   repeated   the request is sent until the answer fits, a few seconds at most

#include <string>
#include <string_view>
#include <vector>

#include "node/http/http_types.h"

namespace banyan::node {

struct HttpBlock {
  std::size_t line = 0;  // of the page, where the block opens
  std::string start;     // the first line of the message
  HeaderList headers;
  std::string body;  // without the end of its last line; bytes when it was written as hex
  bool is_hex = false;
  bool is_repeated = false;
};

struct HttpExample {
  std::string page;
  HttpBlock request;
  HttpBlock response;
};

// In document order. Invalid with page and line for blocks that are no pairs or no messages.
Result<std::vector<HttpExample>> ReadExamples(const std::string& page, std::string_view text);

}  // namespace banyan::node
