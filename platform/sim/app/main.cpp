#include <cstdio>
#include <cstdlib>
#include "platform/sim/run.h"
int main(int argc, char** argv) {
  const unsigned long a = std::strtoul(argv[1], nullptr, 10);
  const unsigned long b = std::strtoul(argv[2], nullptr, 10);
  for (unsigned long s = a; s <= b; ++s) {
    cohort::sim::RunSettings settings;
    settings.seed = s;
    if (argc > 3) settings.profile = argv[3];
    if (argc > 4) settings.trace_sink = [](const std::string& l) { std::puts(l.c_str()); };
    std::fprintf(stderr, "seed %lu\n", s);
    auto r = cohort::sim::run_seed(settings);
    std::printf(
        "seed %lu sites %u events %lu steps %lu ms %ld sv %lu gv %lu del %lu crash %lu pc %lu fs "
        "%lu part %lu viol %zu digest %lx\n",
        s, r.sites, r.events, r.steps, r.virtual_ms, r.site_views, r.group_views, r.deliveries,
        r.counts.site_crashes, r.counts.process_crashes, r.counts.fail_stops, r.counts.partitions,
        r.violations.size(), r.digest);
    for (auto& v : r.violations) std::printf("%s\n", cohort::sim::checkers::to_text(v).c_str());
    std::fflush(stdout);
  }
}
