#pragma once
// A revision in memory for metadata readers.

#include <map>
#include <string>

#include "storage/history/revision_view.h"

namespace banyan {

class RevisionFiles {
 public:
  RevisionFiles& Add(const std::string& path, std::string_view content) {
    contents_[path] = Bytes(content.begin(), content.end());
    return *this;
  }
  RevisionFiles& Add(const std::string& path, const Bytes& content) {
    return Add(path, AsText(content));
  }
  // Listed, but reading it gives this error.
  RevisionFiles& AddBroken(const std::string& path, Errc code) {
    broken_.emplace(path, code);
    return *this;
  }
  // Valid while this object lives.
  storage::RevisionView View() const {
    storage::RevisionView view;
    for (const auto& [path, content] : contents_) view.files.push_back({path, content.size()});
    for (const auto& [path, code] : broken_) view.files.push_back({path, 1000});
    view.read = [this](const std::string& path, std::uint64_t offset,
                       std::uint64_t size) -> Result<Bytes> {
      if (const auto it = broken_.find(path); it != broken_.end()) {
        return Error(it->second, "broken");
      }
      const auto& content = contents_.at(path);
      ENSURE(offset <= content.size() && size <= content.size() - offset);
      const auto begin = content.begin() + static_cast<std::ptrdiff_t>(offset);
      return Bytes(begin, begin + static_cast<std::ptrdiff_t>(size));
    };
    return view;
  }

 private:
  std::map<std::string, Bytes> contents_;
  std::map<std::string, Errc> broken_;
};

}  // namespace banyan
