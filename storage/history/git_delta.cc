#include "storage/history/git_delta.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>

namespace banyan::storage {
namespace {

constexpr std::size_t kOidBytes = 20;
constexpr std::size_t kMaxInsertBytes = 127;
constexpr std::size_t kMaxCopyBytes = 0xffff;  // what every reader takes

void PutSize(Bytes& out, std::size_t size) {
  for (; size >= 0x80; size >>= 7) out.push_back(static_cast<std::uint8_t>(size | 0x80));
  out.push_back(static_cast<std::uint8_t>(size));
}

std::size_t SizeOf(const std::vector<ByteView>& pieces) {
  return pieces.empty() ? 0
                        : static_cast<std::size_t>(pieces.back().data() + pieces.back().size() -
                                                   pieces.front().data());
}

// Only the bytes of offset and size that are not zero follow the command.
void PutCopy(Bytes& out, std::size_t offset, std::size_t size) {
  const std::size_t command_at = out.size();
  out.push_back(0x80);
  const auto put = [&](std::size_t value, unsigned bytes, unsigned first_flag) {
    for (unsigned i = 0; i < bytes; ++i) {
      const auto byte = static_cast<std::uint8_t>(value >> (8 * i));
      if (byte == 0) continue;
      out[command_at] = static_cast<std::uint8_t>(out[command_at] | (1u << (first_flag + i)));
      out.push_back(byte);
    }
  };
  put(offset, 4, 0);
  put(size, 2, 4);
}

// The instructions, neighbours joined.
class Instructions {
 public:
  explicit Instructions(Bytes begin) : out_(std::move(begin)) {}

  void Copy(std::size_t offset, std::size_t size) {
    Insert();
    if (copy_size_ > 0 && copy_from_ + copy_size_ == offset) {
      copy_size_ += size;
      return;
    }
    FlushCopy();
    copy_from_ = offset;
    copy_size_ = size;
  }
  void Add(ByteView bytes) {
    FlushCopy();
    new_.insert(new_.end(), bytes.begin(), bytes.end());
  }
  std::size_t size() const { return out_.size() + new_.size(); }
  Bytes Take() {
    FlushCopy();
    Insert();
    return std::move(out_);
  }

 private:
  void FlushCopy() {
    while (copy_size_ > 0) {
      const auto size = std::min(copy_size_, kMaxCopyBytes);
      PutCopy(out_, copy_from_, size);
      copy_from_ += size;
      copy_size_ -= size;
    }
  }
  void Insert() {
    for (std::size_t at = 0; at < new_.size(); at += kMaxInsertBytes) {
      const auto size = std::min(kMaxInsertBytes, new_.size() - at);
      out_.push_back(static_cast<std::uint8_t>(size));
      const auto from = new_.begin() + static_cast<std::ptrdiff_t>(at);
      out_.insert(out_.end(), from, from + static_cast<std::ptrdiff_t>(size));
    }
    new_.clear();
  }

  Bytes out_;
  Bytes new_;  // to be inserted
  std::size_t copy_from_ = 0;
  std::size_t copy_size_ = 0;
};

}  // namespace

std::vector<ByteView> TreePieces(ByteView tree) {
  std::vector<ByteView> pieces;
  for (std::size_t at = 0; at < tree.size();) {
    const auto rest = AsText(tree.subspan(at));
    const auto nul = rest.find('\0');
    if (nul == rest.npos || rest.size() - nul <= kOidBytes) return {tree};
    pieces.push_back(tree.subspan(at, nul + 1 + kOidBytes));
    at += pieces.back().size();
  }
  return pieces;
}

std::vector<ByteView> LinePieces(ByteView text) {
  std::vector<ByteView> pieces;
  for (std::size_t at = 0; at < text.size();) {
    const auto rest = AsText(text.subspan(at));
    const auto end = rest.find('\n');
    pieces.push_back(text.subspan(at, end == rest.npos ? rest.size() : end + 1));
    at += pieces.back().size();
  }
  return pieces;
}

std::optional<Bytes> MakeGitDelta(const std::vector<ByteView>& before,
                                  const std::vector<ByteView>& after) {
  const std::size_t base_size = SizeOf(before);
  const std::size_t size = SizeOf(after);
  if (base_size == 0 || size == 0 || base_size > UINT32_MAX) return std::nullopt;
  std::unordered_map<std::string_view, std::size_t> places;
  for (const auto& piece : before) {
    places.emplace(AsText(piece), static_cast<std::size_t>(piece.data() - before[0].data()));
  }
  Bytes begin;
  PutSize(begin, base_size);
  PutSize(begin, size);
  Instructions instructions(std::move(begin));
  for (const auto& piece : after) {
    const auto found = places.find(AsText(piece));
    if (found != places.end()) {
      instructions.Copy(found->second, piece.size());
    } else {
      instructions.Add(piece);
    }
    if (instructions.size() * 2 >= size) return std::nullopt;
  }
  Bytes made = instructions.Take();
  if (made.size() * 2 >= size) return std::nullopt;
  return made;
}

}  // namespace banyan::storage
