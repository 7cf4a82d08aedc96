/// Typed, checked access to one TOML table that collects every fault instead of stopping at the
/// first. Internal to the config library.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#ifndef TOML_EXCEPTIONS
#define TOML_EXCEPTIONS 0
#endif
#include <toml++/toml.h>

namespace cohort::config {

/// The faults of one file, each with its line.
class Faults {
 public:
  explicit Faults(std::string file) : file_(std::move(file)) {}

  void add(std::uint32_t line, std::string_view key, std::string_view what,
           std::string_view allowed);
  bool empty() const { return faults_.empty(); }
  /// One line for each fault, ordered by line.
  std::string text() const;

 private:
  std::string file_;
  std::vector<std::pair<std::uint32_t, std::string>> faults_;
};

/// One table of the file. Ask for every key that is allowed, then call finish(), which reports the
/// keys that nobody asked for.
class TableReader {
 public:
  /// `prefix` is the table's own key, for example "sites[2]"; empty at the top.
  TableReader(const toml::table& table, std::string prefix, Faults& faults);

  /// The value, or nothing with a fault noted where it is absent or wrong.
  std::optional<std::string> text(std::string_view key, std::string_view allowed);
  std::optional<std::int64_t> integer(std::string_view key, std::int64_t least, std::int64_t most);
  std::optional<double> real(std::string_view key, double least, double most);
  std::optional<std::vector<std::int64_t>> integers(std::string_view key, std::string_view allowed);
  std::optional<std::vector<std::string>> texts(std::string_view key, std::string_view allowed);
  std::optional<bool> flag(std::string_view key);
  const toml::table* table(std::string_view key, std::string_view allowed);
  /// The tables of an array of tables; empty where it is absent or wrong.
  std::vector<const toml::table*> tables(std::string_view key, std::string_view allowed);

  bool has(std::string_view key);
  /// The line of a key, or of the table where the key is absent.
  std::uint32_t line(std::string_view key) const;
  std::string full_key(std::string_view key) const;
  void fault(std::string_view key, std::string_view what, std::string_view allowed);
  /// Notes a fault for each key that was never asked for.
  void finish();

 private:
  template <typename Value>
  std::optional<std::vector<Value>> list(std::string_view key, std::string_view allowed);
  const toml::node* find(std::string_view key, std::string_view allowed);

  const toml::table& table_;
  std::string prefix_;
  Faults& faults_;
  std::set<std::string, std::less<>> known_;
};

}  // namespace cohort::config
