#include "lab/driver/scenario.h"

#include <fmt/format.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>

#include "lab/driver/network.h"

namespace cohort::lab {

namespace {

bool in_path(const std::string& program) {
  const char* given = std::getenv("PATH");
  const std::string path = std::string(given ? given : "") + ":/usr/sbin:/sbin";
  for (std::size_t from = 0; from <= path.size();) {
    const std::size_t end = std::min(path.find(':', from), path.size());
    const std::string file = path.substr(from, end - from) + "/" + program;
    if (access(file.c_str(), X_OK) == 0) return true;
    from = end + 1;
  }
  return false;
}

std::string missing(Need need) {
  switch (need) {
    case Need::kLoss:
      return in_path("nft") ? "" : "the program nft (package nftables)";
    case Need::kTracer:
      return in_path("strace") ? "" : "the program strace (package strace)";
    case Need::kSmallDisk: {
      char folder[] = "/tmp/cohort-lab-XXXXXX";
      if (!mkdtemp(folder)) return "a folder in /tmp";
      const bool mounted = mount("lab", folder, "tmpfs", 0, "size=64k") == 0;
      if (mounted) umount2(folder, MNT_DETACH);
      rmdir(folder);
      return mounted ? "" : "the right to mount a tmpfs";
    }
  }
  return "";
}

}  // namespace

std::vector<Scenario> all_scenarios() {
  std::vector<Scenario> all;
  add_start_scenarios(all);
  add_process_scenarios(all);
  add_network_scenarios(all);
  add_proxy_scenarios(all);
  add_host_scenarios(all);
  return all;
}

std::string what_is_missing(const Scenario& scenario) {
  if (const auto may = may_make_namespaces(); !may) return may.error().text;
  if (!in_path("ip")) return "the program ip (package iproute2)";
  if (!in_path("nft")) return missing(Need::kLoss);
  for (const Need need : scenario.needs) {
    if (std::string text = missing(need); !text.empty()) return text;
  }
  return "";
}

}  // namespace cohort::lab
