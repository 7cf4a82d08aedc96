#include <string>
#include <variant>
#include <vector>

#include "services/cli/invocation.h"
#include "services/cli/session.h"

int main(int argc, char** argv) {
  using namespace cohort::cli;
  const auto parsed = parse_command_line(std::vector<std::string>(argv + 1, argv + argc));
  if (const auto* answered = std::get_if<Answered>(&parsed)) {
    std::FILE* const to = answered->exit == Exit::kOk ? stdout : stderr;
    if (answered->exit != Exit::kOk) std::fputs("cohort: ", to);
    std::fputs(answered->text.c_str(), to);
    return static_cast<int>(answered->exit);
  }
  Printer printer(stdout, stderr);
  return static_cast<int>(run(std::get<Invocation>(parsed), printer));
}
