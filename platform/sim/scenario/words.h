/// The words of one line of a scenario, read from left to right. The first thing that is wrong
/// stays; what is read after it has no meaning.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "platform/base/ids.h"
#include "platform/base/time.h"
#include "platform/sim/action.h"

namespace cohort::sim {

class Words {
 public:
  /// Splits at blanks; "a text in quotes" is one word; '#' begins a comment; a ':' at the end of a
  /// word is a word of its own.
  explicit Words(std::string_view line);

  bool empty() const { return at_ >= words_.size(); }
  /// The next word, without taking it; empty at the end.
  const std::string& peek(std::size_t ahead = 0) const;
  std::string take();
  /// Takes the next word if it is this one.
  bool accept(std::string_view word);
  /// Takes the next word, which must be this one.
  void demand(std::string_view word);
  bool has(std::string_view word) const;

  std::string name(const char* what);
  std::vector<std::string> names_until(std::initializer_list<std::string_view> ends);
  std::int64_t integer(const char* what);
  Duration duration(const char* what);
  double share(const char* what);
  SiteId site();
  std::vector<SiteId> sites();
  /// "1-2", "1->2", "2->1 3-4" up to a word that is none of these.
  std::vector<Direction> directions();

  void fail(std::string what);
  bool failed() const { return !error_.empty(); }
  const std::string& error() const { return error_; }
  /// Nothing may follow.
  void end();

 private:
  std::vector<std::string> words_;
  std::size_t at_ = 0;
  std::string error_;
};

}  // namespace cohort::sim
