#include "platform/base/ids.h"

namespace cohort {

std::string to_string(SiteLife life) {
  return std::to_string(life.site.value) + "." + std::to_string(life.incarnation.value);
}

std::string to_string(ProcessId process) {
  if (!process.valid()) return "none";
  return to_string(process.life()) + "/" + std::to_string(process.counter());
}

std::string to_string(GroupId group) {
  if (!group.valid()) return "none";
  return "group " + std::to_string(group.counter());
}

}  // namespace cohort
