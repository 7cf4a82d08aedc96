#include "platform/core/inspector.h"

namespace cohort::core {

using wire::Message;

Message Inspector::answer(const wire::Inspect& question) const {
  if (question.what == "sites") return sites();
  if (question.what == "groups") return groups();
  if (question.what == "links") return links();
  if (question.what == "statistics") return statistics();
  if (question.what == "why-left") return why_left(question.argument);
  Message message;
  message.set("error", "unknown question \"" + question.what +
                           "\": ask sites, groups, links, statistics or why-left");
  return message;
}

Message Inspector::sites() const {
  const ViewBasis& basis = views.basis();
  Message::List members;
  for (std::size_t rank = 0; rank < basis.members.size(); ++rank) {
    Message member;
    member.set("site", std::int64_t{basis.members[rank].site.value});
    member.set("incarnation", std::int64_t{basis.members[rank].incarnation.value});
    member.set("rank", static_cast<std::int64_t>(rank));
    members.push_back(std::move(member));
  }
  const bool serving = basis.operational && plane.has_table() && detector.lease_valid(context.now);
  Message message;
  message.set("view", basis.number).set("members", std::move(members));
  message.set("epoch", plane.epochs().delivered()).set("serving", serving);
  message.set("state", !basis.operational ? "joining" : serving ? "serving" : "blocked");
  message.set("self", to_string(context.self));
  message.set("plant_version", basis.plant.version);
  message.set("hosts", hosts()).set("timers", timers());
  Message::List forced;
  for (const wire::Override& override_record : basis.overrides) {
    Message entry;
    entry.set("view", override_record.view);
    entry.set("text", std::string_view(override_record.text));
    forced.push_back(std::move(entry));
  }
  message.set("overrides", std::move(forced));
  return message;
}

Message::List Inspector::hosts() const {
  Message::List hosts;
  for (const wire::Host& host : views.basis().plant.hosts) {
    Message entry;
    entry.set("site", std::int64_t{host.site.value}).set("name", std::string_view(host.name));
    entry.set("witness", host.witness);
    Message::List paths_to;
    for (std::size_t path = 0; path < host.endpoints.size(); ++path) {
      Message each;
      each.set("address", std::string_view(host.endpoints[path].address));
      each.set("port", std::int64_t{host.endpoints[path].port});
      if (host.site != context.self.site) {
        const PathBook::Path known = paths.path(host.site, path);
        each.set("up", known.up()).set("carries", known.carries());
        each.set("reason", std::string_view(known.reason()));
      }
      paths_to.push_back(std::move(each));
    }
    entry.set("paths", std::move(paths_to));
    hosts.push_back(std::move(entry));
  }
  return hosts;
}

Message::List Inspector::timers() const {
  Message::List timers;
  for (const TimerRule& rule : timer_rules()) {
    Message entry;
    entry.set("name", rule.name).set("value_ms", to_millis(context.timers.*(rule.place)));
    entry.set("default_ms", to_millis(Timers{}.*(rule.place)));
    entry.set("least_ms", rule.least_ms).set("most_ms", rule.most_ms);
    timers.push_back(std::move(entry));
  }
  return timers;
}

Message Inspector::groups() const {
  Message::List groups;
  for (const auto& [id, group] : plane.table().groups()) {
    Message::List members;
    for (ProcessId process : group.members) {
      Message member;
      member.set("process", process);
      members.push_back(std::move(member));
    }
    Message entry;
    entry.set("id", id).set("name", std::string_view(group.name));
    entry.set("view", group.view_number).set("members", std::move(members));
    groups.push_back(std::move(entry));
  }
  Message message;
  message.set("groups", std::move(groups));
  return message;
}

Message Inspector::links() const {
  Message::List links;
  for (const SiteLife& member : views.basis().members) {
    if (member == context.self) continue;
    Message link;
    link.set("site", std::int64_t{member.site.value});
    link.set("control", sessions.up(member.site, Channel::kControl));
    link.set("data", sessions.up(member.site, Channel::kData));
    link.set("transfer", sessions.up(member.site, Channel::kTransfer));
    link.set("last_heard_ms", detector.silent_for_ms(member.site, context.now));
    link.set("suspected", detector.suspected(member.site));
    link.set("evidence", std::string_view(detector.evidence(member.site)));
    links.push_back(std::move(link));
  }
  Message message;
  message.set("links", std::move(links));
  return message;
}

Message Inspector::statistics() const {
  std::uint64_t received = 0;
  std::uint64_t kept = 0;
  for (std::size_t origin = 0; origin < plane.multicast().sites(); ++origin) {
    const Stream& stream = plane.multicast().stream(origin);
    received += stream.received();
    kept += stream.received() - stream.floor();
  }
  Message message;
  message.set("view", views.basis().number).set("epoch", plane.epochs().delivered());
  message.set("received_in_view", received).set("kept", kept);
  message.set("order_received", plane.order().received());
  message.set("order_passed", plane.order().passed());
  message.set("unstable_bytes", static_cast<std::uint64_t>(plane.multicast().unstable_bytes()));
  message.set("changes_owed", static_cast<std::uint64_t>(plane.epochs().owed().size()));
  return message;
}

Message Inspector::why_left(const std::string& site) const {
  Message::List departures;
  for (const auto& [view, removal] : views.removals()) {
    if (!site.empty() && std::to_string(removal.site.site.value) != site) continue;
    Message departure;
    departure.set("site", std::int64_t{removal.site.site.value});
    departure.set("incarnation", std::int64_t{removal.site.incarnation.value});
    departure.set("view", view);
    departure.set("cause", to_string(removal.cause));
    departure.set("reason", std::string_view(removal.reason));
    departures.push_back(std::move(departure));
  }
  Message message;
  message.set("site", std::string_view(site)).set("departures", std::move(departures));
  return message;
}

}  // namespace cohort::core
