#include "cli/table.h"

#include <algorithm>

#include "cli/text.h"
#include "storage/base/check.h"

namespace banyan::cli {
namespace {

constexpr std::string_view kGap = "  ";
constexpr std::size_t kNarrowest = 8;  // an elastic column keeps this much

std::string Pad(const std::string& cell, std::size_t width, bool right) {
  const std::string fill(width - std::min(width, DisplayWidth(cell)), ' ');
  return right ? fill + cell : cell + fill;
}

void TrimEnd(std::string& line) { line.erase(line.find_last_not_of(' ') + 1); }

}  // namespace

void Table::Add(std::vector<std::string> cells) {
  ENSURE(cells.size() == columns_.size());
  for (auto& cell : cells) cell = Printable(cell);
  rows_.push_back(std::move(cells));
}

std::vector<std::size_t> Table::Widths(std::size_t columns) const {
  std::vector<std::size_t> widths;
  std::size_t total = kGap.size() * (columns_.size() - 1);
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    std::size_t width = DisplayWidth(columns_[i].heading);
    for (const auto& row : rows_) width = std::max(width, DisplayWidth(row[i]));
    widths.push_back(width);
    total += width;
  }
  while (total > columns) {  // take from the widest elastic column, a step at a time
    std::size_t* widest = nullptr;
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      const bool gives = columns_[i].elastic && widths[i] > kNarrowest;
      if (gives && (widest == nullptr || widths[i] > *widest)) widest = &widths[i];
    }
    if (widest == nullptr) break;
    --*widest;
    --total;
  }
  return widths;
}

std::string Table::ForTerminal(std::size_t columns) const {
  const auto widths = Widths(columns);
  std::string out;
  const auto add = [&](std::size_t i, const std::string& cell) {
    if (i > 0) out += kGap;
    out +=
        Pad(columns_[i].elastic ? FitWidth(cell, widths[i]) : cell, widths[i], columns_[i].right);
  };
  for (std::size_t i = 0; i < columns_.size(); ++i) add(i, columns_[i].heading);
  TrimEnd(out);
  out += '\n';
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) add(i, row[i]);
    TrimEnd(out);
    out += '\n';
  }
  return out;
}

std::string Table::ForPipe() const {
  std::string out;
  for (const auto& row : rows_) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) out += '\t';
      out += row[i];
    }
    out += '\n';
  }
  return out;
}

}  // namespace banyan::cli
