#pragma once
// Rows for people and for pipes: on a terminal aligned under a heading and cut to its width; else
// one row a line, whole values separated by tabs, without a heading.

#include <string>
#include <vector>

namespace banyan::cli {

struct Column {
  std::string heading;
  bool right = false;    // align numbers to the right
  bool elastic = false;  // give way when the terminal is too narrow
};

class Table {
 public:
  explicit Table(std::vector<Column> columns) : columns_(std::move(columns)) {}
  // One cell per column; cells are made Printable.
  void Add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }

  std::string ForTerminal(std::size_t columns) const;
  std::string ForPipe() const;

 private:
  std::vector<std::size_t> Widths(std::size_t columns) const;

  std::vector<Column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace banyan::cli
